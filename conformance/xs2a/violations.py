"""Why a value does not keep a schema: where, what was wanted, what kind of thing was found; never its value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from conformance.xs2a.acceptance import Test, acceptance
from conformance.xs2a.answer import Contract
from conformance.xs2a.formats import FORMATS

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

_MOST = 50
_CODE = re.compile(r"[A-Z]{1,6}")
_KINDS = {"object": "an object", "array": "an array", "string": "text", "boolean": "true or false"}
_KINDS |= {"number": "a number", "integer": "a whole number"}


@dataclass(frozen=True, slots=True)
class Violation:
    """One place at which an answer is not as its schema wants it.

    Args:
        path: as `accounts[0].name`; empty for the whole.
        expected: in words.
        received: the kind of what was found.
    """

    path: str
    expected: str
    received: str

    def __str__(self) -> str:
        return f"{self.path or 'the body'}: expected {self.expected}, received {self.received}"


def violations(contract: Contract, value: Any, *, error: bool = False) -> tuple[Violation, ...]:
    """The first violations of a contract's schema, without repetition; nothing where it is kept.

    Args:
        contract: of the operation.
        value: the body as JSON.
        error: hold it against the schema of refusals instead.
    """
    if _acceptance(contract, error)(value):
        return ()
    found = islice(_validator(contract, error).iter_errors(value), _MOST)
    return tuple(dict.fromkeys(_violation(each) for each in found))


def _schema(contract: Contract, error: bool) -> Mapping[str, Any]:
    return contract.error if error else contract.schema or {}


@lru_cache(maxsize=256)
def _acceptance(contract: Contract, error: bool) -> Test:
    return acceptance(_schema(contract, error))


@lru_cache(maxsize=256)
def _validator(contract: Contract, error: bool) -> Validator:
    from jsonschema import Draft202012Validator, FormatChecker

    formats = FormatChecker(formats=())
    for name, test in FORMATS.items():
        formats.checks(name)(test)
    return Draft202012Validator(dict(_schema(contract, error)), format_checker=formats)


def _violation(error: ValidationError) -> Violation:
    path = _path(error.absolute_path)
    wanted: Any = error.validator_value
    if error.validator == "required":
        missing = next(name for name in wanted if repr(name) == error.message.split(" is ")[0])
        return Violation(f"{path}.{missing}".lstrip("."), "a member", "none")
    return Violation(path, _expected(error), kind_of(error.instance, code=error.validator == "enum"))


def _path(parts: Iterable[str | int]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")


def _expected(error: ValidationError) -> str:
    wanted: Any = error.validator_value
    title = error.schema.get("title") if isinstance(error.schema, Mapping) else None
    match error.validator:
        case "type":
            return _KINDS[wanted]
        case "enum":
            return f"one of {', '.join(wanted)}"
        case "minItems":
            return f"at least {wanted} of them"
        case "minLength" | "maxLength":
            return f"{'at least' if error.validator == 'minLength' else 'at most'} {wanted} characters"
        case _:
            return str(title or f"{error.validator} {wanted}")


def kind_of(value: Any, *, code: bool = False) -> str:
    """What kind of JSON value it is; the value itself might be personal.

    Args:
        code: repeat it where it is short and all capitals, as the codes of an enumeration are.
    """
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case str():
            return value if code and _CODE.fullmatch(value) else f"text of {len(value)} characters"
        case dict():
            return f"an object of {len(value)} members"
        case list():
            return f"an array of {len(value)}"
        case _:
            return "a number"


def unknown_members(contract: Contract, value: Any) -> tuple[str, ...]:
    """The paths of members that the schema does not know: information, never a failure."""
    return tuple(sorted(set(_unknown(contract.schema or {}, value, ""))))


def _unknown(schema: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
    if isinstance(value, list) and "items" in schema:
        for each in value:
            yield from _unknown(schema["items"], each, f"{path}[]")
    if isinstance(value, dict) and "properties" in schema:
        for name, each in value.items():
            place = f"{path}.{name[:70]}".lstrip(".")
            if name not in schema["properties"]:
                yield place if place.isprintable() else ascii(place)
            else:
                yield from _unknown(schema["properties"][name], each, place)
