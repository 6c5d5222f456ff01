"""The shipped profile of the bank's document, unchanged, against the embedded bank under the document's hosts.

What it refers to is laid where it says; what it leaves to the tester is given on the command line.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from conformance.bank.settings import Hosts
from conformance.selftest.bank_fixtures import shared_keyring
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.runs import CommandRun, run_command
from conformance.selftest.trial import try_bank
from conformance.shipped import PROFILES

HOSTS = Hosts("sso.sgmarkets.com", "sso-cert.sgmarkets.com", "my-api.sgmarkets.com")
SHIPPED = PROFILES / "sg-markets.toml"
SECOND_HALF = "# --- the second half"
LEFT_TO_THE_TESTER = {
    "api.stet.approval_expiry",
    "accounts.known_history",
    "direct_channel",
    "published",
    "waiting",
    "network",
}
_ITS_OWN = {"name", "tpp.main.redirect_uris"}


@dataclass
class Counterparts:
    """What a profile says beside what the embedded bank's own says at the same place.

    Args:
        references: of the profile, to the embedded value or reference.
        differing: places of values that are not the same.
        missing: places that the profile does not have, to the embedded value.
        surplus: places that the embedded one does not have.
    """

    references: dict[str, Any] = field(default_factory=dict)
    differing: set[str] = field(default_factory=set)
    missing: dict[str, Any] = field(default_factory=dict)
    surplus: set[str] = field(default_factory=set)

    def compare(self, place: str, said: Any, embedded: Any) -> None:
        """Go through both, place by place."""
        if isinstance(said, str) and said.startswith(("env:", "file:")):
            self.references[said] = embedded
        elif isinstance(said, dict) and isinstance(embedded, dict):
            self._compare_tables(place, said, embedded)
        elif isinstance(said, list) and isinstance(embedded, list) and len(said) == len(embedded):
            for number, pair in enumerate(zip(said, embedded, strict=True)):
                self.compare(f"{place}[{number}]", *pair)
        elif said != embedded:
            self.differing.add(place.partition("[")[0])

    def _compare_tables(self, place: str, said: dict[str, Any], embedded: dict[str, Any]) -> None:
        if any(name.startswith(("env:", "file:")) for name in said):
            self.references |= dict(zip(said, embedded, strict=True))
            said = dict(zip(embedded, said.values(), strict=True))
        for name in dict.fromkeys((*said, *embedded)):
            inside = f"{place}.{name}".lstrip(".")
            if name not in said:
                self.missing[inside] = embedded[name]
            elif name not in embedded:
                self.surplus.add(inside)
            else:
                self.compare(inside, said[name], embedded[name])


def counterparts(bank: EmbeddedBank) -> Counterparts:
    """The shipped profile beside that of a running bank."""
    found = Counterparts()
    said, embedded = (tomllib.loads(path.read_text("utf-8")) for path in (SHIPPED, bank.profile))
    found.compare("", said, embedded)
    return found


def lay_out(bank: EmbeddedBank, references: dict[str, Any], folder: Path) -> dict[str, str]:
    """Write the files that a profile refers to; returns the environment that it refers to."""
    environment = {}
    for reference, value in references.items():
        kind, _, place = reference.partition(":")
        source = str(value).removeprefix("file:")
        content = (bank.folder / source).read_text("utf-8") if str(value).startswith("file:") else source
        if kind == "env":
            environment[place] = content
        else:
            (folder / place).parent.mkdir(exist_ok=True)
            (folder / place).write_text(content, "utf-8")
    return environment


def as_toml(value: Any) -> str:
    """A value as it is written behind a key."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{json.dumps(name)} = {as_toml(each)}' for name, each in value.items())} }}"
    return value.isoformat() if isinstance(value, date) else json.dumps(value)


def judged(
    bank: EmbeddedBank, folder: Path, *words: str, target: str = "sg-markets", clock_only: bool = False
) -> CommandRun:
    """A run with the shipped profile, its references laid out in the working folder, the rest as options."""
    found = counterparts(bank)
    environment = lay_out(bank, found.references, folder)
    given = {key: value for key, value in found.missing.items() if key != "network"}
    if clock_only:
        given = {"waiting": given["waiting"]}
    return run_command(
        *("run", *words, "--target", target, "--trust-anchor", str(bank.folder / "trust.pem")),
        *(word for host, address in bank.resolve.items() for word in ("--resolve", f"{host}={address}")),
        *(word for key, value in given.items() for word in ("--set", f"{key}={as_toml(value)}")),
        folder=folder,
        environment=environment,
    )


@pytest.fixture(scope="module")
def bank() -> Iterator[EmbeddedBank]:
    """The embedded bank as the document's."""
    uris = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["tpp"]["main"]["redirect_uris"]
    with EmbeddedBank(hosts=HOSTS, redirect_uris=tuple(uris), keys=shared_keyring()) as running:
        yield running


def test_both_shipped_profiles_describe_one_bank(bank: EmbeddedBank) -> None:
    """Of the other it lacks what only the tester knows; where both say something they say the same."""
    found = counterparts(bank)

    assert found.differing == _ITS_OWN
    assert found.surplus == set()
    assert set(found.missing) == LEFT_TO_THE_TESTER


def test_the_documented_profile_finds_the_embedded_bank_conformant(
    bank: EmbeddedBank, tmp_path: Path
) -> None:
    """All areas, nothing changed in the file, and the verdicts of the embedded profile."""
    documented = judged(bank, tmp_path)
    embedded = {name: str(verdict) for name, verdict in try_bank(None).verdicts.items()}

    assert documented.code == 0, documented.out + documented.err
    assert documented.verdicts["outcome"] == "conformant"
    assert documented.by_requirement == embedded
    assert "PASSED" in embedded.values()
    expect_as_many_authentications_as_planned(documented)


def expect_as_many_authentications_as_planned(run: CommandRun) -> None:
    """Told before the run, per PSU, and not exceeded; used by the reference bank to the last."""
    planned, used = run.authentications
    assert used == planned
    assert sum(used.values()) == run.verdicts["authentications"]
    told = run.out + run.err
    assert f"PSUs authenticate {run.verdicts['authentications']} times at most" in told
    for means in {means for each in run.verdicts["by_psu"].values() for means in each}:
        (line,) = re.findall(rf"^  with {means}: (.*)$", told, re.MULTILINE)
        before = {psu: int(count) for psu, count in (each.split(" ") for each in line.split(", "))}
        assert before == {psu: each[means] for psu, each in run.verdicts["by_psu"].items() if means in each}


def test_the_first_half_alone_is_enough_for_the_flow(tmp_path: Path) -> None:
    """Who deletes the second half, as the file suggests, has a profile that judges the documented flow."""
    first, found, _ = SHIPPED.read_text(encoding="utf-8").partition(SECOND_HALF)
    (tmp_path / "mine.toml").write_text(first, "utf-8")
    uris = tuple(tomllib.loads(first)["tpp"]["main"]["redirect_uris"])
    with EmbeddedBank(hosts=HOSTS, redirect_uris=uris, keys=shared_keyring()) as own:
        run = judged(own, tmp_path, target="mine.toml", clock_only=True)

    assert found
    assert run.code == 0, run.out + run.err
    flow = {name: verdict for name, verdict in run.by_requirement.items() if _of_the_flow(name)}
    assert "PASSED" in flow.values()
    assert set(run.by_requirement.values()) <= {"PASSED", "SKIPPED"}
    assert run.by_requirement["entitlements-cap"] == "SKIPPED"


def _of_the_flow(requirement: str) -> bool:
    areas = ("discovery", "authorization", "token", "refresh", "bearer", "id-token")
    return requirement.startswith(areas)
