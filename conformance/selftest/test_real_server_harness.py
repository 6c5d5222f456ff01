"""The real server starts, refuses what it does not know, and stops; its mutations are known on both sides."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from conformance.catalogue.load import load
from conformance.selftest.real_server import MUTATIONS, RealServer, RealServerError, unavailable
from conformance.selftest.real_server.packages import SOURCES, install
from conformance.target.profile import load_target


@pytest.fixture(scope="module")
def _installed() -> None:
    if reason := unavailable():
        pytest.skip(reason)


def test_each_mutation_of_the_server_says_what_must_turn_red() -> None:
    source = (SOURCES / "mutations.mjs").read_text(encoding="utf-8")

    assert set(re.findall(r"^  '([\w-]+)':", source, re.MULTILINE)) == set(MUTATIONS)


def test_each_mutation_names_requirements_of_the_catalogue() -> None:
    known = {requirement.id for requirement in load().requirements}

    assert {requirement for named in MUTATIONS.values() for requirement in named} <= known


@pytest.mark.usefixtures("_installed")
def test_the_server_leaves_a_valid_profile_and_stops(tmp_path: Path) -> None:
    with RealServer(tmp_path / "run") as server:
        profile = load_target(str(server.profile)).profile
        addresses = [address.split(":") for address in profile.network.resolve.values()]
        for host, port in addresses:
            socket.create_connection((host, int(port)), timeout=5).close()

    for host, port in addresses:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)), timeout=5)


@pytest.mark.usefixtures("_installed")
def test_an_unknown_mutation_is_an_error(tmp_path: Path) -> None:
    with (
        pytest.raises(RealServerError, match="no mutation is called nonsense"),
        RealServer(tmp_path, "nonsense"),
    ):
        pass


def test_a_missing_node_is_a_reason_to_skip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CONFORMANCE_REQUIRE_NODE", raising=False)

    assert unavailable() == "node is not installed"


def test_a_missing_node_is_an_error_where_it_is_required(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CONFORMANCE_REQUIRE_NODE", "1")

    with pytest.raises(RealServerError, match="node is not installed"):
        unavailable()
