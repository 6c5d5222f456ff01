"""What a company's user may do, seen through the TPP: neither more nor less than in e-banking."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from conformance.errors import NonConformance
from conformance.exchange import Exchange
from conformance.oauth.landing import Ending, Landing
from conformance.xs2a.accounts import Account
from conformance.xs2a.answer import Answer, One
from conformance.xs2a.payments import PaymentState


def expect_explained_refusal(landing: Landing) -> None:
    """The PSU is told why on a page, and sent back to the TPP with an error."""
    response = landing.response
    if landing.ending is not Ending.REDIRECT or response is None:
        _refuse(landing, "the PSU sent back to the TPP with an error", f"an end at {landing.described}")
        return
    if response.get("code"):
        _refuse(landing, "a refusal", "an authorization code")
    if not response.get("error"):
        _refuse(landing, "an error in the redirect", "a redirect without one")
    if not landing.explained:
        _refuse(landing, "a page that explains the refusal", "a refusal without a word")


def expect_exactly(accounts: Iterable[Account], expected: Collection[str], exchange: Exchange) -> None:
    """The list holds the expected accounts and no other; cards have no IBAN and do not count."""
    found = {account.iban for account in accounts if account.iban}
    missing, excess = set(expected) - found, found - set(expected)
    if missing or excess:
        raise NonConformance(
            expected=f"the {len(set(expected))} accounts of e-banking",
            received=f"{len(found)} accounts, {len(missing)} missing and {len(excess)} that should not be there",
            exchange=exchange,
        )


def expect_among(accounts: Iterable[Account], iban: str, exchange: Exchange) -> None:
    """An account is in the list."""
    if iban not in {account.iban for account in accounts}:
        raise NonConformance(
            expected="the account in the list", received="a list without it", exchange=exchange
        )


def expect_not_among(accounts: Iterable[Account], iban: str, exchange: Exchange) -> None:
    """An account is not in the list."""
    if iban in {account.iban for account in accounts}:
        raise NonConformance(
            expected="no such account in the list", received="the account", exchange=exchange
        )


def expect_withheld(answer: Answer, *, beside: Answer) -> None:
    """What the user may not see is refused, beside something that it may see."""
    if not beside.exchange.succeeded:
        raise NonConformance(
            expected="what the user may see", received=beside.exchange.summary, exchange=beside.exchange
        )
    if answer.exchange.status not in (403, 404):
        raise NonConformance(
            expected="403 or 404", received=answer.exchange.summary, exchange=answer.exchange
        )


def _refuse(landing: Landing, expected: str, received: str) -> None:
    raise NonConformance(expected=expected, received=received, exchange=landing.exchange)


def expect_refused_or_waiting(state: One[PaymentState]) -> None:
    """A payment beyond what its PSU may validate alone is rejected, or waits for somebody else."""
    if state.item.status.code not in ("RJCT", "PATC", "PDNG"):
        raise NonConformance(
            expected="RJCT, or PATC or PDNG while it waits",
            received=str(state.item.status),
            exchange=state.exchange,
        )
