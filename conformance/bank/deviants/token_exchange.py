"""Deviants of the token endpoint: what it asks of a client before it exchanges a code."""

from __future__ import annotations

import json

from werkzeug import Request

from conformance.bank.client_authentication import Form
from conformance.bank.deviants import deviant
from conformance.bank.deviants.consequences import BROKEN_JOURNEYS
from conformance.bank.parameters import Pairs, parse_form
from conformance.bank.problems import OAuthProblem
from conformance.bank.settings import Client, Json
from conformance.bank.token_endpoint import TokenEndpoint
from conformance.bank.trust import PeerCertificate


@deviant("token-code-exchange/1", also=BROKEN_JOURNEYS)
class DemandsClientSecret(TokenEndpoint):
    """Demands a client_secret besides the certificate for a code."""

    def credentials_suffice(self, client: Client, request: Request, form: Form) -> bool:
        secret_missing = form.get("grant_type") == "authorization_code" and "client_secret" not in form
        return not secret_missing and super().credentials_suffice(client, request, form)


@deviant("token-code-exchange/2", also=BROKEN_JOURNEYS)
class DemandsScope(TokenEndpoint):
    """Demands a scope in the code exchange, which is documented nowhere."""

    def required_parameters(self, grant_type: str) -> tuple[str, ...]:
        documented = super().required_parameters(grant_type)
        return (*documented, "scope") if grant_type == "authorization_code" else documented


@deviant("token-code-exchange/3")
class AnswersErrorsWithSuccess(TokenEndpoint):
    """Answers a good code with 200 and an error object in the body."""

    def exchange_code(self, client: Client, form: Form, certificate: PeerCertificate | None) -> Json:
        super().exchange_code(client, form, certificate)
        return {"error": "temporarily_unavailable", "error_description": "please try again"}


@deviant("token-requires-certificate/1")
class IdentifiesByClientIdAlone(TokenEndpoint):
    """Asks for a certificate without demanding one, and exchanges codes for whoever knows the client_id."""

    def certificate_required(self, purpose: str, host: str) -> bool:
        return purpose != "authorization_code" and super().certificate_required(purpose, host)


@deviant("token-requires-certificate/2", also=("refresh-requires-certificate",))
class LeavesUnprotectedCopy(TokenEndpoint):
    """Serves the token endpoint on the browser host too, where nobody has a certificate."""

    def hosts(self) -> dict[str, bool]:
        return super().hosts() | {"sso": False}


@deviant("token-client-certificate-match/1", also=("refresh-bound-to-client",))
class AcceptsAnyTrustedCertificate(TokenEndpoint):
    """Accepts any certificate of a trusted provider, whatever organisation it names."""

    def certificate_matches(self, client: Client, certificate: PeerCertificate) -> bool:
        return True


@deviant("token-client-certificate-match/2", also=("refresh-bound-to-client",))
class MatchesOnCommonName(TokenEndpoint):
    """Compares the common name of the certificate, which two organisations may share."""

    def certificate_matches(self, client: Client, certificate: PeerCertificate) -> bool:
        return certificate.common_name == client.common_name


@deviant("token-client-id-required/1")
class DerivesClientFromCode(TokenEndpoint):
    """Does not miss client_id, and takes the client from the code."""

    def client_of(self, request: Request, form: Form, certificate: PeerCertificate | None) -> Client:
        if "client_id" in form or "code" not in form:
            return super().client_of(request, form, certificate)
        code = self.bank.tokens.codes.get(form["code"])
        if code is None:
            raise OAuthProblem("invalid_grant", "the code is unknown")
        return code.grant.client


@deviant("token-post-only/1")
class AcceptsGet(TokenEndpoint):
    """Exchanges a code that is sent by GET."""

    def parameters(self, request: Request) -> Pairs:
        if request.method != "GET":
            return super().parameters(request)
        return parse_form(request.query_string.decode("latin-1"))


@deviant("token-post-only/2")
class AcceptsJson(TokenEndpoint):
    """Reads a JSON body as if it were the form."""

    def parameters(self, request: Request) -> Pairs:
        if request.mimetype != "application/json":
            return super().parameters(request)
        body = json.loads(request.get_data())
        return [(str(name), str(value)) for name, value in body.items()]
