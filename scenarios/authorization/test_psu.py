"""OpenID Connect Core 1.0, section 3.1.2: what the PSU is asked, what it may refuse, and how its pages protect it."""

from conformance.catalogue import covers
from conformance.checks.authorization_response import (
    expect_access_denied,
    expect_new_authentication,
    expect_silent_refusal,
)
from conformance.checks.pages import expect_no_framing, expect_no_permissive_cors, expect_no_repeated_post
from conformance.session import Exchange, Landing, Landings, Psu, Tpp


@covers("authorization-access-denied")
def test_a_psu_who_cancels_on_any_page_is_sent_back_with_access_denied(cancellations: Landings) -> None:
    """The PSU who changes its mind returns to the TPP, which learns that there is no grant."""
    expect_access_denied(cancellations)


@covers("authorization-prompt-and-session")
def test_prompt_none_without_a_session_is_refused_without_a_page(silent: Landing, asking: Landing) -> None:
    """The TPP may look, unseen by the PSU, whether it is signed in."""
    expect_silent_refusal(silent, beside=asking)


@covers("authorization-prompt-and-session")
def test_prompt_login_asks_a_psu_who_is_signed_in_to_authenticate_again(
    psu: Psu, tpp: Tpp, long_state: Landing, asking: Landing
) -> None:
    """A cookie is not enough where the TPP asks for the person."""
    landing = psu.look(tpp.authorization_request(prompt="login"), psu.browser)

    expect_new_authentication(landing, signed_in=long_state, beside=asking)


@covers("authorization-front-channel-hardening")
def test_no_page_of_the_journey_can_be_framed_by_another_origin(journey: Landing) -> None:
    """A PSU must not press a button that it does not see."""
    expect_no_framing(journey)


@covers("authorization-front-channel-hardening")
def test_a_redirect_after_a_form_does_not_post_the_form_again(journey: Landing) -> None:
    """A redirect with 307 would hand the PSU's password to the TPP."""
    expect_no_repeated_post(journey)


@covers("authorization-front-channel-hardening")
def test_the_endpoint_lets_no_foreign_origin_read_its_answer(cross_origin: Exchange, asking: Landing) -> None:
    """A script of another site must not read what the PSU's browser is shown."""
    expect_no_permissive_cors(cross_origin, beside=asking)
