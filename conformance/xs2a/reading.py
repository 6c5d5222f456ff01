"""Tolerant looks at members that may be of any kind or not there at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from conformance.xs2a.money import Money, decimal_of

Members = Mapping[str, Any]


def text(members: Members, name: str) -> str | None:
    """A member that is text."""
    value = members.get(name)
    return value if isinstance(value, str) else None


def flag(members: Members, name: str) -> bool | None:
    """A member that is true or false, and not merely a word for it."""
    value = members.get(name)
    return value if isinstance(value, bool) else None


def table(members: Members, name: str) -> Members:
    """A member that is an object; an empty one where it is not."""
    value = members.get(name)
    return value if isinstance(value, Mapping) else {}


def rows(members: Members, name: str) -> tuple[Members, ...]:
    """The objects of a member that is an array."""
    value = members.get(name)
    return tuple(each for each in value if isinstance(each, Mapping)) if isinstance(value, list) else ()


def money(members: Members, name: str) -> Money | None:
    """A member that states amount and currency."""
    found = table(members, name)
    amount, currency = decimal_of(found.get("amount")), text(found, "currency")
    return None if amount is None or currency is None else Money(amount, currency)


def day(value: object) -> date | None:
    """The calendar day that a date or a date-time names, where its writer stands."""
    if not isinstance(value, str) or len(value) > 40 or value[4:5] != "-":
        return None
    try:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value).date()
    except ValueError:
        return None


def instant(value: object) -> datetime | None:
    """The aware time of a date or a date-time; without an offset it is taken as UTC."""
    if day(value) is None:
        return None
    found = datetime.fromisoformat(str(value))
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return None
