"""Deviants of the token endpoint: what a code is worth, to whom and how long."""

from __future__ import annotations

from datetime import timedelta

from conformance.bank.app import Bank
from conformance.bank.client_authentication import Form
from conformance.bank.deviants import deviant
from conformance.bank.problems import OAuthProblem
from conformance.bank.settings import Client, Json
from conformance.bank.token_endpoint import TokenEndpoint
from conformance.bank.tokens import Code, Tokens
from conformance.bank.trust import PeerCertificate


@deviant("token-code-single-use/1")
class RepeatsItsAnswer(TokenEndpoint):
    """Answers the second exchange of a code with the same tokens again."""

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self._answers: dict[str, Json] = {}

    def exchange_code(self, client: Client, form: Form, certificate: PeerCertificate | None) -> Json:
        if form["code"] not in self._answers:
            self._answers[form["code"]] = super().exchange_code(client, form, certificate)
        return self._answers[form["code"]]


@deviant("token-code-single-use/2")
class ExchangesCodesAgain(TokenEndpoint):
    """Issues new tokens at each exchange of a code that lives."""

    def code_unused(self, code: Code) -> bool:
        return True


@deviant("token-code-reuse-revokes/1")
class IgnoresReplay(TokenEndpoint):
    """Refuses the replay of a code, and leaves the first tokens alive."""

    def code_reused(self, code: Code) -> None:
        pass


@deviant("token-code-expiry/1")
class KeepsCodesForADay(Tokens):
    """Keeps codes valid for a day."""

    code_lifetime = timedelta(days=1)


@deviant("token-code-expiry/2")
class NeverExpiresCodes(Tokens):
    """Lets no unused code expire."""

    def code_expired(self, code: Code) -> bool:
        return False


@deviant("token-code-bound-to-client/1")
class ForgetsWhoseCode(TokenEndpoint):
    """Looks a code up without regard to the client that it was issued to."""

    def code_belongs_to(self, code: Code, client: Client) -> bool:
        return True


@deviant("token-redirect-uri-identical/1")
class IgnoresRedirectUri(TokenEndpoint):
    """Does not read redirect_uri in the token request."""

    def redirect_uri_refusal(self, code: Code, sent: str | None) -> OAuthProblem | None:
        return None


@deviant("token-redirect-uri-identical/2")
class AcceptsAnyRegisteredRedirectUri(TokenEndpoint):
    """Accepts any redirect URI of the client, whichever the code was sent to."""

    def redirect_uri_refusal(self, code: Code, sent: str | None) -> OAuthProblem | None:
        registered = sent in code.grant.client.redirect_uris
        return None if registered else super().redirect_uri_refusal(code, sent)


@deviant("token-pkce-enforced/1")
class IgnoresVerifier(TokenEndpoint):
    """Does not read code_verifier."""

    def code_verifier_matches(self, code: Code, verifier: str | None) -> bool:
        return True


@deviant("token-pkce-enforced/2")
class AcceptsMissingVerifier(TokenEndpoint):
    """Accepts an exchange without code_verifier although a challenge was sent."""

    def code_verifier_matches(self, code: Code, verifier: str | None) -> bool:
        return verifier is None or super().code_verifier_matches(code, verifier)


@deviant("token-pkce-enforced/3")
class AcceptsVerifierWithoutChallenge(TokenEndpoint):
    """Accepts a code_verifier for a code of a request without challenge."""

    def code_verifier_matches(self, code: Code, verifier: str | None) -> bool:
        return code.code_challenge is None or super().code_verifier_matches(code, verifier)
