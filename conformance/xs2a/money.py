"""Money: an exact amount and its currency; never binary floating point."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{0,12})?", re.ASCII)
_LONGEST = 30  # digits before or after the point: what is longer is no amount, and costs time to count with
_SCALES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
    2: (
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD "
        "CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
        "GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA "
        "MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR "
        "RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD "
        "TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
    ),
}
SCALES = {currency: scale for scale, currencies in _SCALES.items() for currency in currencies.split()}
"""Decimals of the minor unit of each currency in use (ISO 4217)."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its currency.

    Args:
        amount: exact; below zero where it leaves an account.
        currency: as it was written, which may be no code of ISO 4217.
    """

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return Money(self.amount + other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    @property
    def has_known_currency(self) -> bool:
        """Whether the currency is one of ISO 4217."""
        return self.currency in SCALES

    @property
    def fits_currency(self) -> bool:
        """Whether the currency is known and has a unit this small; trailing zeros do not count."""
        return self.has_known_currency and decimals(self.amount) <= SCALES[self.currency]


def euro(text: str) -> Money:
    """An amount in euro, written as text."""
    return Money(Decimal(text), "EUR")


def decimals(amount: Decimal) -> int:
    """How many digits after the point an amount needs."""
    digits, exponent = amount.as_tuple()[1:]
    if not isinstance(exponent, int):
        return 0
    places, text = -exponent, list(digits)
    while places > 0 and text and text[-1] == 0:
        places, _ = places - 1, text.pop()
    return max(places, 0) if text else 0


def decimal_of(value: object) -> Decimal | None:
    """The amount that a JSON value states as number or decimal string; None for anything else."""
    if isinstance(value, str):
        return Decimal(value) if _DECIMAL.fullmatch(value) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value) if abs(value) < 10**18 else None
    if isinstance(value, Decimal) and value.is_finite():
        _, digits, exponent = value.as_tuple()
        return value if len(digits) <= _LONGEST and abs(int(exponent)) <= _LONGEST else None
    return None
