"""JSON in which numbers stay exact: read as Decimal, and written as they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_DEEPEST = 64
_PLAIN = 40  # digits: a number that a bank stated with a huge exponent is not written out


def read(body: bytes) -> Any:
    """The value that a body holds.

    Args:
        body: UTF-8, as RFC 8259, section 8.1 wants it.

    Raises:
        ValueError: it is no JSON, no UTF-8, nested beyond reason, or holds NaN or Infinity.
    """
    try:
        value = json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except ArithmeticError:
        raise ValueError("a number beyond all bounds") from None
    if _too_deep(value):
        raise ValueError("nested too deeply")
    return value


def _too_deep(value: Any) -> bool:
    """Whether whoever walks through the value could run out of stack."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            inside
            for each in level
            if isinstance(each, dict | list)
            for inside in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def write(value: Any) -> bytes:
    """A value as JSON; a Decimal becomes a number with exactly its digits."""
    return _text(value).encode("utf-8")


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}" if abs(value.adjusted()) < _PLAIN else str(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(str(name))}:{_text(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_text, value)) + "]"
    if isinstance(value, float):
        raise TypeError("a float has no place in a request: Decimal, int or text")
    return json.dumps(value, ensure_ascii=False)
