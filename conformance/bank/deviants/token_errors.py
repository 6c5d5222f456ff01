"""Deviants of the token endpoint: how it refuses."""

from __future__ import annotations

from werkzeug import Response

from conformance.bank.client_authentication import Form
from conformance.bank.deviants import deviant
from conformance.bank.problems import OAuthProblem
from conformance.bank.settings import Client, Json
from conformance.bank.token_endpoint import GrantType, TokenEndpoint
from conformance.bank.trust import PeerCertificate

# whatever the clauses refuse by status and error code
EVERY_REFUSAL = (
    "refresh-bound-to-client",
    "refresh-invalid-input",
    "refresh-reuse-detection",
    "refresh-revocation-endpoint",
    "refresh-single-use",
    "token-client-certificate-match",
    "token-code-bound-to-client",
    "token-code-expiry",
    "token-code-reuse-revokes",
    "token-code-single-use",
    "token-pkce-enforced",
    "token-post-only",
    "token-redirect-uri-identical",
)


@deviant("token-invalid-requests/1", also=(*EVERY_REFUSAL, "token-client-id-required"))
class AnswersEveryProblemWith500(TokenEndpoint):
    """Answers every problem with 500."""

    def error_status(self, problem: OAuthProblem) -> int:
        return 500


@deviant("token-invalid-requests/2")
class SupportsPasswordGrant(TokenEndpoint):
    """Takes the PSU's password from the TPP."""

    def grant_types(self) -> dict[str, GrantType]:
        return super().grant_types() | {"password": _refuse_password}


def _refuse_password(_client: Client, _form: Form, _certificate: PeerCertificate | None) -> Json:
    raise OAuthProblem("invalid_grant", "username or password are not right")


@deviant("token-invalid-requests/3", also=(*EVERY_REFUSAL, "refresh-scope-limits"))
class AnswersErrorsWithPages(TokenEndpoint):
    """Answers every problem with 200 and a page."""

    def error_answer(self, problem: OAuthProblem) -> Response:
        return self.bank.pages.error(problem.description, 200)
