"""Deviants of the discovery area: what the metadata promises, and the published keys."""

from __future__ import annotations

import json

from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from conformance.bank.deviants import deviant
from conformance.bank.discovery import Discovery
from conformance.bank.resource_server import ResourceServer
from conformance.bank.settings import Json, SigningKey
from conformance.bank.tokens import Claims


@deviant("discovery-code-and-refresh-advertised/1", also=("interface-sandbox-equivalent",))
class AdvertisesTheImplicitFlow(Discovery):
    """Advertises the implicit flow's response types only."""

    def response_types(self) -> object:
        return ["token id_token"]


@deviant("discovery-code-and-refresh-advertised/2", also=("interface-sandbox-equivalent",))
class ForgetsToAdvertiseRefresh(Discovery):
    """Publishes grant_types_supported without refresh_token, although refresh works."""

    def grant_types(self) -> list[str]:
        return ["authorization_code"]


@deviant("discovery-scopes-advertised/1", also=("interface-sandbox-equivalent",))
class HidesOpenid(Discovery):
    """Publishes scopes_supported without openid."""

    def scopes(self) -> list[str]:
        return ["api1.v1", "api2.v1", "api3.v1"]


@deviant("discovery-acr-values-advertised/1")
class AdvertisesOtherLevels(Discovery):
    """Advertises levels of authentication that its documentation does not mention."""

    def acr_values(self) -> list[str]:
        return ["urn:bank:low", "urn:bank:high"]


@deviant("discovery-client-auth-methods/1", also=("interface-sandbox-equivalent",))
class AdvertisesSharedSecrets(Discovery):
    """Advertises client_secret_basic only."""

    def authentication_methods(self) -> list[str]:
        return ["client_secret_basic"]


@deviant("discovery-client-auth-methods/2", also=("bearer-certificate-binding",))
class PromisesBindingInVain(ResourceServer):
    """Promises certificate-bound tokens, and takes them over any certificate."""

    def thumbprint_matches(self, token: Claims, presented: str) -> bool:
        return True


@deviant("discovery-iss-parameter-flag/1")
class AnnouncesNoIss(Discovery):
    """Sends iss in redirects and leaves the flag out."""

    def metadata(self) -> Json:
        document = super().metadata()
        del document["authorization_response_iss_parameter_supported"]
        return document


@deviant("discovery-pkce-methods/1")
class AdvertisesPlainChallenges(Discovery):
    """Lists plain as the only method of PKCE."""

    def code_challenge_methods(self) -> list[str]:
        return ["plain"]


@deviant("discovery-jwks/1")
class PublishesItsPrivateKey(Discovery):
    """Publishes the private members of its RSA key."""

    def jwk(self, key: SigningKey) -> Json:
        published = super().jwk(key)
        if not isinstance(key.private, rsa.RSAPrivateKey):
            return published
        whole: Json = json.loads(RSAAlgorithm.to_jwk(key.private))
        return published | whole | {"key_ops": ["sign", "verify"]}


@deviant("discovery-jwks/2")
class UsesAKeyIdentifierTwice(Discovery):
    """Publishes an old key beside the new one under the same kid."""

    def jwk_set(self) -> Json:
        keys = super().jwk_set()["keys"]
        old = self.jwk(self.settings.keys.internal)
        return {"keys": [*keys, old | {"kid": keys[-1]["kid"]}]}


@deviant("discovery-jwks/3", also=("id-token-signed",))
class PublishesNoKey(Discovery):
    """Serves a JWK Set without keys."""

    def jwk_set(self) -> Json:
        return {"keys": []}
