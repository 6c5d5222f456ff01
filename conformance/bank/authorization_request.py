"""The authorization request and its refusals: RFC 6749, sections 3.1, 3.3, 4.1.1; OIDC Core 1.0, 3.1.2.1."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NoReturn

from werkzeug import Request

from conformance.bank.component import Component
from conformance.bank.parameters import Pairs, decode_value, parse_form, present, repeated_names
from conformance.bank.problems import PageProblem
from conformance.bank.sessions import AuthorizationRequest
from conformance.bank.settings import Client

_PROMPTS = frozenset({"none", "login", "consent", "select_account"})
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class RedirectProblem(Exception):
    """A request whose refusal goes to its own, registered, redirect URI (RFC 6749, section 4.1.2.1)."""

    def __init__(self, error: str, description: str, redirect_uri: str, state: str | None) -> None:
        self.error = error
        self.description = description
        self.redirect_uri = redirect_uri
        self.state = state
        super().__init__(f"{error}: {description}")


class AuthorizationRequests(Component):
    """Reads and validates authorization requests; a part of the authorization server."""

    # reading

    def methods(self) -> tuple[str, ...]:
        """The methods of the endpoint (OIDC Core 1.0, section 3.1.2.1)."""
        return ("GET", "HEAD", "POST")

    def parameters(self, request: Request) -> Pairs:
        """The parameters: of the query for GET, of the form for POST.

        Raises:
            PageProblem: they cannot be read.
        """
        try:
            return parse_form(self.raw_parameters(request), self.decode)
        except ValueError:
            raise PageProblem("The request's parameters are not readable.") from None

    def raw_parameters(self, request: Request) -> str:
        """The encoded parameters (OIDC Core 1.0, section 13.1 and 13.2)."""
        if request.method != "POST":
            return request.query_string.decode("latin-1")
        if request.mimetype != "application/x-www-form-urlencoded":
            raise PageProblem("The request is not a form.", 415)
        return request.get_data().decode("utf-8")

    def decode(self, name: str, raw: str) -> str:
        """A parameter's value, decoded once; `+` is a space."""
        return decode_value(raw)

    def validated(self, pairs: Pairs) -> AuthorizationRequest:
        """The authorization request.

        Raises:
            PageProblem: client or redirect URI are not to be trusted.
            RedirectProblem: another parameter is wrong.
        """
        repeated = self.repeated(pairs)
        sent = present(pairs)
        client = self.client(sent, repeated)
        redirect_uri = self.redirect_uri(client, sent, repeated)
        refusal = self._refusal(client, sent, repeated, pairs)
        if refusal is not None:
            raise RedirectProblem(*refusal, redirect_uri, sent.get("state"))
        return AuthorizationRequest(
            client=client,
            redirect_uri=redirect_uri,
            scopes=self.requested_scopes(sent.get("scope", "")),
            response_type=sent.get("response_type", "code"),
            state=sent.get("state"),
            nonce=sent.get("nonce"),
            prompts=frozenset(sent.get("prompt", "").split()),
            max_age=int(sent["max_age"]) if "max_age" in sent else None,
            code_challenge=sent.get("code_challenge"),
            acr_values=tuple(sent.get("acr_values", "").split()),
        )

    def repeated(self, pairs: Pairs) -> set[str]:
        """The parameters that occur more than once (RFC 6749, section 3.1)."""
        return repeated_names(pairs)

    # who asks, and where the answer goes

    def client(self, sent: Mapping[str, str], repeated: set[str]) -> Client:
        """The client of the request.

        Raises:
            PageProblem: client_id is missing, repeated or unknown.
        """
        client_id = sent.get("client_id")
        if client_id is None or "client_id" in repeated:
            raise PageProblem("The application did not say who it is.")
        client = self.find_client(client_id)
        return client or self.unknown_client(sent)

    def unknown_client(self, sent: Mapping[str, str]) -> NoReturn:
        """Stay at the bank (RFC 6749, section 4.1.2.1).

        Raises:
            PageProblem: always.
        """
        raise PageProblem("The application is not known to us.")

    def find_client(self, client_id: str) -> Client | None:
        """The client that was onboarded under this identifier."""
        return self.settings.clients.get(client_id)

    def redirect_uri(self, client: Client, sent: Mapping[str, str], repeated: set[str]) -> str:
        """Where the answer goes.

        Raises:
            PageProblem: redirect_uri is missing, repeated or not one supplied at onboarding.
        """
        uri = sent.get("redirect_uri")
        if uri is None or "redirect_uri" in repeated:
            raise PageProblem("The application did not say where to return to.")
        if not self.redirect_uri_registered(client, uri):
            return self.unregistered_redirect_uri(client, uri, sent.get("state"))
        return uri

    def redirect_uri_registered(self, client: Client, uri: str) -> bool:
        """Whether it is, as a string, one of those supplied at onboarding (RFC 9700, section 4.1.3)."""
        return uri in client.redirect_uris

    def unregistered_redirect_uri(self, client: Client, uri: str, state: str | None) -> str:
        """Stay at the bank (RFC 6749, section 3.1.2.4).

        Raises:
            PageProblem: always.
        """
        raise PageProblem("The application asked to return to an address that it has not registered.")

    # what is asked

    def _refusal(
        self, client: Client, sent: Mapping[str, str], repeated: set[str], pairs: Pairs
    ) -> tuple[str, str] | None:
        return (
            self.repetition_refusal(repeated)
            or self.unknown_parameter_refusal({name for name, _ in pairs})
            or self.response_type_refusal(sent.get("response_type"))
            or self.request_object_refusal(sent)
            or self.scope_refusal(client, self.requested_scopes(sent.get("scope", "")))
            or self.prompt_refusal(sent)
            or self.max_age_refusal(sent.get("max_age"))
            or self.code_challenge_refusal(sent.get("code_challenge"), sent.get("code_challenge_method"))
        )

    def repetition_refusal(self, repeated: set[str]) -> tuple[str, str] | None:
        """A repeated parameter is malformed (RFC 6749, section 3.1)."""
        return ("invalid_request", "a parameter occurs more than once") if repeated else None

    def unknown_parameter_refusal(self, names: set[str]) -> tuple[str, str] | None:
        """Unknown parameters are ignored (RFC 6749, section 3.1)."""
        return None

    def response_type_refusal(self, response_type: str | None) -> tuple[str, str] | None:
        """Only the code flow is offered (RFC 6749, section 3.1.1)."""
        if response_type is None:
            return "invalid_request", "response_type is missing"
        return None if response_type == "code" else ("unsupported_response_type", "only code is offered")

    def request_object_refusal(self, sent: Mapping[str, str]) -> tuple[str, str] | None:
        """Request objects and other response modes are not offered (OIDC Core 1.0, section 6)."""
        if "request" in sent:
            return "request_not_supported", "request objects are not offered"
        if "request_uri" in sent:
            return "request_uri_not_supported", "request objects are not offered"
        if sent.get("response_mode", "query") != "query":
            return "invalid_request", "only the query response mode is offered"
        return None

    def split_scope(self, scope: str) -> list[str]:
        """The values of a scope parameter, separated by spaces (RFC 6749, section 3.3)."""
        return scope.split()

    def requested_scopes(self, scope: str) -> tuple[str, ...]:
        """The values asked for, each once, in their order."""
        return tuple(dict.fromkeys(self.split_scope(scope)))

    def unknown_scopes(self, client: Client, scopes: tuple[str, ...]) -> set[str]:
        """Those that do not exist or that the client's roles do not cover."""
        return set(scopes) - client.scopes

    def scope_refusal(self, client: Client, scopes: tuple[str, ...]) -> tuple[str, str] | None:
        """Nothing, or something unknown, was asked for (RFC 6749, section 3.3)."""
        if not scopes:
            return "invalid_scope", "scope is missing"
        if self.unknown_scopes(client, scopes):
            return "invalid_scope", "a scope is unknown or not the client's"
        return None

    def prompt_refusal(self, sent: Mapping[str, str]) -> tuple[str, str] | None:
        """Prompts are few, and none stands alone (OIDC Core 1.0, section 3.1.2.1)."""
        prompts = set(sent.get("prompt", "").split())
        if not prompts <= _PROMPTS or ("none" in prompts and len(prompts) > 1):
            return "invalid_request", "prompt is not understood"
        return None

    def max_age_refusal(self, max_age: str | None) -> tuple[str, str] | None:
        """max_age is a number of seconds."""
        if max_age is None or (max_age.isascii() and max_age.isdigit() and len(max_age) < 12):
            return None
        return "invalid_request", "max_age is not a number of seconds"

    def code_challenge_refusal(self, challenge: str | None, method: str | None) -> tuple[str, str] | None:
        """PKCE with S256 only (RFC 7636, section 4.4.1; RFC 9700, section 2.1.1)."""
        if challenge is None and method is None:
            return None
        if method != "S256" or challenge is None or not _CHALLENGE.fullmatch(challenge):
            return "invalid_request", "PKCE is understood with S256 only"
        return None
