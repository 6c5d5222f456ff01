"""Deviants of the confirmation of funds area."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from werkzeug import Request

from conformance.bank.corporate.companies import Account, User
from conformance.bank.corporate.consents import Consents
from conformance.bank.corporate.funds import FundsConfirmations
from conformance.bank.corporate.history import Entry
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.problems import Refused
from conformance.bank.deviants import deviant
from conformance.bank.stet.call import Call, StetProblem
from conformance.bank.stet.funds import StetFunds
from conformance.bank.stet.interface import StetInterface
from conformance.bank.stet.members import Members

if TYPE_CHECKING:
    from conformance.bank.app import Bank
    from conformance.bank.corporate.domain import CorporateBank


@deviant("cbpii-positive-answer/1")
class SaysYInsteadOfTrue(StetFunds):
    """Answers with a letter."""

    def result(self, *, available: bool) -> object:
        return "Y" if available else "N"


@deviant("cbpii-positive-answer/2")
class CreatesAnswers(StetFunds):
    """Answers with 201, as if something had been made."""

    def status(self) -> int:
        return 201


@deviant("cbpii-positive-answer/3", also=("cbpii-boolean-only",))
class ChangesTheQuestion(StetFunds):
    """Repeats the question with another amount."""

    def echo(self, request: Members) -> Members:
        return {**request, "instructedAmount": {**request["instructedAmount"], "amount": "77.77"}}


@deviant("cbpii-negative-answer/1")
class CallsItForbidden(StetFunds):
    """Refuses the question where the money is not there."""

    def lacking(self, call: Call, iban: str, money: Money) -> None:
        raise StetProblem(403, "insufficient funds")


@deviant("cbpii-negative-answer/2")
class AlwaysSaysYes(FundsConfirmations):
    """Confirms whatever is asked."""

    def available(self, account: Account, money: Money) -> bool:
        return True


@deviant("cbpii-boolean-only/1")
class TellsWhatIsThere(StetFunds):
    """Tells the available amount beside the answer."""

    def report(self, call: Call, iban: str, *, available: bool) -> Any:
        account = self.bank.corporate.directory.by_iban(iban)
        known = self.bank.corporate.books.available(account) if account else None
        told = {"availableAmount": self.bank.stet.amount(known)} if known else {}
        return super().report(call, iban, available=available) | told


@deviant("cbpii-boolean-only/2")
class TellsWhatIsMissing(StetFunds):
    """Explains a no with the balance."""

    def report(self, call: Call, iban: str, *, available: bool) -> Any:
        account = self.bank.corporate.directory.by_iban(iban)
        report = super().report(call, iban, available=available)
        if account is None or available:
            return report
        balance = self.bank.corporate.books.available(account).amount
        return report | {"message": f"insufficient: balance {balance}"}


@deviant("cbpii-no-blocking/1", also=("aisp-pagination",))
class ReservesWhatItConfirms(FundsConfirmations):
    """Reserves the amount of each yes."""

    def answered(self, account: Account, money: Money, answer: bool) -> None:
        if answer:
            pending = self.domain.books.pending(account)
            reference = f"{9_000_000_000 + len(pending):010}"
            day = self.clock.now().date()
            pending.append(Entry(reference, -money, day, True, "Reserved", "", ("RESERVED",)))


@deviant(
    "cbpii-consent-required/1",
    also=("cbpii-consent-withdrawn", "entitlements-account-rights"),
)
class AnswersForAnyAccount(FundsConfirmations):
    """Answers for every account of the bank."""

    def answerable(self, user: User, account: Account) -> bool:
        return True

    def consented(self, tpp: str, user: User, account: Account) -> bool:
        return True


@deviant("cbpii-consent-required/2")
class TakesOneConsentForAnother(Consents):
    """Takes a consent to account information for one to answers about funds."""

    def funds_consents(self, tpp: str, user: User, account: Account) -> bool:
        return super().funds_consents(tpp, user, account) or self.any_information(tpp, user)


@deviant("cbpii-consent-withdrawn/1")
class GoesOnAnswering(Consents):
    """Answers about funds as long as there are tokens, withdrawn or not."""

    def funds_end(self, tpp: str, user: User) -> bool:
        return False


@deviant("cbpii-immediate-unattended/1")
class AnswersFourTimesADay(FundsConfirmations):
    """Refuses the fifth request of a day."""

    def __init__(self, domain: CorporateBank) -> None:
        super().__init__(domain)
        self._asked: Counter[tuple[str, str, object]] = Counter()

    def rate_limited(self, tpp: str, user: User) -> bool:
        key = (tpp, user.user_id, self.clock.now().date())
        self._asked[key] += 1
        return self._asked[key] > 4


@deviant(
    "cbpii-immediate-unattended/2",
    also=("cbpii-positive-answer", "interface-three-roles", "sca-cbpii-3skey", "sca-cbpii-secure-access"),
)
class WantsThePsuThere(StetFunds):
    """Demands the address of the PSU."""

    def expect_headers(self, call: Call) -> None:
        if "PSU-IP-Address" not in call.request.headers:
            raise StetProblem(400, "PSU-IP-Address is missing")


@deviant("cbpii-immediate-unattended/3", also=("interface-availability",))
class ThinksOfAnswersForLong(StetInterface):
    """Thinks for more than 30 seconds about a refreshed token's question; once, so that a trial comes to its end."""

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self._thought = False

    def seconds_of_thought(self, request: Request) -> float:
        token = request.headers.get("Authorization", "").rpartition(" ")[2]
        known = self.bank.tokens.refresh_tokens.values()
        refreshed = any(each.generation and each.grant.access_token == token for each in known)
        thinks = request.path.endswith("/funds-confirmations") and refreshed and not self._thought
        self._thought = self._thought or thinks
        return 31 if thinks else 0


@deviant("cbpii-invalid-requests/1")
class SaysNoToNonsense(StetFunds):
    """Answers no where the IBAN is none."""

    def refused(self, refused: Refused) -> bool:
        return False if refused.reason == "iban" else super().refused(refused)


@deviant("cbpii-invalid-requests/2", also=("interface-availability",))
class BreaksWithoutAmount(StetFunds):
    """Breaks down where the amount is missing."""

    def amount_missing(self) -> Exception:
        return StetProblem(500, "an error occurred")
