"""JSON Web Signatures, read without trusting what a token says of itself (RFC 7515, RFC 7517, RFC 8725)."""

from __future__ import annotations

import base64
import binascii
import json
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwk, jws
from joserfc.errors import JoseError

ASYMMETRIC = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
)  # fmt: skip


class JoseProblem(Exception):
    """A token that does not verify; the message says why and holds nothing of the token."""


@dataclass(frozen=True)
class CompactJws:
    """A token in compact form, decoded and not verified.

    Args:
        text: as it came.
        header: the protected header.
        payload: the claims where they are a JSON object, else None.
    """

    text: str
    header: dict[str, Any]
    payload: dict[str, Any] | None

    @property
    def algorithm(self) -> str:
        """What the token says of its algorithm; to be compared, never to be followed."""
        return str(self.header.get("alg"))

    @property
    def key_id(self) -> str | None:
        """The kid of the header."""
        kid = self.header.get("kid")
        return kid if isinstance(kid, str) else None


def parse(text: object) -> CompactJws | None:
    """Decode a compact JWS; None where the text is none."""
    if not isinstance(text, str) or text.count(".") != 2:
        return None
    header, payload, _ = (_decoded(part) for part in text.split("."))
    if header is None or "alg" not in header:
        return None
    return CompactJws(text, header, payload)


def _decoded(part: str) -> dict[str, Any] | None:
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def verify(token: CompactJws, keys: Iterable[dict[str, Any]], allowed: Iterable[str]) -> None:
    """Verify a signature with the published key that the header's kid names.

    Args:
        token: the token.
        keys: members of the JWK Set.
        allowed: algorithms that metadata advertises; only asymmetric ones of them are accepted.

    Raises:
        JoseProblem: no key fits, the algorithm is not allowed, or the signature is another's.
    """
    permitted = [name for name in allowed if name in ASYMMETRIC]
    if token.algorithm not in permitted:
        raise JoseProblem(f"alg {token.algorithm}, which is not an advertised asymmetric algorithm")
    failures = [_failure(token, key, permitted) for key in _select(token, list(keys))]
    if all(failures):
        raise JoseProblem(f"a signature that does not verify ({failures[0]})")


def _failure(token: CompactJws, key: dict[str, Any], permitted: list[str]) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # joserfc warns of algorithms that RFC 9864 deprecates
            public = jwk.import_key(
                {name: value for name, value in key.items() if name not in ("use", "key_ops")}
            )
            jws.deserialize_compact(token.text, public, algorithms=permitted)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        return type(error).__name__
    return None


def _select(token: CompactJws, keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The keys that the kid names; RFC 7517 section 4.5 lets keys of different kty share one."""
    if token.key_id is None:
        if len(keys) == 1:
            return keys
        raise JoseProblem(f"no kid, while the key set holds {len(keys)} keys")
    if len(keys) == 1 and "kid" not in keys[0]:
        return keys  # the only key, which has no name to compare with
    named = [key for key in keys if key.get("kid") == token.key_id]
    if not named:
        raise JoseProblem("a kid that the key set does not hold")
    return named


def sign_assertion(claims: dict[str, Any], key: PrivateKeyTypes) -> str:
    """Sign a client's claims: ES256 with an EC key, PS256 with RSA.

    Raises:
        JoseProblem: the key is of another kind.
    """
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    private: jwk.Key
    if isinstance(key, ec.EllipticCurvePrivateKey):
        private, algorithm = jwk.ECKey.import_key(pem), "ES256"
    elif isinstance(key, rsa.RSAPrivateKey):
        private, algorithm = jwk.RSAKey.import_key(pem), "PS256"
    else:
        raise JoseProblem("a key that is neither EC nor RSA")
    header = {"alg": algorithm, "typ": "JWT"}
    return jws.serialize_compact(header, json.dumps(claims), private, algorithms=[algorithm])
