"""Authentication codes: one for one operation, bound to what the PSU was shown (RTS Art. 4 and 5)."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from conformance.bank.corporate.companies import User
from conformance.bank.corporate.component import DomainComponent, service
from conformance.bank.corporate.identifiers import new_identifier
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.orders import Party
from conformance.bank.corporate.problems import Refusal, Refused, unknown

if TYPE_CHECKING:
    from conformance.bank.corporate.domain import CorporateBank


@dataclass(frozen=True, slots=True)
class Link:
    """What a code is specific to.

    Args:
        purpose: `login`, `payment` or `cancellation`.
        subject: the interaction or resource.
        money: the amount, or the total of a batch; None for a login.
        payees: all of them.
        debtor: the resource id of the account that pays.
    """

    purpose: str
    subject: str
    money: Money | None = None
    payees: tuple[Party, ...] = ()
    debtor: str = ""


@dataclass(slots=True)
class Challenge:
    """A question to a PSU, answered by one of his means.

    Args:
        code: the authentication code, once the means has proven both factors.
        used: whether the code was redeemed.
    """

    challenge_id: str
    user_id: str
    link: Link
    asked: datetime
    code: str = ""
    used: bool = False


class AuthenticationCodes(DomainComponent):
    """Asks PSUs, issues codes when their means has proven them, and accepts each code once."""

    patience = timedelta(minutes=5)

    def __init__(self, domain: CorporateBank) -> None:
        super().__init__(domain)
        self._challenges: dict[str, Challenge] = {}

    @service
    def ask(self, user: User, link: Link) -> Challenge:
        """Begin an authentication."""
        over = [key for key, known in self._challenges.items() if not self.alive(known)]
        for key in over:
            del self._challenges[key]
        challenge = Challenge(new_identifier(), user.user_id, link, self.clock.now())
        self._challenges[challenge.challenge_id] = challenge
        return challenge

    @service
    def prove(self, challenge_id: str) -> str:
        """The means has proven both factors: the authentication code.

        Raises:
            Refused: there is no such challenge, or it is over.
        """
        challenge = self._challenges.get(challenge_id)
        if challenge is None or not self.alive(challenge):
            raise unknown("authentication")
        challenge.code = challenge.code or secrets.token_urlsafe(24)
        return challenge.code

    def redeem(self, user: User, code: str, link: Link) -> None:
        """Accept a code for an operation, once.

        Raises:
            Refused: the code is unknown, too old, used, another user's, or bound to something else.
        """
        for challenge in self._challenges.values():
            if challenge.code and hmac.compare_digest(challenge.code.encode(), code.encode()):
                if self.accepts(challenge, user, link):
                    challenge.used = True
                    return
                break
        raise Refused(
            Refusal.AUTHENTICATION, "wrong-code", "the authentication does not belong to this operation"
        )

    def accepts(self, challenge: Challenge, user: User, link: Link) -> bool:
        """Whether a code opens an operation of a user."""
        mine = challenge.user_id == user.user_id
        return mine and self.unused(challenge) and self.alive(challenge) and self.linked(challenge, link)

    def unused(self, challenge: Challenge) -> bool:
        """Whether the code was not yet accepted (RTS Art. 4(1))."""
        return not challenge.used

    def alive(self, challenge: Challenge) -> bool:
        """Whether the question is not too old."""
        return self.clock.now() <= challenge.asked + self.patience

    def linked(self, challenge: Challenge, link: Link) -> bool:
        """Whether the code is specific to this operation, amount and payee (RTS Art. 5(1)(b)-(d))."""
        return challenge.link == link

    def shown(self, link: Link) -> tuple[str, ...]:
        """What the PSU is shown on the device and the page (RTS Art. 5(1)(a), 5(2))."""
        if link.money is None:
            return ("Sign in",)
        return (self.amount_shown(link.money), *(self.payee_shown(payee) for payee in link.payees))

    def amount_shown(self, money: Money) -> str:
        """The exact amount with its currency."""
        return f"{money.currency} {money.amount:f}"

    def payee_shown(self, payee: Party) -> str:
        """The payee's name and whole account."""
        return f"{payee.name} {payee.iban}"
