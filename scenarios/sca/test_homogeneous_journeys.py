"""How to use our APIs, homogeneous journeys: no more to do on the way of a TPP than in the bank's own channel."""

import pytest

from conformance.catalogue import covers
from conformance.checks.sca import expect_authentications, expect_means_offered, expect_no_more_effort
from conformance.session import Known, Order
from fixtures.sca import Journey
from fixtures.sca_failures import Choices


@covers("sca-homogeneous-journey")
def test_an_aisps_journey_asks_no_more_than_the_banks_own(
    known: Known, aisp_with_secure_access: Journey
) -> None:
    """Every page more is a customer less."""
    own = known.direct_channel("aisp")

    landing = aisp_with_secure_access.landing

    expect_no_more_effort(
        landing, authentications=own.authentications, fields=own.fields, screens=own.screens
    )


@covers("sca-homogeneous-journey")
def test_a_cbpiis_journey_asks_no_more_than_the_banks_own(
    known: Known, cbpii_with_secure_access: Journey
) -> None:
    """A consent is given on one page."""
    own = known.direct_channel("cbpii")

    landing = cbpii_with_secure_access.landing

    expect_no_more_effort(
        landing, authentications=own.authentications, fields=own.fields, screens=own.screens
    )


@covers("sca-homogeneous-journey")
def test_a_transfer_through_a_pisp_asks_no_more_than_the_banks_own(
    known: Known, paid_with_secure_access: Order
) -> None:
    """Paying through a PISP is no harder than paying in e-banking."""
    own = known.direct_channel("pisp")

    landing = paid_with_secure_access.landing

    expect_no_more_effort(
        landing, authentications=own.authentications, fields=own.fields, screens=own.screens
    )


@covers("sca-single-authentication")
def test_one_authentication_is_enough_for_a_transfer_with_all_its_data(
    known: Known, paid_with_secure_access: Order
) -> None:
    """The PISP named the account that pays, so that nothing is left to look up before."""
    own = known.direct_channel("pisp")

    landing = paid_with_secure_access.landing

    expect_authentications(landing, own.authentications)


@pytest.mark.parametrize("journey", ["aisp", "cbpii", "pisp", "payment"])
@covers("sca-all-procedures-offered")
def test_a_psu_with_several_means_may_choose_among_all_of_them(choices: Choices, journey: str) -> None:
    """Whoever comes from a TPP has the same choice as in the bank's own channel."""
    landing = choices.landings[journey]

    expect_means_offered(landing, choices.wanted)
