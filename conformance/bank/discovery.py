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
        return {
            "issuer": self.issuer(),
            "authorization_endpoint": self.authorization_endpoint(),
            **self.token_endpoints(),
            "jwks_uri": f"https://{self.settings.hosts.sso}{JWK_SET}",
            "scopes_supported": self.scopes(),
            "response_types_supported": self.response_types(),
            "response_modes_supported": ["query"],
            "grant_types_supported": self.grant_types(),
            "subject_types_supported": ["public"],
            "acr_values_supported": self.acr_values(),
            "id_token_signing_alg_values_supported": [key.algorithm for key in self.settings.keys.id_token],
            "token_endpoint_auth_methods_supported": self.authentication_methods(),
            "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
            "tls_client_certificate_bound_access_tokens": True,
            "authorization_response_iss_parameter_supported": True,
            "code_challenge_methods_supported": self.code_challenge_methods(),
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "nonce", "at_hash"],
            "prompt_values_supported": ["none", "login", "consent"],
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
        }

    def authorization_endpoint(self) -> str:
        """Where PSUs are sent (RFC 6749, section 3.1)."""
        return f"https://{self.settings.hosts.sso}{AUTHORIZE}"

    def token_endpoints(self) -> Json:
        """The endpoints of the certificate host, as such and as aliases for mutual TLS (RFC 8705, section 5)."""
        host = self.settings.hosts.cert
        endpoints = {
            "token_endpoint": f"https://{host}{TOKEN}",
            "revocation_endpoint": f"https://{host}{REVOKE}",
        }
        return {**endpoints, "mtls_endpoint_aliases": endpoints}

    def scopes(self) -> list[str]:
        """Every scope of the documentation."""
        return ["openid", "api1.v1", "api2.v1", "api3.v1"]

    def response_types(self) -> object:
        """The code flow alone."""
        return ["code"]

    def grant_types(self) -> list[str]:
        """The two documented grants."""
        return ["authorization_code", "refresh_token"]

    def acr_values(self) -> list[str]:
        """The documented level."""
        return ["L1"]

    def code_challenge_methods(self) -> list[str]:
        """The one method that hides the verifier (RFC 9700, section 2.1.1)."""
        return ["S256"]

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
