"""RFC 6749, sections 3.2 and 5.2: a token request is a form-encoded POST, and a wrong one gets the right error."""

from conformance.catalogue import advises, covers
from conformance.checks.responses import expect_refusal
from conformance.checks.token_requests import (
    expect_invalid_grant,
    expect_json_unread,
    expect_unread,
    given_heard,
)
from conformance.session import Exchange, Tpp
from fixtures.token import OtherForms

NOBODYS_CODE = "suite-code-that-nobody-issued"


@covers("token-post-only")
def test_an_exchange_by_get_is_refused_unread(other_forms: OtherForms) -> None:
    """A code in a URL ends up in logs."""
    answer = other_forms.by_get

    expect_unread(answer, documented=other_forms.documented)


@covers("token-post-only")
def test_parameters_in_the_url_of_a_post_are_not_read(other_forms: OtherForms) -> None:
    """Parameters belong into the body, where no log keeps them."""
    answer = other_forms.in_url

    expect_unread(answer, documented=other_forms.documented)


@advises("token-post-only")
def test_a_json_body_is_no_substitute_for_the_form(other_forms: OtherForms) -> None:
    """The bank documents one encoding."""
    answer = other_forms.as_json

    expect_json_unread(answer, documented=other_forms.documented)


@covers("token-invalid-requests")
def test_a_request_without_grant_type_is_an_invalid_request(tpp: Tpp, heard: Exchange) -> None:
    """The TPP reads what it did wrong."""
    given_heard(heard)
    request = tpp.code_exchange_of(NOBODYS_CODE).without("grant_type")

    answer = tpp.request_token(request)

    expect_refusal(answer, status=(400,), error=("invalid_request",))


@covers("token-invalid-requests")
def test_a_request_without_code_is_an_invalid_request(tpp: Tpp, heard: Exchange) -> None:
    """The TPP reads what it did wrong."""
    given_heard(heard)
    request = tpp.code_exchange_of(NOBODYS_CODE).without("code")

    answer = tpp.request_token(request)

    expect_refusal(answer, status=(400,), error=("invalid_request",))


@covers("token-invalid-requests")
def test_an_unknown_code_is_an_invalid_grant(heard: Exchange) -> None:
    """The request is well-formed; it is the code that is worth nothing."""
    expect_invalid_grant(heard)


@covers("token-invalid-requests")
def test_the_password_grant_is_not_offered(tpp: Tpp, heard: Exchange) -> None:
    """No TPP asks a PSU for its credentials."""
    given_heard(heard)
    request = tpp.code_exchange_of(NOBODYS_CODE).without("code", "redirect_uri")

    answer = tpp.request_token(request.having(grant_type="password", username="x", password="x"))  # noqa: S106

    expect_refusal(answer, status=(400,), error=("unsupported_grant_type", "unauthorized_client"))


@covers("token-invalid-requests")
def test_a_repeated_parameter_is_an_invalid_request(tpp: Tpp, heard: Exchange) -> None:
    """Two readers of one request must not read two different things."""
    given_heard(heard)
    request = tpp.code_exchange_of(NOBODYS_CODE).repeating("client_id")

    answer = tpp.request_token(request)

    expect_refusal(answer, status=(400,), error=("invalid_request",))
