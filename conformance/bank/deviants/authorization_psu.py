"""Deviants of the authorization area: how the bank treats the PSU and its browser."""

from __future__ import annotations

from dataclasses import replace

from werkzeug import Response

from conformance.bank.authorization_server import AuthorizationServer
from conformance.bank.deviants import deviant
from conformance.bank.pages import Pages
from conformance.bank.sessions import AuthorizationRequest, Interaction, Session


@deviant("authorization-access-denied/1", also=("entitlements-subscription-required",))
class KeepsPsuWhoCancels(AuthorizationServer):
    """Leaves a PSU who cancels on the bank's portal."""

    def cancelled(self, interaction: Interaction, page: str) -> Response:
        return self.bank.pages.page("portal", "Welcome to your bank", "<p>Your accounts at a glance.</p>")


@deviant("authorization-access-denied/2")
class GrantsInSpiteOfRefusal(AuthorizationServer):
    """Returns a code although the PSU refused its consent."""

    def cancelled(self, interaction: Interaction, page: str) -> Response:
        if interaction.session is None:
            return super().cancelled(interaction, page)
        return self.granted(interaction, interaction.session)


@deviant("authorization-access-denied/3")
class CallsRefusalServerError(AuthorizationServer):
    """Returns server_error when the PSU refuses."""

    def denial_error(self) -> str:
        return "server_error"


@deviant("authorization-prompt-and-session/1")
class ShowsLoginForPromptNone(AuthorizationServer):
    """Shows a login page for prompt=none."""

    def must_stay_silent(self, asked: AuthorizationRequest) -> bool:
        return False


@deviant("authorization-prompt-and-session/2")
class IgnoresPromptLogin(AuthorizationServer):
    """Skips the authentication that prompt=login asks for, because there is a session cookie."""

    def must_authenticate(self, asked: AuthorizationRequest, session: Session) -> bool:
        return super().must_authenticate(replace(asked, prompts=asked.prompts - {"login"}), session)


@deviant("authorization-front-channel-hardening/1")
class RepeatsPosts(AuthorizationServer):
    """Answers the PSU's form with 307, so that the browser posts it to the TPP."""

    def redirect_status(self) -> int:
        return 307


@deviant("authorization-front-channel-hardening/2")
class LetsItselfBeFramed(Pages):
    """Sends neither frame-ancestors nor X-Frame-Options."""

    def framing_forbidden(self) -> bool:
        return False


@deviant("authorization-front-channel-hardening/3")
class ReflectsOrigins(AuthorizationServer):
    """Lets every origin read the authorization endpoint's answers."""

    def cross_origin_headers(self, origin: str | None) -> dict[str, str]:
        return {"Access-Control-Allow-Origin": origin} if origin else {}
