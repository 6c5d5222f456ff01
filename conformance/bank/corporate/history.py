"""The years before the bank opened: invented entries, the same for the same seed, made when first asked for."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from conformance.bank.corporate.companies import Account
from conformance.bank.corporate.money import Money, scale_of

_CREDITS = (
    "Boulangerie Pernin",
    "Hôtel du Lac SA",
    "Kestrel Optik GmbH",
    "Ateliers Vauclin",
    "Brasserie Nordhem",
)
_DEBITS = ("Imprimerie Salvage", "Stadtwerke Lindau", "Papeterie Brunet", "Garage Delmotte", "URSSAF")
_PENDING = 3


@dataclass(slots=True)
class Entry:
    """An entry of an account.

    Args:
        reference: increasing within the account.
        money: signed; negative debits the account.
        day: of booking, or the expected one while it is pending.
        pending: not booked yet.
        counterparty: the name of the other party.
        counterparty_iban: empty if the bank does not know it.
        remittance: what the originator wrote.
        end_to_end_id: of the payment behind it, if there is one.
    """

    reference: str
    money: Money
    day: date
    pending: bool
    counterparty: str
    counterparty_iban: str
    remittance: tuple[str, ...]
    end_to_end_id: str = ""


def reference_of(number: int) -> str:
    """The entry reference of the n-th entry: increasing as number and as text."""
    return f"{number:010}"


def booked_before(account: Account, opened: date, seed: str) -> list[Entry]:
    """The entries of an account up to the day before the bank opened, the oldest first.

    Args:
        account: whose `history` says how many.
        opened: the day on which the bank opened.
        seed: other entries for another one.
    """
    days, a_day = account.history
    chance = random.Random(f"{seed}/{account.resource_id}")  # noqa: S311 - invented entries, no secret
    return [
        _entry(account, chance, number + 1, opened - timedelta(days=days - number // a_day), pending=False)
        for number in range(days * a_day)
    ]


def pending_at(account: Account, opened: date, seed: str) -> list[Entry]:
    """The entries that were on their way when the bank opened."""
    days, a_day = account.history
    chance = random.Random(f"{seed}/{account.resource_id}/pending")  # noqa: S311 - invented entries, no secret
    return [
        _entry(account, chance, days * a_day + number + 1, opened + timedelta(days=number + 1), pending=True)
        for number in range(_PENDING if a_day else 0)
    ]


def _entry(account: Account, chance: random.Random, number: int, day: date, *, pending: bool) -> Entry:
    credit = chance.random() < 0.5 and account.kind == "CACC"
    party = chance.choice(_CREDITS if credit else _DEBITS)
    units = Decimal(chance.randrange(100, 100_000)).scaleb(-scale_of(account.currency))
    money = Money(units if credit else -units, account.currency)
    invoice = f"{'INVOICE' if credit else 'ORDER'} {chance.randrange(10_000):04}"
    return Entry(reference_of(number), money, day, pending, party, "", (invoice,), f"E2E-{number}")
