"""The challenges of a WWW-Authenticate header (RFC 9110, section 11.6.1; RFC 6750, section 3)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from conformance.exchange import Exchange

_WORD = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_PIECE = re.compile(r'(?:"(?:\\.|[^"\\])*"|[^",])+')
_PARAMETER = re.compile(rf'({_WORD})\s*=\s*("(?:\\.|[^"\\])*"|{_WORD})')
_SCHEME = re.compile(rf"({_WORD})(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True)
class Challenge:
    """One challenge: its scheme in lower case, and its parameters."""

    scheme: str
    parameters: dict[str, str] = field(default_factory=dict)


def challenges(exchange: Exchange) -> list[Challenge]:
    """Every challenge of the answer, in order; what is malformed is left out."""
    found: list[Challenge] = []
    for value in exchange.headers.all("WWW-Authenticate"):
        for piece in _PIECE.findall(value):
            _read(piece.strip(), found)
    return found


def bearer_challenge(exchange: Exchange) -> Challenge | None:
    """The challenge of the Bearer scheme, whatever its case; None where there is none."""
    return next((found for found in challenges(exchange) if found.scheme == "bearer"), None)


def _read(piece: str, found: list[Challenge]) -> None:
    parameter = _PARAMETER.fullmatch(piece)
    if parameter and found:
        _add(found[-1], parameter)
        return
    begun = _SCHEME.fullmatch(piece)
    if begun is None:
        return
    found.append(Challenge(begun[1].lower()))
    parameter = _PARAMETER.fullmatch((begun[2] or "").strip())
    if parameter:
        _add(found[-1], parameter)


def _add(challenge: Challenge, parameter: re.Match[str]) -> None:
    value = parameter[2]
    if value.startswith('"'):
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    challenge.parameters.setdefault(parameter[1].lower(), value)
