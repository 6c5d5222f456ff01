"""The shipped profile of the bank's document, unchanged, against the embedded bank under the document's hosts.

The document's flow: of companies, accounts and rights it names none, so the profile holds none either.
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from conformance.bank.settings import Hosts
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.runs import CommandRun, run_command
from conformance.shipped import PROFILES

FLOW = ("discovery", "authorization", "token", "refresh", "bearer", "id_token")
SELECTED = [word for area in FLOW for word in ("--select", area)]
HOSTS = Hosts("sso.sgmarkets.com", "sso-cert.sgmarkets.com", "my-api.sgmarkets.com")


@pytest.fixture(scope="module")
def documented(tmp_path_factory: pytest.TempPathFactory) -> CommandRun:
    """A run with the shipped profile, the certificates in the working folder, the rest on the command line."""
    folder = tmp_path_factory.mktemp("sg-markets")
    profile = tomllib.loads((PROFILES / "sg-markets.toml").read_text(encoding="utf-8"))
    with EmbeddedBank(hosts=HOSTS, redirect_uris=tuple(profile["tpp"]["main"]["redirect_uris"])) as bank:
        for name, source in (("qwac", "main"), ("other-qwac", "other"), ("renewed-qwac", "renewed")):
            for suffix in ("pem", "key"):
                shutil.copy(bank.folder / "tpp" / f"{source}.{suffix}", folder / f"{name}.{suffix}")
        return run_command(
            *("run", *SELECTED, "--target", "sg-markets", "--trust-anchor", str(bank.folder / "trust.pem")),
            *(word for host, address in bank.resolve.items() for word in ("--resolve", f"{host}={address}")),
            *("--set", f'waiting.clock_control="{bank.clock_control}"'),
            folder=folder,
            environment=_environment(bank),
        )


def _environment(bank: EmbeddedBank) -> dict[str, str]:
    main, other = (
        (bank.folder / "tpp" / f"{name}.client_id").read_text(encoding="utf-8").strip()
        for name in ("main", "other")
    )
    found = {"SG_CLIENT_ID": main, "SG_OTHER_CLIENT_ID": other}
    for prefix, role in (("SG_PSU", "treasurer"), ("SG_PSU2", "accountant")):
        psu = bank.psus[role]
        found |= {
            f"{prefix}_LOGIN": psu.username,
            f"{prefix}_PASSWORD": psu.password,
            f"{prefix}_PIN": psu.pin,
            f"{prefix}_DEVICE": bank.device_url(role),
        }
    return found


def test_the_documented_profile_finds_the_embedded_bank_conformant(documented: CommandRun) -> None:
    """Hosts and paths of the document, nothing changed in the file."""
    assert documented.code == 0, documented.out + documented.err
    assert documented.verdicts["outcome"] == "conformant"


def test_the_verdicts_are_those_of_the_embedded_profile(documented: CommandRun, tmp_path: Path) -> None:
    """The same bank under other names is the same bank."""
    embedded = run_command("run", *SELECTED, folder=tmp_path)

    assert embedded.code == 0, embedded.out + embedded.err
    assert documented.by_requirement == embedded.by_requirement
    assert len(embedded.by_requirement) > 0
