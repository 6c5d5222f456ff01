"""When an authentication is due: what is judged, what is not, and what says nothing, without a bank."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from conformance.checks import sca_due
from conformance.errors import ConformanceError, NonConformance, NotApplicable, Unobservable
from conformance.exchange import Exchange, Failure, FailureKind, Headers
from conformance.oauth.authorization import AuthorizationRequest, AuthorizationResponse
from conformance.oauth.landing import Ending, Landing, Proof
from conformance.target.model import Step
from conformance.target.model import Stet as Profile
from conformance.xs2a.accounts import Account
from conformance.xs2a.answer import Page
from conformance.xs2a.stet.contracts import contracts_of

CONTRACTS = contracts_of(Profile())
DEVICE = Step(page="approve", device="secure-access", choose="continue")


def answer(status: int = 200, challenge: str = "", **members: object) -> Exchange:
    headers = (("Content-Type", "application/json"), ("WWW-Authenticate", challenge))
    now, body = datetime(2026, 1, 2, tzinfo=UTC), json.dumps(members).encode()
    return Exchange(
        1, "ask", None, "GET", "https://b/", Headers(), None, now, timedelta(), status, Headers(headers), body
    )


def silent() -> Exchange:
    return replace(answer(), status=None, failure=Failure(FailureKind.TIMEOUT, "timed out"))


def accounts(exchange: Exchange) -> Page[Account]:
    return Page(exchange, CONTRACTS.accounts, lambda found: (Account("1"),) * len(found.members["accounts"]))


def back(query: str, **facts: object) -> Landing:
    request = AuthorizationRequest("https://b/a", ())
    landing = Landing(
        Ending.REDIRECT, answer(302), AuthorizationResponse(request, f"https://t/?{query}", answer(302))
    )
    return replace(landing, **facts)  # type: ignore[arg-type]


TOKEN = answer(access_token="a")
LATE = answer(400, error="invalid_grant")
STRANGE = answer(401, error="invalid_client")
LISTED = accounts(answer(accounts=[{}], _links={}))
EMPTY = accounts(answer(accounts=[], _links={}))
DUE = accounts(answer(401, 'Bearer error="invalid_token"'))
CODE, NONE, LOST = back("code=c"), back("error=login_required"), Landing(Ending.ELSEWHERE, answer())
OPEN, FIREWALL = Landing(Ending.JOURNEY, answer()), Landing(Ending.ELSEWHERE, answer(403))
HALF = Landing(Ending.JOURNEY, answer(), step=DEVICE, asked=True, authentications=1)
MUTE = Landing(Ending.FAILURE, silent())

Outcome = type[ConformanceError] | None
CASES: list[tuple[Callable[[], None], Outcome]] = [
    (lambda: sca_due.expect_authentication_due(LATE, None, before=LISTED, beside=OPEN), None),
    (lambda: sca_due.expect_authentication_due(TOKEN, DUE, before=LISTED, beside=OPEN), None),
    (lambda: sca_due.expect_authentication_due(TOKEN, LISTED, before=LISTED, beside=OPEN), NonConformance),
    (lambda: sca_due.expect_authentication_due(LATE, None, before=DUE, beside=OPEN), Unobservable),
    (lambda: sca_due.expect_authentication_due(STRANGE, None, before=LISTED, beside=OPEN), Unobservable),
    (lambda: sca_due.expect_authentication_due(TOKEN, None, before=LISTED, beside=OPEN), Unobservable),
    (
        lambda: sca_due.expect_authentication_due(TOKEN, accounts(answer(404)), before=LISTED, beside=OPEN),
        Unobservable,
    ),
    (lambda: sca_due.expect_authentication_due(silent(), None, before=LISTED, beside=OPEN), Unobservable),
    (lambda: sca_due.expect_no_authentication_due(TOKEN, LISTED, beside=LISTED), None),
    (lambda: sca_due.expect_no_authentication_due(LATE, None, beside=LISTED), NonConformance),
    (lambda: sca_due.expect_no_authentication_due(TOKEN, DUE, beside=LISTED), NonConformance),
    (
        lambda: sca_due.expect_no_authentication_due(
            TOKEN, accounts(answer(403, message="Consent expired")), beside=LISTED
        ),
        NonConformance,
    ),
    (
        lambda: sca_due.expect_no_authentication_due(
            TOKEN, accounts(answer(403, message="no such QWAC")), beside=LISTED
        ),
        Unobservable,
    ),
    (lambda: sca_due.expect_no_authentication_due(STRANGE, None, beside=LISTED), Unobservable),
    (lambda: sca_due.expect_no_authentication_due(TOKEN, accounts(answer(503)), beside=LISTED), Unobservable),
    (lambda: sca_due.expect_no_silent_code(NONE, portal=HALF, beside=OPEN), None),
    (lambda: sca_due.expect_no_silent_code(LOST, portal=HALF, beside=OPEN), None),
    (lambda: sca_due.expect_no_silent_code(CODE, portal=HALF, beside=OPEN), NonConformance),
    (lambda: sca_due.expect_no_silent_code(CODE, portal=LOST, beside=OPEN), Unobservable),
    (
        lambda: sca_due.expect_no_silent_code(
            CODE, portal=replace(HALF, proofs=(Proof("secure-access"),)), beside=OPEN
        ),
        Unobservable,
    ),
    (lambda: sca_due.expect_no_silent_code(MUTE, portal=HALF, beside=OPEN), Unobservable),
    (lambda: sca_due.expect_authentication_due(LATE, None, before=LISTED, beside=FIREWALL), Unobservable),
    (lambda: sca_due.expect_authentication_due(TOKEN, DUE, before=LISTED, beside=FIREWALL), Unobservable),
    (lambda: sca_due.expect_no_authentication_due(TOKEN, DUE, beside=DUE), Unobservable),
    (lambda: sca_due.expect_no_authentication_due(TOKEN, LISTED, beside=EMPTY), Unobservable),
    (lambda: sca_due.expect_authentication_due(LATE, None, before=EMPTY, beside=OPEN), Unobservable),
    (lambda: sca_due.expect_no_authentication_due(TOKEN, accounts(answer()), beside=LISTED), Unobservable),
    (lambda: sca_due.expect_no_silent_code(LOST, portal=HALF, beside=FIREWALL), Unobservable),
    (
        lambda: sca_due.expect_no_silent_code(back("error=server_error"), portal=HALF, beside=OPEN),
        Unobservable,
    ),
    (lambda: sca_due.given_silent_codes(CODE), None),
    (lambda: sca_due.given_silent_codes(NONE), NotApplicable),
    (lambda: sca_due.given_silent_codes(MUTE), Unobservable),
    (lambda: sca_due.given_signed_out(NONE), None),
    (lambda: sca_due.given_signed_out(CODE), Unobservable),
    (lambda: sca_due.expect_authentication_of_its_own(replace(CODE, authentications=1)), None),
    (lambda: sca_due.expect_authentication_of_its_own(HALF), None),
    (lambda: sca_due.expect_authentication_of_its_own(CODE), NonConformance),
    (lambda: sca_due.expect_authentication_of_its_own(NONE), Unobservable),
    (lambda: sca_due.expect_authentication_of_its_own(LOST), Unobservable),
    (lambda: sca_due.expect_authentication_of_its_own(MUTE), Unobservable),
]


@pytest.mark.parametrize(("check", "outcome"), CASES)
def test_each_case_has_its_outcome(check: Callable[[], None], outcome: Outcome) -> None:
    if outcome is None:
        check()
        return
    with pytest.raises(outcome):
        check()
