"""Each method of client authentication is written as its standard says, and opens the embedded bank."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest

from conformance.catalogue import load
from conformance.commands.run import judge
from conformance.errors import Unobservable
from conformance.evidence.reading import read_run
from conformance.oauth.token import ClientAuthentication, Grant, TokenRequest
from conformance.report.verdicts import judge as add_up
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.hostile import tpp_identity
from conformance.selftest.keyring import Keyring
from conformance.selftest.test_psu_pages import answer
from conformance.setup import Options
from conformance.target.model import Tpp
from conformance.verdict import Verdict

_REQUEST = TokenRequest((("grant_type", "refresh_token"), ("client_id", "a b:c+é")), "refresh")


def written(method: str, **settings: Any) -> TokenRequest:
    tpp = Tpp.model_construct(client_id="a b:c+é", authentication=method, **settings)
    tpp._identity = tpp_identity()
    return ClientAuthentication(tpp, "https://bank.example").apply(_REQUEST, datetime.now(UTC))


@pytest.mark.parametrize("method", ["tls_client_auth", "self_signed_tls_client_auth"])
def test_a_certificate_is_nothing_but_the_connection(method: str) -> None:
    assert written(method) == _REQUEST


def test_basic_credentials_are_form_encoded_first() -> None:
    request = written("client_secret_basic", client_secret="p:w +/é")

    scheme, _, value = request.headers["Authorization"].partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(value) == b"a+b%3Ac%2B%C3%A9:p%3Aw+%2B%2F%C3%A9"
    assert "client_secret" not in dict(request.pairs)


def test_a_posted_secret_is_a_field() -> None:
    request = written("client_secret_post", client_secret="p:w")

    assert dict(request.pairs)["client_secret"] == "p:w"
    assert request.headers == {}


def test_an_assertion_is_signed_with_the_key_of_the_certificate() -> None:
    pairs = dict(written("private_key_jwt").pairs)

    assert pairs["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    claims = jwt.decode(
        pairs["client_assertion"],
        tpp_identity().certificate.public_key(),  # type: ignore[arg-type]
        algorithms=["ES256"],
        audience="https://bank.example",
    )
    assert claims["iss"] == claims["sub"] == "a b:c+é"
    assert 0 < claims["exp"] - claims["iat"] <= 60
    assert claims["jti"] != jwt.decode(
        dict(written("private_key_jwt").pairs)["client_assertion"], options={"verify_signature": False}
    ).get("jti")


@pytest.mark.parametrize("value", ["NaN", "1e999", '"600"', "true", "null", "[]", "9" * 5000])
def test_a_lifetime_that_is_no_number_is_unobservable(value: str) -> None:
    exchange = answer(f'{{"access_token":"a","expires_in":{value}}}', "application/json")
    grant = Grant.__new__(Grant)
    object.__setattr__(grant, "exchange", exchange)

    with pytest.raises(Unobservable):
        _ = grant.expires_in


@pytest.fixture(scope="module")
def keys() -> Keyring:
    return Keyring()


@pytest.mark.parametrize(
    "method", ["self_signed_tls_client_auth", "client_secret_basic", "client_secret_post", "private_key_jwt"]
)
def test_a_client_of_each_method_gets_its_tokens(method: str, keys: Keyring, tmp_path: Path) -> None:
    with EmbeddedBank(authentication=method, keys=keys) as bank:
        folder = judge(
            Options(
                str(bank.profile), select=("token",), folder=tmp_path / "run", slug="bank", reporting=False
            )
        )

    judged = {
        entry.requirement.id: entry.judgement
        for entry in add_up(read_run(folder / "evidence.ndjson"), load()).requirements
    }
    red = {
        name: (judgement.verdict, judgement.reason)
        for name, judgement in judged.items()
        if judgement.verdict not in (Verdict.PASSED, Verdict.SKIPPED)
    }
    assert red == {}
    assert (
        json.dumps([bank.clients["main"].secret or "-----"])[2:-2]
        not in (folder / "evidence.ndjson").read_text()
    )
