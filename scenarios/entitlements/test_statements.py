"""RTS article 32(3), PSD2 articles 66 and 67: what no client can observe rests on a statement, and is reviewed."""

from conformance.catalogue import covers
from conformance.session import Known


@covers("entitlements-parity")
def test_rights_through_a_tpp_equal_those_in_e_banking(known: Known) -> None:
    """The rights matrix, charges and execution dates of both channels stand side by side in a document."""
    review = known.review("entitlements-parity")

    raise review


@covers("entitlements-free-of-charge")
def test_the_services_cost_the_client_nothing(known: Known) -> None:
    """The price list or the amendment of the contract shows it."""
    review = known.review("entitlements-free-of-charge")

    raise review


@covers("entitlements-subscription-not-obstacle")
def test_subscription_and_grant_are_obtained_without_delay_or_condition(known: Known) -> None:
    """The questionnaire tells how long it takes, what is asked for, and who can grant."""
    review = known.review("entitlements-subscription-not-obstacle")

    raise review
