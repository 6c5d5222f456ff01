"""RTS (EU) 2018/389, article 5: what the PSU approves is this amount to this payee, and nothing else."""

from conformance.catalogue import covers
from conformance.checks.payments import given_accepted
from conformance.checks.sca import expect_linked, expect_not_validated, expect_page_shows
from conformance.session import Order, Pisp, euro
from fixtures.sca import InARow


@covers("sca-dynamic-linking")
def test_the_phone_shows_amount_and_payee_exactly(pisp: Pisp, paid_with_secure_access: Order) -> None:
    """The PSU sees on its device what the PISP sent, to the cent and to the last digit."""
    landing = paid_with_secure_access.landing

    expect_linked(landing, euro("23.45"), pisp.creditor.iban)


@covers("sca-dynamic-linking")
def test_the_signed_challenge_holds_amount_and_payee_exactly(pisp: Pisp, paid_with_3skey: Order) -> None:
    """A signature that does not cover the payment could be used for another."""
    landing = paid_with_3skey.landing

    expect_linked(landing, euro("23.45"), pisp.creditor.iban)


@covers("sca-dynamic-linking")
def test_the_approval_page_shows_amount_and_payee_exactly(pisp: Pisp, paid_with_secure_access: Order) -> None:
    """What stands on the page is what stands on the device."""
    landing = paid_with_secure_access.landing

    expect_page_shows(landing, euro("23.45"), pisp.creditor.iban)


@covers("sca-dynamic-linking")
def test_a_signature_for_one_payment_does_not_validate_another(
    paid_with_3skey: Order, crossed_signature: InARow
) -> None:
    """The code is specific to amount and payee: for another payment it is worth nothing."""
    given_accepted(paid_with_3skey.state)
    order, beside = crossed_signature.second, crossed_signature.beside

    expect_not_validated(order.landing, order.state, order.payment.success_url, beside=beside)
