"""RFC 6749, section 4.1.2, and RFC 9207: what the redirect says beside the code."""

from conformance.catalogue import covers
from conformance.checks.authorization_response import (
    announced_iss,
    expect_client_id,
    expect_iss,
    expect_session_state,
    expect_state,
)
from conformance.session import Aspsp, Landing, Tpp


@covers("authorization-state-echo")
def test_a_random_state_comes_back_with_the_code(journey: Landing) -> None:
    """The TPP recognises the browser that it sent away."""
    expect_state(journey)


@covers("authorization-state-echo")
def test_a_long_state_with_reserved_characters_comes_back_unchanged(long_state: Landing) -> None:
    """256 characters, some of which need percent-encoding, are decoded and encoded once."""
    expect_state(long_state)


@covers("authorization-state-echo")
def test_state_comes_back_with_an_error(error_redirect: Landing) -> None:
    """The TPP recognises its browser also when the PSU did not get on."""
    expect_state(error_redirect)


@covers("authorization-response-iss")
def test_iss_beside_the_code_is_the_issuer_of_the_metadata(aspsp: Aspsp, journey: Landing) -> None:
    """A TPP of several banks knows which of them answered."""
    issuer = announced_iss(aspsp.configuration.exchange, aspsp.documented.redirect_parameters)

    expect_iss(journey, issuer)


@covers("authorization-response-iss")
def test_iss_beside_an_error_is_the_issuer_of_the_metadata(aspsp: Aspsp, error_redirect: Landing) -> None:
    """An error must not be believed of another bank either."""
    issuer = announced_iss(aspsp.configuration.exchange, aspsp.documented.redirect_parameters)

    expect_iss(error_redirect, issuer)


@covers("authorization-response-session-state")
def test_session_state_is_opaque_and_another_in_each_browser(
    aspsp: Aspsp, journey: Landing, long_state: Landing
) -> None:
    """The TPP can tell that a session ended, and nothing else."""
    expect_session_state(journey, other=long_state, documented=aspsp.documented.redirect_parameters)


@covers("authorization-response-client-id")
def test_client_id_comes_back_as_it_was_sent(aspsp: Aspsp, tpp: Tpp, journey: Landing) -> None:
    """The parameter of the bank's own example, which a TPP may ignore."""
    expect_client_id(journey, tpp.client_id, documented=aspsp.documented.redirect_parameters)
