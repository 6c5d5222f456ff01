"""What account information must be beyond its schema: identifiers, amounts, order, dates, totals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any

from conformance.checks.controls import Again, given_served, given_still_served
from conformance.checks.responses import answered, deviates
from conformance.checks.stet_schema import expect_valid
from conformance.errors import NotApplicable, Unobservable
from conformance.exchange import Exchange
from conformance.xs2a.accounts import Account, Balance, Entry, EntryStatus, Period
from conformance.xs2a.answer import Answer, Page
from conformance.xs2a.money import Money, decimal_of
from conformance.xs2a.paging import Walk

_DIGITS = re.compile(r"(?<![0-9A-Za-z])(?:[0-9][ -]?){12,18}[0-9](?![0-9A-Za-z])")

_REFERENCES = ("resourceId", "entryReference", "href")


def expect_real_ibans(answer: Answer) -> None:
    """Every IBAN of the answer has right check digits and its country's structure; every BIC is one."""
    for path, value in _members(answer.json):
        name = path[-1]
        if name == "iban" and not is_iban(value):
            deviates(
                answer.exchange,
                expected=f"an IBAN with right check digits at {_at(path)}",
                received="another text",
            )
        if name in ("bicFi", "bic") and not is_bic(value):
            deviates(answer.exchange, expected=f"a BIC at {_at(path)}", received="another text")


def is_iban(value: object) -> bool:
    """Whether it is an IBAN in its electronic form, without spaces (ISO 13616)."""
    return _plain(value) and _is_iban(str(value))


def is_bic(value: object) -> bool:
    """Whether it is a BIC of a country that exists (ISO 9362)."""
    return _plain(value) and _is_bic(str(value))


def _plain(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isalnum() and len(value) <= 34


@lru_cache(maxsize=4096)
def _is_iban(text: str) -> bool:
    from schwifty import IBAN
    from schwifty.exceptions import SchwiftyException

    try:
        return IBAN(text).compact == text
    except SchwiftyException:
        return False


@lru_cache(maxsize=4096)
def _is_bic(text: str) -> bool:
    from schwifty import BIC
    from schwifty.exceptions import SchwiftyException

    try:
        return BIC(text).compact == text
    except SchwiftyException:
        return False


def expect_money_in_scale(answer: Answer) -> None:
    """Every amount is in a currency of ISO 4217 and has no more decimals than that has."""
    for path, value in _members(answer.json):
        if not isinstance(value, Mapping) or not {"amount", "currency"} <= value.keys():
            continue
        amount, currency = decimal_of(value["amount"]), value["currency"]
        money = Money(amount, str(currency)) if amount is not None else None
        if money is None or not money.has_known_currency:
            deviates(
                answer.exchange,
                expected=f"an amount in a currency of ISO 4217 at {_at(path)}",
                received="none",
            )
        if not money.fits_currency:
            wanted = f"no smaller unit than {money.currency} has at {_at(path)}"
            deviates(answer.exchange, expected=wanted, received="more decimals")


def expect_unique_accounts(accounts: Page[Account] | Walk[Account]) -> None:
    """No identifier and no pair of IBAN and currency stands for two accounts."""
    items = accounts.items
    names = (
        [each.resource_id for each in items if each.resource_id],
        [(each.iban, each.currency) for each in items if each.iban and not each.card],
    )
    for group in names:
        if len(set(group)) < len(group):
            deviates(_exchange(accounts), expected="each account once", received="one identifier twice")


def expect_booked_balance(balances: Page[Balance], account: Account) -> None:
    """There is an accounting balance, and it is in the account's currency where that is known."""
    booked = [each for each in balances.items if each.booked]
    if not booked:
        deviates(
            balances.exchange, expected="an accounting balance", received=f"{len(balances.items)} others"
        )
    for each in booked:
        if each.money is None or account.currency not in (None, each.money.currency):
            deviates(balances.exchange, expected="a balance in the account's currency", received="another")


def expect_booked_balances(balances: Sequence[tuple[Account, Page[Balance]]], *, again: Again) -> None:
    """Every account that is no card has valid balances, the accounting balance among them.

    Args:
        again: asks once more for what was served: where one thing is refused, it must still be.

    Raises:
        NotApplicable: the PSU may see no balances.
        Unobservable: nothing is served any more.
    """
    judged = [(account, page) for account, page in balances if page.exchange.status != 403]
    if not judged:
        raise NotApplicable("the PSU has no right to the balances of any account")
    given_still_served((page.exchange for _, page in balances), again)
    for account, page in judged:
        expect_valid(page)
        expect_money_in_scale(page)
        if account.iban and not account.card:
            expect_booked_balance(page, account)


def expect_valid_entries(entries: Sequence[tuple[Account, Page[Entry]]], *, again: Again) -> None:
    """Every account has valid entries, each once, the booked ones with a day of booking.

    Args:
        again: asks once more for what was served: where one thing is refused, it must still be.

    Raises:
        NotApplicable: the PSU may see no entries, or has none.
        Unobservable: nothing is served any more.
    """
    judged = [page for _, page in entries if page.exchange.status != 403]
    if not judged:
        raise NotApplicable("the PSU has no right to the transactions of any account")
    given_still_served((page.exchange for _, page in entries), again)
    for page in judged:
        expect_valid(page)
        expect_money_in_scale(page)
        expect_no_duplicates(page)
        expect_booking_dates(page)
    if not any(page.items for page in judged):
        raise NotApplicable("no account of the PSU has entries")


def expect_same_walks(forward: Walk[Entry], again: Walk[Entry]) -> None:
    """Both ways through a list show the same entries, each once.

    Args:
        forward: from the first page on.
        again: from the last page back, or in parts.
    """
    expect_no_duplicates(forward)
    expect_same_entries(forward.items, again.items, forward.pages[-1].exchange)


def expect_no_duplicates(entries: Page[Entry] | Walk[Entry]) -> None:
    """No reference occurs twice over all pages; entries without one may be alike by chance and do not count."""
    found = Counter(each.identity for each in entries.items if each.reference or each.resource_id)
    twice = sum(1 for count in found.values() if count > 1)
    if twice:
        deviates(
            _exchange(entries), expected="each entry once", received=f"{twice} references more than once"
        )


def expect_booking_dates(entries: Page[Entry] | Walk[Entry], period: Period | None = None) -> None:
    """Every booked entry has a day of booking, and it lies in the period that was asked for.

    Args:
        period: None where all days were asked for.
    """
    for each in entries.items:
        if each.status is not EntryStatus.BOOKED:
            continue
        if each.booked_on is None:
            deviates(_exchange(entries), expected="a booking date of each booked entry", received="none")
        if period and not period.holds(each.booked_on):
            wanted = f"entries from {period.first or 'ever'} to {period.last or 'now'}"
            deviates(_exchange(entries), expected=wanted, received=f"one of {each.booked_on}")


def expect_sorted(entries: Page[Entry] | Walk[Entry]) -> None:
    """The booked entries stand in one order by day, over all pages."""
    days = [each.booked_on for each in booked(entries.items) if each.booked_on]
    if not (_rises(days) or _rises(days[::-1])):
        deviates(_exchange(entries), expected="booked entries in one order by day", received="mixed days")


def expect_same_entries(found: Iterable[Entry], wanted: Iterable[Entry], exchange: Exchange) -> None:
    """Two lists hold the same entries, each as often, in any order.

    Args:
        found: what the bank gave.
        wanted: what it should have given.
        exchange: where it was found.
    """
    has, should = (Counter(each.identity for each in entries) for entries in (found, wanted))
    missing, surplus = (should - has).total(), (has - should).total()
    if missing or surplus:
        wanted_text = f"the same {should.total()} entries"
        deviates(exchange, expected=wanted_text, received=f"{missing} missing and {surplus} others")


def expect_refused_or_empty(entries: Page[Entry], *, beside: Page[Entry] | None = None) -> None:
    """A period that ends before it begins is refused with 400, or holds nothing.

    Args:
        beside: entries of a good period, asked for afterwards.
    """
    given_served(*((beside,) if beside else ()))
    if answered(entries.exchange).status != 400 and (not entries.exchange.succeeded or entries.items):
        deviates(entries.exchange, expected="400, or no entries")


def expect_no_common_accounts(one: Page[Account], other: Page[Account]) -> None:
    """Two PSUs of different companies share no account.

    Raises:
        Unobservable: one of them has none, so that nothing could be shared.
    """
    if not one.items or not other.items:
        raise Unobservable("one of the PSUs has no accessible account")
    mine, theirs = ({each.resource_id for each in page.items} - {None} for page in (one, other))
    ibans = ({each.iban for each in page.items} - {None} for page in (one, other))
    if mine & theirs or set.intersection(*ibans):
        deviates(other.exchange, expected="no account of another company", received="one of them")


def expect_total(before: Balance, entries: Iterable[Entry], after: Balance, exchange: Exchange) -> None:
    """A balance, and the entries booked since, give the later balance, to the smallest unit.

    Raises:
        Unobservable: one of the amounts could not be read.
    """
    moved = [each.money for each in booked(entries)]
    if before.money is None or after.money is None:
        raise Unobservable("a balance could not be read")
    amounts = [_in(money, before.money.currency) for money in moved]
    wanted = before.money.amount + sum(amounts, Decimal(0))
    if after.money != Money(wanted, before.money.currency):
        deviates(exchange, expected="a balance that the entries explain", received="another balance")


def _in(money: Money | None, currency: str) -> Decimal:
    if money is None or money.currency != currency:
        raise Unobservable("an entry could not be read, or is in another currency than the balance")
    return money.amount


def expect_no_card_numbers(answers: Sequence[Answer], *, again: Again) -> None:
    """No text of any of the answers holds a whole card number.

    Args:
        again: asks once more for what was served: where one thing is refused, it must still be.
    """
    for answer in answers:
        expect_no_card_number(answer)
    given_still_served((answer.exchange for answer in answers), again)


def expect_no_card_number(answer: Answer) -> None:
    """No text holds a whole card number: 13 to 19 digits that pass Luhn's test, in no IBAN (RTS, Art. 36(1)(a)).

    One in ten of a bank's own references passes by chance, so those count only where all of their kind pass.
    """
    numbered = _numbered(answer.json)
    for path, value in _members(answer.json):
        texts = _DIGITS.findall(value) if isinstance(value, str) else ()
        if path[-1] not in numbered and any(_passes_luhn(text) for text in texts) and not is_iban(value):
            deviates(answered(answer.exchange), expected=f"no card number at {_at(path)}", received="one")


def _numbered(body: Any) -> set[str | int]:
    """The members that hold the bank's own references, some of which pass for no card number."""
    references = ((path[-1], value) for path, value in _members(body) if path[-1] in _REFERENCES)
    return {
        name
        for name, value in references
        if isinstance(value, str) and any(not _passes_luhn(text) for text in _DIGITS.findall(value))
    }


def _passes_luhn(text: str) -> bool:
    digits = [int(each) for each in text if each.isdigit()][::-1]
    doubled = [each * 2 - 9 if each > 4 else each * 2 for each in digits[1::2]]
    return any(digits) and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def booked(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The booked ones."""
    return tuple(each for each in entries if each.status is EntryStatus.BOOKED)


def _rises(days: Sequence[date]) -> bool:
    return all(one <= other for one, other in pairwise(days))


def _exchange(found: Page[Any] | Walk[Any]) -> Exchange:
    return found.pages[-1].exchange if isinstance(found, Walk) else found.exchange


def _members(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Path and value of every member and element, however deep."""
    if isinstance(value, Mapping):
        inside: Iterable[tuple[str | int, Any]] = value.items()
    else:
        inside = enumerate(value) if isinstance(value, list) else ()
    for name, each in inside:
        place = (*path, name)
        yield place, each
        if isinstance(each, dict | list):
            yield from _members(each, place)


def _at(path: tuple[str | int, ...]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{ascii(part[:40])[1:-1]}" for part in path)
    return "".join(parts).lstrip(".")
