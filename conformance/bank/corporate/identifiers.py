"""Account numbers: IBANs with their check digits (ISO 13616, ISO 7064 mod 97-10), and the bank's own BICs."""

from __future__ import annotations

import re
import secrets

_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_LENGTHS = {
    "AT": 20,
    "BE": 16,
    "CH": 21,
    "DE": 22,
    "ES": 24,
    "FR": 27,
    "GB": 22,
    "IT": 27,
    "LU": 20,
    "NL": 18,
}
_BANK_CODES = {"FR": ("99881", "00042"), "DE": ("99881042",), "BE": ("998",), "CH": ("99881",)}
BICS = {"FR": "EMBKFRPPXXX", "DE": "EMBKDEFFXXX", "BE": "EMBKBEBBXXX", "CH": "EMBKCHZZXXX"}


def iban_is_valid(iban: str) -> bool:
    """Whether the characters, the country's length and the check digits are right."""
    if not _IBAN.fullmatch(iban) or len(iban) != _LENGTHS.get(iban[:2], len(iban)):
        return False
    return _remainder(iban[4:] + iban[:4]) == 1


def own_iban(country: str, number: int) -> str:
    """The IBAN of an account of this bank.

    Args:
        country: of the branch; one of `BICS`.
        number: of the account.
    """
    bban = {"FR": _french, "DE": _german, "BE": _belgian, "CH": _swiss}[country](number)
    return f"{country}{98 - _remainder(f'{bban}{country}00'):02}{bban}"


def new_identifier() -> str:
    """An identifier that nobody guesses, of characters that STET allows in a ResourceId."""
    return secrets.token_hex(12)


def _french(number: int) -> str:
    bank, branch = _BANK_CODES["FR"]
    key = 97 - (89 * int(bank) + 15 * int(branch) + 3 * number) % 97
    return f"{bank}{branch}{number:011}{key:02}"


def _german(number: int) -> str:
    return f"{_BANK_CODES['DE'][0]}{number:010}"


def _belgian(number: int) -> str:
    digits = f"{_BANK_CODES['BE'][0]}{number:07}"
    return f"{digits}{int(digits) % 97 or 97:02}"


def _swiss(number: int) -> str:
    return f"{_BANK_CODES['CH'][0]}{number:012}"


def _remainder(characters: str) -> int:
    return int("".join(str(int(character, 36)) for character in characters)) % 97
