"""RFC 6749, section 4.1.3: a client exchanges its code, over its own certificate (RFC 8705, section 2)."""

import pytest

from conformance.catalogue import covers
from conformance.checks.responses import expect_refusal, expect_turned_away
from conformance.checks.token_requests import given_heard
from conformance.checks.token_response import expect_token_response
from conformance.session import Aspsp, Exchange, Psu, Tpp

ANY_SECRET = {"client_secret": "anything"}


@covers("token-code-exchange")
def test_a_code_is_exchanged_with_the_documented_parameters_and_nothing_else(tpp: Tpp) -> None:
    """A TPP that follows the bank's document gets its tokens."""
    answer = tpp.first_exchange()

    expect_token_response(answer)


@covers("token-requires-certificate")
@pytest.mark.parametrize(
    "credentials", [pytest.param({}, id="client_id alone"), pytest.param(ANY_SECRET, id="a client_secret")]
)
def test_a_code_is_worthless_without_the_certificate(
    certificate_tpp: Tpp, credentials: dict[str, str]
) -> None:
    """Who steals a code holds no certificate of the TPP."""
    certificate_tpp.grant()
    exchange = certificate_tpp.code_exchange(certificate_tpp.authorize())

    answer = certificate_tpp.without_certificate.request_token(exchange.having(**credentials))

    expect_turned_away(answer, beside=certificate_tpp.request_token(exchange))


@covers("token-requires-certificate")
def test_no_copy_of_the_token_endpoint_stands_unprotected_on_the_browser_host(
    aspsp: Aspsp, certificate_tpp: Tpp, psu: Psu
) -> None:
    """A certificate that is demanded at one door only protects nothing."""
    certificate_tpp.grant()
    stolen = certificate_tpp.code_exchange(certificate_tpp.authorize())

    answer = certificate_tpp.without_certificate.request_token(
        stolen, url=aspsp.token_endpoint_on_browser_host
    )

    expect_turned_away(answer, beside=psu.look(certificate_tpp.authorization_request()).exchange)


@covers("token-client-certificate-match")
def test_a_code_is_worthless_over_the_certificate_of_another_tpp(
    certificate_tpp: Tpp, other_certificate_tpp: Tpp
) -> None:
    """A certificate speaks for its own organisation only, whatever client_id is sent with it."""
    certificate_tpp.grant()
    stolen = certificate_tpp.code_exchange(certificate_tpp.authorize())

    answer = certificate_tpp.over_certificate_of(other_certificate_tpp).request_token(stolen)

    expect_refusal(answer, status=(400, 401), error=("invalid_client", "invalid_grant"))


@covers("token-client-id-required")
def test_a_request_without_client_id_is_refused_as_such(certificate_tpp: Tpp, heard: Exchange) -> None:
    """The certificate alone does not name the client."""
    given_heard(heard)
    request = certificate_tpp.code_exchange_of("dummy").without("client_id")

    answer = certificate_tpp.request_token(request)

    expect_refusal(answer, status=(400, 401), error=("invalid_request", "invalid_client"))
