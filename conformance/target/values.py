"""How single values of a profile are read: references, addresses, account numbers, and what is wrong with them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from conformance.target.identity import count_certificates
from conformance.target.references import ReferenceProblem, Secret, is_reference, read_reference


def problem(found: str, wanted: str, key: str = "", hint: str = "") -> PydanticCustomError:
    """What is wrong with a value, as the reader of a profile is told it.

    Args:
        found: what stands there; never a secret's value.
        wanted: what should.
        key: below the place at which it is raised.
        hint: a near match.
    """
    context = {"found": found, "wanted": wanted, "key": key, "hint": hint}
    return PydanticCustomError("profile", "wanted {wanted}", context)


def _read(value: object, info: ValidationInfo) -> Secret:
    if not isinstance(value, str):
        raise problem(f"a {type(value).__name__}", "a reference: env:NAME or file:PATH")
    try:
        return read_reference(value, (info.context or {}).get("folder", Path()))
    except ReferenceProblem as error:
        raise problem(error.found, error.wanted) from None


def _read_if_reference(value: object, info: ValidationInfo) -> str:
    if not isinstance(value, str):
        raise problem(f"a {type(value).__name__}", "text, or a reference: env:NAME or file:PATH")
    return _read(value, info) if is_reference(value) else value


def _read_fill(value: object, info: ValidationInfo) -> str:
    if isinstance(value, str) and value.startswith("literal:"):
        return value.removeprefix("literal:")
    return _read(value, info)


def _https(url: str) -> str:
    parts = _split(url)
    if parts is None or parts.scheme != "https" or not parts.hostname or parts.fragment:
        raise problem(repr(url), "an absolute https URL without fragment")
    return url


def _redirect_uri(uri: str) -> str:
    parts = _split(uri)
    if parts is None or not parts.scheme or "#" in uri or not (parts.netloc or parts.path):
        raise problem(repr(uri), "an absolute URI without fragment (RFC 6749, section 3.1.2)")
    return uri


def _proxy(url: str) -> str:
    parts = _split(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise problem("something else", "http://host:port or https://host:port")
    return url


def _split(url: str) -> SplitResult | None:
    """The parts of a URL; None where it is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return None if re.search(r"[\x00-\x20\x7f]", url) else parts


def _beside_profile(path: str, info: ValidationInfo) -> str:
    return str((info.context or {}).get("folder", Path()) / path)


def _address(text: str) -> str:
    found = re.fullmatch(r"([^\s:/]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})", text)
    if not found or not 0 < int(found[2]) < 65_536:
        raise problem(repr(text), "host:port")
    return text.lower()


def _trust_anchor(text: str) -> str:
    if not count_certificates(text):
        place = getattr(text, "reference", "what stands there")
        raise problem(f"no certificate in {place}", "PEM certificates of the authorities to trust")
    return text


def _iban(text: str) -> str:
    compact = re.sub(r"\s", "", text).upper()
    place = getattr(text, "reference", "what stands there")
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", compact):
        raise problem(f"no IBAN in {place}", "an IBAN (ISO 13616)")
    digits = "".join(str(int(letter, 36)) for letter in compact[4:] + compact[:4])
    if int(digits) % 97 != 1:
        raise problem(f"an IBAN with a wrong check digit in {place}", "an IBAN (ISO 13616)")
    return compact


def _text(text: str) -> str:
    if not text:
        raise problem("nothing", "text, or a reference: env:NAME or file:PATH")
    return text


def _amount(value: object, info: ValidationInfo) -> Decimal:
    try:
        amount = Decimal(_read_if_reference(value, info)) if isinstance(value, str) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite():
        raise problem("no amount", 'an amount as text, as "1000.00", or a reference')
    return amount


def _amount_or_unknown(value: object, info: ValidationInfo) -> Decimal | None:
    return None if value == "" else _amount(value, info)


# read by plain validators: any other would turn a Secret into text that prints
Reference = Annotated[str, PlainValidator(_read)]
ValueOrReference = Annotated[str, PlainValidator(_read_if_reference)]
TextOrReference = Annotated[str, PlainValidator(_read_if_reference), AfterValidator(_text)]
FillValue = Annotated[str, PlainValidator(_read_fill)]
LocalPath = Annotated[str, AfterValidator(_beside_profile)]
HttpsUrl = Annotated[str, AfterValidator(_https)]
RedirectUri = Annotated[str, AfterValidator(_redirect_uri)]
TrustAnchor = Annotated[str, PlainValidator(_read), AfterValidator(_trust_anchor)]
ProxyUrl = Annotated[str, PlainValidator(_read_if_reference), AfterValidator(_proxy)]
Address = Annotated[str, AfterValidator(_address)]
Iban = Annotated[str, PlainValidator(_read_if_reference), AfterValidator(_iban)]
Amount = Annotated[Decimal, PlainValidator(_amount)]
AmountOrUnknown = Annotated[Decimal | None, PlainValidator(_amount_or_unknown)]
Seconds = Annotated[int, Field(ge=0)]


class Model(BaseModel):
    """Strict, frozen, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)
