"""What a published JWK Set must be (RFC 7517; OpenID Connect Core 1.0, section 10.1)."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from conformance.checks.metadata import expect_public_object
from conformance.checks.reading import cut
from conformance.checks.responses import deviates
from conformance.errors import Unobservable
from conformance.exchange import Exchange

_BASE64URL = re.compile(r"[A-Za-z0-9_-]+=*")
_PUBLIC = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
_PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")
_RSA = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
_CURVES = {
    "ES256": ("P-256",),
    "ES384": ("P-384",),
    "ES512": ("P-521",),
    "ES256K": ("secp256k1",),
    "EdDSA": ("Ed25519", "Ed448"),
    "Ed25519": ("Ed25519",),
    "Ed448": ("Ed448",),
}

Key = dict[str, Any]


def expect_signing_key(key_set: Exchange, metadata: Exchange) -> None:
    """The set holds a public key that verifies an advertised algorithm, and no key is malformed (RFC 7517, 4).

    Raises:
        Unobservable: metadata advertises no algorithm, which discovery-required-members judges.
    """
    keys = expect_public_object(key_set).get("keys")
    if not isinstance(keys, list) or not keys:
        deviates(key_set, expected="keys: an array with keys", received="no array, or an empty one")
    malformed = [number for number, key in enumerate(keys, 1) if not _well_formed(key)]
    if malformed:
        received = f"key {', '.join(map(str, malformed))} of the set is malformed"
        deviates(key_set, expected="keys with kty and the public members of their type", received=received)
    advertised = _algorithms(metadata)
    if not any(_verifies(key, name) for key in keys for name in advertised):
        expected = f"a public signature key for one of {cut(', '.join(advertised))}"
        deviates(key_set, expected=expected, received=f"{len(keys)} keys, none of which fits")


def expect_no_private_key(key_set: Exchange) -> None:
    """No member of the set is a secret (RFC 7517, 8.3 and 9.2)."""
    exposed = [
        f"key {number} ({', '.join(name for name in _PRIVATE if name in key) or 'kty oct'})"
        for number, key in enumerate(_keys(key_set), 1)
        if key.get("kty") == "oct" or any(name in key for name in _PRIVATE)
    ]
    if exposed:
        deviates(key_set, expected="public keys alone", received=f"secrets in {'; '.join(exposed)}")


def expect_distinct_key_ids(key_set: Exchange) -> None:
    """A kid names one key; keys of different kty may share one as alternatives (RFC 7517, 4.5)."""
    named = Counter(
        (str(key.get("kty")), key["kid"]) for key in _keys(key_set) if isinstance(key.get("kid"), str)
    )
    repeated = [kid for (_, kid), count in named.items() if count > 1]
    if repeated:
        received = f"kid {cut(repr(repeated[0]))} for several keys of one type"
        deviates(key_set, expected="a kid of its own for each key", received=received)


def _keys(key_set: Exchange) -> list[Key]:
    """The keys of the set.

    Raises:
        Unobservable: there are none.
    """
    keys = key_set.members.get("keys")
    if not key_set.succeeded or not isinstance(keys, list) or not keys:
        raise Unobservable(f"no JWK Set with keys: {key_set.summary}")
    return [key for key in keys if isinstance(key, dict)]


def _algorithms(metadata: Exchange) -> tuple[str, ...]:
    value = metadata.members.get("id_token_signing_alg_values_supported")
    found = tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
    if not found:
        raise Unobservable("metadata has no id_token_signing_alg_values_supported")
    return found


def _well_formed(key: object) -> bool:
    if not isinstance(key, dict) or not isinstance(key.get("kty"), str):
        return False
    needed = _PUBLIC.get(key["kty"], ())  # a kty that we do not know is to be ignored (RFC 7517, 5)
    return all(isinstance(key.get(name), str) and key[name] for name in needed)


def _verifies(key: Key, algorithm: str) -> bool:
    if key.get("use", "sig") != "sig" or key.get("alg", algorithm) != algorithm:
        return False
    operations = key.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return False
    if algorithm in _RSA:
        return key["kty"] == "RSA" and _encoded(key, "n", "e")
    curves = _CURVES.get(algorithm, ())
    kind = "EC" if algorithm.startswith("ES") else "OKP"
    return key["kty"] == kind and key.get("crv") in curves and _encoded(key, "x")


def _encoded(key: Key, *names: str) -> bool:
    return all(_BASE64URL.fullmatch(key[name]) for name in names)
