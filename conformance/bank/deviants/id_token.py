"""Deviants of the ID token area: its signature and its claims."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import jwt

from conformance.bank.deviants import deviant
from conformance.bank.id_tokens import IdTokens
from conformance.bank.settings import REALM, SigningKey
from conformance.bank.token_endpoint import TokenEndpoint
from conformance.bank.tokens import Claims, Grant


@deviant("id-token-signed/1")
class SignsWithAnUnpublishedKey(IdTokens):
    """Signs with a key that is not in the JWK Set."""

    def signing_key(self) -> SigningKey:
        return self.settings.keys.internal


@deviant("id-token-signed/2")
class DoesNotSign(IdTokens):
    """Uses the algorithm none."""

    def signed(self, claims: Claims, header: dict[str, str], key: SigningKey) -> str:
        return jwt.encode(claims, "", algorithm="none", headers=header)


@deviant("id-token-signed/3")
class DoesNotNameItsKey(IdTokens):
    """Omits kid, although the set holds several keys."""

    def header(self, key: SigningKey) -> dict[str, str]:
        return {}


@deviant("id-token-signed/4", also=("token-response-members", "refresh-response-members"))
class IssuesNoIdToken(TokenEndpoint):
    """Omits id_token, although openid was granted."""

    def id_token_due(self, scopes: Sequence[str]) -> bool:
        return False


@deviant("id-token-required-claims/1")
class DoesNotSayWhen(IdTokens):
    """Leaves out iat."""

    def claims(self, grant: Grant, access_token: str, *, refreshed: bool) -> Claims:
        claims = super().claims(grant, access_token, refreshed=refreshed)
        del claims["iat"]
        return claims


@deviant("id-token-required-claims/2")
class WritesDatesAsText(IdTokens):
    """Encodes dates as text."""

    def numeric_date(self, moment: datetime) -> object:
        return moment.astimezone(UTC).isoformat()


@deviant("id-token-iss/1")
class NamesThePortInItsTokens(IdTokens):
    """Puts the explicit default port into iss."""

    def issuer(self) -> str:
        return f"https://{self.settings.hosts.sso}:443{REALM}"


@deviant("id-token-iss/2")
class NamesARealm(IdTokens):
    """Names a realm in iss that the metadata does not name."""

    def issuer(self) -> str:
        return f"{self.settings.issuer}/psd2"


@deviant("id-token-aud/1")
class AddressesEverybody(IdTokens):
    """Uses one audience for all TPPs."""

    def audience(self, grant: Grant) -> str:
        return "psd2-clients"


@deviant("id-token-aud/2")
class AddressesTheOrganisation(IdTokens):
    """Uses the organizationIdentifier of the certificate in place of client_id."""

    def audience(self, grant: Grant) -> str:
        return grant.client.organization_identifier


@deviant("id-token-times/1")
class ReusesAnEarlierToken(IdTokens):
    """Issues tokens that were minted an hour ago."""

    def issued_at(self) -> datetime:
        return super().issued_at() - timedelta(hours=1)


@deviant("id-token-times/2")
class IssuesExpiredTokens(IdTokens):
    """Issues ID tokens that are already over."""

    def expires_at(self) -> datetime:
        return self.clock.now() - timedelta(minutes=10)


@deviant("id-token-times/3")
class CountsMilliseconds(IdTokens):
    """Counts milliseconds since 1970 instead of seconds."""

    def numeric_date(self, moment: datetime) -> object:
        return int(moment.timestamp() * 1000)


@deviant("id-token-nonce/1")
class IgnoresTheNonce(IdTokens):
    """Ignores nonce, as the document's example request has none."""

    def nonce(self, grant: Grant) -> str | None:
        return None


@deviant("id-token-nonce/2")
class ReturnsAnEarlierNonce(IdTokens):
    """Returns the nonce of the first request that it ever saw."""

    def nonce(self, grant: Grant) -> str | None:
        nonces = (earlier.nonce for earlier in self.bank.tokens.grants.values())
        return next((nonce for nonce in nonces if nonce), grant.nonce)


@deviant("id-token-at-hash/1")
class HashesAnotherToken(IdTokens):
    """Computes at_hash over something else than the access token."""

    def access_token_hash(self, access_token: str) -> str:
        return super().access_token_hash(f"{access_token}=")


@deviant("id-token-acr-auth-time/2")
class ForgetsWhenThePsuLoggedIn(IdTokens):
    """Omits auth_time, although max_age was requested."""

    def authentication_time(self, grant: Grant, *, refreshed: bool) -> datetime | None:
        return None


@deviant("id-token-subject/1")
class NamesThePsuAnewAtEachLogin(IdTokens):
    """Uses another sub for each login."""

    def subject(self, grant: Grant, *, refreshed: bool) -> str:
        return hashlib.sha256(grant.session_id.encode()).hexdigest()


@deviant("id-token-subject/2")
class NamesTheCompany(IdTokens):
    """Uses the company's contract as sub, so that two users of one company collide."""

    def subject(self, grant: Grant, *, refreshed: bool) -> str:
        return grant.psu.company


@deviant("id-token-refresh-consistency/1")
class NamesThePsuAnewAtRefresh(IdTokens):
    """Changes sub on refresh."""

    def subject(self, grant: Grant, *, refreshed: bool) -> str:
        subject = super().subject(grant, refreshed=refreshed)
        return hashlib.sha256(subject.encode()).hexdigest() if refreshed else subject


@deviant("id-token-refresh-consistency/2")
class TakesARefreshForALogin(IdTokens):
    """Sets auth_time to the time of the refresh."""

    def authentication_time(self, grant: Grant, *, refreshed: bool) -> datetime | None:
        return self.clock.now() if refreshed else super().authentication_time(grant, refreshed=False)


@deviant("id-token-refresh-consistency/3")
class ReturnsTheFirstTokenAgain(IdTokens):
    """Returns the old ID token unchanged."""

    def issue(self, grant: Grant, access_token: str, *, refreshed: bool = False) -> str:
        earlier: dict[str, str] = self.__dict__.setdefault("_earlier", {})
        if refreshed and grant.grant_id in earlier:
            return earlier[grant.grant_id]
        return earlier.setdefault(grant.grant_id, super().issue(grant, access_token, refreshed=refreshed))
