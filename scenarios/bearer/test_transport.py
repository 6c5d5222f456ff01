"""RFC 6750, sections 2 and 5.3: tokens travel in the Authorization header only, and never come back."""

from conformance.catalogue import covers
from conformance.checks.bearer import expect_no_confusion, expect_opened_alike, expect_query_ignored
from conformance.checks.confidentiality import expect_no_echo, expect_no_public_caching
from conformance.session import Tpp
from fixtures.bearer import Services


@covers("bearer-transport-methods")
def test_the_scheme_is_bearer_in_lower_case_too(tpp: Tpp, services: Services) -> None:
    """Names of authentication schemes have no case."""
    answer = tpp.call(
        tpp.grant().access_token, scheme="bearer", purpose="call the API with bearer in lower case"
    )

    expect_opened_alike(answer, control=services.still_open())


@covers("bearer-transport-methods")
def test_a_token_in_the_query_opens_nothing(tpp: Tpp, services: Services) -> None:
    """What stands in a URL stands in logs and histories."""
    answer = tpp.call_by_query(tpp.grant().access_token)

    expect_query_ignored(answer, control=services.still_open(), without=tpp.call(None))


@covers("bearer-transport-methods")
def test_a_token_sent_by_two_methods_confuses_nobody(tpp: Tpp, services: Services) -> None:
    """The request is invalid, or the query means nothing."""
    answer = tpp.call_by_query(tpp.grant().access_token, and_by_header=True)

    expect_no_confusion(answer, control=services.still_open())


@covers("bearer-token-confidential", last=True)
def test_no_api_answer_of_the_run_holds_a_token(tpp: Tpp, services: Services) -> None:
    """An answer that is stored or shown somewhere gives nobody access."""
    answers = (services.opened, *tpp.calls())

    expect_no_echo(answers, tpp.issued_tokens())


@covers("bearer-token-confidential", last=True)
def test_no_api_answer_of_the_run_may_be_kept_by_shared_caches(tpp: Tpp, services: Services) -> None:
    """What one PSU's token opened is not served to others."""
    answers = (services.opened, *tpp.calls())

    expect_no_public_caching(answers)
