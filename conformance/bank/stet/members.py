"""Reads the members of a request's body; what is missing or misshapen is refused by its name."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from conformance.bank.corporate.money import Money, MoneyProblem
from conformance.bank.corporate.problems import Refused, invalid

Members = dict[str, Any]
T = TypeVar("T")
_AMOUNT = re.compile(r"-?[0-9]{1,13}(\.[0-9]{0,5})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def wrong(name: str, wanted: str) -> Refused:
    """A member that is not what STET says."""
    return invalid("FF01", f"{name}: wanted {wanted}"[:140])


def table(members: Members, name: str) -> Members:
    """A member that is an object."""
    return _of(members, name, dict, "an object")


def rows(members: Members, name: str) -> list[Members]:
    """A member that is an array of objects."""
    found: list[Any] = _of(members, name, list, "an array")
    if not all(isinstance(each, dict) for each in found):
        raise wrong(name, "an array of objects")
    return found


def flag(members: Members, name: str) -> bool:
    """A member that is true or false."""
    return _of(members, name, bool, "true or false")


def text(members: Members, name: str, longest: int = 140) -> str:
    """A member that is text."""
    found = _of(members, name, str, "text")
    if not 1 <= len(found) <= longest:
        raise wrong(name, f"text of 1 to {longest} characters")
    return found


def optional_text(members: Members, name: str, longest: int = 140) -> str:
    """A member that is text, empty where it is absent."""
    return text(members, name, longest) if members.get(name) is not None else ""


def code(members: Members, name: str, codes: frozenset[str], default: str = "") -> str:
    """A member that is one of some codes.

    Args:
        default: where the member is absent.
    """
    found = members.get(name, default)
    if found != default and (not isinstance(found, str) or found not in codes):
        raise wrong(name, f"one of {', '.join(sorted(codes))}")
    return str(found)


def number(members: Members, name: str) -> int:
    """A member that is a whole number."""
    found = _of(members, name, int, "a whole number")
    if isinstance(found, bool):
        raise wrong(name, "a whole number")
    return found


def moment(members: Members, name: str) -> datetime:
    """A member that is a date-time with its offset, or a date."""
    found = moment_of(members.get(name))
    if found is None:
        raise wrong(name, "a date-time of ISO 8601")
    return found


def day(members: Members, name: str) -> date | None:
    """The day of a member that is a date-time or a date; None where it is absent."""
    return moment(members, name).date() if members.get(name) is not None else None


def moment_of(value: object) -> datetime | None:
    """The time of a text of ISO 8601, None for anything else; a date is its midnight in UTC."""
    if not isinstance(value, str) or not (_DAY.fullmatch(value) or "T" in value):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def money(members: Members, name: str) -> Money:
    """A member that is an AmountType: a number or its decimal notation, with its currency."""
    found = table(members, name)
    amount, currency = found.get("amount"), found.get("currency")
    if not isinstance(currency, str):
        raise wrong(f"{name}.currency", "a currency code")
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal | str):
        raise wrong(f"{name}.amount", "a number")
    if isinstance(amount, str) and not _AMOUNT.fullmatch(amount):
        raise wrong(f"{name}.amount", "a number")
    try:
        return Money.of(amount, currency)
    except MoneyProblem:
        raise wrong(name, "an amount with no more decimals than its currency has") from None


def iban(members: Members, name: str) -> str:
    """The IBAN of a member that is an AccountIdentification, as it was sent."""
    return text(table(members, name), "iban", 34)


def lines(members: Members, name: str) -> tuple[str, ...]:
    """RemittanceInformation: the unstructured lines of 1.4.2, or the bare array of 1.4.0."""
    found = members.get(name)
    if isinstance(found, dict):
        found = found.get("unstructured", [])
    if found is None:
        return ()
    if not isinstance(found, list) or not all(isinstance(each, str) and len(each) <= 140 for each in found):
        raise wrong(name, "lines of at most 140 characters")
    return tuple(found)


def _of(members: Members, name: str, kind: type[T], wanted: str) -> T:
    found = members.get(name)
    if not isinstance(found, kind):
        raise wrong(name, wanted)
    return found
