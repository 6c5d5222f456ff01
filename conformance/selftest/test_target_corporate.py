"""The corporate keys of a profile: PSUs and what they fit, devices, accounts, the bank's own channel, statements."""

from __future__ import annotations

import base64
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from conformance.errors import Problem, UsageError
from conformance.pki.authority import Organization
from conformance.selftest.hostile import authority
from conformance.selftest.test_target_profile import PROFILE, issue
from conformance.target.model import Profile
from conformance.target.profile import load_target

IBAN = "FR7630006000011234567890189"
OTHER = "DE89370400440532013000"
PASSWORD = "archive-password"
CORPORATE = f"""
[psu.capped]
fits = ["psu-cap", "psu-secure-access"]
cap = "1000.00"
debtor = "{IBAN}"
device = {{ url = "http://127.0.0.1:1/x", pin = "file:password" }}
journey = [{{ page = "login", choose = "login" }}]
approval = [{{ page = "debtor", select = {{ debtor = "{IBAN}" }}, choose = "accept" }}]

[psu.keyholder]
means = "3skey"
fits = ["psu-3skey"]
device = {{ pkcs12 = "file:keyholder.p12.b64", password = "file:p12_password" }}
journey = [{{ page = "sign", device = "3skey", sign = {{ challenge = "text" }}, choose = "sign" }}]

[psu.reader]
fits = ["psu-partial-accounts", "psu-partial-reporting"]
granted = ["{IBAN}"]
withheld = ["{OTHER}"]
reports = {{ "{IBAN}" = ["balances"] }}
journey = [{{ page = "login", choose = "login" }}]

[accounts]
debtor = "file:debtor"
creditor = {{ name = "Fournisseur", iban = "{OTHER}" }}
out_of_scope = "CH9300762011623852957"
expected = {{ "FR76 3000 6000 0112 3456 7890 189" = "184250.75", "{OTHER}" = "" }}
known_history = {{ iban = "{IBAN}", oldest = 2023-11-01 }}

[admin]
url = "http://127.0.0.1:1/admin"

[direct_channel.aisp]
steps = 3
screens = 3
redirects = 1
means = ["secure-access", "3skey"]

[published]
documentation_url = "https://bank.example/developers"
key_words = ["openid"]

[attestations.interface-contingency]
statement = "The authority exempted the bank."
person = "Dominique Exemple"
date = 2026-01-31
document_sha256 = "{"0" * 64}"
"""


def archive() -> str:
    """A PKCS#12 archive with a key and its certificate, in base64."""
    issued = authority().qwac(Organization("Andrea Exemple", "PSDFR-ACPR-1"))
    sealed = BestAvailableEncryption(PASSWORD.encode())
    packed = pkcs12.serialize_key_and_certificates(b"andrea", issued.key, issued.certificate, None, sealed)
    return base64.b64encode(packed).decode()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with everything to which the profile refers."""
    monkeypatch.setenv("PSU_NAME", "treasurer")
    issue(tmp_path)
    (tmp_path / "trust.pem").write_text((tmp_path / "main.pem").read_text())
    for name, text in {"password": "1234", "p12_password": PASSWORD, "debtor": IBAN}.items():
        (tmp_path / name).write_text(f"{text}\n")
    (tmp_path / "keyholder.p12.b64").write_text(archive())
    return tmp_path


def load(folder: Path, *changes: tuple[str, str]) -> Profile:
    text = PROFILE + CORPORATE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "bank.toml").write_text(text)
    return load_target(str(folder / "bank.toml")).profile


def problems(folder: Path, *changes: tuple[str, str]) -> tuple[Problem, ...]:
    with pytest.raises(UsageError) as raised:
        load(folder, *changes)
    return raised.value.problems


def test_what_the_tester_knows_of_a_corporate_bank_is_read(folder: Path) -> None:
    profile = load(folder)

    assert profile.psu["capped"].cap == Decimal("1000.00")
    assert profile.psu["capped"].approval_journey[0].select == {"debtor": IBAN}
    assert profile.psu["reader"].approval_journey == profile.psu["reader"].journey
    assert profile.accounts.debtor == IBAN
    assert profile.accounts.expected == {IBAN: Decimal("184250.75"), OTHER: None}
    assert profile.accounts.known_history is not None
    assert profile.accounts.known_history.oldest == date(2023, 11, 1)
    assert profile.direct_channel["aisp"].means == ["secure-access", "3skey"]
    assert profile.attestations["interface-contingency"].person == "Dominique Exemple"


_MISTAKES: dict[str, tuple[tuple[str, str], str, str]] = {
    "a misspelt precondition": (('"psu-cap",', '"psu-capp",'), "psu.capped.fits[0]", "did you mean psu-cap?"),
    "a misspelt key": (('debtor = "file', 'debitor = "file'), "accounts.debitor", "did you mean debtor?"),
    "an amount that is none": (('cap = "1000.00"', 'cap = "a lot"'), "psu.capped.cap", ""),
    "an amount as a number": (('cap = "1000.00"', "cap = 1000.00"), "psu.capped.cap", ""),
    "a cap that is not told": (('cap = "1000.00"\n', ""), "psu.capped.cap", ""),
    "rights that are not told": (
        (f'withheld = ["{OTHER}"]\n', ""),
        "psu.reader.withheld",
        "",
    ),
    "a wrong check digit": (
        (f'granted = ["{IBAN}"]', 'granted = ["FR7630006000011234567890188"]'),
        "psu.reader.granted[0]",
        "",
    ),
    "two kinds of device": (
        ('"file:p12_password" }', '"file:p12_password", url = "http://x/" }'),
        "psu.keyholder.device",
        "",
    ),
    "a device without its PIN": ((', pin = "file:password"', ""), "psu.capped.device.pin", ""),
    "a key of another device": (
        ('"file:p12_password" }', '"file:p12_password", token = "t" }'),
        "psu.keyholder.device.token",
        "",
    ),
    "a password that does not open": (
        ('password = "file:p12_password"', 'password = "file:password"'),
        "psu.keyholder.device.pkcs12",
        "",
    ),
    "other means than it fits": (('means = "3skey"\n', ""), "psu.keyholder.means", ""),
    "a signature without a device": ((' device = "3skey",', ""), "psu.keyholder.journey[0].device", ""),
    "an unknown means": (('["secure-access", "3skey"]', '["sms"]'), "direct_channel.aisp.means[0]", ""),
    "an attestation of nobody": (
        ('person = "Dominique Exemple"\n', ""),
        "attestations.interface-contingency.person",
        "",
    ),
    "an attestation of what is observed": (
        ("[attestations.interface-contingency]", "[attestations.interface-media-type]"),
        "attestations.interface-media-type",
        "",
    ),
    "documentation without words": (('key_words = ["openid"]\n', ""), "published.key_words", ""),
    "an attestation of nothing": (
        ("[attestations.interface-contingency]", "[attestations.interface-contingencies]"),
        "attestations.interface-contingencies",
        "did you mean interface-contingency?",
    ),
    "no digest": (("0" * 64, "0" * 63), "attestations.interface-contingency.document_sha256", ""),
}


@pytest.mark.parametrize(("change", "key", "hint"), _MISTAKES.values(), ids=_MISTAKES)
def test_a_mistake_is_named_by_its_key(folder: Path, change: tuple[str, str], key: str, hint: str) -> None:
    found = problems(folder, change)

    assert [(problem.key, problem.hint) for problem in found] == [(key, hint)]
    assert PASSWORD not in str(found)


def test_every_mistake_is_told_at_once(folder: Path) -> None:
    changes = [change for change, _, _ in (_MISTAKES["a misspelt key"], _MISTAKES["a cap that is not told"])]
    changes += [_MISTAKES["an unknown means"][0], _MISTAKES["no digest"][0]]

    assert len(problems(folder, *changes)) == 4
