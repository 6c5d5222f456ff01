"""What the reference bank refuses, and how."""

from __future__ import annotations

import base64
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import jwt
import pytest

from conformance.selftest.bank_fixtures import bank, main, other, shared_keyring
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.plain_client import FORM, REALM, Connection, Visitor

__all__ = ["bank", "main", "other"]

VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
REGISTERED = "https://tpp.example.com/post-authentication"


@pytest.mark.parametrize(
    "uri",
    [
        "https://attacker.invalid/cb",
        f"{REGISTERED}/",
        f"{REGISTERED}/x",
        f"{REGISTERED}?x=1",
        "https://tpp.example.com/POST-AUTHENTICATION",
        "http://tpp.example.com/post-authentication",
        "https://tpp.example.com.invalid/post-authentication",
        "https://user@tpp.example.com/post-authentication",
        "https://tpp.example.com:443/post-authentication",
        None,
    ],
)
def test_an_unregistered_redirect_uri_ends_at_the_bank(main: Visitor, uri: str | None) -> None:
    answer = main.authorize(redirect_uri=uri)

    assert answer.status == 400
    assert "location" not in answer.headers
    assert 'id="error"' in answer.text


@pytest.mark.parametrize("client_id", [None, "00000000-0000-4000-8000-000000000000"])
def test_an_unknown_client_ends_at_the_bank(main: Visitor, client_id: str | None) -> None:
    answer = main.authorize(client_id=client_id)

    assert (answer.status, "location" in answer.headers) == (400, False)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "id_token token", "nonce": "n"}, "unsupported_response_type"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "openid api1.v1 no.such.scope"}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"request": "e30."}, "request_not_supported"),
    ],
)
def test_another_mistake_is_told_to_the_client(
    main: Visitor, changes: dict[str, str | None], error: str
) -> None:
    answer = main.authorize(**changes)

    assert answer.headers["location"].startswith(f"{REGISTERED}?error={error}")
    assert answer.redirect["state"] == "state-1"
    assert answer.redirect["iss"] == "https://sso.bank.example/sgconnect/oauth2"


def test_unknown_parameters_are_ignored(main: Visitor) -> None:
    assert 'id="login"' in main.authorize(suite_probe="1").text


@pytest.mark.parametrize("name", ["scope", "redirect_uri", "client_id"])
def test_repeated_parameters_are_refused(main: Visitor, name: str) -> None:
    query = urlencode([*main.request().items(), (name, "https://attacker.invalid/cb")])

    answer = main.visit("GET", f"{REALM}/authorize?{query}")

    assert answer.redirect["error"] == "invalid_request" if name == "scope" else answer.status == 400


@pytest.mark.parametrize("form", ["lower", "plus"])
def test_encodings_are_decoded_once(main: Visitor, form: str) -> None:
    query = urlencode(main.request())
    query = query.replace("%3A", "%3a").replace("%2F", "%2f") if form == "lower" else query
    query = query if form == "lower" else query.replace("+", "%20")

    assert 'id="login"' in main.visit("GET", f"{REALM}/authorize?{query}").text


def test_no_other_origin_reads_the_endpoint(main: Visitor) -> None:
    path = f"{REALM}/authorize?{urlencode(main.request())}"

    answer = main.visit("GET", path, Origin="https://attacker.invalid")

    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "authorization_code"}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, 400, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "x", "redirect_uri": "y"}, 400, "invalid_grant"),
        ({"grant_type": "password", "username": "x", "password": "x"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, 400, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 400, "invalid_grant"),
        (
            {"grant_type": "authorization_code", "code": "dummy", "redirect_uri": "y", "client_id": None},
            400,
            "invalid_request",
        ),
        ({"grant_type": "authorization_code", "code": "dummy", "client_id": "z"}, 401, "invalid_client"),
    ],
)
def test_a_malformed_token_request_gets_its_error(
    main: Visitor, form: dict[str, str | None], status: int, error: str
) -> None:
    answer = main.token(**form)

    assert (answer.status, answer.json()["error"]) == (status, error)
    assert answer.headers["cache-control"] == "no-store"


def test_only_a_form_by_post_is_a_token_request(main: Visitor) -> None:
    code = main.code()
    fields = {
        "grant_type": "authorization_code",
        "client_id": main.client.client_id,
        "code": code,
        "redirect_uri": REGISTERED,
    }
    path, query = f"{REALM}/access_token", urlencode(fields)

    assert main.cert.ask("GET", f"{path}?{query}").status == 405
    assert main.cert.ask("POST", f"{path}?{query}", "", FORM).json()["error"] == "invalid_request"
    by_json = main.cert.ask("POST", path, json.dumps(fields), {"Content-Type": "application/json"})
    assert by_json.json()["error"] == "invalid_request"
    assert main.cert.ask("POST", path, f"{query}&client_id=x", FORM).json()["error"] == "invalid_request"
    assert main.cert.ask("POST", path, query, FORM).status == 200


def test_a_code_is_good_once_even_in_parallel(bank: EmbeddedBank, main: Visitor) -> None:
    visitors = [Visitor(bank) for _ in range(4)]
    for visitor in visitors:
        visitor.token(grant_type="x")  # connects
    code = main.code()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda visitor: visitor.exchange(code), visitors))

    assert sorted(answer.status for answer in answers) == [200, 400, 400, 400]
    assert {a.json().get("error") for a in answers} == {None, "invalid_grant"}
    winner = next(answer.json() for answer in answers if answer.status == 200)
    assert main.call(winner["access_token"]).status == 401
    assert main.refresh(winner["refresh_token"]).json()["error"] == "invalid_grant"
    for visitor in visitors:
        visitor.close()


def test_a_code_belongs_to_client_certificate_and_redirect_uri(main: Visitor, other: Visitor) -> None:
    code = main.code()

    assert other.exchange(code, redirect_uri=REGISTERED).json()["error"] == "invalid_grant"
    stolen = other.exchange(code, client_id=main.client.client_id, redirect_uri=REGISTERED)
    assert (stolen.status, stolen.json()["error"]) == (401, "invalid_client")
    second = main.client.redirect_uris[1]
    assert main.exchange(code, redirect_uri=second).json()["error"] == "invalid_grant"
    assert main.exchange(code).status == 200


def test_pkce_is_honoured_and_cannot_be_stripped(main: Visitor) -> None:
    challenged = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}

    assert main.exchange(main.code(**challenged), code_verifier=VERIFIER).status == 200
    assert main.exchange(main.code(**challenged), code_verifier="w" * 50).json()["error"] == "invalid_grant"
    assert main.exchange(main.code(**challenged)).json()["error"] == "invalid_grant"
    assert main.exchange(main.code(), code_verifier=VERIFIER).json()["error"] == "invalid_grant"


def test_refresh_tokens_are_the_client_s_own(main: Visitor, other: Visitor) -> None:
    tokens = main.tokens()

    assert other.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    owner = main.client.client_id
    assert other.refresh(tokens["refresh_token"], client_id=owner).json()["error"] == "invalid_client"
    for wrong in ("access_token", "id_token"):
        assert main.refresh(tokens[wrong]).json()["error"] == "invalid_grant"
    assert main.refresh(tokens["refresh_token"]).status == 200


def test_the_api_wants_the_token_of_this_certificate_in_the_header(main: Visitor, other: Visitor) -> None:
    tokens = main.tokens()
    token = tokens["access_token"]
    middle = len(token) // 2
    altered = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]

    missing = main.api.ask("GET", "/api/v1/data")
    assert (missing.status, missing.headers["www-authenticate"]) == (401, 'Bearer realm="api"')
    for wrong in ("random", altered, tokens["refresh_token"], tokens["id_token"], _unsigned(token), ""):
        answer = main.call(wrong)
        assert (answer.status, "invalid_token" in answer.headers["www-authenticate"]) == (401, True)
    assert other.call(token).status == 401
    assert main.api.ask("GET", "/api/v1/data", headers={"Authorization": f"bearer {token}"}).status == 200
    assert main.api.ask("GET", f"/api/v1/data?access_token={token}").status == 401
    assert main.call(token, f"/api/v1/data?access_token={token}").status == 400
    assert main.call(token).headers["cache-control"] == "no-store"


def _unsigned(token: str) -> str:
    _, payload, _ = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["exp"] += 10_000
    parts = ({"alg": "none"}, claims)
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts) + "."
    )


MALFORMED = [
    ("sso", "GET", f"{REALM}/authorize?client_id=%ff", None, {}),
    ("sso", "GET", f"{REALM}/authorize?" + "&".join(f"a{i}=1" for i in range(1000)), None, {}),
    ("sso", "GET", f"{REALM}/authorize?client_id=" + "x" * 60_000, None, {}),
    ("sso", "GET", f"{REALM}/authorize?client_id=" + "x" * 70_000, None, {}),
    ("sso", "GET", f"{REALM}/authorize?=&&==&%00=%00", None, {}),
    ("sso", "POST", f"{REALM}/authorize", "{}", {"Content-Type": "application/json"}),
    ("sso", "POST", f"{REALM}/authorize", b"\xff\xfe=\xff", FORM),
    ("sso", "PUT", f"{REALM}/authorize", "", {}),
    ("sso", "POST", f"{REALM}/login", b"\xff", FORM),
    ("sso", "POST", f"{REALM}/login", "interaction=x&interaction=y", FORM),
    ("sso", "GET", f"{REALM}/login", None, {"Cookie": '"=;;=\x7f'}),
    ("sso", "POST", f"{REALM}/consent", "a" * 500_000, FORM),
    ("sso", "POST", f"{REALM}/.well-known/openid-configuration", "", {}),
    ("sso", "GET", "/nowhere", None, {}),
    ("sso", "GET", "/%ff%fe/../..", None, {}),
    ("sso", "OPTIONS", "*", None, {}),
    ("cert", "POST", f"{REALM}/access_token", b"\xff=\xff", FORM),
    ("cert", "POST", f"{REALM}/access_token", "grant_type=%ff", FORM),
    ("cert", "POST", f"{REALM}/access_token", "x", {"Content-Type": "text/plain"}),
    ("cert", "POST", f"{REALM}/access_token", "x", {"Content-Type": ';;;="'}),
    ("cert", "POST", f"{REALM}/access_token", "a=" + "x" * 2_000_000, FORM),
    ("cert", "POST", f"{REALM}/access_token", "client_assertion=e30.e30.&grant_type=x", FORM),
    ("cert", "POST", f"{REALM}/access_token", "grant_type=x", FORM | {"Authorization": "Basic ~~~"}),
    ("cert", "POST", f"{REALM}/access_token", "grant_type=x", FORM | {"Authorization": "Digest a=b,=,"}),
    ("cert", "DELETE", f"{REALM}/access_token", "", {}),
    ("cert", "POST", f"{REALM}/token/revoke", "token=x", FORM),
    ("cert", "GET", f"{REALM}/token/revoke", None, {}),
    ("cert", "GET", "/", None, {}),
    ("api", "GET", "/api/v1/data", None, {"Authorization": "Bearer"}),
    ("api", "GET", "/api/v1/data", None, {"Authorization": "Bearer " + "x" * 60_000}),
    ("api", "GET", "/api/v1/data", None, {"Authorization": "Bearer é.ü.ß"}),
    ("api", "GET", "/api/v1/data", None, {"Authorization": "Basic eDp5"}),
    ("api", "GET", "/api/v1/data", None, {"Authorization": ""}),
    ("api", "DELETE", "/api/v1/accounts", None, {}),
    ("api", "GET", "/api/v1/accounts/", None, {}),
]


@pytest.mark.parametrize(("host", "method", "path", "body", "headers"), MALFORMED)
def test_what_is_malformed_is_the_sender_s_mistake(
    bank: EmbeddedBank,
    host: str,
    method: str,
    path: str,
    body: str | bytes | None,
    headers: dict[str, str],
) -> None:
    connection = Connection(bank, host, None if host == "sso" else "main")

    answer = connection.ask(method, path, body, headers)

    assert 400 <= answer.status < 500
    connection.close()


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"accountId": "x", "instructedAmount": 5},
        {"accountId": {"iban": "FR7630006000011234567890189"}, "instructedAmount": {"amount": "NaN"}},
        {
            "accountId": {"iban": "FR7630006000011234567890189"},
            "instructedAmount": {"amount": "-1", "currency": "EUR"},
        },
        {"accountId": {"iban": []}, "instructedAmount": {"amount": "1", "currency": "EUR"}},
        {"accountId": {"iban": "DE1234567890123456"}, "instructedAmount": {"amount": "1", "currency": "EUR"}},
    ],
)
def test_a_malformed_body_is_the_sender_s_mistake_too(main: Visitor, body: object) -> None:
    token = main.tokens(scope="openid api3.v1")["access_token"]

    assert 400 <= main.call(token, "/api/v1/funds-confirmations", "POST", body).status < 500


@pytest.mark.parametrize(
    "method",
    ["client_secret_basic", "client_secret_post", "private_key_jwt", "self_signed_tls_client_auth"],
)
def test_other_ways_of_client_authentication(method: str) -> None:
    with EmbeddedBank(keys=shared_keyring(), authentication=method) as bank:
        visitor = Visitor(bank)
        code = visitor.code()
        if method != "self_signed_tls_client_auth":
            refused = visitor.exchange(code)
            assert (refused.status, refused.json()["error"]) == (401, "invalid_client")
        answer = _exchange_with_credentials(visitor, code, method)

        assert answer == 200
        visitor.close()


def _exchange_with_credentials(visitor: Visitor, code: str, method: str) -> int:
    client = visitor.client
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REGISTERED}
    headers = dict(FORM)
    if method == "client_secret_basic":
        pair = f"{client.client_id}:{client.secret}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    else:
        form["client_id"] = client.client_id
    if method == "client_secret_post":
        form["client_secret"] = client.secret or ""
    if method == "private_key_jwt":
        form |= _assertion(visitor)
    return visitor.cert.ask("POST", f"{REALM}/access_token", urlencode(form), headers).status


def _assertion(visitor: Visitor) -> dict[str, str]:
    claims = {
        "iss": visitor.client.client_id,
        "sub": visitor.client.client_id,
        "aud": visitor.bank.bank.settings.issuer,
        "jti": "1",
        "exp": visitor.bank.clock.timestamp() + 60,
    }
    signed = jwt.encode(claims, shared_keyring().main.key, algorithm="ES256")
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return {"client_assertion_type": kind, "client_assertion": signed}
