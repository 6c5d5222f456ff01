"""Near matches of a registered redirect URI, which exact comparison must tell apart (RFC 9700, 4.1.3)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
FOREIGN = "https://attacker.invalid/cb"


def same_place(url: str, uri: str) -> bool:
    """Whether scheme, host, port and path are equal, whatever the query."""
    return _place(url) is not None and _place(url) == _place(uri)


def host_of(url: str) -> str:
    """The host; empty where the URL has none or is no URL."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def sibling(uri: str) -> str:
    """A URI on the same host that no TPP has registered."""
    return urlunsplit(urlsplit(uri)._replace(path="/unregistered-by-psd2-conformance", query="", fragment=""))


def altered(uri: str, alteration: str) -> str:
    """A near match of a URI."""
    return ALTERATIONS[alteration](uri)


def _place(url: str) -> tuple[str, str, int | None, str] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return None
    if parts.username is not None:
        return None
    return parts.scheme, (parts.hostname or ""), port, parts.path or "/"


def _upper_case_path(uri: str) -> str:
    parts = urlsplit(uri)
    changed = parts.path.upper() if parts.path != parts.path.upper() else parts.path.lower()
    return urlunsplit(parts._replace(path=changed))


def _longer_host(uri: str) -> str:
    parts = urlsplit(uri)
    host = f"{parts.hostname}.invalid"
    return urlunsplit(parts._replace(netloc=f"{host}:{parts.port}" if parts.port else host))


def _subdomain(uri: str) -> str:
    parts = urlsplit(uri)
    return urlunsplit(parts._replace(netloc=f"conformance-probe.{parts.netloc}"))


def _another_port(uri: str) -> str:
    parts = urlsplit(uri)
    if parts.hostname in _LOOPBACK:
        return uri  # whose port a native application chooses (RFC 8252, section 7.3)
    return urlunsplit(parts._replace(netloc=f"{parts.hostname}:{9443 if parts.port != 9443 else 9444}"))


def _with_user(uri: str) -> str:
    parts = urlsplit(uri)
    return urlunsplit(parts._replace(netloc=f"conformance-probe@{parts.netloc}"))


ALTERATIONS: dict[str, Callable[[str], str]] = {
    "a trailing slash": lambda uri: f"{uri}/" if urlsplit(uri).path else uri,
    "a further path segment": lambda uri: f"{uri.rstrip('/')}/x",
    "an added query": lambda uri: f"{uri}?x=1",
    "another letter case of the path": _upper_case_path,
    "http instead of https": lambda uri: uri.replace("https://", "http://", 1),
    "a longer host": _longer_host,
    "a subdomain": _subdomain,
    "another port": _another_port,
    "a user before the host": _with_user,
}
