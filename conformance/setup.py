"""From the words of a command line to a run that can start."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from conformance.catalogue import Requirement, load
from conformance.errors import Problem, UsageError
from conformance.launch import EmbeddedBank
from conformance.progress import Silent
from conformance.psu.agents import lacking
from conformance.running import Observer, Running, new_folder, point_latest
from conformance.target.model import Tpp
from conformance.target.profile import Overrides, Target, load_target

EMBEDDED = "embedded"
_LEVELS = ("must", "should", "may")
_ROLES = ("aisp", "pisp", "cbpii")


@dataclass
class Options:
    """What the user asked for.

    Args:
        target: path or name of a profile.
        select: ids, areas or levels; empty means everything.
        roles: roles in which the TPP acts; empty means those of the profile.
        reports: folder below which the run writes.
        overrides: what the command line changes in the profile.
        observer: who watches.
        folder: the run's folder, where it is given rather than made.
        slug: names the target in reports, where the profile's file name does not.
        reporting: whether reports are made at the end; the evidence is written in any case.
    """

    target: str
    select: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    reports: Path = Path("reports")
    overrides: Overrides = field(default_factory=Overrides)
    observer: Observer = field(default_factory=Silent)
    folder: Path | None = None
    slug: str = ""
    reporting: bool = True

    @classmethod
    def from_words(
        cls,
        *,
        target: str | None,
        select: Sequence[str] = (),
        roles: Sequence[str] = (),
        reports: Path = Path("reports"),
        trust_anchors: Sequence[str] = (),
        resolve: Sequence[str] = (),
        settings: Sequence[str] = (),
    ) -> Options:
        """Read what stands on a command line.

        Raises:
            UsageError: a word is not of its form.
        """
        overrides = Overrides(
            tuple(Path(anchor) for anchor in trust_anchors),
            dict(_pair("--resolve", word, "HOST:PORT=ADDRESS:PORT") for word in resolve),
            dict(_pair("--set", word, "KEY=VALUE") for word in settings),
        )
        return cls(target or EMBEDDED, tuple(select), tuple(roles), reports, overrides)

    def selects(self, requirement: Requirement) -> bool:
        """Whether a requirement was asked for."""
        wanted = {word.lower() for word in self.select}
        in_role = not self.roles or "all" in requirement.roles or set(self.roles) & set(requirement.roles)
        names = {requirement.id, requirement.area, requirement.level}
        return bool(in_role) and (not wanted or bool(wanted & names))

    @property
    def areas(self) -> tuple[str, ...]:
        """The areas of which anything was asked for; empty where nothing was left out."""
        if not self.select and not self.roles:
            return ()
        return tuple(dict.fromkeys(each.area for each in load().requirements if self.selects(each)))

    def check_selection(self) -> None:
        """See that every word of the selection means something.

        Raises:
            UsageError: one does not.
        """
        catalogue = load()
        known = {*catalogue.by_id, *(area.name for area in catalogue.areas), *_LEVELS}
        problems = [_unknown("--select", word, known) for word in self.select if word.lower() not in known]
        problems += [_unknown("--role", word, set(_ROLES)) for word in self.roles if word not in _ROLES]
        if problems:
            raise UsageError(problems)


def open_run(options: Options) -> Running:
    """Validate the profile and make the folder of the run.

    Raises:
        UsageError: the run cannot start; nothing was sent.
    """
    target = in_roles(load_target(options.target, options.overrides), options.roles)
    target = replace(target, slug=options.slug or target.slug)
    if problems := [
        Problem(target.slug, key, reason, "another agent, or it") for key, reason in lacking(target.profile)
    ]:
        raise UsageError(problems)
    try:
        folder = options.folder or new_folder(options.reports, target.slug, datetime.now(UTC))
        running = Running(target, folder, options.observer)
    except OSError as error:
        place = str(options.folder or options.reports)
        raise UsageError(
            [Problem("--reports", "", f"{place}: {error.strerror}", "a writable folder")]
        ) from None
    if options.folder is None:
        point_latest(folder)
    return running


def serve_embedded(options: Options, stack: ExitStack) -> None:
    """Start the embedded bank where it is the target, and let the stack stop it.

    Raises:
        UsageError: it did not start.
    """
    if options.target == EMBEDDED:
        options.slug = EMBEDDED
        options.target = str(stack.enter_context(EmbeddedBank()).profile)


def in_roles(target: Target, roles: Sequence[str]) -> Target:
    """The target with its TPPs in the given roles only.

    Raises:
        UsageError: the profile's first TPP has none of them.
    """
    if not roles:
        return target
    tpps: dict[str, Tpp] = {}
    for name, tpp in target.profile.tpp.items():
        scopes = {role: scope for role, scope in tpp.scopes.items() if role in roles}
        if not scopes and not tpps:
            wanted = f"scopes for one of {', '.join(roles)}"
            raise UsageError([Problem(target.slug, f"tpp.{name}.scopes", ", ".join(tpp.scopes), wanted)])
        if scopes:
            tpps[name] = tpp.model_copy(update={"scopes": scopes})
    return Target(target.profile.model_copy(update={"tpp": tpps}), target.slug, target.sha256)


def _pair(option: str, word: str, form: str) -> tuple[str, str]:
    name, separator, value = word.partition("=")
    if not separator or not name or not value:
        raise UsageError([Problem(option, "", repr(word), form)])
    return name, value


def _unknown(option: str, word: str, known: set[str]) -> Problem:
    near = difflib.get_close_matches(word, sorted(known), n=1)
    hint = f"did you mean {near[0]}?" if near else "psd2-conformance list shows them"
    return Problem(option, "", repr(word), "an id, an area or a level", hint)
