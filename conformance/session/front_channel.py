"""What a TPP sends to the authorization endpoint, through the browser of a PSU."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from conformance.errors import Unobservable
from conformance.oauth.authorization import AuthorizationRequest, AuthorizationResponse
from conformance.oauth.landing import Ending, Landing
from conformance.oauth.pkce import Pkce
from conformance.psu.agent import Browser
from conformance.session.party import Party
from conformance.session.psu import Psu
from conformance.target.model import Role

_PATIENCE = 3


class Failures:
    """How often in a row the documented flow brought nothing: a PSU is not asked for ever."""

    def __init__(self) -> None:
        self._reasons: list[str] = []

    @contextmanager
    def counted(self, *, counts: bool) -> Iterator[None]:
        """Count how the block ends.

        Raises:
            Unobservable: the flow has failed too often, or fails now.
        """
        if counts and len(self._reasons) >= _PATIENCE:
            raise Unobservable(f"the documented flow failed {_PATIENCE} times in a row: {self._reasons[-1]}")
        try:
            yield
        except Unobservable as reason:
            self._reasons += [str(reason)] if counts else []
            raise
        if counts:
            self._reasons.clear()


class FrontChannel(Party):
    """A client of the bank at the authorization endpoint."""

    @cached_property
    def _failures(self) -> Failures:
        return Failures()

    def authorization_request(
        self, *, role: Role | None = None, pkce: Pkce | None = None, **changed: str
    ) -> AuthorizationRequest:
        """The documented authorization URL, with state and nonce.

        Args:
            role: whose scopes are asked for; the TPP's first role otherwise.
            pkce: sends the S256 challenge; where the profile says that PKCE is required, one is made.
            changed: parameters with another value than documented, or added.
        """
        documented = self._around.aspsp.documented
        if pkce is None and documented.pkce == "required":
            pkce = Pkce()
        pairs = [("response_type", "code")]
        if documented.acr_values:
            pairs.append(("acr_values", documented.acr_values[0]))
        pairs += [
            ("client_id", self.client_id),
            ("scope", self.scope(role)),
            ("redirect_uri", self.redirect_uri),
        ]
        pairs += [("state", secrets.token_urlsafe(32)), ("nonce", secrets.token_urlsafe(24))]
        if pkce:
            pairs += [("code_challenge", pkce.challenge), ("code_challenge_method", "S256")]
        endpoint = self._around.aspsp.configuration.url("authorization_endpoint")
        return AuthorizationRequest(endpoint, tuple(pairs), pkce).having(**changed)

    def authorize(
        self,
        request: AuthorizationRequest | None = None,
        *,
        psu: Psu | None = None,
        browser: Browser | None = None,
        role: Role | None = None,
    ) -> AuthorizationResponse:
        """Have a PSU authorize, and take the redirect with the code.

        Raises:
            Unobservable: no code came back, or the documented flow has failed so often that the PSU is not
                asked again.
        """
        usual = psu is None or psu is self._around.psu
        with self._failures.counted(counts=request is None and usual):
            return self._authorize(request or self.authorization_request(role=role), psu, browser)

    def _authorize(
        self, request: AuthorizationRequest, psu: Psu | None, browser: Browser | None
    ) -> AuthorizationResponse:
        return given_code(self.send(request, psu=psu, browser=browser))

    def send(
        self, request: AuthorizationRequest, *, psu: Psu | None = None, browser: Browser | None = None
    ) -> Landing:
        """Send a PSU to the bank with a request, and say where its browser came to rest."""
        return (psu or self._psu).play(request, browser)

    @property
    def _psu(self) -> Psu:
        if self._around.psu is None:
            raise Unobservable("the profile has no PSU that can be driven")
        return self._around.psu


def given_code(landing: Landing) -> AuthorizationResponse:
    """The redirect of a journey that led to a code.

    Raises:
        Unobservable: it did not.
    """
    if landing.ending is not Ending.REDIRECT or landing.response is None:
        raise Unobservable(f"the authorization did not lead back to the TPP, but to {landing.described}")
    _ = landing.response.code
    return landing.response
