"""When two issuer identifiers are the same (OpenID Connect Discovery 1.0, RFC 8414, RFC 9207)."""

from __future__ import annotations

from conformance.checks.reading import shown, split_url
from conformance.checks.responses import deviates
from conformance.errors import Unobservable
from conformance.exchange import Exchange

EQUIVALENT = "equivalent-but-not-identical"
_SUFFIX = "/.well-known/openid-configuration"


def expect_issuer_of_url(metadata: Exchange, discovery_url: str) -> None:
    """The issuer is the prefix of the discovery URL, character for character (OIDC Discovery 1.0, 4.3).

    Raises:
        Unobservable: there is no issuer to compare, or the URL is of another shape.
    """
    if not discovery_url.endswith(_SUFFIX):
        raise Unobservable(f"the documented discovery URL does not end with {_SUFFIX}")
    expect_same_issuer(metadata, issuer_of(metadata), discovery_url.removesuffix(_SUFFIX))


def expect_same_issuer(exchange: Exchange, issuer: str, wanted: str, *, place: str = "issuer") -> None:
    """Two issuers are the same string; a difference of port, case or slash alone is named as such.

    Args:
        exchange: where the issuer was seen.
        issuer: as it was seen.
        wanted: with which it must be identical.
        place: where it was seen, in words.
    """
    if issuer == wanted:
        return
    equivalent = _normalised(issuer) is not None and _normalised(issuer) == _normalised(wanted)
    received = f"{place} {issuer[:200]!r}" + ("" if equivalent else ", a different issuer")
    kind = EQUIVALENT if equivalent else None
    deviates(exchange, expected=f"{place} {wanted[:200]!r}", received=received, kind=kind)


def expect_issuer_form(metadata: Exchange) -> None:
    """The issuer is an https URL with a host, without query and fragment (OIDC Discovery 1.0, 3)."""
    value = metadata.members.get("issuer")
    parts = split_url(value)
    text = str(value)
    if parts is None or parts.scheme != "https" or not parts.hostname or "?" in text or "#" in text:
        wanted = "issuer: an https URL with a host, without query and fragment"
        deviates(metadata, expected=wanted, received=shown(metadata, "issuer"))


def issuer_of(metadata: Exchange) -> str:
    """The issuer of the metadata.

    Raises:
        Unobservable: there is none.
    """
    value = metadata.members.get("issuer")
    if not isinstance(value, str):
        raise Unobservable("metadata has no issuer")
    return value


def _normalised(url: str) -> str | None:
    """Without default port, host case and trailing slash (RFC 3986, 6.2.2 and 6.2.3); None where no URL."""
    parts = split_url(url)
    if parts is None or not parts.scheme or not parts.hostname:
        return None
    default = {"https": 443, "http": 80}.get(parts.scheme)
    port = "" if parts.port in (None, default) else f":{parts.port}"
    account = parts.netloc.rpartition("@")[0]
    rest = url.partition("://")[2].partition("/")[2].rstrip("/")
    return f"{parts.scheme}://{account}@{parts.hostname}{port}/{rest}"
