"""The bank's own channel as a PSU goes through it: the embedded profile's figures are counted here, not chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.oauth.landing import Ending, Landing
from conformance.selftest.bank_fixtures import shared_keyring
from conformance.selftest.embedded import EmbeddedBank
from conformance.session import Conduct, Psu, Session
from conformance.setup import Options, open_run
from conformance.target.model import DirectChannel, Step
from conformance.target.model import Psu as PsuProfile

LIST = Step(page="list", choose="review")
LEAVES_THE_LIST_ALONE = Conduct(regardless=True)  # which comes again once a payment is signed


@dataclass(frozen=True)
class Counted:
    """What was counted on a way to what the PSU came for, whose own page is no part of the way."""

    steps: int
    screens: int
    redirects: int
    authentications: int
    fields: int


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The suite at the reference bank."""
    with EmbeddedBank(keys=shared_keyring()) as bank:
        folder: Path = tmp_path_factory.mktemp("run")
        opened = open_run(Options(str(bank.profile), folder=folder, slug="target", reporting=False))
        opened.start((), ())
        yield opened.session
        opened.finish(interrupted=False)


def walking(session: Session, psu: Psu, steps: list[Step]) -> Psu:
    """The same person, who goes through the portal by these steps."""
    profile = session.target.profile
    person: PsuProfile = psu.profile.model_copy(update={"approval": steps})
    psus = {**profile.psu, psu.name: person}
    changed = type(session.target)(profile.model_copy(update={"psu": psus}), "target", "")
    return next(each for each in Session(changed, session.recorder).psus if each.name == psu.name)


def login_of(psu: Psu) -> list[Step]:
    """The steps of its approval up to the device."""
    steps = psu.profile.approval_journey
    return steps[: next(number for number, step in enumerate(steps, 1) if step.device)]


def counted(landing: Landing, *, before: int = 0) -> Counted:
    """What stands in a landing; `before` fields were filled to sign in."""
    return Counted(
        len(landing.played),
        landing.screens - 1,
        landing.redirects,
        landing.authentications,
        landing.filled + before,
    )


def recorded(own: DirectChannel) -> Counted:
    """What the profile says."""
    assert own.redirects is not None
    assert own.fields is not None
    return Counted(own.steps, own.screens, own.redirects, own.authentications, own.fields)


@pytest.mark.parametrize("precondition", ["psu-secure-access", "psu-3skey"])
def test_signing_in_takes_what_the_profile_says(session: Session, precondition: str) -> None:
    psu = session.psu_that(precondition)
    person = walking(session, psu, login_of(psu))

    landing = person.go_to_portal(session.aspsp.portal, person.fresh_browser())

    assert landing.ending is Ending.ELSEWHERE
    assert b"Payments that wait for your signature" in landing.exchange.body
    assert counted(landing) == recorded(session.known.direct_channel("aisp"))
    assert counted(landing) == recorded(session.known.direct_channel("cbpii"))


def test_a_payment_takes_what_the_profile_says(session: Session) -> None:
    first, second = session.psu_that("psu-double-signature"), session.psu_that("psu-second-signer")
    order = session.pisp.approve(session.pisp.initiate(session.pisp.payment(first), first))
    login, decision = login_of(second), next(s for s in second.profile.approval if s.page == "decision")
    person, browser = walking(session, second, login), second.fresh_browser()
    signed_in = person.go_to_portal(session.aspsp.portal, browser)

    person = walking(session, second, [LIST, login[-1], decision])
    landing = person.go_to_portal(session.aspsp.portal, browser, conduct=LEAVES_THE_LIST_ALONE)

    assert b"Your signature has been recorded." in landing.exchange.body
    assert session.pisp.read(order).state.item.status.code in ("ACTC", "ACSP")
    fields = signed_in.filled
    assert counted(landing, before=fields) == recorded(session.known.direct_channel("pisp"))


def test_the_portal_offers_the_means_of_the_profile(session: Session) -> None:
    psu = next(each for each in session.psus if each.profile.direct_means)

    landing = psu.go_to_portal(session.aspsp.portal, psu.fresh_browser(), conduct=Conduct(stop_at="means"))

    offered = [word for word in landing.offered[-1] if word != "cancel"]
    assert offered == psu.profile.direct_means
    assert session.known.direct_channel("aisp").means == offered
    assert session.known.direct_channel("pisp").means == offered
    assert session.known.direct_channel("cbpii").means == offered
