"""RFC 6749 section 4.1: authorization requests as they are written, and responses as they came."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, quote

from conformance.errors import Unobservable
from conformance.exchange import Exchange
from conformance.oauth.pkce import Pkce

Pairs = tuple[tuple[str, str], ...]


def encode(pairs: Iterable[tuple[str, str]]) -> str:
    """Write parameters as the bank's document shows them: every reserved character percent-encoded."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


@dataclass(frozen=True)
class AuthorizationRequest:
    """What a TPP asks of the authorization endpoint.

    Args:
        endpoint: authorization_endpoint of the metadata.
        pairs: parameters in order; a name may stand twice.
        pkce: the verifier that the challenge was made of.
        query: the query as it is to be sent, where its encoding matters; otherwise written from the pairs.
    """

    endpoint: str
    pairs: Pairs
    pkce: Pkce | None = None
    query: str | None = None

    @property
    def url(self) -> str:
        """The URL that the PSU's browser is sent to."""
        separator = "&" if "?" in self.endpoint else "?"
        return f"{self.endpoint}{separator}{self.query if self.query is not None else encode(self.pairs)}"

    def __getitem__(self, name: str) -> str:
        return dict(self.pairs)[name]

    def get(self, name: str) -> str | None:
        """The last value of a parameter."""
        return dict(self.pairs).get(name)

    def having(self, **changed: str) -> AuthorizationRequest:
        """The request with parameters changed or added."""
        kept = [(name, changed.pop(name, value)) for name, value in self.pairs]
        return replace(self, pairs=(*kept, *changed.items()))

    def without(self, *names: str) -> AuthorizationRequest:
        """The request without parameters."""
        return replace(self, pairs=tuple(pair for pair in self.pairs if pair[0] not in names))

    def repeating(self, name: str, value: str | None = None) -> AuthorizationRequest:
        """The request with a parameter twice; the second time with another value, where one is given."""
        return replace(self, pairs=(*self.pairs, (name, self[name] if value is None else value)))

    def with_plus_for_space(self) -> AuthorizationRequest:
        """The request with each space written as `+`, the other form of the media type."""
        return self.written(encode(self.pairs).replace("%20", "+"))

    def with_lower_case_encoding(self) -> AuthorizationRequest:
        """The request with lower-case hexadecimal digits in its percent-encoding (RFC 3986, 2.1)."""
        return self.written(re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), encode(self.pairs)))

    def with_plain_redirect_uri(self) -> AuthorizationRequest:
        """The request with `:` and `/` of redirect_uri as they are, which a query may hold (RFC 3986, 3.4)."""
        uri = self["redirect_uri"]
        return self.written(encode(self.pairs).replace(quote(uri, safe=""), quote(uri, safe=":/")))

    def with_scopes_reversed(self) -> AuthorizationRequest:
        """The request with its scopes in the opposite order."""
        return self.having(scope=" ".join(reversed(self["scope"].split())))

    def repeated_in_reverse(self, name: str, value: str) -> AuthorizationRequest:
        """The request with a parameter twice, the other value before its own."""
        return replace(self, pairs=((name, value), *self.pairs))

    def written(self, query: str) -> AuthorizationRequest:
        """The request with its query sent exactly so."""
        return replace(self, query=query)


@dataclass(frozen=True)
class AuthorizationResponse:
    """The parameters with which the PSU's browser was sent back.

    Args:
        request: what was asked.
        url: the redirect's target, never requested.
        exchange: the answer of the bank whose Location it was.
        asked: whether the PSU was asked for credentials on the way.
        played: labels of the steps that the PSU did on the way.
    """

    request: AuthorizationRequest
    url: str
    exchange: Exchange
    asked: bool = False
    played: tuple[str, ...] = ()
    query: Pairs = field(init=False)
    fragment: Pairs = field(init=False)

    def __post_init__(self) -> None:
        before, _, fragment = self.url.partition("#")
        object.__setattr__(self, "query", _pairs(before.partition("?")[2]))
        object.__setattr__(self, "fragment", _pairs(fragment))

    def get(self, name: str) -> str | None:
        """The first value of a parameter in the query."""
        return next((value for key, value in self.query if key == name), None)

    def all(self, name: str) -> list[str]:
        """Every value of a parameter in the query."""
        return [value for key, value in self.query if key == name]

    @property
    def code(self) -> str:
        """The authorization code.

        Raises:
            Unobservable: there is none.
        """
        code = self.get("code")
        if not code:
            raise Unobservable(f"no authorization code: the redirect says error={self.get('error')}")
        return code

    @property
    def target(self) -> str:
        """The redirect's URL without query and fragment."""
        return self.url.partition("#")[0].partition("?")[0]


def _pairs(text: str) -> Pairs:
    return tuple(parse_qsl(text, keep_blank_values=True, errors="replace"))
