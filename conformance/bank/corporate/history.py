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


def days_of_entries(account: Account) -> range:
    """How many days before the bank opened each booked entry is, the oldest first."""
    days, apart = account.history
    return range(days, 0, -apart)


def booked_before(account: Account, opened: date, seed: str) -> list[Entry]:
    """The entries of an account up to the day before the bank opened, the oldest first.

    Args:
        account: whose `history` says how many.
        opened: the day on which the bank opened.
        seed: other entries for another one.
    """
    chance = random.Random(f"{seed}/{account.resource_id}")  # noqa: S311 - invented entries, no secret
    return [
        _entry(account, chance, number, opened - timedelta(days=ago), pending=False)
        for number, ago in enumerate(days_of_entries(account), start=1)
    ]


def pending_at(account: Account, opened: date, seed: str) -> list[Entry]:
    """The entries that were on their way when the bank opened."""
    booked = len(days_of_entries(account))
    chance = random.Random(f"{seed}/{account.resource_id}/pending")  # noqa: S311 - invented entries, no secret
    return [
        _entry(account, chance, booked + number, opened + timedelta(days=number), pending=True)
        for number in range(1, _PENDING + 1 if booked else 1)
    ]


def _entry(account: Account, chance: random.Random, number: int, day: date, *, pending: bool) -> Entry:
    credit = chance.random() < 0.5 and account.kind == "CACC"
    party = chance.choice(_CREDITS if credit else _DEBITS)
    units = Decimal(chance.randrange(100, 100_000)).scaleb(-scale_of(account.currency))
    money = Money(units if credit else -units, account.currency)
    invoice = f"{'INVOICE' if credit else 'ORDER'} {chance.randrange(10_000):04}"
    return Entry(reference_of(number), money, day, pending, party, "", (invoice,), f"E2E-{number}")
