"""What any answer of an API must be, by the contract that its dialect gives it: status, media type, schema, links.

The contracts come with the answers, so these checks know no dialect; STET's are in `xs2a.stet.contracts`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any

from conformance.checks.controls import given_served, given_success, has_data
from conformance.checks.responses import answered, deviates, expect_refusal
from conformance.errors import Unobservable
from conformance.exchange import Exchange
from conformance.xs2a.answer import Answer
from conformance.xs2a.links import Link, origin_of
from conformance.xs2a.paging import Stop, Walk
from conformance.xs2a.violations import Violation, unknown_members, violations

_SHOWN = 4
LONGEST_HREF = 140


def expect_valid(answer: Answer) -> None:
    """The answer keeps its contract: a status of success, a known media type, UTF-8, JSON, the schema.

    What the dialect calls a warning passes here, and is judged by the `expect_documented_…` checks.
    """
    contract, exchange = answer.contract, answered(answer.exchange)
    statuses = (*contract.statuses, *contract.tolerated)
    if exchange.status not in statuses:
        deviates(exchange, expected=" or ".join(map(str, statuses)))
    if exchange.status == 204:
        _expect_empty(exchange)
    elif contract.schema is not None:
        expect_media_type(answer)
        _expect_json(answer)
        _expect_none(exchange, violations(contract, answer.json), contract.operation)


def expect_documented_status(answer: Answer) -> None:
    """The status of success is the documented one, not merely one that other banks use too.

    Raises:
        Unobservable: it is no success.
    """
    given_success(answer.exchange)
    if answer.exchange.status not in answer.contract.statuses:
        deviates(answer.exchange, expected=" or ".join(map(str, answer.contract.statuses)))


def expect_media_type(answer: Answer) -> None:
    """A body has the dialect's media type, or one that is tolerated."""
    wanted = (answer.contract.media_type, *answer.contract.tolerated_media_types)
    _expect_media_type(answer.exchange, wanted)


def expect_documented_media_type(answer: Answer) -> None:
    """A body has the dialect's own media type."""
    if answer.exchange.status != 204 and answer.contract.schema is not None:
        _expect_media_type(answer.exchange, (answer.contract.media_type,))


def _expect_media_type(exchange: Exchange, wanted: tuple[str, ...]) -> None:
    if answered(exchange).media_type not in wanted:
        received = exchange.media_type[:60] or "no media type"
        deviates(exchange, expected=" or ".join(wanted), received=received)
    charset = exchange.headers.get("Content-Type", "").lower().partition("charset=")[2].strip('" ;')
    if charset and charset.partition(";")[0] not in ("utf-8", "utf8"):
        deviates(exchange, expected="charset utf-8", received=f"charset {charset[:30]}")


def _expect_json(answer: Answer) -> None:
    try:
        answer.exchange.body.decode("utf-8")
    except UnicodeDecodeError:
        deviates(answer.exchange, expected="a body in UTF-8", received="other bytes")
    if answer.json is None:
        deviates(answer.exchange, expected="a JSON body", received=f"{len(answer.exchange.body)} other bytes")


def _expect_empty(exchange: Exchange) -> None:
    if exchange.body:
        deviates(exchange, expected="204 without a body", received=f"{len(exchange.body)} bytes")


def _expect_none(exchange: Exchange, found: tuple[Violation, ...], what: str) -> None:
    if found:
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        received = "; ".join(map(str, found[:_SHOWN])) + more
        deviates(exchange, expected=f"a body as {what} has it", received=received)


def remarks(answer: Answer) -> tuple[str, ...]:
    """Members that the schema does not know: information, never a failure."""
    return unknown_members(answer.contract, answer.json)


def expect_refused(answer: Answer, *statuses: int, beside: Collection[Answer] = ()) -> None:
    """The request is refused with one of the statuses, and the answer holds nothing but the refusal.

    Args:
        statuses: allowed ones.
        beside: what the rightful got, the last of them after the refusal: without it a bank that is out of order
            would look like one that refuses. What was served although it should not needs nothing beside it.
    """
    answered(answer.exchange)
    if not has_data(answer):
        given_served(*beside)
    expect_refusal(answer.exchange, status=statuses)
    required = (answer.contract.schema or {}).get("required", ())
    data = [name for name in required if name in answer.members and name != "_links"]
    if data:
        deviates(answer.exchange, expected="a refusal without data", received=f"one with {', '.join(data)}")


def expect_error_model(answer: Answer) -> None:
    """The body of a refusal says what is wrong in the dialect's error model, with the status it came with."""
    exchange = answered(answer.exchange)
    _expect_json(answer)
    _expect_none(exchange, violations(answer.contract, answer.json, error=True), "the error model")
    stated = answer.members.get("status")
    if stated is not None and stated != exchange.status:
        deviates(exchange, expected=f"the member status {exchange.status}", received="another number")


def expect_request_id(exchange: Exchange) -> None:
    """The answer repeats the X-Request-ID that was sent, whatever its status (STET; Berlin Group)."""
    sent = exchange.request_headers.get("X-Request-ID")
    found = answered(exchange).headers.get("X-Request-ID")
    if sent is not None and found != sent:
        deviates(exchange, expected="the X-Request-ID that was sent", received="another" if found else "none")


def expect_right_time(exchange: Exchange, within: timedelta = timedelta(seconds=60)) -> None:
    """The answer's Date is close to the time at which it was sent and received."""
    found = answered(exchange).date
    if found is None:
        deviates(exchange, expected="a Date header", received="none that can be read")
    if not exchange.sent_at_target - within <= found <= exchange.received_at_target + within:
        seconds = round((found - exchange.sent_at_target).total_seconds())
        wanted = f"a Date within {within.total_seconds():.0f} s"
        deviates(exchange, expected=wanted, received=f"one that is {seconds} s off")


def expect_links_on_api(answer: Answer, *, elsewhere: tuple[str, ...] = ("consentApproval",)) -> None:
    """Every link is an https URL or a path, and stays on the API, but those on which the PSU goes.

    Args:
        elsewhere: relations whose links may lead to another host of the bank.

    Raises:
        Unobservable: there is no success, or no link in it.
    """
    given_success(answer.exchange)
    origin, links = origin_of(answer.exchange.url), tuple(all_links(answer))
    if not links:
        raise Unobservable(f"{answer.exchange.purpose}: the answer holds no link")
    for link in links:
        if link.url is None or not link.url.startswith("https:"):
            deviates(
                answer.exchange, expected=f"an https URL or a path as {link.relation}", received="other text"
            )
        if link.relation not in elsewhere and not link.leads_to(origin):
            received = f"a link to {origin_of(link.url)}"
            deviates(answer.exchange, expected=f"{link.relation} on {origin}", received=received)


def expect_short_links(answer: Answer) -> None:
    """No link is longer than the standard allows."""
    longest = max((len(link.href) for link in all_links(answer)), default=0)
    if longest > LONGEST_HREF:
        wanted = f"links of at most {LONGEST_HREF} characters"
        deviates(answer.exchange, expected=wanted, received=f"one of {longest}")


def expect_whole(walk: Walk[Any]) -> None:
    """The links lead through every page to an end, each page is a success, and none between is empty."""
    last = walk.pages[-1]
    if walk.stop is not Stop.END:
        answered(last.exchange)
        deviates(
            last.exchange, expected=f"{walk.relation} links that come to an end", received=walk.stop.value
        )
    for page in walk.pages[1:-1]:
        if not page.items:
            deviates(page.exchange, expected="entries on every page between", received="an empty page")


def all_links(answer: Answer) -> Iterator[Link]:
    """Every link of an answer, however deep it stands."""
    return _links(answer.json, answer.exchange.url)


def _links(value: Any, url: str) -> Iterator[Link]:
    if isinstance(value, Mapping):
        found = value.get("_links")
        for relation, each in found.items() if isinstance(found, Mapping) else ():
            yield from _one_or_more(str(relation)[:40], each, url)
        for name, each in value.items():
            if name != "_links":
                yield from _links(each, url)
    if isinstance(value, list):
        for each in value:
            yield from _links(each, url)


def _one_or_more(relation: str, value: Any, url: str) -> Iterator[Link]:
    for each in value if isinstance(value, list) else [value]:
        href = each.get("href") if isinstance(each, Mapping) else None
        templated = isinstance(each, Mapping) and each.get("templated") is True
        yield Link(relation, href if isinstance(href, str) else "", url, templated)
