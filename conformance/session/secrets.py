"""What is secret or personal from the start, because the profile says it."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.target.model import Profile, Psu, Tpp
from conformance.wire.redaction import Redactor


def learn_secrets(redactor: Redactor, profile: Profile) -> None:
    """Let a redactor know every secret of a profile, and the accounts and names unless they are synthetic."""
    for psu in profile.psu.values():
        _learn(redactor, _of_psu(psu))
    for tpp in profile.tpp.values():
        _learn(redactor, _of_tpp(tpp))
    _learn(redactor, _of_target(profile))
    if not profile.synthetic_data:
        _learn(redactor, _personal(profile))


def _learn(redactor: Redactor, found: Iterable[tuple[str, str | None]]) -> None:
    for kind, value in found:
        if value:
            redactor.learn(kind, value)


def _of_psu(psu: Psu) -> Iterable[tuple[str, str | None]]:
    for step in (*psu.journey, *psu.approval):
        yield from step.fill.items()
    if psu.device:
        device = psu.device
        yield from (("pin", device.pin), ("password", device.password), ("pkcs12", device.pkcs12))
        yield "device_url", device.url


def _of_tpp(tpp: Tpp) -> Iterable[tuple[str, str | None]]:
    yield from (("client_secret", tpp.client_secret), ("key", tpp.key), ("key", tpp.renewed_key))


def _of_target(profile: Profile) -> Iterable[tuple[str, str | None]]:
    yield "state_key", profile.state.key if profile.state else None
    yield "clock_control", profile.waiting.clock_control
    yield "admin_url", profile.admin.url if profile.admin else None


def _personal(profile: Profile) -> Iterable[tuple[str, str | None]]:
    accounts = profile.accounts
    yield from (("iban", accounts.debtor), ("iban", accounts.out_of_scope))
    yield from (("iban", iban) for iban in accounts.expected)
    if accounts.creditor:
        yield from (("iban", accounts.creditor.iban), ("name", accounts.creditor.name))
    for psu in profile.psu.values():
        yield "name", psu.name
        ibans = (psu.debtor, *psu.granted, *psu.withheld, *psu.reports, *psu.funds)
        yield from (("iban", iban) for iban in ibans)
    for entry in accounts.entries:
        yield from (("name", text) for text in entry.texts)
