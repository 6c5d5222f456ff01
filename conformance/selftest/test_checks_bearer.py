"""The checks of bearer calls on paper: what is a finding, what is none, and what proves nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conformance.checks import bearer, confidentiality, lifetimes
from conformance.checks.challenges import challenges
from conformance.errors import NonConformance, NotApplicable, Unobservable
from conformance.exchange import Exchange, Failure, FailureKind, Headers, TlsFacts
from conformance.oauth import forgery
from conformance.oauth.jose import parse

BEGUN = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOKEN = "live/token+1234567890="
Outcome = type[Exception] | None


def call(
    status: int | None = 200,
    body: bytes = b"{}",
    *,
    after: float = 0,
    failure: FailureKind = FailureKind.TIMEOUT,
    reused: bool = False,
    url: str = "https://api.bank.example/data",
    **headers: str,
) -> Exchange:
    """A call with a token some seconds after the beginning, and its answer."""
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Exchange(
        number=1,
        purpose="call the API",
        client="main",
        method="GET",
        url=url,
        request_headers=Headers((("Authorization", f"Bearer {TOKEN}"),)),
        request_body=None,
        sent=BEGUN + timedelta(seconds=after),
        elapsed=timedelta(),
        status=status,
        headers=Headers(pairs),
        body=body,
        failure=None if status else Failure(failure, "ended"),
        tls=TlsFacts(reused=reused),
    )


def outcome(check: Callable[[], Any]) -> Outcome:
    """What a check raises."""
    try:
        check()
    except (NonConformance, NotApplicable, Unobservable) as raised:
        return type(raised)
    return None


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("Bearer", [("bearer", {})]),
        ("bEARER realm=api", [("bearer", {"realm": "api"})]),
        ('Bearer realm="a, b", error="invalid_token"', [("bearer", {"realm": "a, b", "error": "invalid_token"})]),
        ('Basic realm="x", Bearer error=other', [("basic", {"realm": "x"}), ("bearer", {"error": "other"})]),
        ("DPoP algs=ES256, Bearer", [("dpop", {"algs": "ES256"}), ("bearer", {})]),
        ('Bearer error = "a\\"b"', [("bearer", {"error": 'a"b'})]),
        ('Newauth realm="Bearer error=x"', [("newauth", {"realm": "Bearer error=x"})]),
        ("Negotiate abc==, Bearer", [("negotiate", {}), ("bearer", {})]),
        ("=,, ;=", []),
        ("", []),
    ],
)  # fmt: skip
def test_challenges(header: str, wanted: list[tuple[str, dict[str, str]]]) -> None:
    """Several in one field, quoted text, tokens of 68 characters, and nonsense."""
    found = challenges(call(401, WWW_Authenticate=header))

    assert [(challenge.scheme, challenge.parameters) for challenge in found] == wanted


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        pytest.param(call(), None, id="served"),
        pytest.param(call(204), None, id="served without content"),
        pytest.param(call(401), NonConformance, id="401"),
        pytest.param(call(500), NonConformance, id="a crash"),
        pytest.param(call(503), Unobservable, id="busy"),
        pytest.param(call(404), Unobservable, id="a wrong probe"),
        pytest.param(call(None, failure=FailureKind.TLS_ALERT), NonConformance, id="a TLS alert"),
        pytest.param(call(None, failure=FailureKind.CONNECTION_CLOSED, reused=True), Unobservable, id="idle"),
        pytest.param(call(None), Unobservable, id="a time-out"),
    ],
)
def test_an_api_call(answer: Exchange, wanted: Outcome) -> None:
    """Only what the token meets is held against the API."""
    assert outcome(lambda: bearer.expect_opened(answer)) is wanted


@pytest.mark.parametrize(
    ("answer", "control", "wanted"),
    [
        pytest.param(call(403), call(), None, id="refused"),
        pytest.param(call(404), call(), None, id="hidden"),
        pytest.param(call(200), call(), NonConformance, id="opened"),
        pytest.param(call(500), call(), Unobservable, id="a crash"),
        pytest.param(call(302), call(), Unobservable, id="sent elsewhere"),
        pytest.param(call(403), call(401), Unobservable, id="refuses everything"),
        pytest.param(call(), call(Content_Type="text/html"), Unobservable, id="a page for everybody"),
        pytest.param(call(None), call(), Unobservable, id="no answer"),
    ],
)
def test_what_must_not_open(answer: Exchange, control: Exchange, wanted: Outcome) -> None:
    """Nothing is proved by an API that refuses everything."""
    assert outcome(lambda: bearer.expect_not_opened(answer, control=control)) is wanted


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        pytest.param(call(401, WWW_Authenticate='Bearer error="invalid_token"'), None, id="as asked"),
        pytest.param(call(401, WWW_Authenticate="Bearer"), NonConformance, id="no code"),
        pytest.param(call(401), NonConformance, id="no challenge"),
        pytest.param(call(400, WWW_Authenticate='Bearer error="invalid_token"'), NonConformance, id="400"),
        pytest.param(call(200), NotApplicable, id="served"),
        pytest.param(call(500), NotApplicable, id="a crash"),
    ],
)
def test_the_error_code_of_a_refusal(answer: Exchange, wanted: Outcome) -> None:
    """It says invalid_token, where there is a refusal."""
    assert outcome(lambda: bearer.expect_invalid_token(answer, control=call())) is wanted


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        pytest.param(call(after=540), None, id="served"),
        pytest.param(call(401, after=540), NonConformance, id="refused too early"),
        pytest.param(call(401, after=600), Unobservable, id="asked too late"),
        pytest.param(call(500, after=540), Unobservable, id="a crash"),
    ],
)
def test_within_its_lifetime(answer: Exchange, wanted: Outcome) -> None:
    """A late call of ours is no fault of the bank's."""
    issued = call(body=b'{"expires_in": 599}')

    found = outcome(lambda: lifetimes.expect_within_lifetime(answer, issued=issued, control=call()))

    assert found is wanted


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        pytest.param(call(401, after=660), None, id="refused"),
        pytest.param(call(200, after=660), NonConformance, id="served"),
        pytest.param(call(403, after=660), NonConformance, id="refused in other words"),
        pytest.param(call(502, after=660), Unobservable, id="a gateway"),
    ],
)
def test_after_its_lifetime(answer: Exchange, wanted: Outcome) -> None:
    """The API says 401, so that the client refreshes."""
    issued = call(body=b'{"expires_in": 599}')

    assert outcome(lambda: lifetimes.expect_over(answer, issued=issued, control=call())) is wanted


@pytest.mark.parametrize("value", ['"599"', "true", "0", "-1", "1e300", "NaN", "null", "[]"])
def test_a_lifetime_that_cannot_be_waited_for(value: str) -> None:
    """It proves nothing."""
    issued = call(body=f'{{"expires_in": {value}}}'.encode())

    assert outcome(lambda: lifetimes.announced(issued)) is Unobservable


@pytest.mark.parametrize(
    ("cache_control", "wanted"),
    [
        pytest.param("no-store", None, id="no-store"),
        pytest.param("private, max-age=60", None, id="private"),
        pytest.param("max-age=60", None, id="a lifetime for the client's own cache"),
        pytest.param("Public, max-age=600", NonConformance, id="public"),
        pytest.param("s-maxage=60", NonConformance, id="s-maxage"),
        pytest.param("no-store, public", None, id="no-store wins"),
        pytest.param('private="Set-Cookie", public', NonConformance, id="private for one header only"),
        pytest.param("", None, id="none: shared caches keep no authorised answer"),
    ],
)
def test_caching(cache_control: str, wanted: Outcome) -> None:
    """Shared caches are not invited."""
    answer = call(Cache_Control=cache_control)

    assert outcome(lambda: confidentiality.expect_no_public_caching([answer])) is wanted


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        pytest.param(call(body=b'{"a": 1}'), None, id="nothing"),
        pytest.param(call(body=f'{{"href": "/?t={TOKEN}"}}'.encode()), NonConformance, id="as it is"),
        pytest.param(call(body=b"/?t=live%2Ftoken%2B1234567890%3D"), NonConformance, id="encoded"),
        pytest.param(call(X_Echo=f"Bearer {TOKEN}"), NonConformance, id="in a header"),
        pytest.param(call(body=TOKEN.encode(), url="https://a.example/?access_token=x"), None, id="we began"),
    ],
)
def test_an_echo(answer: Exchange, wanted: Outcome) -> None:
    """A token does not come back, unless we had put it into the URL ourselves."""
    found = outcome(lambda: confidentiality.expect_no_echo([call(), answer], [TOKEN, "x"]))

    assert found is wanted


def test_nothing_is_proved_by_calls_that_all_failed() -> None:
    """An API that serves nobody keeps every secret."""
    assert outcome(lambda: confidentiality.expect_no_echo([call(401)], [TOKEN])) is Unobservable


def _jwt(**claims: Any) -> str:
    parts = ({"alg": "ES256"}, claims)
    written = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join((*written, "c2lnbmF0dXJl"))


def test_forgeries_of_a_jwt() -> None:
    """Each changes one thing only."""
    token = _jwt(sub="Zoë", exp=1000)

    unsigned, later = parse(forgery.without_signature(token)), parse(forgery.with_later_expiry(token))

    assert unsigned
    assert later
    assert (unsigned.algorithm, unsigned.payload) == ("none", {"sub": "Zoë", "exp": 1000})
    assert later.payload == {"sub": "Zoë", "exp": 87_400}
    assert later.text.split(".")[::2] == token.split(".")[::2]


@pytest.mark.parametrize("token", ["aaaa", "AAAA", "a", "ab.cd", "12345678-1234", _jwt(a=1)])
def test_another_character_is_another_token(token: str) -> None:
    """Also for a bank that does not tell the case of letters."""
    other = forgery.with_another_character(token)

    assert len(other) == len(token)
    assert other.lower() != token.lower()


@pytest.mark.parametrize("token", ["opaque", "a.b.c", _jwt(exp="soon")])
def test_what_is_no_jwt_with_an_expiry_is_not_altered_as_one(token: str) -> None:
    """The bank's tokens may be anything."""
    assert outcome(lambda: forgery.with_later_expiry(token)) is NotApplicable
