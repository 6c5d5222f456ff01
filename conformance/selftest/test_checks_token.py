"""Checks of token responses and values: liberal where the standards are, calm under nasty input."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from conformance.checks.token_response import (
    expect_bearer_type,
    expect_granted_scope,
    expect_id_token_member,
    expect_json_not_stored,
    expect_lifetime,
    expect_number_member,
    expect_pragma,
    expect_string_member,
    expect_token_response,
)
from conformance.checks.token_values import (
    entropy,
    expect_header_safe,
    expect_no_repetition,
    expect_signed_or_opaque,
    expect_unguessable,
    expect_visible_characters,
)
from conformance.errors import NonConformance, NotApplicable, Unobservable
from conformance.exchange import Exchange
from conformance.selftest.token_answers import OPAQUE, SIGNED, UNSIGNED, answer, error, having


def whole(exchange: Exchange) -> None:
    """Every check of a token response."""
    expect_token_response(exchange)
    for name in ("access_token", "refresh_token", "scope", "token_type"):
        expect_string_member(exchange, name)
    expect_number_member(exchange, "expires_in")
    expect_id_token_member(exchange, requested=["openid"])
    expect_bearer_type(exchange)
    expect_lifetime(exchange, limit=600, tolerance=30)
    expect_granted_scope(exchange, requested=["openid", "api1.v1"])
    expect_header_safe(exchange)
    expect_visible_characters(exchange)
    for name in ("access_token", "refresh_token"):
        expect_signed_or_opaque(exchange, name)
        expect_unguessable(exchange, name)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"token_type": "bearer"},
        {"token_type": "BEARER"},
        {"extra": [1, {"a": None}]},
        {"expires_in": 599.5},
        {"expires_in": 570},
        {"expires_in": 600},
        {"access_token": SIGNED},
        {"access_token": "8f9cd441-8b39-425e-9086-315048834059"},
        {"access_token": secrets.token_hex(16)},
        {"access_token": "ab+/" + secrets.token_urlsafe(32) + "=="},
        {"refresh_token": "1//" + secrets.token_urlsafe(24) + "|!:"},
        {"scope": "openid"},
        {"scope": "api1.v1 openid"},
    ],
)
def test_what_the_standards_allow_passes(changed: dict[str, Any]) -> None:
    """No bank fails for its own ways."""
    whole(having(**changed))


Check = Callable[[Exchange], None]
NASTY: list[tuple[Check, dict[str, Any]]] = [
    (expect_token_response, {"access_token": None}),
    (expect_token_response, {"access_token": ""}),
    (expect_token_response, {"access_token": 12}),
    (expect_token_response, {"error": "invalid_grant"}),
    (expect_token_response, {"error": 0}),
    (lambda e: expect_string_member(e, "refresh_token"), {"refresh_token": None}),
    (lambda e: expect_string_member(e, "refresh_token"), {"refresh_token": ["x"]}),
    (lambda e: expect_string_member(e, "refresh_token"), {"refresh_token": "  "}),
    (lambda e: expect_number_member(e, "expires_in"), {"expires_in": "599"}),
    (lambda e: expect_number_member(e, "expires_in"), {"expires_in": True}),
    (lambda e: expect_id_token_member(e, requested=["openid"]), {"id_token": None}),
    (expect_bearer_type, {"token_type": None}),
    (expect_bearer_type, {"token_type": "JWT"}),
    (expect_bearer_type, {"token_type": {"Bearer": 1}}),
    (lambda e: expect_lifetime(e, limit=600, tolerance=30), {"expires_in": 569}),
    (lambda e: expect_lifetime(e, limit=600, tolerance=30), {"expires_in": 601}),
    (lambda e: expect_lifetime(e, limit=600, tolerance=30), {"expires_in": -1}),
    (lambda e: expect_lifetime(e, limit=600, tolerance=900), {"expires_in": 0}),
    (lambda e: expect_lifetime(e, limit=600, tolerance=30), {"expires_in": 10**4000}),
    (lambda e: expect_lifetime(e, limit=600, tolerance=30), {"expires_in": float("nan")}),
    (lambda e: expect_lifetime(e, limit=600, tolerance=30), {"expires_in": float("inf")}),
    (lambda e: expect_granted_scope(e, requested=["openid"]), {}),
    (lambda e: expect_granted_scope(e, requested=["openid"]), {"scope": ""}),
    (lambda e: expect_granted_scope(e, requested=["openid"]), {"scope": "openid "}),
    (lambda e: expect_granted_scope(e, requested=["openid", "a"]), {"scope": "openid,a"}),
    (lambda e: expect_granted_scope(e, requested=["openid", "a"]), {"scope": "a"}),
    (lambda e: expect_granted_scope(e, requested=["openid", "a"]), {"scope": ["a"]}),
    (lambda e: expect_granted_scope(e, requested=["openid", "a"]), {"scope": None}),
    (expect_header_safe, {"access_token": "a b"}),
    (expect_header_safe, {"access_token": "ü" * 40}),
    (expect_header_safe, {"access_token": OPAQUE + "\n"}),
    (expect_visible_characters, {"refresh_token": "a b"}),
    (expect_visible_characters, {"refresh_token": "a\u200b"}),
    (lambda e: expect_signed_or_opaque(e, "access_token"), {"access_token": UNSIGNED}),
    (lambda e: expect_unguessable(e, "access_token"), {"access_token": "4711-0815"}),
    (lambda e: expect_unguessable(e, "access_token"), {"access_token": "1" * 36}),
    (lambda e: expect_unguessable(e, "access_token"), {"access_token": secrets.token_hex(15)}),
]


@pytest.mark.parametrize(("check", "changed"), NASTY)
def test_what_the_clauses_forbid_is_found(check: Check, changed: dict[str, Any]) -> None:
    """Each with a finding that tells no token."""
    with pytest.raises(NonConformance) as found:
        check(having(**changed))

    assert OPAQUE not in str(found.value)
    assert len(str(found.value)) < 400


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"<html>", b"[" * 100_000, b"\xff", b'"text"'])
def test_a_body_that_is_no_object_is_no_token_response(body: bytes) -> None:
    """And the checks of its members say nothing then."""
    with pytest.raises(NonConformance):
        expect_token_response(answer(200, body))
    with pytest.raises(Unobservable):
        expect_bearer_type(answer(200, body))


@pytest.mark.parametrize("exchange", [answer(None), answer(429), answer(503), error(400, "invalid_grant")])
def test_a_failed_exchange_leaves_the_response_unjudged(exchange: Exchange) -> None:
    """token-code-exchange alone reports it."""
    with pytest.raises(Unobservable):
        expect_json_not_stored([exchange])


def test_a_lifetime_that_is_no_number_is_reported_elsewhere() -> None:
    """One mistake, one finding."""
    with pytest.raises(Unobservable):
        expect_lifetime(having(expires_in="599"), limit=600, tolerance=30)


def test_no_id_token_is_asked_for_without_openid() -> None:
    """OAuth alone knows none."""
    with pytest.raises(NotApplicable):
        expect_id_token_member(having(id_token=None), requested=["api1.v1"])


@pytest.mark.parametrize("value", ["no-store", "No-Store, private", "private,no-store", 'no-store="x"'])
def test_no_store_is_a_directive_among_others(value: str) -> None:
    """RFC 9111: names of directives have no case."""
    expect_json_not_stored([answer(Cache_Control=value, Content_Type="application/json;charset=UTF-8")])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Cache_Control": "no-cache"},
        {"Cache_Control": "private, max-age=600"},
        {"Cache_Control": "x-no-store"},
        {"Cache_Control": "no-store", "Content_Type": "text/plain"},
        {"Cache_Control": "no-store", "Content_Type": ""},
    ],
)
def test_a_response_that_may_be_stored_or_is_no_json_is_found(headers: dict[str, Any]) -> None:
    """Also where it is one of many."""
    good = answer(Cache_Control="no-store")

    with pytest.raises(NonConformance):
        expect_json_not_stored([good, answer(**headers)])


def test_pragma_is_read_as_a_directive() -> None:
    """Its absence is found."""
    expect_pragma(answer(Pragma="No-Cache"))
    with pytest.raises(NonConformance):
        expect_pragma(answer())


def issued(
    code: str, *, access: str, refresh: str, grant: str = "authorization_code", **more: str
) -> Exchange:
    """A token response to a request for a code or of a refresh."""
    asked = urlencode({"grant_type": grant, "code": code, **more})
    return answer(200, {"access_token": access, "refresh_token": refresh}, asked=asked)


def test_new_tokens_for_each_request_pass() -> None:
    """A repeated request may repeat its answer, and a refresh may keep its refresh token."""
    first = issued("1", access="a", refresh="r")
    again = issued("1", access="a", refresh="r", client_assertion="fresh")
    second = issued("2", access="b", refresh="s")
    refreshed = issued("s", access="c", refresh="s", grant="refresh_token")

    expect_no_repetition([first, again, second, refreshed])


@pytest.mark.parametrize(
    "second",
    [
        issued("2", access="a", refresh="s"),
        issued("2", access="b", refresh="r"),
        issued("2", access="r", refresh="s"),
        issued("r", access="a", refresh="s", grant="refresh_token"),
    ],
)
def test_a_token_issued_twice_is_found(second: Exchange) -> None:
    """Under whatever name."""
    with pytest.raises(NonConformance):
        expect_no_repetition([issued("1", access="a", refresh="r"), second])


def test_one_token_response_cannot_be_compared() -> None:
    """Nor one that was asked for twice."""
    one = issued("1", access="a", refresh="r")

    with pytest.raises(Unobservable):
        expect_no_repetition([one, one])


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("8f9cd441-8b39-425e-9086-315048834059", 122, 122),
        ("0f" * 16, 128, 128),
        ("A" * 21 + "-z", 122, 150),
        ("12345678", 20, 33),
    ],
)
def test_entropy_is_estimated_from_length_and_alphabet(value: str, least: float, most: float) -> None:
    """An upper bound: what falls below the limit surely does."""
    assert least <= entropy(value) <= most
