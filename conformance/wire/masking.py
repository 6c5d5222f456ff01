"""Turns an exchange into what evidence may hold: known-harmless places stay, everything else is masked.

Both directions are masked by an allow-list, so that a bank that puts a token or a name where nobody expects
it still leaks nothing. A page keeps its outline, never its text.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from conformance.exchange import Exchange, Headers
from conformance.wire.harmless import APPROVALS, CODES, HEADERS, MEMBERS, PARAMETERS, PRIVATE_JWK
from conformance.wire.outline import outline
from conformance.wire.redaction import Redactor

_LARGEST_TEXT = 65_536
_METADATA = frozenset({"authorization_endpoint", "jwks_uri", "response_types_supported", "token_endpoint"})
_CODE = re.compile(r"[A-Z][A-Z_]{1,29}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T[0-9:.]+(Z|[+-]\d{2}:?\d{2})?)?")
_LONG_NUMBER = 8
_MANY = 20
_MANY_BODIES = 256
_NAME = re.compile(r"(?!.*\d{6})[A-Za-z_$@#][\w.:$@#/-]{0,63}", re.ASCII)


class Masking:
    """Masks requests and answers with one run's redactor."""

    def __init__(self, redactor: Redactor, *, plain_below: str | None = None) -> None:
        self.redactor = redactor
        self._plain_below = plain_below
        self._own_paths: set[str] = set()
        self._own_requests: set[str] = set()
        self._in_bulk = False
        self._bodies: dict[tuple[bytes, str, bool], tuple[str, str | None]] = {}

    def request_url(self, url: str) -> str:
        """The URL of a request; its path is our own, and no secret where a bank repeats it."""
        self._own_paths.add(url.partition("?")[0].partition("://")[2].partition("/")[2])
        return self.url(url)

    def url(self, url: str) -> str:
        """The URL with the values of all but well-known parameters masked."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return self.redactor.learn("url", url)
        query = self._pairs(parts.query)
        fragment = (
            self._pairs(parts.fragment) if "=" in parts.fragment else self.redactor.mask(parts.fragment)
        )
        netloc = parts.netloc
        if "@" in netloc:
            userinfo, _, host = netloc.rpartition("@")
            netloc = f"{self.redactor.learn('userinfo', userinfo)}@{host}"
        return urlunsplit((parts.scheme, netloc, self.redactor.mask(parts.path), query, fragment))

    def synthetic_text(self, text: str) -> str:
        """A text that people read, where all data are synthetic; nothing of it otherwise."""
        return self.redactor.mask(text) if self._plain_below is not None else ""

    def form(self, body: str) -> str:
        """A form body, masked as a query is."""
        return self._pairs(body)

    def request_headers(self, headers: Headers) -> list[list[str]]:
        """Header fields of a request; the identifier that we gave it is no secret where a bank repeats it."""
        self._own_requests.update(headers.all("X-Request-ID"))
        return self.headers(headers)

    def headers(self, headers: Headers) -> list[list[str]]:
        """Header fields; credentials, cookies and unknown fields masked."""
        return [
            [self.redactor.mask(name), self._header(name.lower(), value)] for name, value in headers.pairs
        ]

    def request_body(self, exchange: Exchange) -> str | None:
        """The body that was sent."""
        if exchange.request_body is None:
            return None
        text = exchange.request_body.decode("utf-8", "replace")
        if "json" in exchange.request_headers.get("Content-Type", ""):
            return self._json_text(text, plain=self._is_plain(exchange))[0]
        return self.form(text)

    def response_body(self, exchange: Exchange) -> tuple[str, str | None]:
        """The body that came, and a note on what was left out of it."""
        digest = hashlib.sha256(exchange.body).hexdigest()[:16]
        note = f"{exchange.media_type or 'no media type'}, {len(exchange.body)} bytes, sha256 {digest}"
        if not exchange.body:
            return "", None
        if exchange.json is not None:
            return self._again(exchange, note)
        if b"<" in exchange.body[:1024]:
            return self.redactor.mask(outline(exchange.body, failed=(exchange.status or 0) >= 400)), note
        return "", note

    def _is_plain(self, exchange: Exchange) -> bool:
        return self._plain_below is not None and exchange.url.startswith(self._plain_below)

    def _json_text(self, text: str, *, plain: bool) -> tuple[str, str | None]:
        try:
            return self._json_value(json.loads(text), None, plain=plain)
        except (ValueError, RecursionError):
            return self.redactor.learn("body", text), None

    def _again(self, exchange: Exchange, note: str) -> tuple[str, str | None]:
        """The same body is masked once, unless it holds what was learnt since; a bank's ledger comes often."""
        plain = self._is_plain(exchange)
        key = exchange.body, exchange.media_type, plain
        before = self._bodies.get(key)
        if before is not None and self.redactor.mask(before[0]) == before[0]:
            return before
        masked = self._json_value(exchange.json, note, plain=plain)
        if len(self._bodies) < _MANY_BODIES and len(exchange.body) <= _LARGEST_TEXT:
            self._bodies[key] = masked
        return masked

    def _json_value(self, value: Any, note: str | None, *, plain: bool = False) -> tuple[str, str | None]:
        try:
            masked = json.dumps(self._members(value, plain=plain), ensure_ascii=False)
        except RecursionError:
            return "", note
        return (masked, None) if len(masked) <= _LARGEST_TEXT else (masked[:_LARGEST_TEXT], note)

    def _members(self, value: Any, *, plain: bool) -> Any:
        if isinstance(value, dict):
            if _is_metadata(value) or _is_key_set(value):
                return self._public(value)
            return {
                self._name(str(key)): self._member(str(key), item, plain=plain) for key, item in value.items()
            }
        if isinstance(value, list):
            return [self._members(item, plain=plain) for item in value]
        return self._member("value", value, plain=plain)

    def _name(self, name: str) -> str:
        """A member's name; what does not look like one may be an account's number or a person's."""
        return self.redactor.mask(name) if _NAME.fullmatch(name) else self.redactor.learn("member", name)

    def _member(self, name: str, value: Any, *, plain: bool) -> Any:
        if name in APPROVALS:
            return self._approval(name, value)
        if isinstance(value, list):
            return self._several(name, value, plain=plain)
        if isinstance(value, dict):
            return self._members(value, plain=plain)
        if value is None or isinstance(value, bool):
            return value
        if name in CODES and isinstance(value, str) and _CODE.fullmatch(value):
            return self.redactor.mask(value)
        if name in MEMBERS or plain:
            return self.redactor.mask(value) if isinstance(value, str) else value
        return self._leaf(name, value)

    def _several(self, name: str, values: list[Any], *, plain: bool) -> list[Any]:
        """The items of a list; those of a long one are masked where they stand, and not looked for elsewhere."""
        before, self._in_bulk = self._in_bulk, self._in_bulk or len(values) > _MANY
        try:
            return [self._member(name, value, plain=plain) for value in values]
        finally:
            self._in_bulk = before

    def _approval(self, name: str, value: Any) -> Any:
        """What opens an approval; of an address everything but the host is secret."""
        if isinstance(value, dict):
            return {self._name(str(key)): self._approval(name, item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._approval(name, item) for item in value]
        if not isinstance(value, str):
            return value
        if not value.startswith("https://"):
            return self.redactor.learn(_kind(name), value)
        path = value.partition("?")[0].partition("://")[2].split("/")[1:]
        for segment in path:
            if len(segment) >= 8 and not segment.isalpha():
                self.redactor.learn("approval", segment)
        return self.url(value)

    def _leaf(self, name: str, value: Any) -> Any:
        if not isinstance(value, str):
            long = isinstance(value, int | float) and len(repr(value)) >= _LONG_NUMBER and not self._in_bulk
            kind = _kind(name)
            return self.redactor.learn(kind, repr(value)) if long else self.redactor.pseudonym(kind, value)
        if value.startswith("https://") and not re.search(r"\s", value):
            return self.url(value)
        return self._secret(_kind(name), value)

    def _secret(self, kind: str, value: str) -> str:
        """Masked everywhere where the value tells something, and here only where it is a common word."""
        if value.startswith("/") and value[1:] in self._own_paths:
            return self.redactor.mask(value)
        tells = len(value) >= 6 and (not value.isalpha() or not value.islower())
        tells = tells and not _DATE.fullmatch(value)
        tells = tells and (not self._in_bulk or self.redactor.knows(value))
        return self.redactor.learn(kind, value) if tells else self.redactor.pseudonym(kind, value)

    def _public(self, value: Any, name: str = "") -> Any:
        """Metadata and key sets are public, but for what must never stand in them."""
        if name in PRIVATE_JWK and value:
            return self.redactor.learn("private_key", value if isinstance(value, str) else json.dumps(value))
        if isinstance(value, dict):
            return {self.redactor.mask(key): self._public(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [self._public(item) for item in value]
        return self.redactor.mask(value) if isinstance(value, str) else value

    def _pairs(self, text: str) -> str:
        pairs = parse_qsl(text, keep_blank_values=True, errors="replace")
        return "&".join(
            f"{self._parameter_name(name, value)}={self._parameter(name, value)}" for name, value in pairs
        )

    def _parameter_name(self, name: str, value: str) -> str:
        """A parameter's name; a long one that stands alone is no name."""
        shown = self._name(name) if value or len(name) < 16 else self.redactor.learn("parameter", name)
        return self._quoted(shown)

    def _parameter(self, name: str, value: str) -> str:
        if name in PARAMETERS or not value:
            return self._quoted(self.url(value) if value.startswith("https://") else value)
        return self.redactor.learn(_kind(name), value)

    def _quoted(self, text: str) -> str:
        return quote(self.redactor.mask(text), safe="/:<>@,+*!()'~")

    def _header(self, name: str, value: str) -> str:
        special: dict[str, Callable[[str], str]] = {
            "location": self.url,
            "set-cookie": self._set_cookie,
            "cookie": self._cookie,
            "authorization": self._authorization,
        }
        if name in special:
            return special[name](value)
        if name == "x-request-id" and value in self._own_requests:
            return self.redactor.mask(value)
        return self.redactor.mask(value) if name in HEADERS else self._secret("header", value)

    def _set_cookie(self, value: str) -> str:
        pair, separator, attributes = value.partition(";")
        return f"{self._cookie(pair)}{separator}{self.redactor.mask(attributes)}"

    def _cookie(self, value: str) -> str:
        pairs = (pair.strip().partition("=") for pair in value.split(";"))
        return "; ".join(f"{name}={self.redactor.learn('cookie', value)}" for name, _, value in pairs)

    def _authorization(self, value: str) -> str:
        scheme, _, credentials = value.partition(" ")
        return f"{self.redactor.mask(scheme)} {self.redactor.learn('credential', credentials)}"


def _is_metadata(value: dict[str, Any]) -> bool:
    issuer = value.get("issuer")
    return isinstance(issuer, str) and issuer.startswith("https://") and not _METADATA.isdisjoint(value)


def _is_key_set(value: dict[str, Any]) -> bool:
    keys = value.get("keys")
    return isinstance(keys, list) and all(isinstance(key, dict) and "kty" in key for key in keys)


def _kind(name: str) -> str:
    if not _NAME.fullmatch(name):
        return "value"
    return re.sub(r"[^A-Za-z0-9_-]", "", name)[:24] or "value"
