"""Reads the area files, and refuses a catalogue that contradicts itself."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from conformance.catalogue.model import (
    PRECONDITIONS,
    Area,
    Catalogue,
    Check,
    Dialect,
    Environment,
    Level,
    Observation,
    Requirement,
    Role,
    Severity,
    Source,
    Subject,
)
from conformance.errors import CatalogueError

_ENUMS = {
    "level": Level,
    "subject": Subject,
    "environment": Environment,
    "severity": Severity,
    "observe": Observation,
    "dialect": Dialect,
}
_TEXTS = ("id", "title", "statement")
_LISTS = ("roles", "precondition", "deviation")
_REQUIRED = frozenset({*_TEXTS, *_ENUMS, *_LISTS, "source", "verified", "check"})
_OPTIONAL = frozenset({"untested", "undeviated"})
_CHECK = frozenset({"steps", "pass", "fail", "na"})
_IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")

Complain = Callable[[str], None]


@cache
def load(folder: Path | None = None) -> Catalogue:
    """The catalogue of the package, or of another folder, validated; read once.

    Args:
        folder: holds one TOML file per area; None for the package's own.

    Raises:
        CatalogueError: naming everything that is wrong with it.
    """
    files = {
        path.name: path.read_bytes() for path in sorted((folder or Path(__file__).parent).glob("*.toml"))
    }
    problems: list[str] = []
    tables = {name: _parse(name, content, problems) for name, content in files.items()}
    areas = [area for name, table in tables.items() if (area := _area(name, table, problems.append))]
    problems += [*_duplicates(areas), *_dangling(areas)]
    if not areas and not problems:
        problems.append("no area file found")
    if problems:
        raise CatalogueError("\n".join(problems))
    return Catalogue(tuple(sorted(areas, key=lambda area: (area.order, area.name))), digest(files))


def digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 in hex over the names and contents of the area files, in the order of their names."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{name} {hashlib.sha256(files[name]).hexdigest()}\n".encode())
    return whole.hexdigest()


def _parse(name: str, content: bytes, problems: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{name}: {error}")
        return {}


def _area(name: str, table: dict[str, Any], complain: Complain) -> Area | None:
    if not table:
        return None
    stem = name.removesuffix(".toml")
    prefix, entries = table.get("prefix"), table.get("requirement")
    for key in sorted(table.keys() - {"area", "prefix", "title", "order", "requirement"}):
        complain(f"{name}: unknown field {key}")
    tables = isinstance(entries, list) and entries and all(isinstance(entry, dict) for entry in entries)
    if table.get("area") != stem or not isinstance(prefix, str) or not prefix or not tables:
        complain(f"{name}: needs area (the file's name), prefix and [[requirement]] tables")
        return None
    requirements = tuple(
        requirement
        for number, entry in enumerate(entries or (), 1)
        if (
            requirement := _requirement(
                entry, f"{name}: {entry.get('id', f'number {number}')}", table, complain
            )
        )
    )
    title = table.get("title", stem.replace("_", " ").capitalize())
    return Area(stem, prefix, title, table.get("order", 99), requirements)


def _requirement(
    entry: dict[str, Any], place: str, area: dict[str, Any], complain: Complain
) -> Requirement | None:
    found = [f"{place}: {problem}" for problem in _problems(entry, area["prefix"])]
    for problem in found:
        complain(problem)
    return None if found else _build(entry, area["area"])


def _build(entry: dict[str, Any], area: str) -> Requirement:
    check = entry["check"]
    return Requirement(
        id=entry["id"],
        area=area,
        title=entry["title"],
        statement=entry["statement"],
        level=Level(entry["level"]),
        subject=Subject(entry["subject"]),
        environment=Environment(entry["environment"]),
        severity=Severity(entry["severity"]),
        observe=Observation(entry["observe"]),
        dialect=Dialect(entry["dialect"]),
        verified=entry["verified"],
        sources=tuple(Source(**source) for source in entry["source"]),
        roles=tuple(map(Role, entry["roles"])),
        preconditions=tuple(entry["precondition"]),
        deviations=tuple(entry["deviation"]),
        check=Check(tuple(check["steps"]), check["pass"], check["fail"], check["na"]),
        untested=entry.get("untested", ""),
        undeviated={int(number): reason for number, reason in entry.get("undeviated", {}).items()},
    )


def _problems(entry: dict[str, Any], prefix: str) -> list[str]:
    fields = [f"missing field {name}" for name in sorted(_REQUIRED - entry.keys())]
    fields += [f"unknown field {name}" for name in sorted(entry.keys() - _REQUIRED - _OPTIONAL)]
    present = {name: value for name, value in entry.items() if name in _REQUIRED | _OPTIONAL}
    return [
        *fields,
        *(f"{name} must be a text" for name in (*_TEXTS, "untested") if not _text(present.get(name, "-"))),
        *(f"{name} must be a list of texts" for name in _LISTS if not _texts(present.get(name, ["-"]))),
        *_identifier_problems(present.get("id", ""), prefix),
        *_enum_problems(present),
        *_source_problems(present),
        *_check_problems(present.get("check")),
        *_undeviated_problems(present),
    ]


def _identifier_problems(identifier: object, prefix: str) -> Iterable[str]:
    if not _text(identifier):
        return
    if not _IDENTIFIER.fullmatch(str(identifier)):
        yield "id is not in kebab-case"
    if not str(identifier).startswith(f"{prefix}-"):
        yield f"id does not start with {prefix}-"


def _enum_problems(entry: dict[str, Any]) -> Iterable[str]:
    for name, enum in _ENUMS.items():
        allowed = [str(member) for member in enum]
        if name in entry and entry[name] not in allowed:
            yield f"{name} = {entry[name]!r} is not one of {', '.join(allowed)}"
    for name, vocabulary in (("roles", frozenset(map(str, Role))), ("precondition", PRECONDITIONS)):
        if _texts(entry.get(name)):
            yield from (f"unknown {name} {value!r}" for value in sorted(set(entry[name]) - vocabulary))
    if "all" in (entry.get("roles") or ()) and len(entry["roles"]) > 1:
        yield "role 'all' stands alone"


def _source_problems(entry: dict[str, Any]) -> Iterable[str]:
    sources = entry.get("source")
    if sources is None:
        return
    if not isinstance(sources, list) or not sources or not all(map(_is_source, sources)):
        yield "source must be a list of tables with document, clause and, where it was not seen, verified"
        return
    if entry.get("verified") is not all(source.get("verified", True) for source in sources):
        yield "verified must be false exactly when one of its sources is not verified"


def _is_source(source: object) -> bool:
    return (
        isinstance(source, dict)
        and _text(source.get("document"))
        and _text(source.get("clause"))
        and isinstance(source.get("verified", True), bool)
        and not source.keys() - {"document", "clause", "verified"}
    )


def _check_problems(check: object) -> Iterable[str]:
    if check is None:
        return
    if not isinstance(check, dict):
        yield "check must be a table"
        return
    yield from (f"missing field check.{name}" for name in sorted(_CHECK - check.keys()))
    yield from (f"unknown field check.{name}" for name in sorted(check.keys() - _CHECK))
    if not _texts(check.get("steps", ["-"])):
        yield "check.steps must be a list of texts"
    yield from (
        f"check.{name} must be a text" for name in ("pass", "fail", "na") if not _text(check.get(name, "-"))
    )


def _undeviated_problems(entry: dict[str, Any]) -> Iterable[str]:
    undeviated = entry.get("undeviated", {})
    if not isinstance(undeviated, dict):
        yield "undeviated must be a table of number and reason"
        return
    allowed = {str(number) for number, _ in enumerate(entry.get("deviation", ()), 1)}
    yield from (
        f"undeviated names deviation {key}, which does not exist" for key in undeviated if key not in allowed
    )
    yield from (f"undeviated.{key} must be a text" for key, reason in undeviated.items() if not _text(reason))


def _duplicates(areas: list[Area]) -> Iterable[str]:
    seen: dict[str, str] = {}
    for area in areas:
        for requirement in area.requirements:
            if requirement.id in seen:
                first = seen[requirement.id]
                yield f"{area.name}.toml: {requirement.id}: duplicate id, first in {first}.toml"
            seen.setdefault(requirement.id, area.name)


def _dangling(areas: list[Area]) -> Iterable[str]:
    """Names in the texts of a check that begin as the ids of an area do, and are none."""
    known = PRECONDITIONS | {requirement.id for area in areas for requirement in area.requirements}
    prefixes = "|".join(re.escape(area.prefix) for area in areas)
    name = re.compile(rf"(?<![\w<-])(?:{prefixes})(?:-[a-z0-9]+)+(?![\w>-])")
    for area in areas:
        for requirement in area.requirements:
            texts = "\n".join(
                (*requirement.check.texts, requirement.untested, *requirement.undeviated.values())
            )
            for reference in sorted(set(name.findall(texts)) - known):
                yield f"{area.name}.toml: {requirement.id}: names {reference}, which does not exist"


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_text, value))
