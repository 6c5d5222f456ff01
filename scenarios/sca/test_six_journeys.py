"""How to use our APIs, Strong Customer Authentication: three roles, each with Secure Access and with 3SKey."""

from conformance.catalogue import covers
from conformance.checks.payments import expect_accepted
from conformance.checks.responses import expect_success
from conformance.checks.sca import (
    expect_accounts,
    expect_authorized,
    expect_linked,
    expect_proved_with,
    expect_validated,
    expect_yes_or_no,
)
from conformance.session import Order, Pisp, Psu, Tpp, euro
from fixtures.sca import Journey


@covers("sca-aisp-secure-access")
def test_a_psu_with_secure_access_opens_its_accounts_to_an_aisp(
    tpp: Tpp, aisp_with_secure_access: Journey
) -> None:
    """Whoever approves on the phone can use an AISP."""
    expect_authorized(aisp_with_secure_access.landing)
    expect_success(aisp_with_secure_access.answer)

    accounts = tpp.account_information(aisp_with_secure_access.token).accounts()

    expect_accounts(accounts)
    expect_proved_with(aisp_with_secure_access.landing, "secure-access")


@covers("sca-aisp-3skey")
def test_a_psu_with_3skey_opens_its_accounts_to_an_aisp(tpp: Tpp, aisp_with_3skey: Journey) -> None:
    """Companies that have tokens only are not excluded from AISPs."""
    expect_authorized(aisp_with_3skey.landing)
    expect_success(aisp_with_3skey.answer)

    accounts = tpp.account_information(aisp_with_3skey.token).accounts()

    expect_accounts(accounts)
    expect_proved_with(aisp_with_3skey.landing, "3skey")


@covers("sca-pisp-secure-access")
def test_a_psu_with_secure_access_validates_a_transfer_of_a_pisp(paid_with_secure_access: Order) -> None:
    """Whoever approves on the phone can pay through a PISP, and the status tells so."""
    order = paid_with_secure_access

    expect_validated(order.landing, order.payment.success_url)
    expect_accepted(order.state)
    expect_proved_with(order.landing, "secure-access")


@covers("sca-pisp-secure-access")
def test_the_device_shows_the_transfer_that_the_psu_approves(
    pisp: Pisp, paid_with_secure_access: Order
) -> None:
    """Nobody approves what it does not see."""
    landing = paid_with_secure_access.landing

    expect_linked(landing, euro("23.45"), pisp.creditor.iban)


@covers("sca-pisp-3skey")
def test_a_psu_with_3skey_validates_a_transfer_of_a_pisp(paid_with_3skey: Order) -> None:
    """A token that signs payments in the bank's portal signs those of PISPs too."""
    order = paid_with_3skey

    expect_validated(order.landing, order.payment.success_url)
    expect_accepted(order.state)
    expect_proved_with(order.landing, "3skey")


@covers("sca-cbpii-secure-access")
def test_a_psu_with_secure_access_lets_a_cbpii_ask_for_funds(
    tpp: Tpp, pisp: Pisp, psu_secure_access: Psu, cbpii_with_secure_access: Journey
) -> None:
    """A card issuer gets its answer once the PSU has consented on the phone."""
    expect_authorized(cbpii_with_secure_access.landing)
    expect_success(cbpii_with_secure_access.answer)

    funds = tpp.funds_confirmation(cbpii_with_secure_access.token)
    answer = funds.ask(pisp.debtor_of(psu_secure_access), euro("1.00"))

    expect_yes_or_no(answer)
    expect_proved_with(cbpii_with_secure_access.landing, "secure-access")


@covers("sca-cbpii-3skey")
def test_a_psu_with_3skey_lets_a_cbpii_ask_for_funds(
    tpp: Tpp, pisp: Pisp, psu_3skey: Psu, cbpii_with_3skey: Journey
) -> None:
    """A card issuer gets its answer once the PSU has consented with its token."""
    expect_authorized(cbpii_with_3skey.landing)
    expect_success(cbpii_with_3skey.answer)

    funds = tpp.funds_confirmation(cbpii_with_3skey.token)
    answer = funds.ask(pisp.debtor_of(psu_3skey), euro("1.00"))

    expect_yes_or_no(answer)
    expect_proved_with(cbpii_with_3skey.landing, "3skey")
