"""RFC 6750, section 3.1: a token opens the service that it was granted for, and no other."""

import pytest

from conformance.catalogue import advises, covers
from conformance.checks.bearer import expect_not_opened, expect_scope_refusal
from fixtures.bearer import Services

PAIRS = [
    pytest.param("aisp", "pisp", id="aisp into pisp"),
    pytest.param("aisp", "cbpii", id="aisp into cbpii"),
    pytest.param("pisp", "aisp", id="pisp into aisp"),
    pytest.param("pisp", "cbpii", id="pisp into cbpii"),
    pytest.param("cbpii", "aisp", id="cbpii into aisp"),
    pytest.param("cbpii", "pisp", id="cbpii into pisp"),
]


@covers("bearer-scope-separation")
@pytest.mark.parametrize(("holder", "entered"), PAIRS)
def test_a_token_for_one_service_does_not_open_another(services: Services, holder: str, entered: str) -> None:
    """A PSU who agreed to one service has not agreed to the others."""
    answer = services.crossed(holder, entered)

    expect_not_opened(answer, control=services.still_opens(entered))


@advises("bearer-scope-separation")
@pytest.mark.parametrize(("holder", "entered"), PAIRS)
def test_the_refusal_of_another_service_is_403_or_401(services: Services, holder: str, entered: str) -> None:
    """A client learns that its token is good, but not for this."""
    answer = services.crossed(holder, entered)

    expect_scope_refusal(answer, control=services.still_opens(entered))
