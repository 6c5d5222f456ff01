"""RTS (EU) 2018/389, Art. 36(5): four accesses a day without the PSU, any number with the PSU."""

from conformance.catalogue import covers
from conformance.checks.frequency import expect_attended_served, expect_served, expect_served_or_too_many
from fixtures.aisp_access import Frequency


@covers("aisp-unattended-frequency")
def test_four_unattended_rounds_a_day_are_served(frequency: Frequency) -> None:
    """An AISP that may look only once a day shows a treasurer the figures of the morning."""
    expect_served(frequency.unattended, beside=frequency.another)


@covers("aisp-unattended-frequency")
def test_rounds_with_the_psu_present_are_not_limited(frequency: Frequency) -> None:
    """Who sits before the screen may look as often as in e-banking."""
    expect_attended_served(frequency.attended, first=frequency.unattended[0], beside=frequency.another)


@covers("aisp-unattended-frequency")
def test_a_fifth_unattended_round_is_served_or_told_to_wait(frequency: Frequency) -> None:
    """An AISP has to understand from the status that it came too often, and nothing worse."""
    expect_served_or_too_many(frequency.beyond, first=frequency.unattended[0], beside=frequency.another)
