"""What STET's answers are made of (JSON Schema 2020-12); a title says in words what is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conformance.target.model import Enumeration, Stet

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def text(longest: int | None = None) -> Schema:
    """Text, of some length at most."""
    return {"type": "string", **({"maxLength": longest} if longest else {})}


def like(title: str, pattern: str) -> Schema:
    """Text that matches from end to end; Python's `$` alone would let a last line feed pass."""
    return {"type": "string", "title": title, "pattern": f"^(?:{pattern})$(?!\\n)"}


def members(required: Sequence[str] = (), **properties: Schema) -> Schema:
    """An object, open to further members."""
    return {"type": "object", "required": list(required), "properties": properties}


def array(items: Schema, least: int = 0) -> Schema:
    """An array of one kind."""
    return {"type": "array", "items": items, **({"minItems": least} if least else {})}


RESOURCE_ID = like("an identifier of 1 to 35 characters", r"[a-zA-Z0-9 /\-?:().,']{1,35}")
IBAN = like("an IBAN without spaces", "[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}")
BIC = like("a BIC", "[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?")
CURRENCY = like("a currency code of three letters", "[A-Z]{3}")
COUNTRY = like("a country code of two letters", "[A-Z]{2}")
CODE = like("a code of capital letters and digits", "[A-Z0-9]{1,35}")
BOOLEAN: Schema = {"type": "boolean"}
DATE_TIME: Schema = {"type": "string", "format": "date-time", "title": "a date-time of ISO 8601"}
EITHER_DATE: Schema = {"type": "string", "format": "date-or-date-time", "title": "a date of ISO 8601"}
LINK = members(["href"], href={"type": "string", "minLength": 1}, templated=BOOLEAN)
IDENTIFICATION = members(
    ["identification", "schemeName"], identification=text(70), schemeName=text(70), issuer=text(35)
)
ACCOUNT_IDENTIFICATION: Schema = {
    **members(iban=IBAN, other=IDENTIFICATION, currency=CURRENCY),
    "anyOf": [{"required": ["iban"]}, {"required": ["other"]}],
    "title": "an iban or another identification",
}
ADDRESS = members(["country"], country=COUNTRY, addressLine=array(text(70)))
PARTY = members(
    ["name"],
    name=text(140),
    postalAddress=ADDRESS,
    organisationId=IDENTIFICATION,
    privateId=IDENTIFICATION,
    dateAndPlaceOfBirth=members(["birthDate", "cityOfBirth", "countryOfBirth"], birthDate=EITHER_DATE),
)
AGENT = members(
    ["bicFi"],
    bicFi=BIC,
    clearingSystemMemberId=members(clearingSystemId=text(35), memberId=text(35)),
    name=text(140),
    postalAddress=ADDRESS,
)
BENEFICIARY = members(
    ["creditor"],
    id=RESOURCE_ID,
    isTrusted=BOOLEAN,
    creditorAgent=AGENT,
    creditor=PARTY,
    creditorAccount=ACCOUNT_IDENTIFICATION,
)
REMITTANCE: Schema = {
    "anyOf": [
        members(unstructured=array(text(140)), structured=array({"type": "object"})),
        array(text(140)),
    ],
    "title": "lines of at most 140 characters, below `unstructured` or as an array",
}
ERROR = members(
    ["status", "message"],
    timestamp=DATE_TIME,
    status={"type": "integer"},
    error=text(140),
    message=text(140),
    path=text(140),
)


def links(required: Sequence[str] = (), *optional: str) -> Schema:
    """The member `_links`."""
    return members(required, **dict.fromkeys((*required, *optional), LINK))


class Primitives:
    """What depends on the profile's switches."""

    def __init__(self, stet: Stet) -> None:
        self._stet = stet
        self.date = EITHER_DATE if stet.date_fields == "either" else {**EITHER_DATE, "format": "date"}
        self.money = self._money("-?")
        self.unsigned_money = self._money("")

    def _money(self, sign: str) -> Schema:
        whole = like("a decimal amount", rf"{sign}[0-9]{{1,13}}(\.[0-9]{{0,5}})?")
        number: Schema = {"type": "number", "format": "amount", "title": "a decimal amount"}
        if not sign:
            number["minimum"] = 0
            whole["title"] = number["title"] = "an amount without sign"
        kinds = {
            "string": whole,
            "number": number,
            "either": {"anyOf": [whole, number], "title": whole["title"]},
        }
        return members(["currency", "amount"], currency=CURRENCY, amount=kinds[self._stet.amounts])

    def code(self, name: Enumeration, *standard: str) -> Schema:
        """One of the standard's codes or of those that the profile adds."""
        return {"type": "string", "enum": [*standard, *self._stet.enumerations.get(name, ())]}
