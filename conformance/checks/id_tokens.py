"""What an ID token must be and say (OpenID Connect Core 1.0, sections 2, 3.1.3 and 12.2)."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from conformance.checks.issuers import expect_same_issuer, issuer_of
from conformance.checks.reading import cut
from conformance.checks.responses import deviates
from conformance.errors import NotApplicable, Unobservable
from conformance.exchange import Exchange
from conformance.oauth.jose import CompactJws, JoseProblem, parse, verify

_LONGEST_SUBJECT = 255
_PARTS_OF_JWE = 5
_HASHES = {"256": "sha256", "384": "sha384", "512": "sha512"}

Number = int | float


@dataclass(frozen=True)
class IdToken:
    """An ID token that was verified with the published keys.

    Args:
        exchange: the token response that carried it.
        jws: the token.
    """

    exchange: Exchange
    jws: CompactJws

    @property
    def claims(self) -> dict[str, Any]:
        """The claims.

        Raises:
            Unobservable: the payload is no JSON object.
        """
        if self.jws.payload is None:
            raise Unobservable("the ID token's payload is no JSON object")
        return self.jws.payload

    def text(self, name: str) -> str:
        """A claim that is text; Unobservable otherwise, which id-token-required-claims judges."""
        value = self.claims.get(name)
        if not isinstance(value, str):
            raise Unobservable(f"the ID token has no {name} that is text")
        return value

    def number(self, name: str) -> Number:
        """A claim that is a number; Unobservable otherwise, which id-token-required-claims judges."""
        value: Any = self.claims.get(name)
        if not _is_number(value):
            raise Unobservable(f"the ID token has no {name} that is a number")
        number: Number = value
        return number

    @property
    def audience(self) -> list[str]:
        """The values of aud; Unobservable where it is neither text nor an array of texts."""
        audience: Any = self.claims.get("aud")
        found: list[str] = audience if isinstance(audience, list) else [audience]
        if not found or not all(isinstance(value, str) for value in found):
            raise Unobservable("the ID token has no aud that is text or an array of texts")
        return found

    def deviates(self, *, expected: str, received: str) -> NoReturn:
        """Raise the finding."""
        deviates(self.exchange, expected=expected, received=received)


# the token itself


def read_id_token(
    exchange: Exchange, keys: Sequence[dict[str, Any]], algorithms: Collection[str], scope: Collection[str]
) -> IdToken:
    """The ID token of a response, for the checks of its claims.

    Args:
        exchange: the token response.
        keys: the published keys.
        algorithms: those that metadata advertises.
        scope: what was granted.

    Raises:
        NotApplicable: openid was not granted.
        Unobservable: there is no token that verifies, which id-token-signed judges.
    """
    text = exchange.members.get("id_token")
    if not text:
        if "openid" not in scope:
            raise NotApplicable("openid was not granted")
        raise Unobservable("the token response holds no id_token")
    jws = parse(text)
    if jws is None:
        raise Unobservable("the id_token is no compact JWS")
    try:
        verify(jws, keys, algorithms)
    except JoseProblem as problem:
        raise Unobservable(f"the ID token is not verified: {problem}") from None
    return IdToken(exchange, jws)


def expect_id_token(exchange: Exchange, scope: Collection[str]) -> None:
    """The response holds an ID token (OIDC Core 1.0, 3.1.3.3).

    Raises:
        NotApplicable: openid was not granted.
    """
    if exchange.members.get("id_token"):
        return
    if "openid" not in scope:
        raise NotApplicable("openid was not granted")
    deviates(exchange, expected="an id_token, for openid was granted", received="a response without id_token")


def expect_signed(exchange: Exchange, keys: Sequence[dict[str, Any]], algorithms: Collection[str]) -> None:
    """The ID token verifies with a published key and an advertised algorithm (OIDC Core 1.0, 3.1.3.7).

    Raises:
        Unobservable: there is no token, it is encrypted, or metadata advertises no algorithm.
    """
    text = exchange.members.get("id_token")
    if not text:
        raise Unobservable("the token response holds no id_token")
    if not algorithms:
        raise Unobservable("metadata has no id_token_signing_alg_values_supported")
    jws = parse(text)
    wanted = "a compact JWS that verifies with a key of jwks_uri and an advertised asymmetric algorithm"
    if jws is None:
        if isinstance(text, str) and text.count(".") == _PARTS_OF_JWE - 1:
            raise Unobservable("the ID token is encrypted for the client, so its signature is not seen")
        deviates(exchange, expected=wanted, received="an id_token that is no compact JWS")
    try:
        verify(jws, keys, algorithms)
    except JoseProblem as problem:
        deviates(exchange, expected=wanted, received=cut(str(problem)))


# what it says


def expect_required_claims(token: IdToken) -> None:
    """The five mandatory claims are there, of their types (OIDC Core 1.0, 2)."""
    claims = token.jws.payload
    if claims is None:
        token.deviates(expected="claims in a JSON object", received="a payload that is none")
    subject, audience = claims.get("sub"), claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    sound = {
        "iss (text)": isinstance(claims.get("iss"), str) and claims["iss"] != "",
        "sub (1 to 255 ASCII characters)": isinstance(subject, str)
        and subject.isascii()
        and 1 <= len(subject) <= _LONGEST_SUBJECT,
        "aud (text or an array of texts)": bool(audiences)
        and all(isinstance(value, str) for value in audiences),
        "exp (number)": _is_number(claims.get("exp")),
        "iat (number)": _is_number(claims.get("iat")),
    }
    wrong = [name for name, is_sound in sound.items() if not is_sound]
    if wrong:
        kinds = ", ".join(f"{name.split()[0]}: {_kind(claims, name.split()[0])}" for name in wrong)
        token.deviates(expected=", ".join(wrong), received=kinds)


def expect_issuer_of_metadata(token: IdToken, metadata: Exchange) -> None:
    """iss is the issuer of the metadata, character for character (OIDC Core 1.0, 3.1.3.7 item 2)."""
    expect_same_issuer(token.exchange, token.text("iss"), issuer_of(metadata), place="iss of the ID token")


def expect_issuer_of_redirect(token: IdToken, iss: str | None) -> None:
    """iss is what the redirect said, character for character (RFC 9207, 2.4).

    Raises:
        NotApplicable: the redirect carried none.
    """
    if iss is None:
        raise NotApplicable("the redirect carried no iss")
    expect_same_issuer(
        token.exchange, token.text("iss"), iss, place="iss of the ID token, as in the redirect:"
    )


def expect_audience(token: IdToken, client_id: str) -> None:
    """aud names the client and nobody else (OIDC Core 1.0, 3.1.3.7 item 3)."""
    audience = token.audience
    if client_id not in audience:
        token.deviates(expected="aud with the client_id", received="aud without it")
    foreign = [value for value in audience if value != client_id]
    if foreign:
        received = f"aud with {len(foreign)} further values"
        token.deviates(expected="no audience beside the client", received=received)


def expect_authorized_party(token: IdToken, client_id: str) -> None:
    """azp, where it is there, names the client (OIDC Core 1.0, 3.1.3.7 item 5).

    Raises:
        NotApplicable: there is no azp.
    """
    if "azp" not in token.claims:
        raise NotApplicable("the ID token has no azp")
    if token.claims["azp"] != client_id:
        token.deviates(expected="azp equal to the client_id", received="another azp")


def expect_nonce(token: IdToken, sent: str | None) -> None:
    """nonce is the request's (OIDC Core 1.0, 3.1.3.7 item 11)."""
    if sent is None:
        raise Unobservable("no nonce was sent")
    if token.claims.get("nonce") != sent:
        received = "another nonce" if "nonce" in token.claims else "no nonce"
        token.deviates(expected="the nonce of the request", received=received)


def expect_no_nonce(token: IdToken) -> None:
    """Where none was sent there is none (OIDC Core 1.0, 2)."""
    if token.claims.get("nonce") is not None:
        token.deviates(expected="no nonce, for none was sent", received="a nonce of another request")


def expect_access_token_hash(token: IdToken) -> None:
    """at_hash, where it is there, is of the access token beside it (OIDC Core 1.0, 3.1.3.6).

    Raises:
        NotApplicable: there is none.
        Unobservable: no hash function is told for the algorithm.
    """
    if "at_hash" not in token.claims:
        raise NotApplicable("the ID token has no at_hash")
    access_token = token.exchange.members.get("access_token")
    if not isinstance(access_token, str):
        raise Unobservable("the token response holds no access_token")
    wanted = _left_halves(access_token, token.jws.algorithm)
    found = token.claims["at_hash"]
    if not isinstance(found, str) or found not in wanted:
        padded = isinstance(found, str) and found.rstrip("=") in wanted
        received = "that value with padding" if padded else "another value"
        expected = "at_hash: the left half of the access token's hash, base64url without padding"
        token.deviates(expected=expected, received=received)


def _left_halves(access_token: str, algorithm: str) -> set[str]:
    """The values that at_hash may have; for EdDSA the hash of its curve, which the header does not tell."""
    if algorithm in ("EdDSA", "Ed25519"):
        digests = [hashlib.sha512(access_token.encode()).digest()]
        if algorithm == "EdDSA":
            digests.append(hashlib.shake_256(access_token.encode()).digest(114))
    elif algorithm[-3:] in _HASHES:
        digests = [hashlib.new(_HASHES[algorithm[-3:]], access_token.encode()).digest()]
    else:
        raise Unobservable(f"no hash function is told for {cut(algorithm)}")
    halves = (digest[: len(digest) // 2] for digest in digests)
    return {base64.urlsafe_b64encode(half).rstrip(b"=").decode() for half in halves}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _kind(claims: dict[str, Any], name: str) -> str:
    if name not in claims:
        return "absent"
    value = claims[name]
    if isinstance(value, str):
        return "text" if name in ("exp", "iat") else f"text of {len(value)} characters"
    return type(value).__name__
