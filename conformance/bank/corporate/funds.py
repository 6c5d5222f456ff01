"""Answers about funds: yes or no, in the account's currency, and nothing is blocked (PSD2 Art. 65)."""

from __future__ import annotations

from conformance.bank.corporate.companies import Account, User
from conformance.bank.corporate.component import DomainComponent, service
from conformance.bank.corporate.identifiers import iban_is_valid
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.problems import Refusal, Refused, forbidden, invalid, unknown


class FundsConfirmations(DomainComponent):
    """Answers CBPIIs."""

    @service
    def confirm(self, tpp: str, user: User, iban: str, money: Money) -> bool:
        """Whether the amount is available.

        Args:
            tpp: the CBPII.
            user: the PSU behind its token.

        Raises:
            Refused: the request is no good, or the PSU has not consented for this CBPII and account.
        """
        self.domain.entitlements.expect_funds(user)
        if self.rate_limited(tpp, user):
            raise Refused(Refusal.TOO_MANY, "too-many-requests", "too many requests")
        account = self.asked_account(user, iban, money)
        if not self.consented(tpp, user, account):
            raise forbidden("no-consent", "the PSU has not consented to answers about this account")
        answer = self.available(account, money)
        self.answered(account, money, answer)
        return answer

    def asked_account(self, user: User, iban: str, money: Money) -> Account:
        """The account of a request.

        Raises:
            Refused: no positive amount, no IBAN, no account of the PSU, or another currency than the account's.
        """
        if not self.amount_acceptable(money):
            raise invalid("amount", "the amount is not positive")
        if not self.iban_acceptable(iban):
            raise invalid("iban", "the account is no valid IBAN")
        account = self.domain.directory.by_iban(iban)
        if account is None or account.closed or not self.answerable(user, account):
            raise unknown("account")
        if not self.domain.entitlements.in_scope(account):
            raise forbidden("out-of-scope", "the account is outside the geographic scope")
        if account.currency != money.currency:
            raise invalid("currency", f"the account is kept in {account.currency}")
        return account

    def answerable(self, user: User, account: Account) -> bool:
        """Whether the account is one that the PSU may see."""
        return account.company == user.company and self.domain.entitlements.visible(user, account)

    def amount_acceptable(self, money: Money) -> bool:
        """Whether the amount can be asked for."""
        return money.positive

    def iban_acceptable(self, iban: str) -> bool:
        """Whether it is an IBAN at all."""
        return iban_is_valid(iban)

    def consented(self, tpp: str, user: User, account: Account) -> bool:
        """Whether the PSU consented to this CBPII for this account (Art. 65(1)(b)-(c))."""
        return self.domain.consents.funds_consents(tpp, user, account)

    def rate_limited(self, tpp: str, user: User) -> bool:
        """Whether there were too many requests: never, cards are used as often as they are used."""
        return False

    def available(self, account: Account, money: Money) -> bool:
        """Whether the account can pay the amount."""
        return self.domain.books.available(account) >= money

    def answered(self, account: Account, money: Money, answer: bool) -> None:
        """What an answer leaves behind: nothing (Art. 65(4))."""
