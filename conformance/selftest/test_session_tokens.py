"""A long run goes on with tokens that live: refreshed where that works, and the PSU is asked where it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conformance.bank.client_authentication import Form
from conformance.bank.component import Component
from conformance.bank.problems import OAuthProblem
from conformance.bank.settings import Client, Json
from conformance.bank.token_endpoint import TokenEndpoint
from conformance.bank.trust import PeerCertificate
from conformance.running import Running
from conformance.selftest.bank_fixtures import shared_keyring
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.variations import LastingRefreshTokens
from conformance.session import Psu, Tpp
from conformance.setup import Options, open_run

LIFETIME = timedelta(seconds=610)
Started = Callable[..., AbstractContextManager[Running]]


class AnnouncesNothing(TokenEndpoint):
    """Leaves expires_in out of its answers, which RFC 6749 only recommends."""

    def members(self, *given: Any, refreshed: bool) -> Json:
        members = super().members(*given, refreshed=refreshed)
        return {name: value for name, value in members.items() if name != "expires_in"}


class AnnouncesAFraction(TokenEndpoint):
    """Writes its seconds with a fraction: a JSON number is one (RFC 8259, section 6)."""

    def expires_in(self, *, refreshed: bool) -> object:  # noqa: ARG002 (the same for both)
        return 599.0


class RefreshesNothing(TokenEndpoint):
    """Refuses every refresh."""

    def refresh(self, client: Client, form: Form, certificate: PeerCertificate | None) -> Json:  # noqa: ARG002
        raise OAuthProblem("invalid_grant", "not this one")


@pytest.fixture
def started(tmp_path: Path) -> Started:
    """Opens a run without scenarios against a bank with other components."""

    @contextmanager
    def start(components: Sequence[type[Component]] = ()) -> Iterator[Running]:
        with EmbeddedBank(keys=shared_keyring(), components=tuple(components)) as bank:
            run = open_run(
                Options(str(bank.profile), folder=tmp_path / "run", slug="target", reporting=False)
            )
            run.start((), ())
            yield run
            run.finish(interrupted=False)

    return start


def worked(tpp: Tpp, psu: Psu) -> bool:
    """Whether the API opens with the token of the moment."""
    return tpp.accounts_of(psu, present=True).accounts().exchange.succeeded


@pytest.mark.parametrize(
    "components", [(), (AnnouncesNothing,), (AnnouncesAFraction,), (LastingRefreshTokens,)]
)
def test_a_token_that_is_over_is_refreshed_without_the_psu(
    started: Started, components: Sequence[type[Component]]
) -> None:
    with started(components) as run:
        tpp, psu = run.session.tpps[0], run.session.psu_that("psu")
        first = tpp.grant_of(psu, "aisp")
        asked, answers = run.recorder.authentications, len(run.session.token_responses)
        for _ in range(3):
            run.session.patience.wait(LIFETIME, "an access token to be over")
            assert worked(tpp, psu)
            assert worked(tpp, psu)

        assert tpp.token_for("aisp", psu) != first.access_token
        assert run.recorder.authentications == asked
        assert len(run.session.token_responses) == answers + 3


def test_a_token_that_lives_is_used_as_it_is(started: Started) -> None:
    with started() as run:
        tpp, psu = run.session.tpps[0], run.session.psu_that("psu")
        first = tpp.grant_of(psu, "aisp")
        run.session.patience.wait(timedelta(minutes=5), "an access token to grow older")

        assert tpp.token_for("aisp", psu) == first.access_token


def test_the_psu_is_asked_where_nothing_is_refreshed(started: Started) -> None:
    with started((RefreshesNothing,)) as run:
        tpp, psu = run.session.tpps[0], run.session.psu_that("psu")
        tpp.grant_of(psu, "aisp")
        asked = run.recorder.authentications
        run.session.patience.wait(LIFETIME, "an access token to be over")

        assert worked(tpp, psu)
        assert worked(tpp, psu)
        assert run.recorder.authentications == asked + 1


def test_the_shared_grant_holds_no_refreshed_response(started: Started) -> None:
    """What is judged of a first token response, as its nonce, is not read from a refreshed one."""
    with started() as run:
        tpp, psu = run.session.tpps[0], run.session.psu_that("psu")
        first = tpp.grant_of(psu, "aisp")
        run.session.patience.wait(LIFETIME, "an access token to be over")
        refreshed = tpp.token_for("aisp", psu)
        second = tpp.grant_of(psu, "aisp")

        assert second.exchange is second.first
        assert second.access_token not in (first.access_token, refreshed)
        assert tpp.token_for("aisp", psu) == second.access_token
