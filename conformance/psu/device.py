"""The PSU's means of authentication beside the page: a phone that approves, a key that signs."""

from __future__ import annotations

from typing import Any, Protocol

import requests

from conformance.errors import Unobservable
from conformance.psu.conduct import Decision
from conformance.psu.three_skey import Pkcs11Token, Pkcs12File, Signer
from conformance.target.model import Device

_WORDS = {Decision.APPROVE: "approve", Decision.REFUSE: "refuse", Decision.WRONG: "approve"}


class Phone(Protocol):
    """A device that shows what it is asked, and takes a decision."""

    def shown(self) -> str:
        """The text that it shows now; empty where it shows none."""

    def decide(self, decision: Decision) -> bool:
        """Take the PSU's decision; whether the device took it."""


class SecureAccess:
    """A simulated phone: it shows what is to be approved, and takes PIN and decision.

    Args:
        owner: name of the PSU.
        url: where it is played.
        pin: of the phone.
    """

    def __init__(self, owner: str, url: str, pin: str) -> None:
        self._owner = owner
        self._url = url
        self._pin = pin

    def shown(self) -> str:
        """GET its address; a simulator that tells nothing shows nothing."""
        answer = self._send("GET")
        try:
            pending = answer.json().get("pending") if answer.ok else None
        except (ValueError, AttributeError):
            return ""
        text = pending.get("text") if isinstance(pending, dict) else None
        return text if isinstance(text, str) else ""

    def decide(self, decision: Decision) -> bool:
        """POST PIN and decision; nothing is sent where the PSU does nothing."""
        if decision is Decision.IGNORE:
            return True
        pin = _another(self._pin) if decision is Decision.WRONG else self._pin
        answer = self._send("POST", {"pin": pin, "decision": _WORDS[decision]})
        self.status = answer.status_code
        return answer.ok

    status = 0

    def _send(self, method: str, json: dict[str, Any] | None = None) -> requests.Response:
        try:
            with requests.Session() as session:
                session.trust_env = False
                return session.request(method, self._url, json=json, timeout=10)
        except requests.RequestException as error:
            reason = type(error).__name__
            raise Unobservable(f"the device of PSU {self._owner} did not answer: {reason}") from None


def phone_of(owner: str, device: Device | None) -> SecureAccess:
    """The phone of a PSU.

    Raises:
        Unobservable: the profile gives it none.
    """
    if device is None or device.url is None or device.pin is None:
        raise Unobservable(f"the profile has no device for secure-access of PSU {owner}")
    return SecureAccess(owner, str(device.url), str(device.pin))


def signer_of(owner: str, device: Device | None) -> Signer:
    """The key of a PSU.

    Raises:
        Unobservable: the profile gives it none, or it does not open.
    """
    if device is not None and device.pkcs12 is not None:
        return Pkcs12File(str(device.pkcs12), str(device.password))
    if device is not None and device.pkcs11_module is not None:
        return Pkcs11Token(str(device.pkcs11_module), str(device.pin), device.token, device.key)
    raise Unobservable(f"the profile has no certificate for 3skey of PSU {owner}")


def _another(pin: str) -> str:
    """A PIN of the same shape that is wrong."""
    first = "1" if pin[:1] == "0" else "0"
    return first + pin[1:]
