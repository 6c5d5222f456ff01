"""Authorization codes must not be guessable: RFC 6749, section 10.10."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import combinations

from conformance.checks.responses import deviates
from conformance.errors import NotApplicable
from conformance.oauth.authorization import AuthorizationResponse

_JWT = re.compile(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.([A-Za-z0-9_-]+)")
_CLASSES = (("0123456789", 10), ("abcdefghijklmnopqrstuvwxyz", 26), ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 26))
_HEXADECIMAL = (re.compile(r"[0-9a-f-]+"), re.compile(r"[0-9A-F-]+"))
_BITS = 128
_DIFFERING_BITS = 96


def expect_unguessable_codes(responses: Sequence[AuthorizationResponse]) -> None:
    """Codes differ, are long enough for their alphabet, and share no long beginning or end.

    Args:
        responses: every redirect of the run that carried a code.

    Raises:
        NotApplicable: fewer than two.
    """
    if len(responses) < 2:
        raise NotApplicable("fewer than two codes were seen")
    codes = [_judged_part(response.code) for response in responses]
    size = alphabet_size("".join(codes))
    for response, code in zip(responses, codes, strict=True):
        bits = len(code) * math.log2(size)
        if bits < _BITS:
            received = f"{len(code)} characters of {size}: {bits:.0f} bits"
            deviates(response.exchange, expected=f"a code of at least {_BITS} bits", received=received)
    for (first, one), (second, other) in combinations(zip(responses, codes, strict=True), 2):
        if first.code == second.code:
            deviates(
                second.exchange, expected="another code for each authorization", received="the same twice"
            )
        bits = _differing(one, other) * math.log2(size)
        if bits < _DIFFERING_BITS:
            wanted = f"codes that differ in at least {_DIFFERING_BITS} bits beside a common beginning and end"
            deviates(second.exchange, expected=wanted, received=f"{bits:.0f} bits")


def alphabet_size(text: str) -> int:
    """The size of the classes of characters that were seen; hexadecimal digits are sixteen."""
    if any(pattern.fullmatch(text) for pattern in _HEXADECIMAL) and not text.isdigit():
        return 16 + ("-" in text)
    size = sum(count for characters, count in _CLASSES if set(characters) & set(text))
    others = set(text) - {character for characters, _ in _CLASSES for character in characters}
    return max(2, size + len(others))


def _judged_part(code: str) -> str:
    """A JWT's signature; any other code as a whole."""
    found = _JWT.fullmatch(code)
    return found[1] if found else code


def _differing(one: str, other: str) -> int:
    """How many characters are neither in the common beginning nor in the common end."""
    shorter = min(len(one), len(other))
    start = next((i for i in range(shorter) if one[i] != other[i]), shorter)
    rest = shorter - start
    end = next((i for i in range(rest) if one[-1 - i] != other[-1 - i]), rest)
    return max(len(one), len(other)) - start - end
