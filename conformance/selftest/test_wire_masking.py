"""Nothing secret or personal survives masking, and what is public stays readable."""

from __future__ import annotations

import base64
import json
import re
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conformance.clock import Clock
from conformance.exchange import Exchange, Headers
from conformance.wire.masking import Masking
from conformance.wire.recorder import Recorder
from conformance.wire.redaction import Redactor

_PSEUDONYM = re.compile(r"<[A-Za-z0-9_-]*:[0-9a-f]{8}>")
_JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
_SECRETS = st.lists(
    st.text(min_size=1, max_size=12) | st.text("ab+/ %\"\\\n<&é'.*", min_size=3, max_size=9),
    min_size=1,
    max_size=6,
)


def forms(secret: str) -> set[str]:
    """As a leak test looks for a secret."""
    raw = secret.encode("utf-8", "surrogatepass")
    found = {secret, json.dumps(secret)[1:-1], quote(raw, safe=""), quote_plus(raw)}
    if len(raw) >= 4:
        found |= {
            base64.b64encode(raw).decode().rstrip("="),
            base64.urlsafe_b64encode(raw).decode().rstrip("="),
        }
    return {form for form in found if len(form) >= 4}


def visible(masked: str) -> str:
    """The text around the pseudonyms."""
    return _PSEUDONYM.sub("\x00", masked)


@settings(max_examples=150, deadline=None)
@given(_SECRETS, st.lists(st.tuples(st.text(max_size=8), st.integers(0, 20), st.integers(0, 20)), max_size=8))
@example(["abcdef", "defghi"], [("", 0, 0), ("", 1, 0)])
@example(["token", "<token:"], [("", 0, 0)])
def test_no_form_of_a_secret_survives(values: list[str], plan: list[tuple[str, int, int]]) -> None:
    redactor = Redactor(b"k")
    for value in values:
        redactor.learn("token", value)
    text = "".join(
        before + sorted(forms(value) or {value})[form % max(1, len(forms(value)))]
        for before, which, form in plan
        for value in [values[which % len(values)]]
    )
    text += "".join(values)

    masked = visible(redactor.mask(text))

    assert [form for value in values for form in forms(value) if form in masked and "\x00" not in form] == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_a_token_is_masked_wherever_it_stands(before: str, after: str) -> None:
    assert _JWT not in Redactor().mask(f"{before}{_JWT}{after}")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_a_text_without_secrets_stays_as_it_is(text: str) -> None:
    redactor = Redactor()
    redactor.learn("token", "8f1d2c4a-not-in-any-text")

    assert "eyJ" in text or redactor.mask(text) == text


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.text("abcd%+ ", min_size=4, max_size=7) | st.text("ab", min_size=30, max_size=36),
        ),
        max_size=30,
    ),
    st.integers(0, 90),
)
def test_a_text_that_was_clean_once_is_masked_by_what_is_learnt_later(
    plan: list[tuple[bool, str]], others: int
) -> None:
    texts = [f"x{text}y" for _, text in plan]
    remembering = Redactor(b"k")
    for number, (learn, text) in enumerate(plan):
        for other in range(others if number == len(plan) // 2 else 0):
            remembering.learn("token", f"another-{other}")
        if learn:
            remembering.learn("token", text)
        fresh = Redactor(b"k")
        for value in remembering.values:
            fresh.learn("token", value)
        assert [remembering.mask(text) for text in texts] == [fresh.mask(text) for text in texts]


def test_secrets_that_overlap_are_taken_out_whole() -> None:
    redactor = Redactor()
    for secret in ("abcdef", "defghijk", "bcd1"):
        redactor.learn("token", secret)

    assert re.fullmatch(r"x<token:\w{8}>y", redactor.mask("xabcdefghijky"))


def test_equal_secrets_have_equal_pseudonyms_in_every_form_and_none_across_runs() -> None:
    redactor, other = Redactor(), Redactor()
    secret = 'pa"ss é+word'
    pseudonym = redactor.learn("password", secret)

    assert {redactor.mask(form) for form in forms(secret)} == {pseudonym}
    assert redactor.learn("another", secret) == pseudonym
    assert other.learn("password", secret) != pseudonym


@pytest.mark.parametrize(
    "secret", ["a.*b", "(x)+[y]", "\\d{4}", "line\nbreak", '"quo"te', "π≠π≠", "%41%42%43"]
)
def test_a_secret_is_a_text_and_no_pattern(secret: str) -> None:
    redactor = Redactor()
    redactor.learn("token", secret)

    assert secret not in redactor.mask(f"before {secret} after {json.dumps(secret)} {quote(secret)}")
    assert redactor.mask("aXXb xy 1234 line break") == "aXXb xy 1234 line break"


def test_short_values_are_masked_in_their_place_only() -> None:
    masking = Masking(Redactor())

    assert re.fullmatch(r"https://b/\?code=<code:\w{8}>", masking.url("https://b/?code=abc"))
    assert masking.redactor.mask("abc of it") == "abc of it"


def answer(body: bytes | Any = b"", *headers: tuple[str, str], media: str = "application/json") -> Exchange:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Exchange(
        number=1,
        purpose="try",
        client=None,
        method="POST",
        url="https://bank.example/token?access_token=in-the-query-1",
        request_headers=Headers((("Authorization", "Basic dXNlcjpwYXNzd29yZA=="), ("X-Own", "own-secret-1"))),
        request_body=b"grant_type=authorization_code&code=code-secret-1&redirect_uri=https%3A%2F%2Fa.example%2Fcb",
        sent=datetime.now(UTC),
        elapsed=timedelta(),
        status=200,
        headers=Headers((("Content-Type", media), *headers)),
        body=content,
    )


def recorded(exchange: Exchange) -> str:
    events: list[dict[str, Any]] = []
    Recorder(events.append, Masking(Redactor()), Clock()).record(exchange)
    return json.dumps(events[0], ensure_ascii=False)


def test_a_body_that_comes_again_hides_what_was_learnt_since() -> None:
    masking = Masking(Redactor(b"k"), plain_below="https://bank.example/")
    again = answer({"name": "a-name-of-later", "status": "open"})

    first = masking.response_body(again)
    masking.redactor.learn("name", "another")
    unchanged = masking.response_body(again)
    masking.redactor.learn("name", "a-name-of-later")
    later = masking.response_body(again)

    assert "a-name-of-later" in first[0]
    assert unchanged == first
    assert "a-name-of-later" not in later[0]
    assert later == masking.response_body(again)


def test_a_request_shows_its_shape_and_none_of_its_secrets() -> None:
    line = recorded(answer())

    for secret in ("in-the-query-1", "dXNlcjpwYXNzd29yZA", "own-secret-1", "code-secret-1"):
        assert secret not in line
    assert "grant_type=authorization_code" in line
    assert "https://a.example/cb" in line


def test_members_are_masked_wherever_they_hide() -> None:
    body = {
        "status": "granted",
        "expires_in": 599,
        "unexpected": {"deep": [{"tok": "nested-secret-1"}, "array-secret-1", 184250.75, 9310]},
        "FR7630006000011234567890189": "an IBAN as a name",
        "keys": [{"name": "Camille Exemple"}],
        "issuer": "Camille Exemple SA",
        "echo": "the code was code-secret-1",
        "jwt": f"Bearer {_JWT}",
        "nothing": None,
        "flag": True,
    }

    line = recorded(answer(body))

    for secret in (
        "nested-secret-1",
        "array-secret-1",
        "184250.75",
        "9310",
        "FR7630",
        "Camille",
        "code-secret-1",
    ):
        assert secret not in line
    assert _JWT not in line
    assert all(part in line for part in ("granted", "599", "true", "null"))


def test_a_path_of_our_own_that_the_bank_repeats_stays_readable() -> None:
    line = recorded(answer({"href": "/token", "other": "/accounts/4711-secret"}))

    assert '\\"/token\\"' in line
    assert "4711-secret" not in line


def test_metadata_stays_readable() -> None:
    metadata = {
        "issuer": "https://bank.example",
        "jwks_uri": "https://bank.example/jwks",
        "acr_values": ["L1"],
    }

    line = recorded(answer(metadata))

    assert json.dumps(json.dumps(metadata))[1:-1] in line


def test_a_key_set_stays_readable_but_for_private_members() -> None:
    public = {"kty": "RSA", "kid": "1", "n": "modulus-of-the-key", "e": "AQAB"}
    private = {"d": "private-exponent", "p": "prime-one", "oth": [{"r": "prime-two", "t": "coefficient"}]}

    line = recorded(answer({"keys": [{**public, **private}, {"kty": "oct", "k": "symmetric-key"}]}))

    assert "modulus-of-the-key" in line
    for secret in ("private-exponent", "prime-one", "prime-two", "coefficient", "symmetric-key"):
        assert secret not in line


def test_a_page_leaves_its_outline_only() -> None:
    page = (
        "<html><title>Sign in</title><body><h1>Camille Exemple</h1><p>FR7630006000011234567890189</p>"
        "<form method=post><input name=username value=treasurer-1><input type=hidden name=csrf value=hidden-1>"
        "<button name=action value=login>Go</button></form>"
    )

    line = recorded(answer(page.encode(), media="text/html"))

    for secret in ("Camille", "FR7630", "treasurer-1", "hidden-1"):
        assert secret not in line
    assert all(part in line for part in ("Sign in", "username", "csrf", "login"))


@pytest.mark.parametrize(
    "location",
    [
        "https://tpp.example/cb?code=the-secret-1&state=other-2",
        "https://tpp.example/cb#access_token=the-secret-1&state=other-2",
        "https://the-secret-1:other-2@tpp.example/cb",
        "https://[broken/the-secret-1/other-2",
        "/relative?x=the-secret-1&y=other-2",
        "https://tpp.example/cb?the-secret-1-alone",
        "?code=the-secret-1#id_token=other-2",
    ],
)
def test_a_redirect_shows_where_it_leads_and_none_of_its_values(location: str) -> None:
    line = recorded(answer(b"", ("Location", location)))

    assert "the-secret-1" not in line
    assert "other-2" not in line


def test_cookies_and_unknown_headers_are_masked() -> None:
    headers = (
        ("Set-Cookie", "session=cookie-secret-1; Path=/; Secure; HttpOnly"),
        ("X-Internal", "header-secret-1"),
        ("Cache-Control", "no-store"),
        ("WWW-Authenticate", 'Bearer error="invalid_token"'),
    )

    line = recorded(answer(b"", *headers))

    assert "cookie-secret-1" not in line
    assert "header-secret-1" not in line
    assert all(part in line for part in ("session=", "HttpOnly", "no-store", "invalid_token"))


def test_a_common_word_in_an_unknown_header_does_not_darken_the_rest() -> None:
    line = recorded(
        answer({"issuer": "https://bank.example/x", "jwks_uri": "https://bank.example/y"}, ("X-A", "bank"))
    )

    assert "https://bank.example/y" in line


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":NaN}',
        b'{"a":"\\ud800"}',
        b'{"a":' + b"9" * 5000 + b"}",
        b"\x00\xff<",
        b'"x"',
        b"\xff" * 9,
    ],
)
def test_a_hostile_body_is_recorded_without_an_exception(body: bytes) -> None:
    recorded(answer(body))
    recorded(answer(body, media="text/html"))


def test_masking_is_fast_and_does_not_slow_down_with_what_it_knows() -> None:
    header = "Cache-Control: no-store, https://sso.bank.example/sgconnect/oauth2/authorize?x=y" * 6
    quick, burdened = Redactor(), Redactor()
    for number in range(2000):
        burdened.learn("token", f"{_JWT}.{number}" if number % 2 else secrets.token_urlsafe(32))

    spent = [min(_seconds(redactor, header) for _ in range(7)) for redactor in (quick, burdened)]

    assert spent[1] < 3 * spent[0]
    assert spent[1] < 0.002


def test_many_secrets_that_begin_alike_are_learnt_in_time() -> None:
    """A bank chooses its links, and whatever else it sends."""
    body = json.dumps({f"k{number}": f"link/{number}/x" for number in range(60_000)}).encode()
    began = time.perf_counter()

    recorded(answer(body))

    assert time.perf_counter() - began < 12  # it took a minute when each made a new table


def _seconds(redactor: Redactor, text: str) -> float:
    began = time.perf_counter()
    redactor.mask(text)
    return time.perf_counter() - began
