"""RFC 6749, section 10.10: authorization codes cannot be guessed."""

from conformance.catalogue import covers
from conformance.checks.codes import expect_unguessable_codes
from conformance.session import AuthorizationResponse


@covers("authorization-code-quality", last=True)
def test_all_codes_of_the_run_are_unguessable_and_unique(codes: tuple[AuthorizationResponse, ...]) -> None:
    """Whoever guesses a code is taken for the TPP to which the PSU agreed."""
    expect_unguessable_codes(codes)
