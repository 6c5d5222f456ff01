"""Parameters of a request as they were sent: repetitions kept, bad encodings refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from urllib.parse import unquote_to_bytes

Pairs = list[tuple[str, str]]

_MOST_PARAMETERS = 200


def decode_value(raw: str) -> str:
    """One form-urlencoded word, decoded.

    Raises:
        ValueError: it is not UTF-8.
    """
    return unquote_to_bytes(raw.replace("+", " ")).decode("utf-8")


def parse_form(raw: str, decode: Callable[[str, str], str] | None = None) -> Pairs:
    """The names and values of `application/x-www-form-urlencoded`, in order.

    Args:
        raw: the query or the body.
        decode: decodes a value, given its name; percent-encoded UTF-8 by default.

    Raises:
        ValueError: an encoding is not UTF-8, or there are too many parameters.
    """
    parts = [part for part in raw.split("&") if part]
    if len(parts) > _MOST_PARAMETERS:
        raise ValueError("too many parameters")
    pairs: Pairs = []
    for part in parts:
        name, _, value = part.partition("=")
        name = decode_value(name)
        pairs.append((name, decode(name, value) if decode else decode_value(value)))
    return pairs


def repeated_names(pairs: Iterable[tuple[str, str]]) -> set[str]:
    """The names that occur more than once."""
    return {name for name, count in Counter(name for name, _ in pairs).items() if count > 1}


def present(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The parameters with a value; one without counts as omitted, and the first of several stands.

    RFC 6749, section 3.1.
    """
    found: dict[str, str] = {}
    for name, value in pairs:
        if value:
            found.setdefault(name, value)
    return found
