"""The documented flow at the reference bank, from discovery to the API."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from urllib.parse import urlencode

import jwt
import pytest
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from conformance.selftest.bank_fixtures import bank, main, other, shared_keyring
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.plain_client import REALM, Visitor

__all__ = ["bank", "main", "other"]

FUNDS = {
    "paymentCoverageRequestId": "COV-1",
    "accountId": {"iban": "FR7699881000420000000100115"},
    "instructedAmount": {"currency": "EUR", "amount": "125.00"},
}
PAYMENT = {
    "creditorAccount": {"iban": "FR1420041010050500013M02606"},
    "instructedAmount": {"currency": "EUR", "amount": "12.50"},
}


def test_discovery_leads_to_every_endpoint(main: Visitor) -> None:
    answer = main.visit("GET", f"{REALM}/.well-known/openid-configuration")
    document = answer.json()

    assert answer.headers["content-type"] == "application/json"
    assert document["issuer"] == "https://sso.bank.example/sgconnect/oauth2"
    assert document["token_endpoint"] == "https://sso-cert.bank.example/sgconnect/oauth2/access_token"
    assert document["mtls_endpoint_aliases"]["token_endpoint"] == document["token_endpoint"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert all(value != [] for value in document.values())


def test_the_jwk_set_is_public(main: Visitor) -> None:
    keys = main.visit("GET", f"{REALM}/connect/jwk_uri").json()["keys"]

    assert {key["alg"] for key in keys} == {"RS256", "ES256"}
    assert len({key["kid"] for key in keys}) == 2
    assert not any(secret in key for key in keys for secret in ("d", "p", "q", "dp", "dq", "qi", "k"))


def test_the_redirect_carries_what_the_document_shows(main: Visitor) -> None:
    answer = main.journey(state="s +/=%&é" + "x" * 256)

    assert answer.status == 303
    assert answer.headers["location"].startswith("https://tpp.example.com/post-authentication?code=")
    assert list(answer.redirect) == ["code", "iss", "session_state", "client_id", "state"]
    assert answer.redirect["state"] == "s +/=%&é" + "x" * 256
    assert answer.redirect["client_id"] == main.client.client_id
    assert answer.redirect["session_state"] not in main.cookies.values()


def test_a_registered_query_is_kept(main: Visitor) -> None:
    uri = main.client.redirect_uris[2]

    answer = main.journey(redirect_uri=uri)

    assert answer.headers["location"].startswith(f"{uri}&code=")
    assert main.exchange(answer.redirect["code"], redirect_uri=uri).status == 200


def test_a_post_is_an_authorization_request_too(main: Visitor) -> None:
    page = main.visit("POST", f"{REALM}/authorize", urlencode(main.request()))

    assert 'id="login"' in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_the_token_response_has_exactly_the_documented_members(main: Visitor) -> None:
    answer = main.exchange(main.code())
    body = answer.json()

    assert set(body) == {"access_token", "refresh_token", "scope", "id_token", "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"], body["scope"]) == (
        "Bearer",
        599,
        "openid api1.v1 api2.v1",
    )
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["pragma"] == "no-cache"


def test_the_id_token_verifies_with_the_published_key(main: Visitor) -> None:
    keys = main.visit("GET", f"{REALM}/connect/jwk_uri").json()["keys"]
    tokens = main.tokens(nonce="n-1")
    header = jwt.get_unverified_header(tokens["id_token"])
    key = next(key for key in keys if key["kid"] == header["kid"])

    claims = jwt.decode(
        tokens["id_token"],
        RSAAlgorithm.from_jwk(key),  # type: ignore[arg-type]
        algorithms=["RS256"],
        audience=main.client.client_id,
        issuer="https://sso.bank.example/sgconnect/oauth2",
    )

    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    assert claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert (claims["nonce"], claims["acr"]) == ("n-1", "L1")
    assert claims["sub"] == main.psu.subject


def test_the_published_elliptic_key_is_readable(main: Visitor) -> None:
    keys = main.visit("GET", f"{REALM}/connect/jwk_uri").json()["keys"]

    assert ECAlgorithm.from_jwk(next(key for key in keys if key["alg"] == "ES256"))


def test_each_service_opens_with_its_scope(main: Visitor) -> None:
    token = main.tokens(scope="openid api1.v1 api2.v1 api3.v1")["access_token"]

    assert len(main.call(token, "/api/v1/accounts").json()["accounts"]) == 8
    assert main.call(token, "/api/v1/funds-confirmations", "POST", FUNDS).json()["result"] is True
    assert main.call(token, "/api/v1/payment-requests").json()["paymentRequests"] == []


@pytest.mark.parametrize(
    ("scope", "path", "method"),
    [
        ("openid api1.v1", "/api/v1/payment-requests", "GET"),
        ("openid api2.v1", "/api/v1/accounts", "GET"),
        ("openid api2.v1", "/api/v1/funds-confirmations", "POST"),
        ("openid", "/api/v1/data", "GET"),
    ],
)
def test_a_service_stays_closed_without_its_scope(main: Visitor, scope: str, path: str, method: str) -> None:
    token = main.tokens(scope=scope)["access_token"]

    answer = main.call(token, path, method, PAYMENT if method == "POST" else None)

    assert answer.status == 403
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


def test_refreshing_rotates_and_reuse_ends_the_grant(main: Visitor) -> None:
    first = main.tokens()

    second = main.refresh(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert main.call(second["access_token"]).status == 200

    assert main.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert main.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"
    assert main.call(second["access_token"]).status == 401


def test_a_refresh_narrows_the_scope_for_once(main: Visitor) -> None:
    tokens = main.tokens()

    narrowed = main.refresh(tokens["refresh_token"], scope="api1.v1").json()
    assert narrowed["scope"] == "api1.v1"
    assert "id_token" not in narrowed
    assert main.refresh(narrowed["refresh_token"], scope="openid api3.v1").json()["error"] == "invalid_scope"
    assert main.refresh(narrowed["refresh_token"]).json()["scope"] == tokens["scope"]


def test_a_renewed_certificate_keeps_the_grant(bank: EmbeddedBank, main: Visitor) -> None:
    tokens = main.tokens()
    renewed = Visitor(bank, "renewed")

    answer = renewed.refresh(tokens["refresh_token"])

    assert answer.status == 200
    assert renewed.call(answer.json()["access_token"]).status == 200
    assert renewed.call(tokens["access_token"]).status == 401
    renewed.close()


def test_a_session_needs_no_second_login_unless_asked(main: Visitor) -> None:
    main.journey()

    assert 'id="consent"' in main.authorize().text
    assert 'id="login"' in main.authorize(prompt="login").text
    assert 'id="login"' in main.authorize(max_age="0").text
    assert 'id="consent"' in main.authorize(max_age="60").text
    assert "code" in main.authorize(prompt="none").redirect
    assert main.authorize(prompt="none", scope="openid api3.v1").redirect["error"] == "consent_required"


def test_prompt_none_without_session_shows_nothing(main: Visitor) -> None:
    answer = main.authorize(prompt="none")

    assert answer.redirect["error"] == "login_required"
    assert answer.redirect["state"] == "state-1"
    assert answer.redirect["iss"] == "https://sso.bank.example/sgconnect/oauth2"


def test_cancelling_at_each_page_is_access_denied(main: Visitor) -> None:
    at_login = main.submit(main.authorize(), "cancel")
    page = main.submit(main.authorize(), "login", username=main.psu.username, password=main.psu.password)
    at_approve = main.submit(page, "cancel")
    at_consent = main.submit(main.sign_in(main.authorize()), "refuse")

    for answer in (at_login, at_approve, at_consent):
        assert answer.redirect["error"] == "access_denied"
        assert answer.redirect["state"] == "state-1"
        assert "code" not in answer.redirect


def test_the_device_decides(main: Visitor) -> None:
    assert main.decide("approve") == 409
    page = main.submit(main.authorize(), "login", username=main.psu.username, password=main.psu.password)

    assert "has not answered yet" in main.submit(page, "continue").text
    assert main.decide("refuse") == 204
    assert main.submit(page, "continue").redirect["error"] == "access_denied"


def test_a_wrong_password_stays_at_the_login(main: Visitor) -> None:
    page = main.submit(main.authorize(), "login", username=main.psu.username, password="wrong")

    assert 'id="login"' in page.text
    assert 'role="alert"' in page.text


def test_the_clock_ends_codes_tokens_and_sessions(main: Visitor) -> None:
    code = main.code()
    tokens = main.tokens()

    main.bank.clock.advance(timedelta(seconds=570))
    assert main.call(tokens["access_token"]).status == 200

    main.bank.clock.advance(timedelta(seconds=60))
    assert main.exchange(code).json()["error"] == "invalid_grant"
    assert main.call(tokens["access_token"]).status == 401
    assert 'id="login"' in main.authorize().text

    main.bank.clock.advance(timedelta(days=179))
    refreshed = main.refresh(tokens["refresh_token"])
    assert main.call(refreshed.json()["access_token"]).status == 200

    main.bank.clock.advance(timedelta(days=2))
    assert main.refresh(refreshed.json()["refresh_token"]).json()["error"] == "invalid_grant"


def test_revocation_ends_the_grant_of_its_own_client_only(main: Visitor, other: Visitor) -> None:
    tokens = main.tokens()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    def revoke(visitor: Visitor, token: str) -> int:
        body = urlencode({"token": token, "client_id": visitor.client.client_id})
        return visitor.cert.ask("POST", f"{REALM}/token/revoke", body, headers).status

    assert revoke(other, tokens["refresh_token"]) == 200
    refreshed = main.refresh(tokens["refresh_token"]).json()
    assert revoke(main, refreshed["refresh_token"]) == 200
    assert main.refresh(refreshed["refresh_token"]).json()["error"] == "invalid_grant"
    assert revoke(main, "random") == 200


def test_id_tokens_can_be_signed_with_es256() -> None:
    with EmbeddedBank(keys=shared_keyring(), id_token_algorithm="ES256") as bank:
        visitor = Visitor(bank)
        header = jwt.get_unverified_header(visitor.tokens()["id_token"])

        assert (header["alg"], header["kid"]) == ("ES256", "bank-es256-1")
        visitor.close()
