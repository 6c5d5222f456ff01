"""What every component of the corporate bank shares."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from conformance.bank.component import Component

if TYPE_CHECKING:
    from conformance.bank.corporate.domain import CorporateBank

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="DomainComponent")


class DomainComponent(Component):
    """A component that knows the corporate bank alone, so that it works without any listener."""

    def __init__(self, domain: CorporateBank) -> None:
        self.domain = domain
        self.clock = domain.clock


def service(operation: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Make an operation wait for its turn, and let what has become due happen before it."""

    @wraps(operation)
    def serve(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.domain.lock:
            self.domain.progress.catch_up()
            return operation(self, *args, **kwargs)

    return serve
