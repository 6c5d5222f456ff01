"""Reads a target profile: one TOML file, validated before anything is sent, all errors at once."""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from conformance.errors import Problem, UsageError
from conformance.shipped import PROFILES
from conformance.target.model import Profile


@dataclass(frozen=True)
class Overrides:
    """What the command line changes in a profile.

    Args:
        trust_anchors: PEM files, in place of the profile's.
        resolve: `host:port` to `address:port`, added to the profile's.
        settings: dotted key to TOML value, as `waiting.allowed` to `true`.
    """

    trust_anchors: tuple[Path, ...] = ()
    resolve: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """A validated profile and where it came from.

    Args:
        slug: file name without suffix; names the folder of reports.
        sha256: digest of the profile's text, without what its references lead to.
    """

    profile: Profile
    slug: str
    sha256: str


def load_target(name: str, overrides: Overrides | None = None) -> Target:
    """Read and validate a profile.

    Args:
        name: path of a TOML file, or name of a shipped profile (whose references start at the current folder).

    Raises:
        UsageError: every problem of the profile, with file, key, found and wanted.
    """
    path = _find(name)
    text = _text(path)
    raw = _parse(path, text)
    _override(raw, overrides or Overrides())
    folder = Path() if path.parent == PROFILES else path.parent
    profile = _validate(path, raw, folder)
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip(".-") or "target"
    return Target(profile, slug, hashlib.sha256(text.encode()).hexdigest())


def _find(name: str) -> Path:
    path = Path(name)
    if path.is_file():
        return path
    shipped = PROFILES / f"{name}.toml"
    if shipped.is_file() and path.name == name:
        return shipped
    known = sorted(entry.stem for entry in PROFILES.glob("*.toml"))
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"shipped profiles: {', '.join(known)}"
    raise UsageError(
        [Problem(name, "", "no such file", "a profile's path or a shipped profile's name", hint)]
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise UsageError([Problem(str(path), "", f"unreadable ({reason})", "a TOML file in UTF-8")]) from None


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError([Problem(str(path), "", f"a TOML error: {error}", "well-formed TOML")]) from None


def _override(raw: dict[str, Any], overrides: Overrides) -> None:
    for key, value in overrides.settings.items():
        _set(raw, key, value)
    network = raw.setdefault("network", {})
    if not isinstance(network, dict):
        return
    if overrides.trust_anchors:
        network["trust_anchors"] = [f"file:{path.resolve()}" for path in overrides.trust_anchors]
    if overrides.resolve:
        resolve = network.setdefault("resolve", {})
        if isinstance(resolve, dict):
            resolve.update(overrides.resolve)


def _set(raw: dict[str, Any], dotted: str, value: str) -> None:
    *parents, last = dotted.split(".")
    place = raw
    for parent in parents:
        place = place.setdefault(parent, {})
        if not isinstance(place, dict):
            raise UsageError([Problem("--set", dotted, "a key below a value", "a dotted key of the profile")])
    place[last] = _toml_value(dotted, value)


def _toml_value(dotted: str, value: str) -> Any:
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        raise UsageError(
            [Problem("--set", dotted, "no TOML value", "key=value in TOML, strings quoted")]
        ) from None


def _validate(path: Path, raw: dict[str, Any], folder: Path) -> Profile:
    try:
        return Profile.model_validate(raw, context={"folder": folder})
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=True)
        raise UsageError([_explain(str(path), detail) for detail in details]) from None


def _explain(file: str, detail: Any) -> Problem:
    location: tuple[int | str, ...] = detail["loc"]
    context: Mapping[str, Any] = detail.get("ctx", {})
    key = _dotted(location)
    if detail["type"] == "profile":
        key = ".".join(filter(None, (key, context["key"])))
        return Problem(file, key, context["found"], context["wanted"], context.get("hint", ""))
    if detail["type"] == "extra_forbidden":
        return _unknown_key(file, key, location)
    if detail["type"] == "missing":
        return Problem(file, key, "nothing", "a value")
    wanted = detail["msg"].removeprefix("Input should be ")
    plain = detail["type"].startswith(("literal", "string", "int", "float", "bool", "greater", "less"))
    return Problem(file, key, _shape(detail["input"], plain=plain), wanted)


def _unknown_key(file: str, key: str, location: Sequence[int | str]) -> Problem:
    known = _keys_at(location[:-1])
    near = difflib.get_close_matches(str(location[-1]), known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else ""
    return Problem(file, key, "an unknown key", f"one of {', '.join(sorted(known))}", hint)


def _keys_at(location: Sequence[int | str]) -> list[str]:
    """The keys that the model at a location knows."""
    shape: Any = Profile
    for part in location:
        shape = _without_none(_step_into(shape, part))
    return [field.alias or name for name, field in _fields(shape).items()]


def _step_into(shape: Any, part: int | str) -> Any:
    if get_origin(shape) in (list, dict):
        return get_args(shape)[-1]
    return next((f.annotation for name, f in _fields(shape).items() if part in (name, f.alias)), None)


def _fields(shape: Any) -> Mapping[str, Any]:
    return shape.model_fields if isinstance(shape, type) and issubclass(shape, BaseModel) else {}


def _without_none(shape: Any) -> Any:
    if get_origin(shape) in (list, dict):
        return shape
    return next((arg for arg in get_args(shape) if arg is not type(None)), shape)


def _dotted(location: Sequence[int | str]) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in location if part != "[key]"]
    return "".join(parts).lstrip(".")


def _shape(value: object, *, plain: bool) -> str:
    """What stands there; text is repeated only where a plain setting belongs, for it might be a secret."""
    if isinstance(value, str):
        return repr(value) if plain and len(value) <= 40 else "text"
    if isinstance(value, bool | int | float):
        return repr(value)
    return {"dict": "a table", "list": "an array", "NoneType": "nothing"}.get(type(value).__name__, "a value")
