"""Hypertext links of an answer (HAL): resolved, and followed only on the API's own origin."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from conformance.errors import Unobservable

_TEMPLATE = re.compile(r"\{[^{}]*\}")
_KEPT = "%/:?#[]@!$&'()*+,;=-._~"


@dataclass(frozen=True, slots=True)
class Link:
    """One link.

    Args:
        relation: its name, as `next`.
        href: as it stands in the answer.
        source: the URL of the answer, from which a relative link starts (RFC 3986, section 5.1.3).
        templated: whether the bank calls it a template; each expression then stands for nothing.
    """

    relation: str
    href: str
    source: str
    templated: bool = False

    @property
    def url(self) -> str | None:
        """The absolute URL without fragment; None where the text leads nowhere."""
        text = _TEMPLATE.sub("", self.href) if self.templated else self.href
        if not text or not text.isprintable() or "\\" in text or text != text.strip():
            return None
        try:
            url = urljoin(self.source, quote(text, safe=_KEPT)).partition("#")[0]
            parts = urlsplit(url)
            _ = parts.port
        except ValueError:
            return None
        return url if parts.scheme and parts.hostname and "@" not in parts.netloc else None

    def leads_to(self, origin: str) -> bool:
        """Whether it stays on an origin; a default port may be written out."""
        return self.url is not None and origin_of(self.url) == origin_of(origin)

    def followed(self, origin: str) -> str:
        """The URL, where it may be followed with the client's certificate and token.

        Raises:
            Unobservable: it leads nowhere, or away from the API.
        """
        if self.url is None:
            raise Unobservable(f"the link {self.relation} holds no usable address and is not followed")
        if not self.leads_to(origin):
            raise Unobservable(
                f"the link {self.relation} leads to {origin_of(self.url)}, not to the API, and is not followed"
            )
        return self.url


def origin_of(url: str) -> str:
    """Scheme, host and port (RFC 6454, section 4); the default port is left out."""
    parts = urlsplit(url)
    default = {"https": 443, "http": 80}.get(parts.scheme)
    port = "" if parts.port in (None, default) else f":{parts.port}"
    return f"{parts.scheme}://{(parts.hostname or '').rstrip('.')}{port}"


def links_of(members: Mapping[str, Any], source: str) -> dict[str, Link]:
    """The links of an object by relation; of several with one relation, the first.

    Args:
        members: of the object that may hold `_links`.
        source: URL of the answer.
    """
    found = members.get("_links")
    links = (_link(name, value, source) for name, value in found.items()) if isinstance(found, dict) else ()
    return {link.relation: link for link in links if link}


def _link(relation: str, value: object, source: str) -> Link | None:
    value = value[0] if isinstance(value, list) and value else value
    if not isinstance(value, dict) or not isinstance(value.get("href"), str):
        return None
    return Link(relation, value["href"], source, value.get("templated") is True)
