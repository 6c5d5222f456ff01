"""RFC 6750 and RFC 8705, section 3: a bearer token opens the API of its service, over its own QWAC only."""

import pytest

from conformance.catalogue import covers
from conformance.checks.bearer import expect_opened, expect_refused, given_opened
from conformance.checks.responses import expect_turned_away
from conformance.session import Tpp
from fixtures.bearer import Services

ROLES = ["aisp", "pisp", "cbpii"]


@covers("bearer-api-call")
def test_the_documented_resource_opens_to_a_token_over_its_own_qwac(services: Services) -> None:
    """The document's own example of an API call works."""
    answer = services.opened

    expect_opened(answer)


@covers("bearer-api-call")
@pytest.mark.parametrize("role", ROLES)
def test_the_service_of_a_role_opens_to_a_token_for_it(services: Services, role: str) -> None:
    """A TPP reaches the service for which its PSU gave consent."""
    answer = services.opened_by(role)

    expect_opened(answer)


@covers("bearer-requires-qwac")
def test_a_valid_token_opens_nothing_without_certificate(tpp: Tpp, services: Services) -> None:
    """Who steals a token holds no certificate of the TPP."""
    given_opened(services.opened)

    answer = tpp.without_certificate.call(tpp.grant().access_token)

    expect_turned_away(answer, beside=services.still_open())


@covers("bearer-requires-qwac")
@pytest.mark.parametrize("role", ROLES)
def test_the_service_of_a_role_opens_nothing_without_certificate(services: Services, role: str) -> None:
    """No service of the bank is left out."""
    given_opened(services.opened_by(role))

    answer = services.uncertified(role)

    expect_turned_away(answer, beside=services.still_opens(role))


@covers("bearer-certificate-binding")
def test_a_token_opens_nothing_over_the_qwac_of_another_tpp(
    tpp: Tpp, other_tpp: Tpp, services: Services
) -> None:
    """A leaked token is worthless to the holder of another certificate."""
    given_opened(services.opened)

    answer = other_tpp.call(tpp.grant().access_token, purpose="call the API with the token of another TPP")

    control = other_tpp.call(other_tpp.grant().access_token)
    expect_refused(answer, control=control, status=(401, 403))


@covers("bearer-certificate-binding")
@pytest.mark.parametrize("role", ROLES)
def test_the_service_of_a_role_opens_nothing_over_the_qwac_of_another_tpp(
    other_tpp: Tpp, services: Services, role: str
) -> None:
    """No service of the bank is left out."""
    given_opened(services.opened_by(role))

    answer = services.over_certificate_of(other_tpp, role)

    expect_refused(answer, control=services.opened_to(other_tpp, role), status=(401, 403))
