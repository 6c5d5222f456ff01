"""The six journeys (three roles, two means) by forms and by a browser: judged alike, and every page is pictured."""

from __future__ import annotations

import struct
import tomllib
from pathlib import Path

import pytest

from conformance.evidence.reading import read_run
from conformance.evidence.run import RecordedExchange, Run
from conformance.psu.browser_agent_chromium import VIEWPORT, Chromium
from conformance.selftest.bank_fixtures import shared_keyring
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.runs import CommandRun, run_command
from conformance.selftest.test_psu_browser_agent import chromium

__all__ = ["chromium"]

JOURNEYS = tuple(
    f"sca-{role}-{means}" for role in ("aisp", "pisp", "cbpii") for means in ("secure-access", "3skey")
)
_PSUS = ("treasurer", "keyholder")
_PAGES = {
    "treasurer": {"login", "approve", "consent", "decision"},
    "keyholder": {"login", "sign", "accounts", "consent", "decision"},
}
_DEVIATING = ("sca-pisp-secure-access",)


def judged(folder: Path, agent: str, deviant: str | None = None) -> CommandRun:
    """The six journeys with an agent; the one that deviates against a deviant."""
    with EmbeddedBank(deviant, keys=shared_keyring(), folder=folder / agent / "bank") as bank:
        words = ["run", "--target", str(bank.profile), "--set", "synthetic_data=true"]
        journeys = _DEVIATING if deviant else JOURNEYS
        words += [word for journey in journeys for word in ("--select", journey)]
        words += [word for psu in _PSUS for word in ("--set", f'psu.{psu}.agent="{agent}"')]
        return run_command(*words, folder=folder / agent, seconds=300)


def run_of(command: CommandRun) -> tuple[Path, Run]:
    """The folder of a run, and its evidence."""
    (folder,) = command.folder.glob("reports/*/latest")
    return folder, read_run(folder / "evidence.ndjson")


def scenarios(command: CommandRun) -> dict[str, tuple[str, str]]:
    """Verdict and reason of every scenario."""
    requirements = command.verdicts["requirements"]
    return {
        each["id"]: (each["verdict"], each["reason"]) for entry in requirements for each in entry["scenarios"]
    }


def done_by(run: Run) -> list[tuple[str, str, str, bool]]:
    """What the PSUs did, in order."""
    return [(step.psu, step.step, step.means, step.authentication) for step in run.psu]


def pages(run: Run) -> list[RecordedExchange]:
    """What brought a page to a PSU."""
    found = []
    for exchange in run.exchanges.values():
        headers = dict((exchange.response or {}).get("headers", ()))
        if any(name.lower() == "content-type" and "text/html" in value for name, value in headers.items()):
            found.append(exchange)
    return found


def test_the_six_journeys_pass_by_forms(tmp_path: Path) -> None:
    """Each is counted beside the bank's own channel."""
    command = judged(tmp_path, "form")

    assert command.code == 0, command.out
    assert command.by_requirement == dict.fromkeys(JOURNEYS, "PASSED")
    profile = tomllib.loads((command.folder / "bank/profile.toml").read_text(encoding="utf-8"))
    found = {(each["role"], each["means"]): each for each in command.verdicts["journeys"]}
    assert {f"sca-{role}-{means}" for role, means in found} == set(JOURNEYS)
    for (role, means), kind in found.items():
        assert (kind["steps"], kind["screens"], kind["authentications"], kind["walked"]) == (3, 3, 1, 1)
        assert kind["own"]["steps"] == profile["direct_channel"][role]["steps"]
        assert f"  {role} with {means}, 1 walked: 3 steps, 3 screens, 1 authentication, " in command.out


def test_the_six_journeys_pass_in_a_browser_by_the_same_steps(chromium: Chromium, tmp_path: Path) -> None:
    """They are judged and counted as by forms, and a picture of every page is kept."""
    del chromium  # the run has one of its own
    by_form, in_browser = judged(tmp_path, "form"), judged(tmp_path, "browser")

    assert in_browser.code == 0, in_browser.out
    assert scenarios(in_browser) == scenarios(by_form)
    assert done_by(run_of(in_browser)[1]) == done_by(run_of(by_form)[1])
    assert counted(in_browser) == counted(by_form)
    expect_every_page_pictured(*run_of(in_browser))
    expect_every_kind_of_page_pictured(run_of(in_browser)[1])


def counted(command: CommandRun) -> list[dict[str, object]]:
    """The figures of the journeys, but for how long they took."""
    return [{**each, "seconds": 0} for each in command.verdicts["journeys"]]


def expect_every_page_pictured(folder: Path, run: Run) -> None:
    """Each page that came has its picture, whole and uncovered."""
    shot = {picture.exchange: picture for picture in run.screenshots}
    assert len(pages(run)) >= 6 * 2
    assert sorted(shot) == sorted(page.number for page in pages(run))
    for picture in shot.values():
        content = (folder / picture.file).read_bytes()
        width, height = struct.unpack(">II", content[16:24])
        assert (content[:4], width, height >= VIEWPORT[1]) == (b"\x89PNG", VIEWPORT[0], True)
        assert not picture.covered


def expect_every_kind_of_page_pictured(run: Run) -> None:
    """A page that is answered was shown, so that its picture is the one before the answer."""
    for psu in _PSUS:
        answered = {step.step for step in run.psu if step.psu == psu}
        pictured = {picture.file for picture in run.screenshots if picture.psu == psu}
        assert answered == _PAGES[psu]
        assert len(pictured) >= len(answered)


@pytest.mark.parametrize("deviant", ["sca-dynamic-linking/1", "sca-homogeneous-journey/1"])
def test_a_bank_that_deviates_fails_in_a_browser_as_by_forms(
    chromium: Chromium, tmp_path: Path, deviant: str
) -> None:
    """What a bank does wrong shows in a browser too."""
    del chromium
    by_form, in_browser = judged(tmp_path, "form", deviant), judged(tmp_path, "browser", deviant)

    assert by_form.by_requirement["sca-pisp-secure-access"] == "FAILED"
    assert scenarios(in_browser) == scenarios(by_form)
