"""RTS (EU) 2018/389, articles 30 to 33: what no client can observe rests on a statement, and is reviewed."""

from conformance.catalogue import covers
from conformance.session import Known


@covers("interface-change-notice")
def test_changes_are_announced_three_months_ahead(known: Known) -> None:
    """Each difference between two runs has its notice, or a record of the emergency."""
    review = known.review("interface-change-notice")

    raise review


@covers("interface-performance-parity")
def test_performance_matches_the_own_channel_and_is_published(known: Known) -> None:
    """Quarterly statistics stand on the site of the bank, beside those of its own channel."""
    review = known.review("interface-performance-parity")

    raise review


@covers("interface-contingency")
def test_a_fallback_or_an_exemption_is_in_place(known: Known) -> None:
    """The exemption decision or the fallback documentation shows it."""
    review = known.review("interface-contingency")

    raise review


@covers("interface-onboarding")
def test_onboarding_needs_no_contract_and_takes_several_redirect_uris(known: Known) -> None:
    """The tester records how long it took and what was asked for."""
    review = known.review("interface-onboarding")

    raise review
