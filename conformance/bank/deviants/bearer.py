"""Deviants of the bearer area."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import jwt
from werkzeug import Request, Response

from conformance.bank.deviants import deviant
from conformance.bank.deviants.consequences import BROKEN_JOURNEYS
from conformance.bank.problems import BearerProblem, json_answer
from conformance.bank.resource_server import AISP, PISP, ResourceServer
from conformance.bank.settings import Json
from conformance.bank.tokens import Claims

if TYPE_CHECKING:
    from conformance.bank.app import Bank


@deviant(
    "bearer-api-call/1",
    also=(
        *BROKEN_JOURNEYS,
        "aisp-account-list",
        "cbpii-positive-answer",
        "interface-three-roles",
        "pisp-initiate",
    ),
)
class WantsAnotherHeader(ResourceServer):
    """Demands the token in a header of its own."""

    def bearer_token(self, request: Request) -> str | None:
        return request.headers.get("X-Access-Token")


@deviant(
    "bearer-api-call/2",
    also=(
        *BROKEN_JOURNEYS,
        "aisp-account-list",
        "cbpii-positive-answer",
        "interface-three-roles",
        "pisp-initiate",
    ),
)
class RefusesFreshTokens(ResourceServer):
    """Calls every token revoked, also the one that was just issued."""

    def token_revoked(self, claims: Claims) -> bool:
        return True


@deviant("bearer-requires-qwac/1")
class WouldLikeACertificate(ResourceServer):
    """Asks for a certificate on the API host, and serves a client without one."""

    def handshake(self) -> ssl.VerifyMode:
        return ssl.CERT_OPTIONAL


@deviant("bearer-requires-qwac/2", also=("bearer-certificate-binding", "discovery-client-auth-methods"))
class AsksForNoCertificate(ResourceServer):
    """Leaves certificates to the token endpoint."""

    def handshake(self) -> ssl.VerifyMode:
        return ssl.CERT_NONE


@deviant("bearer-certificate-binding/1", also=("discovery-client-auth-methods",))
class ForgetsWhoseToken(ResourceServer):
    """Serves any live token, whichever certificate presents it."""

    def thumbprint_matches(self, token: Claims, presented: str) -> bool:
        return True


@deviant("bearer-missing-token/1")
class ShowsAnEmptyList(ResourceServer):
    """Answers a call without token with an empty list."""

    def missing_token_answer(self) -> Response:
        return json_answer({"accounts": []})


@deviant("bearer-missing-token/2")
class ForbidsWithoutToken(ResourceServer):
    """Answers a call without token 403."""

    def missing_token_answer(self) -> Response:
        return json_answer({"error": "forbidden"}, 403)


@deviant("bearer-missing-token/3")
class ChallengesNobody(ResourceServer):
    """Answers a call without token 401, and says nothing of how to authenticate."""

    def missing_token_answer(self) -> Response:
        return json_answer({"error": "token_required"}, 401)


@deviant("bearer-invalid-token/1")
class ReadsWithoutVerifying(ResourceServer):
    """Believes a JWT without checking its signature."""

    def verified_claims(self, value: str) -> Claims | None:
        try:
            return jwt.decode(value, options={"verify_signature": False})
        except (jwt.InvalidTokenError, ValueError):
            return None


@deviant("bearer-invalid-token/2")
class BelievesAlgNone(ResourceServer):
    """Believes a JWT that says of itself that it has no signature."""

    def verified_claims(self, value: str) -> Claims | None:
        try:
            unsigned = jwt.get_unverified_header(value).get("alg") == "none"
        except (jwt.InvalidTokenError, ValueError):
            return None
        if unsigned:
            return jwt.decode(value, options={"verify_signature": False})
        return super().verified_claims(value)


@deviant("bearer-invalid-token/3", also=("interface-availability",))
class StumblesOverTokens(ResourceServer):
    """Answers 500 to a token that it cannot read."""

    def unreadable_token(self) -> BearerProblem:
        return BearerProblem(500, "server_error", "the token could not be processed")


@deviant("bearer-expired-token/1")
class IgnoresExpiry(ResourceServer):
    """Lets a token work for an hour."""

    def token_expired(self, claims: Claims) -> bool:
        return self.clock.now().timestamp() >= float(claims["iat"]) + 3600


@deviant("bearer-expired-token/2")
class ExpiresHalfway(ResourceServer):
    """Cuts a token off after five minutes."""

    def token_expired(self, claims: Claims) -> bool:
        return self.clock.now().timestamp() >= float(claims["iat"]) + 300


@deviant("bearer-expired-token/3")
class ProlongsByUse(ResourceServer):
    """Extends a token's ten minutes each time it is used."""

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self._over: dict[str, float] = {}

    def token_expired(self, claims: Claims) -> bool:
        now, token = self.clock.now().timestamp(), str(claims["jti"])
        if now >= self._over.get(token, float(claims["exp"])):
            return True
        self._over[token] = now + 600
        return False


@deviant("bearer-scope-separation/1")
class OpensEverything(ResourceServer):
    """Sees that a token is valid, and asks nothing of its scope."""

    def scope_covers(self, token: Claims, scopes: frozenset[str]) -> bool:
        return True


@deviant("bearer-scope-separation/2")
class PaysWithAccountInformation(ResourceServer):
    """Lets an account information token into payment initiation."""

    def scope_covers(self, token: Claims, scopes: frozenset[str]) -> bool:
        return super().scope_covers(token, scopes | AISP if scopes == PISP else scopes)


@deviant("bearer-transport-methods/1")
class ReadsTokensInTheQuery(ResourceServer):
    """Accepts a token in the query."""

    def bearer_token(self, request: Request) -> str | None:
        return request.args.get("access_token") or super().bearer_token(request)


@deviant("bearer-transport-methods/2")
class InsistsOnACapital(ResourceServer):
    """Refuses the scheme in lower case."""

    def scheme_is_bearer(self, scheme: str) -> bool:
        return scheme == "Bearer"


@deviant("bearer-token-confidential/1", also=("interface-media-type",))
class LinksWithTheToken(ResourceServer):
    """Puts the bearer token into the links of an answer."""

    def links(self, request: Request) -> Json:
        token = request.headers.get("Authorization", "").partition(" ")[2]
        return {"self": {"href": f"{request.path}?access_token={token}"}}


@deviant("bearer-token-confidential/2")
class LetsCachesKeepAccounts(ResourceServer):
    """Allows shared caches to keep account data for ten minutes."""

    def cache_headers(self) -> dict[str, str]:
        return {"Cache-Control": "public, max-age=600"}
