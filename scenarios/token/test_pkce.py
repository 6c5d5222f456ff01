"""RFC 7636, section 4.6, and RFC 9700, section 4.8.2: a challenge is honoured, and cannot be stripped."""

from conformance.catalogue import covers
from conformance.checks.responses import expect_refusal
from conformance.checks.token_response import expect_token_response
from conformance.session import TokenRequest, Tpp

ANOTHER_VERIFIER = "a-verifier-of-which-no-challenge-was-ever-made-0123456789"


@covers("token-pkce-enforced")
def test_the_matching_verifier_opens_the_code(tpp: Tpp, challenged_exchange: TokenRequest) -> None:
    """A TPP that proves that it began the flow may end it."""
    answer = tpp.request_token(challenged_exchange)

    expect_token_response(answer)


@covers("token-pkce-enforced")
def test_another_verifier_does_not_open_the_code(tpp: Tpp, challenged_exchange: TokenRequest) -> None:
    """Who steals the code does not know the verifier."""
    tpp.grant()
    request = challenged_exchange.having(code_verifier=ANOTHER_VERIFIER)

    answer = tpp.request_token(request)

    expect_refusal(answer, status=(400,), error=("invalid_grant", "invalid_request"))


@covers("token-pkce-enforced")
def test_no_verifier_does_not_open_the_code(tpp: Tpp, challenged_exchange: TokenRequest) -> None:
    """Leaving the proof out is no proof."""
    tpp.grant()
    request = challenged_exchange.without("code_verifier")

    answer = tpp.request_token(request)

    expect_refusal(answer, status=(400,), error=("invalid_grant", "invalid_request"))


@covers("token-pkce-enforced")
def test_a_verifier_without_challenge_is_refused(tpp: Tpp, unchallenged_exchange: TokenRequest) -> None:
    """A TPP that knows of a challenge learns that somebody stripped it."""
    tpp.grant()
    request = unchallenged_exchange.having(code_verifier=ANOTHER_VERIFIER)

    answer = tpp.request_token(request)

    expect_refusal(answer, status=(400,), error=("invalid_grant", "invalid_request"))
