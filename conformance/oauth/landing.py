"""Where a PSU's browser came to rest: plain data, for agents to fill and checks to judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from conformance.exchange import Exchange
from conformance.oauth.authorization import AuthorizationResponse
from conformance.target.model import Step


class Ending(StrEnum):
    """Where a browser came to rest."""

    REDIRECT = "sent back to the TPP"
    JOURNEY = "on a page of the journey"
    ELSEWHERE = "on another page"
    FAILURE = "without an answer"


@dataclass(frozen=True)
class Landing:
    """Where a browser came to rest, and what it saw on the way.

    Args:
        ending: the kind of place.
        exchange: the last answer.
        response: the redirect to the TPP, where it ended in one.
        posted: what the page would post out of the bank by itself, as a query of the form's address.
        step: the step of the journey that the page fits, where it ended on one.
        pages: every answer that was a page, in order.
        played: labels of the steps that were done.
        finished: whether the last step of the journey was done.
        asked: whether credentials were asked of the PSU.
        described: what stands there, in words without content.
        exchanges: everything that the browser sent on the way, redirects inside the bank too.
        cookies: the values of the cookies that the browser holds at the end.
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

    @property
    def leads_out(self) -> AuthorizationResponse | None:
        """What a browser would take out of the bank, by a redirect or by a form that submits itself."""
        return self.response or self.posted

    @property
    def asks_credentials(self) -> bool:
        """Whether it ended where the PSU is asked to authenticate."""
        return self.step is not None and bool(self.step.fill)


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
