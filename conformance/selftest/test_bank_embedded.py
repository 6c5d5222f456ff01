"""The embedded bank's folder and process, a deviant served, and that it is an island."""

from __future__ import annotations

import ast
import http.client
import signal
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import conformance.bank
from conformance.bank.component import Component
from conformance.bank.deviants import deviant
from conformance.bank.settings import Hosts
from conformance.bank.token_endpoint import TokenEndpoint
from conformance.bank.tokens import RefreshToken
from conformance.selftest.bank_fixtures import bank, main, shared_keyring
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.plain_client import Visitor, post_control, read
from conformance.shipped import PROFILES

__all__ = ["bank", "main"]

MODULE = "conformance.selftest.embedded"


def test_the_folder_is_for_its_owner_only(bank: EmbeddedBank) -> None:
    for path in (bank.folder, *bank.folder.rglob("*")):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_the_profile_is_the_shipped_one_with_addresses_appended(bank: EmbeddedBank) -> None:
    text = bank.profile.read_text("utf-8")
    profile = tomllib.loads(text)

    assert text.startswith((PROFILES / "embedded.toml").read_text("utf-8"))
    assert set(profile["network"]["resolve"]) == {
        "sso.bank.example:443",
        "sso-cert.bank.example:443",
        "my-api.bank.example:443",
    }
    assert post_control(profile["waiting"]["clock_control"], {"advance_seconds": 0}) == 204


def test_every_reference_of_the_profile_is_written(bank: EmbeddedBank) -> None:
    names = [part.partition('"')[0] for part in bank.profile.read_text("utf-8").split('"file:')[1:]]

    assert len(names) > 15
    assert all(read(bank.folder, name) for name in names)


@pytest.mark.parametrize(
    "body", [None, [], {}, {"advance_seconds": -1}, {"advance_seconds": "9"}, {"advance_seconds": 1e300}]
)
def test_the_clock_takes_sensible_steps_only(bank: EmbeddedBank, body: object) -> None:
    assert post_control(bank.clock_control, body) == 400


def test_the_control_interface_is_found_by_its_secret_only(bank: EmbeddedBank) -> None:
    connection = http.client.HTTPConnection(f"127.0.0.1:{bank.bank.listeners['control'].port}")
    connection.request("POST", "/clock", '{"advance_seconds": 1}')

    assert connection.getresponse().status == 404
    connection.close()


def test_the_secrets_hold_what_was_handed_out(bank: EmbeddedBank, main: Visitor) -> None:
    answer = main.journey()
    tokens = main.exchange(answer.redirect["code"]).json()

    handed_out = {answer.redirect["code"], *(tokens[f"{kind}_token"] for kind in ("access", "refresh", "id"))}
    assert handed_out | {main.psu.password, main.psu.pin, "Camille Exemple"} <= bank.secrets()
    assert set(main.cookies.values()) <= bank.secrets()


def test_the_bank_serves_the_hosts_of_the_document() -> None:
    hosts = Hosts("sso.sgmarkets.com", "sso-cert.sgmarkets.com", "my-api.sgmarkets.com")
    uri = "https://mysite.com/post-authentication"
    with EmbeddedBank(keys=shared_keyring(), hosts=hosts, redirect_uris=[uri]) as bank:
        visitor = Visitor(bank)
        answer = visitor.journey()

        assert answer.headers["location"].startswith(f"{uri}?code=")
        assert answer.redirect["iss"] == "https://sso.sgmarkets.com/sgconnect/oauth2"
        assert tomllib.loads(bank.profile.read_text("utf-8"))["api"]["base_url"] == f"https://{hosts.api}"
        visitor.close()


@pytest.mark.parametrize("how", ["signal", "stdin"])
def test_the_process_serves_until_it_is_told_to_end(how: str, tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    command = [sys.executable, "-m", MODULE, "serve", "--folder", str(folder), "--until-stdin-closes"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        assert process.stdout.readline() == f"ready {folder}/profile.toml\n"
        if how == "signal":
            process.send_signal(signal.SIGTERM)
        else:
            process.stdin.close()
        assert process.wait(timeout=10) == 0


def test_deviants_are_listed_and_unknown_ones_refused() -> None:
    listed = subprocess.run(
        [sys.executable, "-m", MODULE, "serve", "--list-deviants"], capture_output=True, text=True
    )
    refused = subprocess.run(
        [sys.executable, "-m", MODULE, "serve", "--deviant", "x/1"], capture_output=True, text=True
    )

    assert "refresh-single-use/1" in listed.stdout
    assert (refused.returncode, "x/1" in refused.stderr) == (2, True)


def test_a_deviant_changes_one_decision() -> None:
    with EmbeddedBank("refresh-single-use/1", keys=shared_keyring()) as bank:
        visitor = Visitor(bank)
        tokens = visitor.tokens()

        assert [visitor.refresh(tokens["refresh_token"]).status for _ in range(3)] == [200, 200, 200]
        visitor.close()


def test_a_deviant_is_registered_only_if_it_overrides_one_component() -> None:
    class Silent(TokenEndpoint):
        def refresh_token_unused(self, token: RefreshToken) -> bool:  # noqa: ARG002
            return True

    class Strange(TokenEndpoint):
        """Has a decision that nobody asks for."""

        def no_such_decision(self) -> bool:
            return True

    class Idle(TokenEndpoint):
        """Changes nothing."""

    class Nobody(Component):
        """Is no component of the bank."""

    Silent.__doc__ = None
    for kind in (Silent, Strange, Idle, Nobody):
        with pytest.raises(TypeError):
            deviant("refresh-single-use/99")(kind)
    with pytest.raises(TypeError):
        deviant("no id")(Strange)


def test_the_bank_is_an_island() -> None:
    for path in Path(conformance.bank.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            ours = [name for name in names if name.split(".")[0] == "conformance"]
            assert all(name.startswith("conformance.bank") for name in ours), path
