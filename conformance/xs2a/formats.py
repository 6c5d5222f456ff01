"""The formats that schemas name: dates of ISO 8601 and amounts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from conformance.xs2a.money import decimal_of, decimals
from conformance.xs2a.reading import day

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII,
)
_LARGEST = 10**13


def _date(value: Any) -> bool:
    return not isinstance(value, str) or bool(_DATE.fullmatch(value) and day(value))


def _date_time(value: Any) -> bool:
    return not isinstance(value, str) or bool(_DATE_TIME.fullmatch(value) and day(value))


def _amount(value: Any) -> bool:
    if isinstance(value, str | bool) or value is None or isinstance(value, list | dict):
        return True
    amount = decimal_of(value)
    return amount is not None and abs(amount) < _LARGEST and decimals(amount) <= 5


FORMATS: dict[str, Callable[[Any], bool]] = {
    "date": _date,
    "date-time": _date_time,
    "date-or-date-time": lambda value: _date(value) or _date_time(value),
    "amount": _amount,
}
"""As in JSON Schema, a format says nothing of values that are not of its kind."""
