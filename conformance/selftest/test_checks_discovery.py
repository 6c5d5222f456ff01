"""The checks of metadata and key sets: liberal where the standards are, and never confused by what they read."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks import issuers, key_sets, metadata
from conformance.errors import NonConformance, NotApplicable, Unobservable
from conformance.exchange import Exchange, Failure, FailureKind, TlsFacts
from conformance.selftest.published import answer, outcome_of

RSA = {"kty": "RSA", "n": "0vx7agoebGcQ", "e": "AQAB", "kid": "1", "use": "sig", "alg": "RS256"}
EC = {"kty": "EC", "crv": "P-256", "x": "f83OJ3D2", "y": "x_FEzRu9", "kid": "2"}
OKP = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS", "kid": "3"}
ENC = RSA | {"use": "enc", "alg": "RSA-OAEP", "kid": "4"}
URL = "https://bank.example/auth/.well-known/openid-configuration"
ALERT = Failure(FailureKind.TLS_ALERT, "handshake failure")


def document(**members: Any) -> Exchange:
    """Metadata with these members."""
    return answer(members)


@pytest.mark.parametrize(
    "issuer",
    [
        pytest.param("https://bank.example:443/auth", id="default port"),
        pytest.param("https://Bank.EXAMPLE/auth", id="host case"),
        pytest.param("https://bank.example/auth/", id="trailing slash"),
    ],
)
def test_an_equivalent_issuer_is_found_and_named_so(issuer: str) -> None:
    """The profile may turn this finding into a warning, and no other."""
    with pytest.raises(NonConformance) as found:
        issuers.expect_issuer_of_url(document(issuer=issuer), URL)

    assert found.value.kind == issuers.EQUIVALENT


@pytest.mark.parametrize(
    "issuer",
    [
        "https://bank.example",
        "https://bank.example/AUTH",
        "http://bank.example/auth",
        "https://bank.example:8443/auth",
        "https://me@bank.example/auth",
        "https://bank.example/auth?x",
        "https://bank.example/auth#",
        "https://bank.example/auth\n",
        "bank",
        "",
        "https://[::1",
        "https://bank.example:99999/auth",
    ],
)
def test_another_issuer_is_found_and_not_called_equivalent(issuer: str) -> None:
    """What is no URL at all is equivalent to nothing."""
    with pytest.raises(NonConformance) as found:
        issuers.expect_issuer_of_url(document(issuer=issuer), URL)

    assert found.value.kind is None


def test_the_identical_issuer_passes() -> None:
    """Character for character."""
    issuers.expect_issuer_of_url(document(issuer="https://bank.example/auth"), URL)


def test_a_discovery_url_of_another_shape_shows_nothing() -> None:
    """RFC 8414 puts the well-known part elsewhere; then the issuer is not its prefix."""
    with pytest.raises(Unobservable):
        issuers.expect_issuer_of_url(document(issuer="https://bank.example/auth"), "https://bank.example/x")


@pytest.mark.parametrize(
    "value", [None, 7, [], {"a": 1}, "", "/x", "https://", "http://a/b", "https://a/b#f"]
)
def test_what_is_no_https_url_is_found(value: Any) -> None:
    """Whatever JSON type stands there."""
    with pytest.raises(NonConformance):
        metadata.expect_https_url(document(authorization_endpoint=value), "authorization_endpoint")
    with pytest.raises(NonConformance):
        issuers.expect_issuer_form(document(issuer=value))


@pytest.mark.parametrize(
    "value", ["https://a.example/b?realm=x", "HTTPS://a.example", "https://a.example:8443/"]
)
def test_an_https_url_may_have_query_port_and_capital_letters(value: str) -> None:
    """RFC 6749 section 3.1 allows a query in the authorization endpoint."""
    metadata.expect_https_url(document(authorization_endpoint=value), "authorization_endpoint")


WHOLE = {
    "issuer": "https://a.example",
    "authorization_endpoint": "https://a.example/a",
    "token_endpoint": "https://a.example/t",
    "jwks_uri": "https://a.example/k",
    "response_types_supported": ["code", "code id_token"],
    "subject_types_supported": ["pairwise"],
    "id_token_signing_alg_values_supported": ["PS256", "ES256"],
    "x_of_the_bank": {"any": ["thing"]},
}


@pytest.mark.parametrize("name", list(WHOLE)[:-1])
@pytest.mark.parametrize("value", [None, 7, True, {}, ["a", 7], "absent"])
def test_a_missing_or_mistyped_member_is_found(name: str, value: Any) -> None:
    """Each of the seven, whatever stands in its place."""
    members = {**WHOLE, name: value}
    if value == "absent":
        del members[name]
    with pytest.raises(NonConformance) as found:
        metadata.expect_required_members(answer(members))

    assert name in found.value.received


def test_a_whole_document_with_further_members_passes() -> None:
    """Extra members are the bank's own affair."""
    metadata.expect_required_members(answer(WHOLE))
    metadata.expect_no_empty_list(answer(WHOLE))


@pytest.mark.parametrize(
    ("members", "iss", "wrong"),
    [
        ({"authorization_response_iss_parameter_supported": True}, "https://a.example", False),
        ({"authorization_response_iss_parameter_supported": False}, None, False),
        ({}, None, False),
        ({}, "https://a.example", True),
        ({"authorization_response_iss_parameter_supported": "true"}, "https://a.example", True),
        ({"authorization_response_iss_parameter_supported": True}, None, True),
    ],
)
def test_the_iss_flag_tells_the_truth(members: dict[str, Any], iss: str | None, wrong: bool) -> None:
    """In both directions."""
    outcome = outcome_of(lambda one: metadata.expect_iss_flag(one, answer({}), iss), answer(members))

    assert outcome == (NonConformance if wrong else None)


@pytest.mark.parametrize(
    ("members", "outcome"),
    [
        ({"grant_types_supported": ["authorization_code", "refresh_token", "ciba"]}, None),
        ({"grant_types_supported": ["authorization_code"]}, NonConformance),
        ({"grant_types_supported": "authorization_code refresh_token"}, NonConformance),
        ({"grant_types_supported": None}, NonConformance),
        ({}, NotApplicable),
    ],
)
def test_a_list_is_judged_where_it_is_published(members: dict[str, Any], outcome: type | None) -> None:
    """Absence is not a failure, another type is."""
    wanted = ("authorization_code", "refresh_token")

    found = outcome_of(
        lambda one: metadata.expect_listed_if_published(one, "grant_types_supported", wanted), answer(members)
    )

    assert found == outcome


@pytest.mark.parametrize(
    ("exchange", "outcome"),
    [
        (answer({}, tls=TlsFacts(client_certificate_requested=True)), None),
        (answer({}, status=None, failure=ALERT, tls=TlsFacts(client_certificate_requested=True)), None),
        (answer({}, status=None, failure=ALERT, tls=TlsFacts()), Unobservable),
        (answer({}, tls=TlsFacts(client_certificate_requested=False)), NonConformance),
        (answer({}, tls=TlsFacts()), Unobservable),
        (answer({}, status=None, failure=Failure(FailureKind.TIMEOUT, "timed out")), Unobservable),
    ],
)
def test_a_host_asks_for_a_certificate(exchange: Exchange, outcome: type | None) -> None:
    """A handshake that was not seen proves nothing."""
    assert outcome_of(metadata.expect_certificate_asked_for, exchange) == outcome


@pytest.mark.parametrize(
    ("keys", "algorithms", "outcome"),
    [
        pytest.param([RSA], ["RS256"], None, id="RS256"),
        pytest.param([{**RSA, "alg": "PS256"}], ["PS256"], None, id="PS256"),
        pytest.param([{"kty": "RSA", "n": "AQAB", "e": "AQAB"}], ["PS512"], None, id="bare RSA key"),
        pytest.param([ENC, EC], ["RS256", "ES256"], None, id="encryption key beside"),
        pytest.param([OKP], ["EdDSA"], None, id="EdDSA"),
        pytest.param([OKP], ["Ed25519"], None, id="Ed25519"),
        pytest.param([{"kty": "AKP", "pub": "x"}, EC], ["ES256"], None, id="unknown kty beside"),
        pytest.param([ENC], ["RS256"], NonConformance, id="encryption key alone"),
        pytest.param([EC], ["ES384"], NonConformance, id="other curve"),
        pytest.param([EC], ["RS256"], NonConformance, id="other type"),
        pytest.param([RSA | {"key_ops": ["encrypt"]}], ["RS256"], NonConformance, id="not for verifying"),
        pytest.param([{"kty": "RSA", "n": 7, "e": "AQAB"}], ["RS256"], NonConformance, id="mistyped member"),
        pytest.param([EC | {"crv": ["P-256"]}], ["ES256"], NonConformance, id="curve in an array"),
        pytest.param([{"kid": "1"}, EC], ["ES256"], NonConformance, id="no kty"),
        pytest.param(["key", EC], ["ES256"], NonConformance, id="text as a key"),
        pytest.param([], ["ES256"], NonConformance, id="empty"),
        pytest.param({"a": EC}, ["ES256"], NonConformance, id="object instead of array"),
        pytest.param([EC], [], Unobservable, id="nothing advertised"),
        pytest.param([EC], "ES256", Unobservable, id="text instead of a list"),
    ],
)
def test_a_key_set_is_usable_for_an_advertised_algorithm(
    keys: Any, algorithms: Any, outcome: type | None
) -> None:
    """Any key of any usual kind will do."""
    advertised = document(id_token_signing_alg_values_supported=algorithms)

    assert (
        outcome_of(lambda one: key_sets.expect_signing_key(one, advertised), document(keys=keys)) == outcome
    )


@pytest.mark.parametrize("secret", [{"d": "x"}, {"k": "x"}, {"qi": None}, {"kty": "oct", "k": "x"}])
def test_a_secret_in_the_key_set_is_found_and_not_repeated(secret: dict[str, Any]) -> None:
    """The finding names members, never their values."""
    key_sets.expect_no_private_key(document(keys=[RSA, EC, OKP]))

    with pytest.raises(NonConformance) as found:
        key_sets.expect_no_private_key(document(keys=[EC, RSA | secret]))

    assert "key 2" in found.value.received


@pytest.mark.parametrize(
    ("keys", "outcome"),
    [
        ([RSA, EC, OKP], None),
        ([RSA, EC | {"kid": "1"}], None),
        ([{"kty": "RSA"}, {"kty": "RSA"}], None),
        ([RSA | {"kid": 1}, RSA | {"kid": ["a"]}], None),
        ([RSA, RSA | {"n": "another"}], NonConformance),
        ([], Unobservable),
    ],
)
def test_a_kid_names_one_key_of_a_type(keys: Any, outcome: type | None) -> None:
    """RFC 7517 section 4.5 lets alternatives of different kty share a kid."""
    assert outcome_of(key_sets.expect_distinct_key_ids, document(keys=keys)) == outcome
