"""The registry of deviants: each takes one decision of the bank otherwise than the clause."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from conformance.bank.app import COMPONENTS
from conformance.bank.component import Component

_ID = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]/[1-9]\d*")


@dataclass(frozen=True, slots=True)
class Deviant:
    """A deviant of the bank.

    Args:
        deviant_id: requirement and number, as `refresh-single-use/1`.
        component: the class that takes its component's place.
        also: other requirements that it breaks in consequence.
    """

    deviant_id: str
    component: type[Component]
    also: tuple[str, ...] = ()

    @property
    def requirement(self) -> str:
        """The requirement that it breaks."""
        return self.deviant_id.rpartition("/")[0]

    @property
    def name(self) -> str:
        return self.component.__name__

    @property
    def description(self) -> str:
        """What it does, in one sentence."""
        return (self.component.__doc__ or "").strip().splitlines()[0]

    @property
    def waits(self) -> bool:
        """Whether it keeps its clients waiting."""
        return "seconds_of_thought" in vars(self.component)


DEVIANTS: dict[str, Deviant] = {}
C = TypeVar("C", bound=type[Component])


def deviant(deviant_id: str, *, also: tuple[str, ...] = ()) -> Callable[[C], C]:
    """Register a component class as a deviant.

    Args:
        deviant_id: requirement and number, as `refresh-single-use/1`.
        also: other requirements that it breaks in consequence.

    Raises:
        TypeError: the class is no subclass of exactly one component, overrides nothing, or has no docstring.
    """

    def register(kind: C) -> C:
        _expect_well_formed(deviant_id, kind)
        DEVIANTS[deviant_id] = Deviant(deviant_id, kind, also)
        return kind

    return register


def _expect_well_formed(deviant_id: str, kind: type[Component]) -> None:
    known = DEVIANTS.get(deviant_id)
    if not _ID.fullmatch(deviant_id):
        raise TypeError(f"{deviant_id} is not requirement/number")
    if known is not None and known.component.__qualname__ != kind.__qualname__:
        raise TypeError(f"{deviant_id} is registered twice: {known.name} and {kind.__name__}")
    if len(kind.__bases__) != 1 or kind.__bases__[0] not in COMPONENTS:
        raise TypeError(f"{kind.__name__} does not subclass exactly one component of the bank")
    if not (kind.__doc__ or "").strip():
        raise TypeError(f"{kind.__name__} does not say what it does")
    base = kind.__bases__[0]
    own = [name for name in vars(kind) if not name.startswith("_")]
    strange = [name for name in own if not hasattr(base, name)]
    if not own or strange:
        raise TypeError(f"{kind.__name__} must override decisions of {base.__name__}, not {strange}")


def load() -> dict[str, Deviant]:
    """All deviants, by their ids."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return DEVIANTS
