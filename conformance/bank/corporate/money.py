"""Money: a decimal amount in a currency, with as many decimals as ISO 4217 gives the currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

SCALES = {
    **dict.fromkeys(("BIF", "CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("AED", "AUD", "BGN", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF"), 2),
    **dict.fromkeys(("INR", "MAD", "NOK", "NZD", "PLN", "RON", "SEK", "SGD", "TRY", "USD", "ZAR"), 2),
}
_MOST_DIGITS = 18


class MoneyProblem(ValueError):
    """An amount or a currency that the bank cannot keep."""


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount, positive or negative.

    Args:
        amount: finite, with no more decimals than the currency has.
        currency: an ISO 4217 code that the bank keeps.

    Raises:
        MoneyProblem: the currency is unknown, or the amount has more decimals or digits than it may.
        TypeError: the amount is no Decimal; a float never is an amount.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"an amount is a Decimal, not {type(self.amount).__name__}")
        object.__setattr__(self, "amount", _scaled(self.amount, scale_of(self.currency)))

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str = "EUR") -> Self:
        """Money from an exact notation.

        Raises:
            MoneyProblem: it is no number.
        """
        try:
            return cls(Decimal(amount), currency)
        except ArithmeticError:
            raise MoneyProblem(f"{amount!r} is no amount") from None

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in a currency."""
        return cls(Decimal(0), currency)

    @property
    def positive(self) -> bool:
        return self.amount > 0

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.amount), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise MoneyProblem(f"{self.currency} and {other.currency} do not mix")
        return other.amount


def scale_of(currency: str) -> int:
    """The decimals of a currency (ISO 4217).

    Raises:
        MoneyProblem: the bank does not know the currency.
    """
    if currency not in SCALES:
        raise MoneyProblem(f"{currency!r} is no currency of this bank")
    return SCALES[currency]


def total(amounts: list[Money], currency: str) -> Money:
    """The sum of amounts of one currency."""
    return sum(amounts, Money.zero(currency))


def _scaled(amount: Decimal, scale: int) -> Decimal:
    if not amount.is_finite():
        raise MoneyProblem(f"{amount} is no amount")
    if amount and amount.adjusted() >= _MOST_DIGITS:
        raise MoneyProblem("the amount is beyond what the bank keeps")
    exact = amount.quantize(Decimal(1).scaleb(-scale))
    if exact != amount:
        raise MoneyProblem(f"{amount} has more than {scale} decimals")
    return exact + 0  # no negative zero
