"""Banks that conform in another way than the reference bank: as other servers, gateways and TLS terminators do."""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NoReturn

import jwt
from werkzeug import Request, Response

from conformance.bank.app import Bank
from conformance.bank.authorization_request import RedirectProblem
from conformance.bank.authorization_server import AuthorizationServer
from conformance.bank.client_authentication import Form
from conformance.bank.component import Component
from conformance.bank.discovery import Discovery
from conformance.bank.forms import SESSION_COOKIE
from conformance.bank.id_tokens import IdTokens
from conformance.bank.pages import Pages
from conformance.bank.parameters import Pairs
from conformance.bank.problems import BearerProblem, OAuthProblem, PageProblem, json_answer
from conformance.bank.publications import Production
from conformance.bank.resource_server import ResourceServer
from conformance.bank.revocation import RevocationEndpoint
from conformance.bank.sessions import AuthorizationRequest, Session
from conformance.bank.settings import REALM, Client, Json, SigningKey
from conformance.bank.stet.interface import StetInterface
from conformance.bank.token_endpoint import TokenEndpoint
from conformance.bank.tokens import Claims, Grant, RefreshToken, Tokens
from conformance.bank.trust import PeerCertificate
from conformance.verdict import Verdict

Documented = Callable[[str], str]


@dataclass(frozen=True)
class Variation:
    """A bank that conforms in another way.

    Args:
        components: what it has in place of the reference bank's components.
        documented: changes its profile to what such a bank documents.
        select: what it can change the verdict of; empty means everything.
        warned: the requirements that are WARNED, because that is true of it.
        options: further ones of the embedded bank.
    """

    components: tuple[type[Component], ...] = ()
    documented: Documented = lambda profile: profile
    select: tuple[str, ...] = ()
    warned: Sequence[str] = ()
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def expected(self) -> dict[str, Verdict]:
        """The verdicts that are neither PASSED nor SKIPPED."""
        return dict.fromkeys(self.warned, Verdict.WARNED)


def documenting(old: str, new: str) -> Documented:
    """A profile in which one line is another."""
    return lambda profile: profile.replace(old, new)


# the token endpoint


class OpaqueTokens(Tokens):
    """Access and refresh tokens are random strings, looked up by who needs them."""

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self._known: dict[str, Claims] = {}

    def signed(self, claims: Claims) -> str:
        value = secrets.token_urlsafe(32)
        self._known[value] = claims
        self.bank.handed_out.append(value)
        return value

    def verified(self, value: str) -> Claims | None:
        return self._known.get(value)


class TalkativeTokenEndpoint(TokenEndpoint):
    """Lower case, more members, more directives, 400 for every refusal, odd characters in descriptions."""

    def token_type(self) -> str:
        return "bearer"

    def media_type(self) -> str:
        return "application/json;charset=UTF-8"

    def cache_headers(self) -> dict[str, str]:
        return {
            "Cache-Control": "private, no-cache, no-store, max-age=0, must-revalidate",
            "Pragma": "no-cache",
        }

    def scope_member(self, scopes: Sequence[str]) -> object:
        return " ".join(reversed(scopes))

    def expires_in(self, *, refreshed: bool) -> object:  # noqa: ARG002 (the same for both)
        return 575.0

    def members(self, *given: Any, refreshed: bool) -> Json:
        more: Json = {
            "refresh_expires_in": 15_552_000,
            "not-before-policy": 0,
            "session_state": "x",
            "note": None,
        }
        return super().members(*given, refreshed=refreshed) | more

    def error_answer(self, problem: OAuthProblem) -> Response:
        body = {
            "error": problem.error,
            "error_description": 'Ungültig: "x"\\\n',
            "error_uri": "https://x.example/",
        }
        status = 400 if problem.status == 401 else problem.status
        return json_answer(body, status, {"Cache-Control": "no-store"})


class UnauthorizedRatherThanInvalid(TokenEndpoint):
    """A missing client_id is 401 invalid_client; any failed exchange ends the code."""

    def client_of(self, request: Request, form: Form, certificate: PeerCertificate | None) -> Client:
        try:
            return super().client_of(request, form, certificate)
        except OAuthProblem:
            raise OAuthProblem("invalid_client", "who is it?", 401) from None

    def exchange_code(self, client: Client, form: Form, certificate: PeerCertificate | None) -> Json:
        try:
            return super().exchange_code(client, form, certificate)
        except OAuthProblem:
            if form["code"] in self.bank.tokens.codes:
                self.bank.tokens.codes[form["code"]].used = True
            raise


class ForgivingRotation(TokenEndpoint):
    """A used refresh token may be used again for half a minute, which the bank documents."""

    def refresh_token_unused(self, token: RefreshToken) -> bool:
        age = self.clock.now() - token.used_at if token.used_at else timedelta()
        return not token.used or age < timedelta(seconds=30)


class LastingRefreshTokens(TokenEndpoint):
    """A refresh keeps the refresh token and does not repeat it, nor the ID token, which the bank documents."""

    def rotate(self, token: RefreshToken, scopes: Sequence[str], certificate: PeerCertificate | None) -> Json:
        answer = self.issue(token.grant, scopes, certificate, replaced=token)
        return {name: value for name, value in answer.items() if name not in ("refresh_token", "id_token")}


class IgnoresScopeOfRefresh(TokenEndpoint):
    """Every refresh has the scope of the grant, and says so."""

    def refresh_scopes(self, token: RefreshToken, requested: str | None) -> tuple[str, ...]:  # noqa: ARG002
        return token.grant.scopes


# TLS terminators that let the handshake pass and answer with a page of their own


def _certificate_page() -> Response:
    text = "<html><head><title>400 No required SSL certificate was sent</title></head></html>\r\n"
    return Response(text, 400, content_type="text/html")


class TerminatedTokenEndpoint(TokenEndpoint):
    """A reverse proxy asks for a certificate, and answers 400 with a page where none came."""

    def handshake(self, host: str) -> ssl.VerifyMode:
        return ssl.CERT_OPTIONAL if host == "cert" else super().handshake(host)

    def answer(self, request: Request, host: str = "cert") -> Response:
        return (
            super().answer(request, host) if request.environ.get("SSL_CLIENT_CERT") else _certificate_page()
        )


class TerminatedRevocation(RevocationEndpoint):
    """Behind the same proxy."""

    def handshake(self, host: str) -> ssl.VerifyMode:
        return ssl.CERT_OPTIONAL if host == "cert" else super().handshake(host)


class TerminatedApi(ResourceServer):
    """Behind the same proxy."""

    def handshake(self) -> ssl.VerifyMode:
        return ssl.CERT_OPTIONAL

    def data(self, request: Request) -> Response:
        return super().data(request) if request.environ.get("SSL_CLIENT_CERT") else _certificate_page()


class TerminatedStet(StetInterface):
    """Behind the same proxy."""

    def answer(self, request: Request) -> Response:
        return super().answer(request) if request.environ.get("SSL_CLIENT_CERT") else _certificate_page()


# the API


class SeveralChallenges(ResourceServer):
    """Challenges for DPoP beside Bearer, in one header and in two, unquoted, in another letter case."""

    def bearer_problem_answer(self, problem: BearerProblem) -> Response:
        answer = super().bearer_problem_answer(problem)
        if problem.error:
            value = f'DPoP algs="ES256 PS256", BEARER realm="a, b", error={problem.error} ,scope="\\"x\\", y"'
            answer.headers["WWW-Authenticate"] = value
        return answer

    def missing_token_answer(self) -> Response:
        answer = super().missing_token_answer()
        answer.headers["WWW-Authenticate"] = 'DPoP algs="ES256"'
        answer.headers.add("WWW-Authenticate", "Bearer")
        return answer

    def cache_headers(self) -> dict[str, str]:
        return {"Cache-Control": "private, no-cache, no-store, must-revalidate, s-maxage=0"}


# metadata and keys


class AlikeInProduction(Production):
    """Its production publishes what its sandbox does: a bank that conforms in another way does so in both."""

    def metadata(self) -> Json:
        own = ("issuer", "authorization_endpoint", "token_endpoint")
        there = {name: value for name, value in super().metadata().items() if name in own}
        here = {
            name: value
            for name, value in self.bank.discovery.metadata().items()
            if name != "mtls_endpoint_aliases"
        }
        return here | there


class RichMetadata(Discovery):
    """Members that nobody asked for; keys for encryption, of unknown types, with certificates."""

    def metadata(self) -> Json:
        more: Json = {
            "extra": None,
            "nested": {"list": []},
            "response_types_supported": ["code", "code id_token"],
        }
        return super().metadata() | more

    def jwk_set(self) -> Json:
        rsa, *others = super().jwk_set()["keys"]
        encryption = {**rsa, "use": "enc", "alg": "RSA-OAEP", "kid": "encryption"}
        unknown = {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA", "kid": "unknown"}
        return {"keys": [encryption, unknown, {**rsa, "x5c": ["MIIB"], "x5t": "abc"}, *others]}


class SparseMetadata(Discovery):
    """Only what must be there; one key, without any optional member."""

    def metadata(self) -> Json:
        left_out = {
            "scopes_supported", "acr_values_supported", "response_modes_supported", "claims_supported",
            "prompt_values_supported", "mtls_endpoint_aliases", "revocation_endpoint",
            "token_endpoint_auth_signing_alg_values_supported", "request_parameter_supported",
        }  # fmt: skip
        kept = {name: value for name, value in super().metadata().items() if name not in left_out}
        return kept | {"id_token_signing_alg_values_supported": ["RS256"]}

    def jwk_set(self) -> Json:
        first = super().jwk_set()["keys"][0]
        return {"keys": [{name: first[name] for name in ("kty", "n", "e")}]}


class PaddedAlgorithms(Discovery):
    """Announces PS256, and keys without alg."""

    def metadata(self) -> Json:
        return super().metadata() | {"id_token_signing_alg_values_supported": ["RS256", "PS256"]}

    def jwk(self, key: SigningKey) -> Json:
        return {name: value for name, value in super().jwk(key).items() if name != "alg"}


# ID tokens


class PaddedSignatures(IdTokens):
    """Signs with PS256; aud is an array, NumericDates have fractions, there are claims of the bank's own."""

    def claims(self, grant: Grant, access_token: str, *, refreshed: bool) -> Claims:
        claims = super().claims(grant, access_token, refreshed=refreshed)
        audience, issued = [grant.client.client_id], claims["iat"] + 0.25
        return claims | {
            "aud": audience,
            "azp": audience[0],
            "iat": issued,
            "amr": ["pwd", "hwk"],
            "sid": "x",
        }

    def signed(self, claims: Claims, header: dict[str, str], key: SigningKey) -> str:
        value = jwt.encode(claims, key.private, algorithm="PS256", headers={**header, "typ": "JWT"})
        self.bank.handed_out.append(value)
        return value


class SparseIdTokens(IdTokens):
    """Only the claims that must be there."""

    def claims(self, grant: Grant, access_token: str, *, refreshed: bool) -> Claims:
        claims = super().claims(grant, access_token, refreshed=refreshed)
        return {name: value for name, value in claims.items() if name not in ("acr", "at_hash", "auth_time")}


# the authorization endpoint


class OtherRedirects(AuthorizationServer):
    """302; neither session_state nor client_id; the login on a page of its own, behind a relative redirect."""

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self._shown: list[bytes] = []

    def redirect_status(self) -> int:
        return 302

    def session_state(self, request: AuthorizationRequest, session: Session) -> str | None:  # noqa: ARG002
        return None

    def redirect_client_id(self, request: AuthorizationRequest) -> str | None:  # noqa: ARG002
        return None

    def authorize(self, request: Request) -> Response:
        answer = super().authorize(request)
        if answer.status_code == 200:
            self._shown.append(answer.get_data())
            answer.status_code, answer.headers["Location"] = 307, f"login?page={len(self._shown) - 1}"
            if request.method == "POST":
                answer.status_code = 303
        return answer

    def answer(self, request: Request, step: str) -> Response:
        if request.method != "GET":
            return super().answer(request, step)
        policy = {"Content-Security-Policy": "frame-src 'self'; frame-ancestors 'self'; object-src 'none';"}
        return Response(
            self._shown[int(request.args["page"])], 200, policy, content_type="text/html;charset=UTF-8"
        )


class ForgetsSessions(AuthorizationServer):
    """The PSU logs in each time; refusals are JSON."""

    def must_authenticate(self, asked: AuthorizationRequest, session: Session) -> bool:  # noqa: ARG002
        return True

    def page_problem_answer(self, problem: PageProblem, request: Request) -> Response:  # noqa: ARG002
        return json_answer({"error": "invalid_request", "error_description": problem.text}, 400)


class RemembersConsent(AuthorizationServer):
    """Who consented once is not asked again; refusals are pages with status 200, also of a response type."""

    def authorize(self, request: Request) -> Response:
        self._cookie = request.cookies.get(SESSION_COOKIE)
        return super().authorize(request)

    def must_stay_silent(self, asked: AuthorizationRequest) -> bool:
        session = self.sessions.find(self._cookie)
        known = (asked.client.client_id, frozenset(asked.scopes))
        consented = (
            session is not None and known in session.consents and not self.must_authenticate(asked, session)
        )
        return consented or super().must_stay_silent(asked)

    def silent_answer(self, asked: AuthorizationRequest, session: Session | None) -> Response:
        if session is None:
            problem = RedirectProblem(
                "interaction_required", "a person is needed", asked.redirect_uri, asked.state
            )
            return self.error_answer(problem)
        return super().silent_answer(asked, session)

    def page_problem_answer(self, problem: PageProblem, request: Request) -> Response:  # noqa: ARG002
        return self.bank.pages.error(problem.text, 200)

    def response_type_refusal(self, response_type: str | None) -> tuple[str, str] | None:
        if super().response_type_refusal(response_type):
            raise PageProblem("The application asked for something that we do not offer.")
        return None


class LeavesScopesOut(AuthorizationServer):
    """Grants what it knows of a request for more."""

    def unknown_scopes(self, client: Client, scopes: tuple[str, ...]) -> set[str]:  # noqa: ARG002
        return set()

    def granted_scopes(self, asked: AuthorizationRequest) -> tuple[str, ...]:
        return tuple(scope for scope in asked.scopes if scope in asked.client.scopes)


class RequiresPkce(AuthorizationServer):
    """No code without a challenge, which the bank documents."""

    def validated(self, pairs: Pairs) -> AuthorizationRequest:
        asked = super().validated(pairs)
        if asked.code_challenge is None:
            _refuse(asked, "a code_challenge is required")
        return asked


def _refuse(asked: AuthorizationRequest, why: str) -> NoReturn:
    raise RedirectProblem("invalid_request", why, asked.redirect_uri, asked.state)


class BusyPages(Pages):
    """Another form before the one for the PSU, hidden fields, boxes and lists beside its own."""

    def page(self, name: str, title: str, body: str, **options: Any) -> Response:
        more = '<input type=hidden name=_csrf value="a&amp;b"><input type=checkbox name=rememberMe>'
        body = body.replace(
            '<input type="hidden"', f'{more}<select name=lang><option>fr</select><input type="hidden"'
        )
        search = f'<form action="{REALM}/search"><input name=q><button>Search</button></form>'
        return super().page(name, title, search + body, **options)


VARIATIONS: dict[str, Variation] = {
    "opaque tokens, talkative answers, rich metadata, PS256": Variation(
        (
            OpaqueTokens,
            TalkativeTokenEndpoint,
            SeveralChallenges,
            PaddedSignatures,
            PaddedAlgorithms,
            RemembersConsent,
        )
    ),
    "sparse metadata and ID tokens, other redirects, busy pages": Variation(
        (SparseMetadata, SparseIdTokens, OtherRedirects, BusyPages, UnauthorizedRatherThanInvalid),
        documented=documenting('["iss", "session_state", "client_id"]', '["iss"]'),
        warned=("id-token-acr-auth-time",),
    ),
    "a TLS terminator, a login each time": Variation(
        (TerminatedTokenEndpoint, TerminatedRevocation, TerminatedApi, TerminatedStet, ForgetsSessions),
    ),
    "required PKCE": Variation(
        (RequiresPkce, RichMetadata),
        documented=documenting("[authorization_server]", '[authorization_server]\npkce = "required"'),
    ),
    "a grace period": Variation(
        (ForgivingRotation,),
        documented=documenting('rotation = "strict"', 'rotation = "grace"\nrefresh_grace = 30'),
        select=("refresh",),
    ),
    "no rotation": Variation(
        (LastingRefreshTokens,),
        documented=documenting('rotation = "strict"', 'rotation = "none"'),
        select=("refresh", "id_token"),
        warned=("refresh-response-members",),
    ),
    "scopes that are left out": Variation(
        (LeavesScopesOut,), select=("authorization-unknown-scope", "authorization-scope-encoding")
    ),
    "a scope of a refresh that is ignored": Variation(
        (IgnoresScopeOfRefresh,), select=("refresh-scope-limits",), warned=("refresh-scope-limits",)
    ),
    "slow answers, ES256": Variation(
        select=("id_token",), options={"latency": 0.05, "id_token_algorithm": "ES256"}
    ),
}
