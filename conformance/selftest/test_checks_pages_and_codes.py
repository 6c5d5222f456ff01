"""Checks of the authorization area: pages, codes, scopes and session_state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.checks import authorization_response as responses
from conformance.checks import codes, pages, scopes
from conformance.errors import NonConformance, NotApplicable
from conformance.selftest.test_checks_authorization import ASKING, CODE, URI, exchange, redirect


@pytest.mark.parametrize(
    ("headers", "restricted"),
    [
        ({"Content_Security_Policy": "default-src 'none'; Frame-Ancestors 'none'"}, True),
        ({"Content_Security_Policy": "frame-ancestors 'self' https://*.bank.example"}, True),
        ({"Content_Security_Policy": "frame-ancestors"}, True),
        ({"Content_Security_Policy": "frame-ancestors *"}, False),
        ({"Content_Security_Policy": "frame-ancestors https:"}, False),
        ({"Content_Security_Policy": "frame-ancestors https://evil-bank.example"}, False),
        ({"Content_Security_Policy": "frame-ancestors *", "X_Frame_Options": "DENY"}, False),
        ({"Content_Security_Policy": "default-src *", "X_Frame_Options": "SameOrigin"}, True),
        ({"Content_Security_Policy": "default-src *, frame-ancestors 'none'"}, True),
        ({"X_Frame_Options": "DENY, SAMEORIGIN"}, True),
        ({"X_Frame_Options": "ALLOW-FROM https://tpp.example"}, False),
        ({"X_Frame_Options": ""}, False),
        ({}, False),
    ],
)
def test_framing_is_judged_by_both_headers(headers: dict[str, Any], restricted: bool) -> None:
    """CSP decides where it speaks of framing; the older header where it does not."""
    seen = replace(ASKING, pages=(exchange(200, **headers),))
    if restricted:
        pages.expect_no_framing(seen)
    else:
        with pytest.raises(NonConformance):
            pages.expect_no_framing(seen)


@pytest.mark.parametrize(
    ("status", "good"), [(200, True), (302, True), (303, True), (307, False), (308, False)]
)
def test_a_redirect_after_a_form_is_302_or_303(status: int, good: bool) -> None:
    """Also where it is not the last of the way."""
    landing = redirect(CODE, exchanges=(exchange(200), exchange(status, method="POST"), exchange(303)))
    if good:
        pages.expect_no_repeated_post(landing)
    else:
        with pytest.raises(NonConformance):
            pages.expect_no_repeated_post(landing)


HEX = "0f" * 16
MIXED = "4EaaUd1nfrgpxw6ZzaezQNj9EYI", "SplxlOBeZQQYbYS6WxSbIAx91kw"
UUIDS = "6f9619ff-8b86-d011-b42d-00cf4fc964ff", "a3bb189e-8bf9-3888-9912-ace4e6543002"


@pytest.mark.parametrize(
    ("values", "good"),
    [
        pytest.param(MIXED, True, id="the document's example"),
        pytest.param(UUIDS, True, id="UUIDs"),
        pytest.param([f"{uuid}.{UUIDS[0]}.{UUIDS[1]}" for uuid in UUIDS], True, id="a common end"),
        pytest.param(["eyJhbGciOiJIUzI1NiJ9.e30." + value * 2 for value in MIXED], True, id="JWTs"),
        pytest.param(["eyJhbGciOiJIUzI1NiJ9.e30." + value[:9] for value in MIXED], False, id="weak JWTs"),
        pytest.param(["123456", "654321"], False, id="six digits"),
        pytest.param([HEX, HEX], False, id="the same twice"),
        pytest.param([HEX + "01", HEX + "02"], False, id="a counter behind a constant"),
        pytest.param(["ab" * 8, "cd" * 8], False, id="64 bits"),
    ],
)
def test_codes_are_judged_by_what_differs(values: list[str], good: bool) -> None:
    """Length and alphabet, and what is left beside a common beginning and end."""
    seen = [found for value in values if (found := redirect(f"{URI}?code={value}").response)]
    if good:
        codes.expect_unguessable_codes(seen)
    else:
        with pytest.raises(NonConformance):
            codes.expect_unguessable_codes(seen)


@pytest.mark.parametrize(
    ("members", "raised"),
    [
        (b'{"scope":"openid a","access_token":"x"}', None),
        (b'{"scope":["openid","a"]}', None),
        (b'{"scope":"openid no.such.scope"}', NonConformance),
        (b'{"scope":["no.such.scope"]}', NonConformance),
        (b"{}", NonConformance),
        (b"[]", NonConformance),
        (b'{"scope":17}', None),
    ],
)
def test_an_unknown_scope_is_left_out(members: bytes, raised: type[Exception] | None) -> None:
    """In whatever form the scope is stated; the form itself is another requirement."""
    if raised is None:
        scopes.expect_scope_omitted(exchange(200, body=members), "no.such.scope")
    else:
        with pytest.raises(raised):
            scopes.expect_scope_omitted(exchange(200, body=members), "no.such.scope")


def test_session_state_is_judged_in_two_browsers() -> None:
    """Not a cookie, not a constant, no space; not at all where nobody documents it."""
    first, second = (redirect(f"{CODE}&session_state={value}") for value in ("one", "two"))
    documented = ["session_state"]
    responses.expect_session_state(first, other=second, documented=documented)
    for landing, other in (
        (first, first),
        (replace(first, cookies=("one",)), second),
        (redirect(f"{CODE}&session_state=o%20ne"), second),
        (redirect(CODE), second),
    ):
        with pytest.raises(NonConformance):
            responses.expect_session_state(landing, other=other, documented=documented)
    with pytest.raises(NotApplicable):
        responses.expect_session_state(first, other=first, documented=[])
