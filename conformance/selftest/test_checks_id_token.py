"""The checks of ID tokens: any usual algorithm, any usual form, and nothing taken for granted."""

from __future__ import annotations

import base64
import hashlib
import json
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwk, jws

from conformance.checks import id_token_story as story
from conformance.checks import id_tokens
from conformance.checks.id_tokens import IdToken, expect_signed, read_id_token
from conformance.errors import NonConformance, NotApplicable, Unobservable
from conformance.exchange import Exchange, Headers
from conformance.oauth.jose import parse
from conformance.selftest.published import answer, outcome_of
from conformance.selftest.token_answers import NOON

NOW = int(NOON.timestamp())
CLIENT = "the-client"
CLAIMS: dict[str, Any] = {
    "iss": "https://bank.example",
    "sub": "c0ffee",
    "aud": CLIENT,
    "exp": NOW + 300,
    "iat": NOW,
}
KEYS: dict[str, Any] = {
    "RS256": jwk.RSAKey.generate_key(2048, {"kid": "RS256"}, auto_kid=False),
    "ES256": jwk.ECKey.generate_key("P-256", {"kid": "ES256"}, auto_kid=False),
    "EdDSA": jwk.OKPKey.generate_key("Ed25519", {"kid": "EdDSA"}, auto_kid=False),
}
KEYS["PS256"] = KEYS["RS256"]
PUBLIC = [key.as_dict(private=False) for name, key in KEYS.items() if name != "PS256"]
ALL = tuple(KEYS)


def sign(algorithm: str = "ES256", payload: Any = CLAIMS, **header: Any) -> str:
    """A signed token."""
    fields = {"alg": algorithm, "kid": KEYS[algorithm].kid, **header}
    fields = {name: value for name, value in fields.items() if value is not None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # joserfc warns of EdDSA, which RFC 9864 deprecates
        return jws.serialize_compact(fields, json.dumps(payload), KEYS[algorithm], algorithms=[algorithm])


def response(token: Any, **changed: Any) -> Exchange:
    """A token response with this ID token."""
    return answer({"access_token": "an access token", "id_token": token}, **changed)


def told(*, algorithm: str = "ES256", **changed: Any) -> IdToken:
    """An ID token with some claims changed; None leaves one out."""
    claims = {name: value for name, value in {**CLAIMS, **changed}.items() if value is not None}
    text = sign(algorithm, claims)
    jws_read = parse(text)
    assert jws_read is not None
    return IdToken(response(text), jws_read)


def unsecured() -> str:
    """A token without signature."""
    parts = (json.dumps(part).encode() for part in ({"alg": "none"}, CLAIMS))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


@pytest.mark.parametrize("algorithm", ALL)
def test_every_usual_algorithm_verifies(algorithm: str) -> None:
    """RS256, PS256, ES256 and EdDSA, each with the key that its kid names."""
    expect_signed(response(sign(algorithm)), PUBLIC, ALL)


@pytest.mark.parametrize(
    ("token", "keys", "algorithms", "outcome"),
    [
        pytest.param(sign(kid=None), [PUBLIC[1]], ALL, None, id="no kid, one key"),
        pytest.param(
            sign(kid="x"), [PUBLIC[0] | {"kid": "x"}, PUBLIC[1] | {"kid": "x"}], ALL, None, id="alternatives"
        ),
        pytest.param(sign(kid=None), PUBLIC, ALL, NonConformance, id="no kid, several keys"),
        pytest.param(sign(kid="another"), PUBLIC, ALL, NonConformance, id="unknown kid"),
        pytest.param(sign(), PUBLIC, ["RS256"], NonConformance, id="unadvertised algorithm"),
        pytest.param(sign(), PUBLIC, [], Unobservable, id="nothing advertised"),
        pytest.param(sign(), [], ALL, NonConformance, id="no key"),
        pytest.param(sign(kid="RS256"), PUBLIC, ALL, NonConformance, id="key of another type"),
        pytest.param(sign()[:-4] + "AAAA", PUBLIC, ALL, NonConformance, id="changed signature"),
        pytest.param(unsecured(), PUBLIC, [*ALL, "none"], NonConformance, id="none, even advertised"),
        pytest.param("a.b.c.d.e", PUBLIC, ALL, Unobservable, id="encrypted"),
        pytest.param("opaque", PUBLIC, ALL, NonConformance, id="opaque"),
        pytest.param({"sub": "x"}, PUBLIC, ALL, NonConformance, id="object"),
        pytest.param(7, PUBLIC, ALL, NonConformance, id="number"),
        pytest.param("", PUBLIC, ALL, Unobservable, id="empty"),
        pytest.param("e30.e30.e30", PUBLIC, ALL, NonConformance, id="no alg"),
        pytest.param(
            sign(), [{"kid": "ES256"}, {"kid": "ES256", "kty": 7}], ALL, NonConformance, id="bad keys"
        ),
    ],
)
def test_a_signature_is_judged(token: Any, keys: Any, algorithms: Any, outcome: type | None) -> None:
    """A claim of an unverified token is judged by nobody."""
    assert outcome_of(expect_signed, response(token), keys, algorithms) == outcome
    unread = outcome_of(read_id_token, response(token), keys, algorithms, ["openid"])
    assert unread == (Unobservable if outcome else None)


@pytest.mark.parametrize(("scope", "outcome"), [(["openid"], NonConformance), (["api"], NotApplicable)])
def test_an_id_token_is_due_where_openid_was_granted(scope: list[str], outcome: type) -> None:
    """One that comes unasked is welcome."""
    assert outcome_of(id_tokens.expect_id_token, answer({"access_token": "x"}), scope) == outcome
    assert outcome_of(id_tokens.expect_id_token, response("x"), scope) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": [CLIENT]},
        {"exp": NOW + 0.5},
        {"sub": "x" * 255},
        {"groups": ["a", {"b": 1}]},
        {"exp": 10**300},
    ],
)
def test_sound_claims_pass(changed: dict[str, Any]) -> None:
    """Numbers may have fractions, aud may be an array, further claims are welcome."""
    id_tokens.expect_required_claims(told(**changed))


@pytest.mark.parametrize(
    "changed",
    [
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": "ürsula"},
        {"sub": 7},
        {"iss": []},
        {"aud": []},
        {"aud": [CLIENT, 7]},
        {"aud": {"a": 1}},
        {"exp": "2026-01-01T12:00:00Z"},
        {"exp": str(NOW)},
        {"exp": True},
        {"exp": float("inf")},
        {"iat": float("nan")},
        {"iat": None},
    ],
)
def test_an_unsound_claim_is_found_and_not_repeated(changed: dict[str, Any]) -> None:
    """The finding tells the kind of what was there, never what it was."""
    with pytest.raises(NonConformance) as found:
        id_tokens.expect_required_claims(told(**changed))

    assert "ürsula" not in found.value.received
    assert str(NOW) not in found.value.received


def test_a_payload_that_is_no_object_is_found_once() -> None:
    """The checks of single claims then have nothing to judge."""
    text = sign(payload=["a", "list"])
    read = parse(text)
    assert read is not None
    token = IdToken(response(text), read)

    assert outcome_of(id_tokens.expect_required_claims, token) is NonConformance
    assert outcome_of(id_tokens.expect_audience, token, CLIENT) is Unobservable
    assert outcome_of(story.expect_plausible_times, token) is Unobservable


@pytest.mark.parametrize(
    ("audience", "outcome"),
    [
        (CLIENT, None),
        ([CLIENT], None),
        ([CLIENT, CLIENT], None),
        ("other", NonConformance),
        ([CLIENT, "other"], NonConformance),
        (CLIENT.upper(), NonConformance),
        (7, Unobservable),
        ([], Unobservable),
    ],
)
def test_the_audience_is_the_client_alone(audience: Any, outcome: type | None) -> None:
    """As text or in an array."""
    assert outcome_of(id_tokens.expect_audience, told(aud=audience), CLIENT) == outcome


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({}, None),
        ({"iat": NOW - 59}, None),
        ({"iat": NOW + 59}, None),
        ({"iat": NOW - 5, "exp": NOW - 4}, None),
        ({"iat": NOW - 61}, NonConformance),
        ({"iat": NOW * 1000, "exp": (NOW + 300) * 1000}, NonConformance),
        ({"iat": 10**300}, NonConformance),
        ({"exp": NOW}, NonConformance),
        ({"exp": -(10**300)}, NonConformance),
        ({"exp": "soon"}, Unobservable),
    ],
)
def test_times_are_plausible(changed: dict[str, Any], outcome: type | None) -> None:
    """A minute of skew is nobody's fault."""
    assert outcome_of(story.expect_plausible_times, told(**changed)) == outcome


def test_two_clocks_that_contradict_one_another_prove_nothing() -> None:
    """The bank is right by its own Date header: this machine's clock may be the wrong one."""
    token = told(iat=NOW - 600)
    date = Headers((("Date", "Thu, 01 Jan 2026 11:50:00 GMT"),))

    assert outcome_of(story.expect_plausible_times, token) is NonConformance
    dated = replace(token, exchange=replace(token.exchange, headers=date))
    assert outcome_of(story.expect_plausible_times, dated) is Unobservable


def test_a_clock_that_was_moved_is_followed() -> None:
    """What counts is the target's time at the moment of the answer."""
    token = told(iat=NOW + 900, exp=NOW + 1200)
    ahead = replace(token, exchange=replace(token.exchange, ahead=timedelta(seconds=900)))

    assert outcome_of(story.expect_plausible_times, ahead) is None


def left_half(digest: bytes) -> str:
    """OpenID Connect Core 1.0, section 3.1.3.6."""
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


SHA256 = left_half(hashlib.sha256(b"an access token").digest())
SHA512 = left_half(hashlib.sha512(b"an access token").digest())


@pytest.mark.parametrize(
    ("algorithm", "value", "outcome"),
    [
        ("RS256", SHA256, None),
        ("PS256", SHA256, None),
        ("EdDSA", SHA512, None),
        ("ES256", None, NotApplicable),
        ("ES256", f"{SHA256}==", NonConformance),
        ("ES256", SHA512, NonConformance),
        ("ES256", 7, NonConformance),
        ("ES256", ["x"], NonConformance),
    ],
)
def test_at_hash_follows_the_algorithm(algorithm: str, value: Any, outcome: type | None) -> None:
    """The hash function is that of the signature."""
    token = told(algorithm=algorithm, at_hash=value)

    assert outcome_of(id_tokens.expect_access_token_hash, token) == outcome


ACR: Callable[..., None] = story.expect_acr_reached


@pytest.mark.parametrize(
    ("acr", "played", "outcome"),
    [
        ("L2", ("login", "approve", "consent"), None),
        ("L2", ("login", "consent"), NonConformance),
        ("L1", ("login", "consent"), NotApplicable),
        (None, ("login", "consent"), NotApplicable),
        ("L2", (), Unobservable),
    ],
)
def test_the_strongest_class_needs_the_device(
    acr: str | None, played: tuple[str, ...], outcome: type | None
) -> None:
    """A weaker class after a password is the truth."""
    token = told(acr=acr)

    assert outcome_of(ACR, token, ["L1", "L2"], played=played, on_device=("approve",)) == outcome
    assert outcome_of(ACR, token, ["L1", "L2"], played=played, on_device=()) is NotApplicable


@pytest.mark.parametrize(
    ("told_time", "asked", "outcome"),
    [
        (NOW, True, None),
        (NOW - 59, True, None),
        (NOW - 90, True, NonConformance),
        (NOW - 90, False, None),
        (NOW - 3600, False, NonConformance),
        (NOW + 3600, True, NonConformance),
        (NOW * 1000, True, NonConformance),
        ("now", True, NonConformance),
        (True, True, NonConformance),
        (None, True, NonConformance),
    ],
)
def test_auth_time_is_told_and_within_the_limit(told_time: Any, asked: bool, outcome: type | None) -> None:
    """Of this login where there was one, else of one within max_age."""
    token = told(auth_time=told_time)
    limit = timedelta(seconds=60)

    found = outcome_of(story.expect_authentication_time, token, begun=NOON, max_age=limit, asked=asked)

    assert found == outcome


@pytest.mark.parametrize(
    ("subject", "outcome"),
    [
        ("c0ffee", None),
        ("FR7630006000011234567890188", None),
        ("TREASURER-1", NonConformance),
        ("FR76 3000 6000 0112 3456 7890 189", NonConformance),
    ],
)
def test_a_subject_is_opaque(subject: str, outcome: type | None) -> None:
    """An IBAN is one by its check digits, a login name whatever its case."""
    assert outcome_of(story.expect_opaque_subject, told(sub=subject), {"treasurer-1", "secret"}) == outcome


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({}, None),
        ({"aud": [CLIENT, "another"]}, None),
        ({"sub": "another"}, NonConformance),
        ({"sub": None}, NonConformance),
        ({"iss": "https://bank.example/"}, NonConformance),
        ({"aud": "another"}, NonConformance),
        ({"aud": {"a": 1}}, NonConformance),
    ],
)
def test_a_refresh_keeps_the_parties(changed: dict[str, Any], outcome: type | None) -> None:
    """The first token's audience must be among the second's."""
    assert outcome_of(story.expect_same_parties, told(), told(**changed)) == outcome


@pytest.mark.parametrize(
    ("seconds", "issued", "outcome"),
    [
        (2, NOW + 2, None),
        (0, NOW, None),
        (2, NOW, NonConformance),
        (0, NOW - 1, NonConformance),
        (2, "later", Unobservable),
    ],
)
def test_a_refreshed_token_is_newer(seconds: int, issued: Any, outcome: type | None) -> None:
    """Within one second the two may say the same."""
    renewed = told(iat=issued)
    later = replace(renewed.exchange, sent=NOON + timedelta(seconds=seconds))

    assert outcome_of(story.expect_newer, told(), replace(renewed, exchange=later)) == outcome
