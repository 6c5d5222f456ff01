"""Makes text from outside harmless before a terminal, an XML file or a page shows it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)


def inert(text: str) -> str:
    """The text with every character that acts instead of being read spelled out, as `\\x1b`.

    Line feeds and tabs stay. Control characters, terminal sequences, lone surrogates, marks that turn the
    direction of writing, and what XML forbids do not.
    """
    return _UNPRINTABLE.sub(_spelled, text) if _UNPRINTABLE.search(text) else text


def one_line(text: str) -> str:
    """The same on a single line."""
    return " ".join(inert(text).split())


def shortened(text: str, limit: int) -> str:
    """One line of at most so many characters."""
    line = one_line(text)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def sentence(text: str) -> str:
    """One line that begins with a capital and ends with a full stop."""
    line = one_line(text)
    if not line:
        return ""
    return line[0].upper() + line[1:] + ("" if line[-1] in ".!?…" else ".")


def many(count: int, noun: str) -> str:
    """A number with its noun, as `1 scenario` or `2 scenarios`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def milliseconds(time: str) -> int | None:
    """Milliseconds since 1970 of an ISO 8601 time; None where there is none."""
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1000)


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
