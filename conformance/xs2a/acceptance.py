"""A quick yes to what keeps a schema; only a no needs the JSON Schema library to say why.

A page of a hundred entries takes the library several milliseconds. The few keywords that our schemas use become
nested functions once, and a valid page passes them in a fraction. A keyword unknown here is an error, not a yes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from conformance.xs2a.formats import FORMATS

Test = Callable[[Any], bool]
_SILENT = {"$schema", "title", "description", "then", "else"}


def acceptance(schema: Mapping[str, Any]) -> Test:
    """A function that says whether a value keeps a schema.

    Args:
        schema: made of the keywords below.

    Raises:
        ValueError: it uses another keyword.
    """
    tests = [
        _KEYWORDS[name](value, schema) if name in _KEYWORDS else _unknown(name)
        for name, value in schema.items()
        if name not in _SILENT
    ]
    return _all(tests)


def _all(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]

    def test(value: Any) -> bool:
        for each in tests:  # noqa: SIM110 - all() with a generator takes twice the time
            if not each(value):
                return False
        return True

    return test


def _unknown(name: str) -> Test:
    raise ValueError(f"the keyword {name} is not known")


def _number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


_TYPES: dict[str, Test] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "number": _number,
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
}


def _required(names: list[str], _: Mapping[str, Any]) -> Test:
    wanted = frozenset(names)
    return lambda value: not isinstance(value, dict) or wanted <= value.keys()


def _properties(properties: Mapping[str, Any], _: Mapping[str, Any]) -> Test:
    tests = {name: acceptance(schema) for name, schema in properties.items()}

    def test(value: Any) -> bool:
        if isinstance(value, dict):
            for name, member in value.items():
                member_test = tests.get(name)
                if member_test is not None and not member_test(member):
                    return False
        return True

    return test


def _items(schema: Mapping[str, Any], _: Mapping[str, Any]) -> Test:
    item = acceptance(schema)
    return lambda value: not isinstance(value, list) or all(map(item, value))


def _pattern(pattern: str, _: Mapping[str, Any]) -> Test:
    search = re.compile(pattern).search
    return lambda value: not isinstance(value, str) or search(value) is not None


def _one_of(schemas: list[Mapping[str, Any]], _: Mapping[str, Any]) -> Test:
    tests = [acceptance(each) for each in schemas]
    return lambda value: sum(test(value) for test in tests) == 1


def _any_of(schemas: list[Mapping[str, Any]], _: Mapping[str, Any]) -> Test:
    tests = [acceptance(each) for each in schemas]
    return lambda value: any(test(value) for test in tests)


def _if(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Test:
    condition, then = acceptance(schema), acceptance(whole.get("then", {}))
    otherwise = acceptance(whole.get("else", {}))
    return lambda value: then(value) if condition(value) else otherwise(value)


_KEYWORDS: dict[str, Callable[[Any, Mapping[str, Any]], Test]] = {
    "type": lambda name, _: _TYPES[name],
    "required": _required,
    "properties": _properties,
    "items": _items,
    "minItems": lambda least, _: lambda value: not isinstance(value, list) or len(value) >= least,
    "enum": lambda values, _: lambda value: isinstance(value, str) and value in values,
    "const": lambda wanted, _: lambda value: isinstance(value, str) and value == wanted,
    "pattern": _pattern,
    "minLength": lambda least, _: lambda value: not isinstance(value, str) or len(value) >= least,
    "maxLength": lambda most, _: lambda value: not isinstance(value, str) or len(value) <= most,
    "minimum": lambda least, _: lambda value: not _number(value) or value >= least,
    "format": lambda name, _: FORMATS[name],
    "anyOf": _any_of,
    "oneOf": _one_of,
    "if": _if,
}
