"""The PSUs of a profile: their means of authentication, their way through the bank's pages, what they may do."""

from __future__ import annotations

import base64
import binascii
from difflib import get_close_matches
from importlib.util import find_spec
from typing import Annotated, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import pkcs12
from pydantic import AfterValidator, Field, model_validator

from conformance.catalogue.model import PRECONDITIONS
from conformance.target.values import Amount, FillValue, Iban, Model, Reference, ValueOrReference, problem

Means = Literal["secure-access", "3skey", "password"]
Report = Literal["balances", "transactions"]
PSU_TOKENS = frozenset(name for name in PRECONDITIONS if name.startswith("psu") or name == "second-psu")
_KINDS = {"url": ("url", "pin"), "pkcs12": ("pkcs12", "password"), "pkcs11_module": ("pkcs11_module", "pin")}


def _token(text: str) -> str:
    if text not in PSU_TOKENS:
        near = get_close_matches(text, sorted(PSU_TOKENS), n=1)
        hint = f"did you mean {near[0]}?" if near else ""
        raise problem(repr(text), f"one of {', '.join(sorted(PSU_TOKENS))}", hint=hint)
    return text


PsuToken = Annotated[str, AfterValidator(_token)]


class Device(Model):
    """A means of strong authentication, by what it is driven with.

    Args:
        url: where a simulated phone takes the PSU's decision, with its PIN.
        pin: of the phone, or of the PKCS#11 token.
        pkcs12: a personal certificate with its key, the archive in base64, with its password.
        password: of the PKCS#12 archive.
        pkcs11_module: the library of a PKCS#11 token.
        token: label of the PKCS#11 token; the only one where none is named.
        key: label of the key on the token; the only one where none is named.
    """

    url: ValueOrReference | None = None
    pin: Reference | None = None
    pkcs12: Reference | None = None
    password: Reference | None = None
    pkcs11_module: ValueOrReference | None = None
    token: ValueOrReference | None = None
    key: ValueOrReference | None = None

    @model_validator(mode="after")
    def _of_one_kind(self) -> Device:
        kinds = [kind for kind in _KINDS if getattr(self, kind) is not None]
        if len(kinds) != 1:
            raise problem(" and ".join(kinds) or "nothing", "one of url, pkcs12 and pkcs11_module")
        for name in _KINDS[kinds[0]]:
            if getattr(self, name) is None:
                raise problem("nothing", f"a reference to the {name} beside {kinds[0]}", name)
        allowed = {*_KINDS[kinds[0]], *(("token", "key") if kinds[0] == "pkcs11_module" else ())}
        for name in sorted(self.model_fields_set - allowed):
            raise problem("a key of another kind of device", f"{', '.join(sorted(allowed))} only", name)
        self._usable()
        return self

    def _usable(self) -> None:
        if self.pkcs12 is not None:
            read_pkcs12(self.pkcs12, self.password or "")
        if self.pkcs11_module is not None and find_spec("pkcs11") is None:
            raise problem("no library for PKCS#11", "the extra pkcs11 installed", "pkcs11_module")


def read_pkcs12(text: str, password: str) -> pkcs12.PKCS12KeyAndCertificates:
    """The key and certificate of an archive in base64.

    Raises:
        PydanticCustomError: there is none, or it does not open.
    """
    try:
        found = pkcs12.load_pkcs12(base64.b64decode(text, validate=False), password.encode())
    except (ValueError, binascii.Error, UnsupportedAlgorithm, TypeError):
        wanted = "a PKCS#12 archive in base64 that its password opens"
        raise problem("no archive that opens", wanted, "pkcs12") from None
    if found.key is None or found.cert is None:
        raise problem("an archive without a key and its certificate", "both in one archive", "pkcs12")
    return found


class Signing(Model):
    """The fields of a page on which a challenge is signed."""

    challenge: str = "challenge"
    signature: str = "signature"
    certificate: str | None = "certificate"


class Step(Model):
    """One page of a journey, and what the PSU does on it.

    Args:
        page: a label for reports.
        fill: fields and what is typed into them.
        select: fields and what is chosen there, which is nothing that only the PSU knows.
        device: the means with which something is done beside the page.
        sign: the page's fields where that is a signature over what the page holds.
        choose: the button that leads on.
        cancel: the button that leads back to the TPP.
        refusal: whether the page explains why the bank goes no further.
    """

    page: Annotated[str, Field(min_length=1)]
    fill: dict[str, FillValue] = {}
    select: dict[str, ValueOrReference] = {}
    device: str | None = None
    sign: Signing | None = None
    choose: str | None = None
    cancel: str | None = None
    refusal: bool = False

    @model_validator(mode="after")
    def _signed_with_a_device(self) -> Step:
        if self.sign is not None and self.device is None:
            raise problem("nothing", "the means with which the challenge is signed", "device")
        return self


class Psu(Model):
    """A payment service user, and how it goes through the bank's pages.

    Args:
        agent: plain HTTP and forms, an installed Chromium, or a person with a device of their own.
        fits: the preconditions of the catalogue that it stands for.
        direct_means: all that the bank's own channel offers it to authenticate with, where it holds several.
        journey: its way through an authorization.
        approval: its way through the approval of a payment, where that is another.
        patience: seconds within which a person who plays it (`operator`) must have come back.
        cap: the highest amount that it may validate alone.
        name: of the person, as the bank's own channel shows it.
        debtor: the account that its payments debit, where it is not that of the profile.
        granted: the accounts that it may see, where it may not see all.
        withheld: accounts of its company that it may not see.
        reports: what it may see of an account, where it may not see everything.
        funds: the accounts of which its journey lets a CBPII ask, where it may choose them.
    """

    agent: Literal["form", "browser", "operator"] = "form"
    means: Means = "secure-access"
    fits: list[PsuToken] = []
    device: Device | None = None
    direct_means: list[Means] = []
    journey: Annotated[list[Step], Field(min_length=1)]
    approval: list[Step] = []
    patience: Annotated[int, Field(gt=0, le=3600)] = 300
    cap: Amount | None = None
    name: ValueOrReference | None = None
    debtor: Iban | None = None
    granted: list[Iban] = []
    withheld: list[Iban] = []
    reports: dict[Iban, list[Report]] = {}
    funds: list[Iban] = []

    @property
    def approval_journey(self) -> list[Step]:
        """Its way through the approval of a payment."""
        return self.approval or self.journey

    @model_validator(mode="after")
    def _known_enough(self) -> Psu:
        needed = {
            "psu-cap": ("cap",),
            "psu-partial-accounts": ("granted", "withheld"),
            "psu-partial-reporting": ("reports",),
        }
        for token, keys in needed.items():
            for key in keys if token in self.fits else ():
                if not getattr(self, key):
                    raise problem("nothing", f"a value, since this PSU fits {token}", key)
        for token, means in (("psu-secure-access", "secure-access"), ("psu-3skey", "3skey")):
            if token in self.fits and self.means != means:
                raise problem(repr(self.means), f"{means}, since this PSU fits {token}", "means")
        return self
