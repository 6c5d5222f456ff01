"""RFC 6750, sections 3.1 and 5.3: an access token works for as long as was announced, and no longer."""

from conformance.catalogue import covers
from conformance.checks.lifetimes import expect_over, expect_within_lifetime
from conformance.session import Tpp
from fixtures.bearer import Ageing, Services


@covers("bearer-expired-token", last=True)
def test_a_token_from_the_beginning_of_the_run_still_works(tpp: Tpp, services: Services) -> None:
    """A TPP relies on the announced lifetime."""
    control = services.opened
    grant = tpp.grant()

    answer = tpp.call(grant.access_token)

    expect_within_lifetime(answer, issued=grant.exchange, control=control)


@covers("bearer-expired-token", waits=True)
def test_a_token_works_at_nine_tenths_of_its_lifetime(ageing: Ageing) -> None:
    """A TPP relies on the announced lifetime to its end."""
    answer = ageing.nearly_over

    expect_within_lifetime(answer, issued=ageing.grant.exchange, control=ageing.at_issue)


@covers("bearer-expired-token", waits=True)
def test_a_token_is_refused_after_its_lifetime(ageing: Ageing) -> None:
    """A token that leaks later is worth nothing, however often it was used."""
    answer = ageing.over

    expect_over(answer, issued=ageing.grant.exchange, control=ageing.nearly_over)
