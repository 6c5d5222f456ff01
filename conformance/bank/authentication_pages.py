"""The pages of strong authentication: choice of the means, what is signed, and why it cannot go on."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from werkzeug import Response

from conformance.bank.component import Component
from conformance.bank.corporate.companies import Means
from conformance.bank.means import Question
from conformance.bank.pages import alert_text, form
from conformance.bank.sessions import Visit

MEANS_NAMES = {Means.SECURE_ACCESS: "Secure Access, on my phone", Means.THREE_S_KEY: "3SKey, with my token"}

_SIGNATURE = """<label for="signature">Signature</label>
<textarea id="signature" name="signature" required autofocus spellcheck="false" aria-describedby="how"></textarea>
<label for="certificate">Certificate of the token</label>
<textarea id="certificate" name="certificate" required spellcheck="false" aria-describedby="how"></textarea>"""

_HOW = """<p class="soft small" id="how">Sign the text with your 3SKey software. The signature is made with SHA-256
over the text in UTF-8; signature and certificate are given in base64.</p>"""


class Detour:
    """A page more on the way.

    Args:
        name: of the page.
        fields: what the PSU has to fill in, as HTML.
    """

    def __init__(self, name: str, title: str, text: str, fields: str = "") -> None:
        self.name = name
        self.title = title
        self.text = text
        self.fields = fields


class AuthenticationPages(Component):
    """Draws them."""

    def means(self, visit: Visit, offered: Sequence[Means]) -> Response:
        """Let the PSU choose among all means that it has (RTS Art. 30(2))."""
        buttons = [(means.value, MEANS_NAMES[means]) for means in offered]
        fields = form(visit, "means", "", *buttons, ("cancel", "Cancel"), stacked=True)
        body = f'<p class="soft">to continue to {escape(visit.caller)}</p>\n{fields}'
        return self.bank.pages.page(
            "means", "How do you want to prove that it is you?", body, interaction=visit
        )

    def question(self, visit: Visit, question: Question, alert: str = "") -> Response:
        """Show what the PSU is asked to prove, by the means that was chosen."""
        if visit.means is Means.THREE_S_KEY:
            return self.sign(visit, question, alert)
        return self.approve(visit, question, alert)

    def approve(self, visit: Visit, question: Question, alert: str = "") -> Response:
        """Ask the PSU to approve on the device."""
        name = escape(visit.psu.name) if visit.psu else ""
        fields = form(
            visit, "approve", self.reference(question), ("continue", "I have approved"), ("cancel", "Cancel")
        )
        body = (
            f"{alert_text(alert)}<p>We have sent a request to the Secure Access device of "
            f"<strong>{name}</strong>. It says:</p>\n{self.signed(question)}"
            f'<p class="soft">Compare, approve it there with your PIN, then continue here. If the device shows '
            f"anything else, refuse.</p>\n{fields}"
        )
        return self.bank.pages.page("approve", "Approve on your phone", body, interaction=visit)

    def sign(self, visit: Visit, question: Question, alert: str = "") -> Response:
        """Ask the PSU to sign with the token."""
        name = escape(visit.psu.name) if visit.psu else ""
        fields = f"{_HOW}\n{self.reference(question)}\n{_SIGNATURE}"
        body = (
            f"{alert_text(alert)}<p>Sign this text with the 3SKey token of <strong>{name}</strong>:</p>\n"
            f"{self.signed(question)}{form(visit, 'sign', fields, ('sign', 'Sign'), ('cancel', 'Cancel'))}"
        )
        return self.bank.pages.page("sign", "Sign with your 3SKey", body, interaction=visit)

    def signed(self, question: Question) -> str:
        """The text on the page: the same as on the device (RTS Art. 5(1)(a))."""
        return f'<p class="signed">{escape(question.text)}</p>\n'

    def reference(self, question: Question) -> str:
        """What names the question when the form comes back."""
        return f'<input type="hidden" name="challenge" value="{escape(question.reference)}">'

    def detour(self, visit: Visit, detour: Detour) -> Response:
        """A page that the bank's own channel does not have."""
        passed = f'<input type="hidden" name="passed" value="{escape(detour.name)}">\n{detour.fields}'
        fields = form(visit, "detour", passed, ("continue", "Continue"), ("cancel", "Cancel"))
        body = f"<p>{escape(detour.text)}</p>\n{fields}"
        return self.bank.pages.page(detour.name, detour.title, body, interaction=visit)

    def refused(self, visit: Visit, reason: str) -> Response:
        """Tell the PSU why it cannot go on, and show the way back."""
        text = f"{reason[:1].upper()}{reason[1:]}."
        fields = form(visit, "leave", "", ("continue", f"Return to {visit.caller}"))
        body = (
            f'<p class="alert" role="alert">{escape(text)}</p>\n'
            f'<p class="soft">Your company\'s Administrator can tell you more.</p>\n{fields}'
        )
        return self.bank.pages.page("refused", "This is not possible", body, interaction=visit)
