"""The resource server: bearer calls, and the probe of the document; `stet` serves the rest of the API."""

from __future__ import annotations

from werkzeug import Request, Response

from conformance.bank.bearer import ROLE_OF_SCOPE, BearerCalls
from conformance.bank.problems import NO_STORE, BearerProblem, ResourceProblem, json_answer
from conformance.bank.settings import Json

DATA = "/api/v1/data"

AISP = frozenset({"api1.v1"})
PISP = frozenset({"api2.v1"})
CBPII = frozenset({"api3.v1"})
ANY_SERVICE = frozenset(ROLE_OF_SCOPE)


class ResourceServer(BearerCalls):
    """Admits calls to the API, and serves the document's own example."""

    def data(self, request: Request) -> Response:
        """GET /api/v1/data: who granted the token, and what for."""
        if request.method not in ("GET", "HEAD"):
            return json_answer({"error": "method_not_allowed"}, 405, NO_STORE | {"Allow": "GET"})
        try:
            with self.bank.lock:
                claims, grant = self.admitted(request, ANY_SERVICE)
        except BearerProblem as problem:
            return self.bearer_problem_answer(problem)
        except ResourceProblem as problem:
            refusal = {"error": problem.error, "error_description": problem.description}
            return json_answer(refusal, problem.status, NO_STORE)
        body = {"owner": grant.psu.name, "scope": claims["scope"], "_links": self.links(request)}
        return json_answer(body, headers=self.cache_headers())

    def unknown(self, request: Request) -> Response:
        """There is no such resource."""
        return json_answer({"error": "not_found"}, 404, NO_STORE)

    def links(self, request: Request) -> Json:
        """Where the resource is found; never with the token (RFC 6750, section 5.3)."""
        return {"self": self.bank.stet.link_to(request)}

    def cache_headers(self) -> dict[str, str]:
        """Nobody stores what is the PSU's (RFC 6750, section 5.3)."""
        return NO_STORE
