"""Reading members that may be of any kind, and showing them in few words."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from conformance.exchange import Exchange


def split_url(value: object) -> SplitResult | None:
    """A URL's parts; None for anything that is no URL."""
    if not isinstance(value, str) or not value.isprintable() or " " in value:
        return None  # urlsplit would drop control characters without a word
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return None
    return parts


def shown(exchange: Exchange, name: str) -> str:
    """A member of public metadata as it stands, or that there is none."""
    if name not in exchange.members:
        return f"no {cut(name)}"
    return cut(repr(exchange.members[name]))


def cut(text: str) -> str:
    """The beginning of a long text."""
    return text if len(text) <= 160 else f"{text[:160]}…"
