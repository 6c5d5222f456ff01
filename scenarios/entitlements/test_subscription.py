"""SG How to use our APIs, PSU Prerequisites: subscription, strong authentication, services; RTS article 36."""

from conformance.catalogue import covers
from conformance.checks.entitlements import (
    expect_no_code,
    expect_no_dead_end,
    expect_service_opened,
    expect_service_refused,
)
from conformance.checks.payments import given_accepted
from conformance.session import Order, Psu
from fixtures.entitlements import Attempts


@covers("entitlements-subscription-required")
def test_a_company_without_the_subscription_shows_no_account(
    attempts: Attempts, psu_not_subscribed: Psu
) -> None:
    """The service is an amendment of the contract, which this company never signed."""
    tried = attempts.aggregation(psu_not_subscribed)

    expect_no_dead_end(tried.landing, beside=tried.beside)
    expect_service_refused(tried.answer, tried.state, tried.landing, beside=tried.beside)


@covers("entitlements-subscription-required")
def test_a_company_without_the_subscription_pays_nothing(
    attempts: Attempts, psu_not_subscribed: Psu, signed_alone: Order
) -> None:
    """Its users are told why, and the TPP receives an error."""
    given_accepted(signed_alone.state)

    tried = attempts.initiation(psu_not_subscribed)

    expect_no_dead_end(tried.landing, beside=tried.beside)
    expect_service_refused(tried.answer, tried.state, tried.landing, beside=tried.beside)


@covers("entitlements-subscription-required")
def test_a_company_without_the_subscription_confirms_no_funds(
    attempts: Attempts, psu_not_subscribed: Psu
) -> None:
    """Not even yes or no leaves the bank."""
    tried = attempts.funds(psu_not_subscribed)

    expect_no_dead_end(tried.landing, beside=tried.beside)
    expect_service_refused(tried.answer, tried.state, tried.landing, beside=tried.beside)


@covers("entitlements-strong-authentication-required")
def test_a_user_with_a_password_alone_shows_no_account(attempts: Attempts, psu_weak_auth: Psu) -> None:
    """A password is one factor only."""
    tried = attempts.aggregation(psu_weak_auth)

    expect_no_code(tried.landing)
    expect_service_refused(tried.answer, tried.state, tried.landing, beside=tried.beside)


@covers("entitlements-strong-authentication-required")
def test_a_user_with_a_password_alone_pays_nothing(
    attempts: Attempts, psu_weak_auth: Psu, signed_alone: Order
) -> None:
    """Nor is a second factor handed out to who knows the first."""
    given_accepted(signed_alone.state)

    tried = attempts.initiation(psu_weak_auth)

    expect_no_code(tried.landing)
    expect_service_refused(tried.answer, tried.state, tried.landing, beside=tried.beside)


@covers("entitlements-strong-authentication-required")
def test_a_user_with_a_password_alone_confirms_no_funds(attempts: Attempts, psu_weak_auth: Psu) -> None:
    """The consent to answers about funds needs strong authentication too."""
    tried = attempts.funds(psu_weak_auth)

    expect_no_code(tried.landing)
    expect_service_refused(tried.answer, tried.state, tried.landing, beside=tried.beside)


@covers("entitlements-ais-only-user", asks={"psu-ais-only": 1})
def test_a_user_with_aggregation_alone_reads_accounts_and_pays_nothing(
    attempts: Attempts, psu_ais_only: Psu, signed_alone: Order
) -> None:
    """The Administrator grants the two services separately."""
    given_accepted(signed_alone.state)
    control = attempts.aggregation(psu_ais_only)
    expect_service_opened(control.answer, control.state, control.landing, beside=control.beside)

    tried = attempts.initiation(psu_ais_only)

    expect_service_refused(tried.answer, tried.state, tried.landing, beside=tried.beside)


@covers("entitlements-pis-only-user", asks={"psu-pis-only": 3})
def test_a_user_with_initiation_alone_pays_and_shows_no_account(
    attempts: Attempts, psu_pis_only: Psu
) -> None:
    """Who may pay may not therefore be aggregated."""
    control = attempts.initiation(psu_pis_only)
    expect_service_opened(control.answer, control.state, control.landing, beside=control.beside)

    tried = attempts.aggregation(psu_pis_only)

    expect_service_refused(tried.answer, tried.state, tried.landing, beside=tried.beside)


@covers("entitlements-no-service-user", asks={"psu-no-service": 1})
def test_a_user_without_any_service_shows_no_account(attempts: Attempts, psu_no_service: Psu) -> None:
    """The company's subscription is not the user's grant."""
    tried = attempts.aggregation(psu_no_service)

    expect_service_refused(tried.answer, tried.state, tried.landing, beside=tried.beside)


@covers("entitlements-no-service-user")
def test_a_user_without_any_service_pays_nothing(
    attempts: Attempts, psu_no_service: Psu, signed_alone: Order
) -> None:
    """Whatever he may do in the bank's portal."""
    given_accepted(signed_alone.state)

    tried = attempts.initiation(psu_no_service)

    expect_service_refused(tried.answer, tried.state, tried.landing, beside=tried.beside)


@covers("entitlements-no-service-user")
def test_a_user_without_any_service_confirms_no_funds(attempts: Attempts, psu_no_service: Psu) -> None:
    """No TPP journey can be completed."""
    tried = attempts.funds(psu_no_service)

    expect_service_refused(tried.answer, tried.state, tried.landing, beside=tried.beside)
