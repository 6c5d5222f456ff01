"""RFC 6749, section 1.5, RTS article 10a, and the bank's document: a refresh token lasts, without the PSU."""

from datetime import timedelta

from conformance.catalogue import covers
from conformance.checks.refresh import expect_alive, expect_refreshed_token_opens
from conformance.session import Aspsp
from fixtures.keeping import Aged, Keeper, NearlyDue


@covers("refresh-after-access-expiry", destroys=True, waits=True)
def test_a_refresh_works_once_the_access_token_has_expired(aged: Aged) -> None:
    """The PSU has closed the browser, and the TPP goes on."""
    answer = aged.refresh

    expect_alive(answer, age=aged.age)


@covers("refresh-after-access-expiry", destroys=True, waits=True)
def test_the_api_accepts_the_token_of_a_late_refresh(aged: Aged) -> None:
    """A late refresh is worth as much as an early one."""
    answer = aged.call

    expect_refreshed_token_opens(answer, control=aged.control)


@covers("refresh-long-lived", destroys=True, waits=True, last=True)
def test_a_refresh_token_of_an_earlier_run_still_works(aspsp: Aspsp, keeper: Keeper) -> None:
    """A TPP stores it and comes back another day."""
    rest = keeper.resume(timedelta(seconds=aspsp.documented.refresh_token_minimum_age))

    expect_alive(rest.refresh, age=rest.age)


@covers("refresh-long-lived", destroys=True, waits=True, last=True, asks={"psu": 1})
def test_a_refresh_token_works_after_its_minimum_age(aspsp: Aspsp, keeper: Keeper) -> None:
    """A TPP that refreshes once a day never loses its grant."""
    rest = keeper.rest(timedelta(seconds=aspsp.documented.refresh_token_minimum_age))

    expect_alive(rest.refresh, age=rest.age)


@covers("refresh-long-lived", destroys=True, waits=True, last=True)
def test_a_refresh_token_works_until_the_next_authentication_is_due(nearly_due: NearlyDue) -> None:
    """The PSU authenticates every 180 days, not every 90."""
    rest = nearly_due.rest

    expect_alive(rest.refresh, age=rest.age)
