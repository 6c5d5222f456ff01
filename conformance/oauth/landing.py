"""Where a PSU's browser came to rest: plain data, for agents to fill and checks to judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from conformance.errors import Unobservable
from conformance.exchange import Exchange
from conformance.oauth.approval import Errand, without_query
from conformance.oauth.authorization import AuthorizationResponse
from conformance.target.model import Step

_REDIRECTS = range(300, 400)


class Ending(StrEnum):
    """Where a browser came to rest."""

    REDIRECT = "sent back to the TPP"
    JOURNEY = "on a page of the journey"
    ELSEWHERE = "on another page"
    FAILURE = "without an answer"


@dataclass(frozen=True)
class Proof:
    """How a PSU proved possession of its device, once.

    Args:
        means: of authentication.
        shown: the text that the device showed or signed; empty where it showed none.
        fields: what was sent with the page, by the field's name.
        accepted: whether the device took the decision.
    """

    means: str
    shown: str = field(default="", repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    accepted: bool = True


@dataclass(frozen=True)
class Landing:
    """Where a browser came to rest, and what it saw on the way.

    Args:
        ending: the kind of place.
        exchange: the last answer.
        response: the redirect to the TPP, where an authorization ended in one.
        posted: what the page would post out of the bank by itself, as a query of the form's address.
        step: the step of the journey that the page fits, where it ended on one.
        pages: every answer that was a page, in order.
        played: labels of the steps that were done.
        finished: whether the last step of the journey was done.
        asked: whether credentials were asked of the PSU.
        described: what stands there, in words without content.
        exchanges: everything that the browser sent on the way, redirects inside the bank too.
        cookies: the values of the cookies that the browser holds at the end.
        errand: what the browser was sent for.
        returned: the URL outside of the bank to which it was sent, never requested.
        proofs: how the PSU proved possession of its device, in order.
        authentications: how often the PSU was asked to authenticate; a password and the device after it are one.
        halfway: whether it ended with a password given and no possession proved yet.
        filled: how many fields the PSU filled.
        offered: the buttons of each page, by value or label.
        explained: whether the bank told the PSU why it goes no further.
        statement: what the person says who alone saw the way; None where the suite saw it.
    """

    ending: Ending
    exchange: Exchange
    response: AuthorizationResponse | None = None
    posted: AuthorizationResponse | None = None
    step: Step | None = None
    pages: tuple[Exchange, ...] = ()
    played: tuple[str, ...] = ()
    finished: bool = False
    asked: bool = False
    described: str = ""
    exchanges: tuple[Exchange, ...] = ()
    cookies: tuple[str, ...] = ()
    errand: Errand | None = None
    returned: str | None = field(default=None, repr=False)
    proofs: tuple[Proof, ...] = ()
    authentications: int = 0
    halfway: bool = False
    filled: int = 0
    offered: tuple[tuple[str, ...], ...] = ()
    explained: bool = False
    statement: str | None = field(default=None, repr=False)

    @property
    def leads_out(self) -> AuthorizationResponse | None:
        """What a browser would take out of the bank, by a redirect or by a form that submits itself."""
        return self.response or self.posted

    @property
    def asks_credentials(self) -> bool:
        """Whether it ended where the PSU is asked to authenticate."""
        return self.step is not None and bool(self.step.fill)

    @property
    def asks_possession(self) -> bool:
        """Whether it ended where the PSU is asked to prove possession of its device."""
        return self.step is not None and self.step.device is not None

    @property
    def screens(self) -> int:
        """How many pages the PSU was shown."""
        return len(self.pages)

    @property
    def redirects(self) -> int:
        """How often the browser was redirected, inside the bank and back to the TPP."""
        return sum((each.status or 0) in _REDIRECTS for each in self.exchanges)

    @property
    def duration(self) -> timedelta:
        """From the first request to the last answer."""
        if not self.exchanges:
            return timedelta()
        last = self.exchanges[-1]
        return last.received_at_target - self.exchanges[0].sent_at_target

    @property
    def means(self) -> tuple[str, ...]:
        """The means with which possession was proved, each once."""
        return tuple(dict.fromkeys(proof.means for proof in self.proofs))

    @property
    def shown(self) -> tuple[str, ...]:
        """What the device showed or signed, in order."""
        return tuple(proof.shown for proof in self.proofs)

    @property
    def arrived(self) -> str:
        """Where outside of the bank it ended, without the query.

        Raises:
            Unobservable: the browser was not sent back.
        """
        if self.ending is not Ending.REDIRECT or self.returned is None:
            raise Unobservable(f"the PSU was not sent back to the TPP; its browser ended at {self.described}")
        return without_query(self.returned)


@dataclass(frozen=True)
class Landings:
    """Several landings of one experiment, by the words that name them."""

    named: Mapping[str, Landing]

    def __getitem__(self, name: str) -> Landing:
        return self.named[name]

    @property
    def all(self) -> tuple[Landing, ...]:
        """The landings themselves."""
        return tuple(self.named.values())

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Everything that was sent in all of them."""
        return tuple(exchange for landing in self.named.values() for exchange in landing.exchanges)
