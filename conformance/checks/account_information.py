"""What an AISP sees, judged over several answers: links that work, what the portal shows, what a consent opens."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from conformance.checks.accounts import booked
from conformance.checks.controls import Again, given_still_served
from conformance.checks.responses import answered, deviates
from conformance.errors import NotApplicable, Unobservable
from conformance.xs2a.accounts import Account, Balance, Entry, EntryStatus, Identity
from conformance.xs2a.answer import Answer, One, Page
from conformance.xs2a.money import Money
from conformance.xs2a.paging import Walk

_WORKS = (200, 204, 403)


class Shown(Protocol):
    """An entry as the portal shows it: its signed amount, and the texts beside it."""

    @property
    def amount(self) -> Decimal: ...

    @property
    def texts(self) -> Sequence[str]: ...


def given_accounts(listed: Page[Account]) -> tuple[Account, ...]:
    """The accounts of a list that others build on.

    Raises:
        Unobservable: there is no list.
        NotApplicable: it is empty.
    """
    if not listed.items:
        raise NotApplicable("the PSU has no accessible account")
    return listed.items


def expect_listing(listed: Page[Account], expected: Collection[str]) -> None:
    """Somebody who has accounts is shown some: 204, or an empty list, is for those who have none.

    Raises:
        NotApplicable: the PSU has none, as far as is known.
    """
    if not listed.items and expected:
        received = str(answered(listed.exchange).status)
        deviates(
            listed.exchange, expected="200 with the accounts of the PSU", received=f"{received} with none"
        )
    given_accounts(listed)


def expect_reached(answers: Iterable[tuple[Account, Answer]], *, again: Again) -> None:
    """What a link leads to answers, or says that the PSU lacks the right.

    Args:
        again: asks once more for what was served: where one thing is refused, it must still be.

    Raises:
        Unobservable: no link leads to anything, or nothing is served any more.
    """
    reached = tuple(answer.exchange for _, answer in answers)
    given_still_served(reached, again)
    for exchange in reached:
        if answered(exchange).status not in _WORKS:
            deviates(exchange, expected="200, 204 or 403 behind a link of the list")
    if not any(exchange.status == 200 for exchange in reached):
        raise Unobservable("no link of the list leads to anything but a refusal or nothing")


def expect_way_back(parents: Sequence[Page[Account]], listed: Page[Account], *, again: Again) -> None:
    """The links back lead to the list of accounts.

    Args:
        again: asks once more for what was served.

    Raises:
        Unobservable: no answer has a link back, or nothing is served any more.
    """
    if not parents:
        raise Unobservable("neither balances nor entries have a link back to the list")
    given_still_served((parent.exchange for parent in parents), again)
    here = {each.resource_id for each in listed.items}
    for parent in parents:
        if not answered(parent.exchange).succeeded:
            deviates(parent.exchange, expected="the list of accounts behind parent-list")
        if {each.resource_id for each in parent.items} != here:
            deviates(parent.exchange, expected="the same list of accounts", received="another list")


def expect_shown_accounts(listed: Page[Account], expected: Collection[str]) -> None:
    """Every account of the portal is in the list."""
    missing = set(expected) - {each.iban for each in listed.items}
    if missing:
        wanted = f"the {len(expected)} accounts that the portal shows"
        deviates(listed.exchange, expected=wanted, received=f"a list without {len(missing)} of them")


def expect_shown_balances(
    balances: Iterable[tuple[Account, Page[Balance]]],
    shown: Mapping[str, Decimal],
    since: Callable[[Account], Sequence[Entry]],
) -> None:
    """The booked balances are those that the portal showed, but for what was booked afterwards.

    Args:
        balances: as the bank lists them.
        shown: by the portal, by IBAN.
        since: what was booked on an account on the day of the run or later, the latest last.

    Raises:
        NotApplicable: the portal's balances are not known.
        Unobservable: the bank shows the balances of none of those accounts.
    """
    if not shown:
        raise NotApplicable("the profile knows no balance that the portal shows")
    known = [(account, page) for account, page in balances if account.iban in shown]
    if not known:
        raise Unobservable("no balances are listed of an account whose balance the portal shows")
    for account, page in known:
        _expect_shown(page, shown[str(account.iban)], since, account)


def _expect_shown(
    page: Page[Balance], shown: Decimal, since: Callable[[Account], Sequence[Entry]], account: Account
) -> None:
    found = next((each.money for each in page.items if each.booked and each.money), None)
    if found is None:
        deviates(page.exchange, expected="the booked balance that the portal shows", received="none")
    if found.amount != shown and shown not in _earlier(found, since(account)):
        deviates(page.exchange, expected="the booked balance that the portal shows", received="another one")


def _earlier(now: Money, since: Sequence[Entry]) -> Iterator[Decimal]:
    """The balances before each of the latest entries."""
    amount = now.amount
    for entry in reversed(since):
        if entry.money is None or entry.money.currency != now.currency:
            raise Unobservable("an entry of today could not be read")
        amount -= entry.money.amount
        yield amount


def booked_since(entries: Iterable[Entry], day: date) -> tuple[Entry, ...]:
    """What was booked on a day or later, in the order of booking.

    Raises:
        Unobservable: of an entry nobody can say whether it is booked.
    """
    entries = tuple(entries)
    if any(each.status is EntryStatus.UNTOLD for each in entries):
        raise Unobservable("an entry does not tell whether it is booked")
    found = [each for each in booked(entries) if each.booked_on and each.booked_on >= day]
    return tuple(sorted(found, key=lambda each: (each.booked_on or day, each.reference or "")))


def expect_shown_entries(shown: Iterable[tuple[Shown, Walk[Entry]]]) -> None:
    """Each entry of the portal is there with its amount, and with every text that the portal shows of it."""
    for wanted, entries in shown:
        alike = [each for each in entries.items if each.money and each.money.amount == wanted.amount]
        exchange = entries.pages[-1].exchange
        if not alike:
            deviates(exchange, expected="every entry that the portal shows", received="a list without one")
        said = [" ".join(_texts(each.members)).casefold() for each in alike]
        if not any(all(text.casefold() in each for text in wanted.texts) for each in said):
            deviates(
                exchange,
                expected="everything that the portal shows of an entry",
                received="its amount without the other texts",
            )


def expect_no_secrets(answers: Sequence[Answer], secrets: Collection[str], *, again: Again) -> None:
    """No text is or holds what the PSU types into the bank's pages.

    Args:
        again: asks once more for what was served: where one thing is refused, it must still be.
    """
    for answer in answers:
        expect_no_secret(answer, secrets)
    given_still_served((answer.exchange for answer in answers), again)


def expect_no_secret(answer: Answer, secrets: Collection[str]) -> None:
    """No text is or holds what the PSU types into the bank's pages."""
    said = list(_texts(answer.json))
    for secret in secrets:
        if len(secret) > 3 and any(secret in text for text in said):
            deviates(answered(answer.exchange), expected="no secret of the PSU", received="one")


def expect_entries(entries: Page[Entry], first: date, last: date) -> None:
    """A period in which entries are known has some, and asking for it is not refused."""
    exchange = answered(entries.exchange)
    wanted = f"entries of {first} to {last}, which are known"
    if exchange.status in (400, 401, 403):
        deviates(exchange, expected=wanted)
    if not any(each.booked_on and first <= each.booked_on <= last for each in entries.items):
        deviates(exchange, expected=wanted, received="none of these days")


def expect_only(accounts: Page[Account], included: str, excluded: str) -> None:
    """The list shows the account of the consent, and not the other."""
    ibans = {each.iban for each in accounts.items}
    if included not in ibans:
        deviates(accounts.exchange, expected="the account of the consent", received="a list without it")
    if excluded in ibans:
        deviates(accounts.exchange, expected="the account of the consent only", received="another one too")


def expect_connected(identity: One[Identity], name: str | None) -> None:
    """The person connected is named, as the profile names it where it does."""
    if not identity.item.name or not identity.item.name.strip():
        deviates(identity.exchange, expected="the name of the person connected", received="none")
    if name is not None and _plain(identity.item.name) != _plain(name):
        deviates(identity.exchange, expected="the name of the person connected", received="another name")


def _plain(name: str) -> list[str]:
    """The words of a name in any order: some banks put the last name first."""
    return sorted(
        word for word in name.casefold().replace(".", " ").split() if word not in ("m", "mr", "mme", "ms")
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
