"""Walking through the pages of a list, with an end whatever the bank answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Generic, TypeVar

from conformance.errors import Unobservable
from conformance.xs2a.answer import Page

T = TypeVar("T")
LONGEST = 1000


class Stop(StrEnum):
    """Why a walk ended."""

    END = "no further link"
    LOOP = "a link back to a page already seen"
    LIMIT = "more pages than the walk may take"
    AWAY = "a link that leads away from the API, or nowhere"
    REFUSED = "a page that is no success"


@dataclass(frozen=True)
class Walk(Generic[T]):
    """The pages in the order in which their links led.

    Args:
        pages: at least one.
        stop: why there are no more.
        relation: the link that was followed.
    """

    pages: tuple[Page[T], ...]
    stop: Stop
    relation: str = "next"

    @cached_property
    def items(self) -> tuple[T, ...]:
        """What all pages list.

        Raises:
            Unobservable: the walk did not come to an end, so the list is not whole.
        """
        if self.stop is not Stop.END:
            purpose = self.pages[0].exchange.purpose
            raise Unobservable(f"{purpose}: the list is not whole: {self.stop} after {len(self.pages)} pages")
        return tuple(item for page in self.pages for item in page.items)


def walk(
    first: Page[T],
    open_page: Callable[[str], Page[T]],
    origin: str,
    *,
    relation: str = "next",
    longest: int = LONGEST,
) -> Walk[T]:
    """Follow a link from page to page.

    Args:
        first: where to start.
        open_page: gets the page at a URL.
        origin: of the API, which is never left.
        relation: `next`, or `prev` for the way back.
        longest: pages at most.
    """
    pages, seen = [first], {first.exchange.url}
    while True:
        url, stop = _onward(pages[-1], relation, origin)
        if url is None:
            return Walk(tuple(pages), stop, relation)
        if url in seen:
            return Walk(tuple(pages), Stop.LOOP, relation)
        if len(pages) >= longest:
            return Walk(tuple(pages), Stop.LIMIT, relation)
        seen.add(url)
        pages.append(open_page(url))


def _onward(page: Page[T], relation: str, origin: str) -> tuple[str | None, Stop]:
    if not page.exchange.succeeded or (page.exchange.status != 204 and page.json is None):
        return None, Stop.REFUSED
    link = page.links.get(relation)
    if link is None:
        return None, Stop.END
    try:
        return link.followed(origin), Stop.END
    except Unobservable:
        return None, Stop.AWAY
