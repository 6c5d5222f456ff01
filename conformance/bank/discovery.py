"""The configuration document and the JWK Set: OpenID Connect Discovery 1.0, RFC 8414, RFC 7517."""

from __future__ import annotations

import json
from typing import Any

from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from werkzeug import Request, Response

from conformance.bank.component import Component
from conformance.bank.problems import json_answer
from conformance.bank.settings import REALM, Json, SigningKey

CONFIGURATION = f"{REALM}/.well-known/openid-configuration"
JWK_SET = f"{REALM}/connect/jwk_uri"
AUTHORIZE = f"{REALM}/authorize"
TOKEN = f"{REALM}/access_token"
REVOKE = f"{REALM}/token/revoke"

_CACHEABLE = {"Cache-Control": "public, max-age=300"}


class Discovery(Component):
    """Publishes what clients must know before they know anything."""

    def configuration(self, request: Request) -> Response:
        """Answer at the documented discovery URL."""
        if request.method not in ("GET", "HEAD"):
            return Response("method not allowed", 405, {"Allow": "GET, HEAD"})
        return json_answer(self.metadata(), headers=_CACHEABLE, media_type=self.media_type())

    def media_type(self) -> str:
        """The media type of the configuration document (OIDC Discovery 1.0, section 4.2)."""
        return "application/json"

    def issuer(self) -> str:
        """The prefix of the discovery URL, character for character."""
        return self.settings.issuer

    def metadata(self) -> Json:
        """The configuration document (OIDC Discovery 1.0, section 3; RFC 8705, section 5)."""
        hosts = self.settings.hosts
        token_endpoint, revocation_endpoint = f"https://{hosts.cert}{TOKEN}", f"https://{hosts.cert}{REVOKE}"
        return {
            "issuer": self.issuer(),
            "authorization_endpoint": f"https://{hosts.sso}{AUTHORIZE}",
            "token_endpoint": token_endpoint,
            "revocation_endpoint": revocation_endpoint,
            "jwks_uri": f"https://{hosts.sso}{JWK_SET}",
            "mtls_endpoint_aliases": {
                "token_endpoint": token_endpoint,
                "revocation_endpoint": revocation_endpoint,
            },
            "scopes_supported": ["openid", "api1.v1", "api2.v1", "api3.v1"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "subject_types_supported": ["public"],
            "acr_values_supported": ["L1"],
            "id_token_signing_alg_values_supported": [key.algorithm for key in self.settings.keys.id_token],
            "token_endpoint_auth_methods_supported": self.authentication_methods(),
            "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
            "tls_client_certificate_bound_access_tokens": True,
            "authorization_response_iss_parameter_supported": True,
            "code_challenge_methods_supported": ["S256"],
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "nonce", "at_hash"],
            "prompt_values_supported": ["none", "login", "consent"],
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
        }

    def authentication_methods(self) -> list[str]:
        """How clients authenticate: by certificate, and as else one was onboarded."""
        onboarded = {client.authentication for client in self.settings.clients.values()}
        return ["tls_client_auth", *sorted(onboarded - {"tls_client_auth"})]

    def keys(self, request: Request) -> Response:
        """Answer at jwks_uri."""
        if request.method not in ("GET", "HEAD"):
            return Response("method not allowed", 405, {"Allow": "GET, HEAD"})
        return json_answer(self.jwk_set(), headers=_CACHEABLE)

    def jwk_set(self) -> Json:
        """The public keys that verify ID tokens."""
        return {"keys": [self.jwk(key) for key in self.settings.keys.id_token]}

    def jwk(self, key: SigningKey) -> Json:
        """The public half of a key (RFC 7517, section 4)."""
        algorithm: Any = RSAAlgorithm if key.algorithm.startswith("RS") else ECAlgorithm
        public: Json = json.loads(algorithm.to_jwk(key.private.public_key()))
        public.pop("key_ops", None)
        return public | {"use": "sig", "alg": key.algorithm, "kid": key.kid}
