"""JSON with exact numbers: read into Decimal, written from Decimal, and never a surprise in between."""

from __future__ import annotations

import json
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

_DEEPEST = 24
_LONGEST_NUMBER = 40


def read(body: bytes) -> Any:
    """The value of a JSON text in UTF-8.

    Raises:
        ValueError: it is none, or it holds what cannot be kept and written again.
    """
    try:
        value = json.loads(
            body.decode("utf-8"), parse_float=_decimal, parse_int=_whole, parse_constant=_constant
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    _expect_writable(value, _DEEPEST)
    return value


def write(value: Any) -> str:
    """The JSON text of a value; a Decimal becomes a number with exactly its digits."""
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, dict):
        return (
            "{" + ",".join([f"{encode_basestring(name)}:{write(each)}" for name, each in value.items()]) + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ",".join([write(each) for each in value]) + "]"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return json.dumps(value)


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if len(text) > _LONGEST_NUMBER or abs(number.adjusted()) > _LONGEST_NUMBER:
        raise ValueError("a number is too long")
    return number


def _whole(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError("a number is too long")
    return int(text)


def _constant(_: str) -> Any:
    raise ValueError("a number is none")


def _expect_writable(value: Any, depth: int) -> None:
    if depth == 0:
        raise ValueError("it is nested too deeply")
    if isinstance(value, str):
        value.encode("utf-8")
    elif isinstance(value, dict):
        for name, member in value.items():
            name.encode("utf-8")
            _expect_writable(member, depth - 1)
    elif isinstance(value, list):
        for member in value:
            _expect_writable(member, depth - 1)
