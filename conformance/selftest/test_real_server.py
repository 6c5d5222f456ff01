"""The suite against an OpenID-certified authorization server that none of us wrote, and against its mutations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.selftest.real_server import MUTATIONS, Node, RealServer, unavailable
from conformance.selftest.trial import RED, Trial, judge_profile
from conformance.verdict import Verdict

#: It authenticates PSUs by a password alone, and once for every TPP: RTS (EU) 2018/389, Art. 4(1) and 10a(2).
_NO_STRONG_AUTHENTICATION = {
    "sca-two-factors": Verdict.FAILED,
    "sca-no-downgrade-by-request": Verdict.FAILED,
    "sca-ais-first-access": Verdict.FAILED,
}
#: What is true of this server, by the kind of its access tokens; docs/real-server.md explains each.
DEVIATES = {
    "opaque": {"token-response-headers": Verdict.WARNED, **_NO_STRONG_AUTHENTICATION},
    "jwt": {
        "token-response-headers": Verdict.WARNED,
        "token-code-reuse-revokes": Verdict.WARNED,
        **_NO_STRONG_AUTHENTICATION,
    },
}
#: What it does not have, and its profile does not claim: the areas, and what of them is judged all the same.
ABSENT = ("aisp", "pisp", "cbpii", "entitlements", "interface", "sca")
JUDGED_ALL_THE_SAME = {*_NO_STRONG_AUTHENTICATION, "sca-session-inactivity"}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """The process in which the server and its mutations follow one another."""
    if reason := unavailable():
        pytest.skip(reason)
    with Node(tmp_path_factory.mktemp("node")) as running:
        yield running


@pytest.fixture(scope="module", params=["opaque", "jwt"])
def unmutated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, node: Node) -> Trial:
    """The server as the bank's document describes it, with access tokens of either kind."""
    folder = tmp_path_factory.mktemp("real-server")
    with RealServer(folder, access_tokens=request.param, node=node) as server:
        return judge_profile(request.param, server.profile)


def test_nothing_is_failed_that_is_not_true_of_the_server(unmutated: Trial) -> None:
    """Each finding is the server's real behaviour, named here and explained in the docs."""
    found = {name: verdict for name, verdict in unmutated.verdicts.items() if verdict in RED}

    assert found == DEVIATES[str(unmutated.deviant)], {name: unmutated.reasons[name] for name in found}


def test_nothing_stays_undecided(unmutated: Trial) -> None:
    """A server that answers can be judged."""
    assert {name: unmutated.reasons[name] for name in unmutated.open} == {}


def test_what_it_does_not_have_is_skipped(unmutated: Trial) -> None:
    """Without a dialect, accounts and means of authentication nothing of them can be seen, nor pass."""
    absent = {name for name in unmutated.verdicts if name.partition("-")[0] in ABSENT}
    judged = {name for name in absent if unmutated.verdicts[name] is not Verdict.SKIPPED}

    assert judged == JUDGED_ALL_THE_SAME
    assert all(unmutated.reasons[name] for name in absent - judged)
    assert unmutated.verdicts["sca-session-inactivity"] is Verdict.PASSED


def test_most_requirements_are_observed(unmutated: Trial) -> None:
    """A run that skips is no proof."""
    passed = [name for name, verdict in unmutated.verdicts.items() if verdict is Verdict.PASSED]

    assert len(passed) >= 70, sorted(set(unmutated.verdicts) - set(passed))


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_mutation_of_the_server_is_caught(mutation: str, node: Node, tmp_path: Path) -> None:
    """Each breaks a rule in the configuration of a server that is not ours."""
    expected = MUTATIONS[mutation]

    with RealServer(tmp_path, mutation, node=node) as server:
        trial = judge_profile(mutation, server.profile, select=expected)

    assert set(trial.red) == set(expected), (trial.verdicts, trial.reasons, trial.error)
