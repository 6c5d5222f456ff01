"""PSD2, article 97, and RTS article 10a: no request of a TPP spares the PSU an authentication that is due."""

import pytest

from conformance.catalogue import covers
from conformance.checks.sca import expect_both_factors_asked, expect_no_downgrade
from conformance.session import Landings
from fixtures.sca import Journey


@pytest.mark.parametrize(
    "request_with", ["no acr_values", "an unknown acr_values", "the last one advertised"]
)
@covers("sca-no-downgrade-by-request")
def test_no_acr_values_lets_a_password_alone_open_anything(downgrades: Landings, request_with: str) -> None:
    """The bank decides how strong an authentication must be, not the TPP."""
    landing = downgrades[request_with]

    expect_no_downgrade(landing, beside=downgrades["behind them"])


@covers("sca-ais-first-access")
def test_a_first_access_begins_with_both_factors(aisp_with_secure_access: Journey) -> None:
    """Whoever has never authenticated for the AISP does so before it sees anything."""
    landing = aisp_with_secure_access.landing

    expect_both_factors_asked(landing)
