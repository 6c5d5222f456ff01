"""An answer of the bank beside the contract that it has to keep, whatever the dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from conformance.errors import Unobservable
from conformance.exchange import Exchange
from conformance.xs2a.json_text import read
from conformance.xs2a.links import Link, links_of

T = TypeVar("T")
Schema = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Contract:
    """What a dialect says of the answers to one operation; compared by identity.

    Args:
        operation: as the dialect names it.
        statuses: of success, as documented; 204 among them says that an empty answer is one.
        tolerated: further statuses of success that banks were seen to use: a warning.
        media_type: of a body, without parameters.
        tolerated_media_types: a warning too.
        schema: JSON Schema of the body; None where an answer has none.
        error: JSON Schema of the body of a refusal.
    """

    operation: str
    statuses: tuple[int, ...]
    schema: Schema | None
    error: Schema
    media_type: str
    tolerated: tuple[int, ...] = ()
    tolerated_media_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What came back to one request.

    Args:
        exchange: as recorded.
        contract: what it has to keep.
    """

    exchange: Exchange
    contract: Contract = field(repr=False)

    @cached_property
    def json(self) -> Any:
        """The body as JSON with exact numbers; None where it is none."""
        try:
            return read(self.exchange.body)
        except ValueError:
            return None

    @property
    def members(self) -> Mapping[str, Any]:
        """The members of the JSON object in the body; empty where there is none."""
        return self.json if isinstance(self.json, dict) else {}

    @cached_property
    def links(self) -> Mapping[str, Link]:
        """Its own links by relation."""
        return links_of(self.members, self.exchange.url)

    @property
    def found(self) -> Mapping[str, Any]:
        """The members of a success, to build on; empty for 204.

        Raises:
            Unobservable: it is no success, or holds no JSON object: what follows from it cannot be seen.
        """
        if not self.exchange.succeeded:
            raise Unobservable(f"{self.exchange.purpose}: {self.exchange.summary}")
        if self.exchange.status != 204 and not isinstance(self.json, dict):
            raise Unobservable(f"{self.exchange.purpose}: the answer holds no JSON object")
        return self.members


@dataclass(frozen=True)
class Page(Answer, Generic[T]):
    """A list, or the part of it that one answer holds."""

    reader: Callable[[Answer], tuple[T, ...]] = field(repr=False)

    @cached_property
    def items(self) -> tuple[T, ...]:
        """What it lists; nothing for 204.

        Raises:
            Unobservable: the answer is no success.
        """
        return self.reader(self) if self.found else ()

    @property
    def first(self) -> T:
        """What it lists first.

        Raises:
            Unobservable: it lists nothing, or is no success.
        """
        if not self.items:
            raise Unobservable(f"{self.exchange.purpose}: the bank lists nothing")
        return self.items[0]


@dataclass(frozen=True)
class One(Answer, Generic[T]):
    """A single thing."""

    reader: Callable[[Answer], T] = field(repr=False)

    @cached_property
    def item(self) -> T:
        """The thing.

        Raises:
            Unobservable: the answer is no success.
        """
        _ = self.found
        return self.reader(self)
