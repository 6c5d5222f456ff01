"""The checks of authentication and entitlements tell right from wrong on paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conformance.checks import entitlements, sca
from conformance.errors import NonConformance, Unobservable
from conformance.exchange import Exchange, Headers
from conformance.oauth.authorization import AuthorizationRequest, AuthorizationResponse
from conformance.oauth.landing import Ending, Landing, Proof
from conformance.target.model import Step
from conformance.xs2a.accounts import Account
from conformance.xs2a.money import euro

PAYEE = "DE89370400440532013000"
SHOWN = f"Pay EUR 1.01 to Fournisseur {PAYEE}"


def page(status: int = 200, body: str = "") -> Exchange:
    now = datetime.now(UTC)
    return Exchange(
        1, "p", None, "GET", "https://b/", Headers(), None, now, timedelta(), status, body=body.encode()
    )


def landing(query: str = "code=c", shown: str = SHOWN, **changed: Any) -> Landing:
    response = AuthorizationResponse(
        AuthorizationRequest("https://b/a", ()), f"https://t/cb?{query}", page(302)
    )
    facts: dict[str, Any] = {
        "asked": True,
        "proofs": (Proof("3skey", shown),),
        "played": ("login", "device"),
        "authentications": 1,
        "filled": 2,
        "pages": (page(),) * 3,
        "offered": (("login",), ("secure-access", "3skey", "cancel")),
    }
    return Landing(Ending.REDIRECT, page(302), response, **{**facts, **changed})


LOST = Landing(Ending.ELSEWHERE, page(), described="another page")
TURNED_BACK = Landing(Ending.ELSEWHERE, page(), described="another page", played=("login",))
OPEN = Landing(Ending.JOURNEY, page(), described="the login page")
OPENED = landing()
FIREWALL = Landing(Ending.ELSEWHERE, page(403), described="a page of a firewall", played=("login",))
AWAY = landing(
    "", errand=AuthorizationRequest("https://b/a", (("redirect_uri", "https://t/cb"),)), returned="https://m/"
)
GOOD: list[Callable[[], None]] = [
    lambda: sca.expect_authorized(landing()),
    lambda: sca.expect_proved_with(landing(), "3skey"),
    lambda: sca.expect_no_access(landing("error=access_denied"), beside=OPEN),
    lambda: sca.expect_no_access(TURNED_BACK, beside=OPEN),
    lambda: sca.expect_no_downgrade(TURNED_BACK, beside=OPEN),
    lambda: sca.expect_no_downgrade(
        landing("error=unmet_authentication_requirements", played=()), beside=OPEN
    ),
    lambda: sca.expect_signed_out(TURNED_BACK, beside=OPEN),
    lambda: sca.expect_signed_out(landing("error=access_denied"), beside=OPEN),
    lambda: sca.expect_both_factors_asked(landing()),
    lambda: sca.expect_authentication(landing()),
    lambda: sca.expect_no_more_effort(landing(), authentications=1, fields=2, screens=2),
    lambda: sca.expect_means_offered(landing(), ["secure-access", "3skey"]),
    lambda: sca.expect_linked(landing(), euro("1.01"), PAYEE),
    lambda: sca.expect_linked(landing(shown="1,01 EUR an DE89 3704 0044 0532 0130 00"), euro("1.01"), PAYEE),
    lambda: sca.expect_indistinguishable(
        page(body="<p>Wrong 1234</p>"), page(body="<p>Wrong 5678</p>"), beside=OPENED
    ),
    lambda: entitlements.expect_explained_refusal(landing("error=access_denied", explained=True)),
    lambda: entitlements.expect_exactly([Account("a", "X"), Account("card")], ["X"], page()),
]
BAD: list[Callable[[], None]] = [
    lambda: sca.expect_authorized(LOST),
    lambda: sca.expect_authorized(landing("error=server_error")),
    lambda: sca.expect_proved_with(landing(), "secure-access"),
    lambda: sca.expect_no_access(landing(), beside=OPEN),
    lambda: sca.expect_no_access(landing(played=()), beside=OPEN),
    lambda: sca.expect_no_downgrade(landing(), beside=OPEN),
    lambda: sca.expect_no_downgrade(landing(played=()), beside=OPEN),
    lambda: sca.expect_signed_out(landing(), beside=OPEN),
    lambda: sca.expect_both_factors_asked(landing(asked=False)),
    lambda: sca.expect_both_factors_asked(landing(proofs=())),
    lambda: sca.expect_authentication(landing(authentications=0)),
    lambda: sca.expect_no_more_effort(landing(authentications=2), authentications=1, fields=2, screens=2),
    lambda: sca.expect_no_more_effort(landing(filled=3), authentications=1, fields=2, screens=2),
    lambda: sca.expect_no_more_effort(landing(), authentications=1, fields=2, screens=1),
    lambda: sca.expect_means_offered(landing(offered=()), ["secure-access", "3skey"]),
    lambda: sca.expect_means_offered(replace(OPEN, step=Step(page="approve", device="3skey")), ["3skey"]),
    lambda: sca.expect_linked(landing(shown="Confirm the operation"), euro("1.01"), PAYEE),
    lambda: sca.expect_linked(landing(shown=SHOWN.replace("1.01", "11.01")), euro("1.01"), PAYEE),
    lambda: sca.expect_linked(landing(shown=SHOWN.replace("1.01", "1.015")), euro("1.01"), PAYEE),
    lambda: sca.expect_linked(landing(shown=SHOWN.replace("EUR", "")), euro("1.01"), PAYEE),
    lambda: sca.expect_linked(landing(shown=SHOWN[:-4]), euro("1.01"), PAYEE),
    lambda: sca.expect_indistinguishable(page(), page(401), beside=OPENED),
    lambda: sca.expect_indistinguishable(
        page(body="<p>Wrong password</p>"), page(body="<p>Unknown user</p>"), beside=OPENED
    ),
    lambda: entitlements.expect_explained_refusal(landing("error=access_denied")),
    lambda: entitlements.expect_explained_refusal(landing(explained=True)),
    lambda: entitlements.expect_exactly([Account("a", "X"), Account("b", "Y")], ["X"], page()),
    lambda: entitlements.expect_exactly([], ["X"], page()),
    lambda: entitlements.expect_among([], "X", page()),
    lambda: entitlements.expect_not_among([Account("a", "X")], "X", page()),
]
UNSEEN: list[Callable[[], None]] = [
    lambda: entitlements.expect_explained_refusal(LOST),
    lambda: sca.expect_no_access(LOST, beside=OPEN),
    lambda: sca.expect_no_access(landing("error=access_denied", played=()), beside=OPEN),
    lambda: sca.expect_no_downgrade(LOST, beside=OPEN),
    lambda: sca.expect_no_downgrade(landing("error=server_error", played=()), beside=OPEN),
    lambda: sca.expect_signed_out(LOST, beside=OPEN),
    lambda: sca.expect_no_access(TURNED_BACK, beside=FIREWALL),
    lambda: sca.expect_authorized(AWAY),
    lambda: sca.expect_no_access(AWAY, beside=OPEN),
    lambda: entitlements.expect_explained_refusal(replace(LOST, exchange=page(body="<a href='/'>Back</a>"))),
    lambda: entitlements.expect_explained_refusal(replace(LOST, exchange=page(body="<form></form>"))),
    lambda: sca.expect_no_access(landing("error=server_error"), beside=OPEN),
    lambda: sca.expect_no_access(replace(TURNED_BACK, exchange=page(500)), beside=OPEN),
    lambda: sca.expect_no_downgrade(landing("error=access_denied", played=()), beside=FIREWALL),
    lambda: sca.expect_signed_out(TURNED_BACK, beside=FIREWALL),
    lambda: sca.expect_both_factors_asked(FIREWALL),
    lambda: sca.expect_authentications(FIREWALL, 1),
    lambda: sca.expect_no_more_effort(FIREWALL, authentications=1, fields=2, screens=2),
    lambda: sca.expect_means_offered(FIREWALL, ["3skey"]),
    lambda: sca.expect_indistinguishable(page(403), page(403), beside=FIREWALL),
    lambda: sca.expect_indistinguishable(page(200), page(500), beside=OPENED),
    lambda: sca.expect_page_shows(FIREWALL, euro("1.01"), PAYEE),
    lambda: sca.expect_means_offered(landing("error=access_denied", proofs=(), offered=()), ["3skey"]),
    lambda: sca.expect_linked(landing(proofs=()), euro("1.01"), PAYEE),
]


@pytest.mark.parametrize("check", GOOD)
def test_what_is_right_passes(check: Callable[[], None]) -> None:
    check()


@pytest.mark.parametrize("check", BAD)
def test_what_is_wrong_is_refused(check: Callable[[], None]) -> None:
    with pytest.raises(NonConformance):
        check()


@pytest.mark.parametrize("check", UNSEEN)
def test_what_was_not_asked_for_is_not_judged(check: Callable[[], None]) -> None:
    with pytest.raises(Unobservable):
        check()
