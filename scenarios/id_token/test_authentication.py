"""OpenID Connect Core 1.0, sections 2, 3.1.2.1 and 5.5.1.1: who was authenticated, how and when."""

from conformance.catalogue import advises, covers
from conformance.checks.id_token_story import (
    expect_acr_reached,
    expect_acr_reported,
    expect_another_subject,
    expect_authentication_time,
    expect_opaque_subject,
    expect_same_subject,
)
from conformance.checks.id_tokens import IdToken
from conformance.session import Aspsp, Psu
from fixtures.id_token import MAX_AGE, Login


@covers("id-token-acr-auth-time")
def test_the_class_that_the_authentication_reached_is_reported(id_token: IdToken, aspsp: Aspsp) -> None:
    """A TPP that asks for a documented class learns whether it was reached."""
    expect_acr_reported(id_token, aspsp.documented.acr_values)


@covers("id-token-acr-auth-time")
def test_a_password_alone_does_not_reach_the_strongest_class(
    second_id_token: IdToken, second_login: Login, aspsp: Aspsp, psu: Psu
) -> None:
    """What is reported agrees with what the PSU was asked to do."""
    played = second_login.grant.authorization.played

    expect_acr_reached(second_id_token, aspsp.documented.acr_values, played=played, on_device=psu.on_device)


@covers("id-token-acr-auth-time")
def test_the_time_of_the_authentication_is_told_where_max_age_was_sent(
    second_id_token: IdToken, second_login: Login
) -> None:
    """Only so a client sees that the limit was kept."""
    asked = second_login.grant.authorization.asked

    expect_authentication_time(second_id_token, begun=second_login.begun, max_age=MAX_AGE, asked=asked)


@covers("id-token-subject")
def test_two_logins_of_one_psu_give_one_subject(id_token: IdToken, second_id_token: IdToken) -> None:
    """A TPP recognises its customer."""
    expect_same_subject(id_token, second_id_token)


@covers("id-token-subject")
def test_two_psus_of_one_company_have_different_subjects(
    id_token: IdToken, id_token_of_other_psu: IdToken
) -> None:
    """A TPP does not take one user for another."""
    expect_another_subject(id_token, id_token_of_other_psu)


@advises("id-token-subject")
def test_the_subject_exposes_neither_login_name_nor_account(id_token: IdToken, psu: Psu) -> None:
    """Whoever reads the token learns nothing with which to log in."""
    expect_opaque_subject(id_token, psu.typed)
