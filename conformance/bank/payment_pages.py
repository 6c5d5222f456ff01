"""The pages of payments: choice of the account, the decision, and the bank's own list of what waits."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from werkzeug import Response

from conformance.bank.component import Component
from conformance.bank.corporate.companies import Account
from conformance.bank.corporate.orders import PaymentRequest
from conformance.bank.pages import alert_text, form, grouped, rows
from conformance.bank.sessions import PaymentVisit, Session, Visit

_MOST_PAYEES = 50


class PaymentPages(Component):
    """Draws them."""

    def account(self, visit: PaymentVisit, accounts: Sequence[Account]) -> Response:
        """Let the PSU choose the account to pay from; after a password alone it is not shown whole."""
        options = "\n".join(
            f'<option value="{escape(a.resource_id)}">{escape(a.name)} (…{escape(a.iban[-4:])})</option>'
            for a in accounts
        )
        select = (
            f'<label for="payer">Account</label>\n<select id="payer" name="account">\n{options}\n</select>'
        )
        fields = form(visit, "account", select, ("continue", "Continue"), ("cancel", "Cancel"))
        body = f"{self.summary(visit)}{fields}"
        return self.bank.pages.page(
            "account", "Which account do you want to pay from?", body, interaction=visit
        )

    def decision(self, visit: PaymentVisit, alert: str = "") -> Response:
        """Ask for the PSU's decision, with everything that it decides on."""
        yes = "Cancel the payment" if visit.cancels else "Pay"
        no = "Keep the payment" if visit.cancels else "Refuse"
        fields = form(visit, "decision", "", ("accept", yes), ("refuse", no))
        title = "Do you cancel this payment?" if visit.cancels else "Do you approve this payment?"
        body = f"{alert_text(alert)}{self.summary(visit)}{fields}"
        return self.bank.pages.page("decision", title, body, interaction=visit)

    def summary(self, visit: PaymentVisit) -> str:
        """Amount, payees and account, exactly as they came (RTS Art. 5(1)(a))."""
        order, codes = visit.payment.order, self.bank.corporate.codes
        amount, *payees = codes.shown(self.bank.corporate.journey.link(visit.payment))
        pairs = [("To", _on_two_lines(payee)) for payee in payees[:_MOST_PAYEES]]
        if len(payees) > _MOST_PAYEES:
            pairs.append(("and", f"{len(payees) - _MOST_PAYEES} more"))
        if visit.payment.debtor is not None and visit.proofs:
            pairs.append(("From", grouped(visit.payment.debtor.iban)))
        if order.day is not None:
            pairs.append(("On", f"{order.day.day} {order.day:%B %Y}"))
        pairs.append(("Asked by", visit.caller))
        return f'<p class="amount">{escape(amount)}</p>\n{rows(pairs)}\n'

    def done(self, visit: PaymentVisit, *, accepted: bool) -> Response:
        """The end of a payment whose PISP gave no address to return to."""
        text = "Your decision has been recorded." if accepted else "Nothing was approved."
        body = f'<p class="notice" role="status">{text}</p>\n<p class="soft">You can close this page.</p>'
        return self.bank.pages.page("done", "Thank you", body, interaction=visit)

    def portal(
        self, visit: Visit, session: Session, waiting: Sequence[PaymentRequest], notice: str = ""
    ) -> Response:
        """The bank's own channel: the payments that wait for this PSU's signature."""
        told = f'<p class="notice" role="status">{escape(notice)}</p>\n' if notice else ""
        each = "\n".join(self._waiting(visit, request) for request in waiting)
        none = '<p class="soft">No payment waits for your signature.</p>'
        leave = form(visit, "sign-out", "", ("sign-out", "Sign out"), onward=False)
        body = (
            f"{told}<p>Good day, {escape(session.psu.name)}.</p>\n<h2>Payments that wait for your signature</h2>\n"
            f"{each or none}\n{leave}"
        )
        return self.bank.pages.page("portal", "Your company's payments", body, interaction=visit)

    def _waiting(self, visit: Visit, request: PaymentRequest) -> str:
        order, codes = request.order, self.bank.corporate.codes
        amount, *payees = codes.shown(self.bank.corporate.journey.link(request))
        pairs = [("Amount", amount), *(("To", _on_two_lines(payee)) for payee in payees[:3])]
        if len(payees) > 3:
            pairs.append(("and", f"{len(payees) - 3} more"))
        pairs.append(("Reference", order.payment_information_id))
        hidden = f'<input type="hidden" name="payment" value="{escape(request.approval)}">'
        review = form(visit, "review", hidden, ("review", f"Review the payment of {amount}"))
        return f'<div class="card">\n{rows(pairs)}\n{review}\n</div>'


def _on_two_lines(payee: str) -> str:
    """Name and account as they are shown on the device, the account in groups on a line of its own."""
    name, _, account = payee.rpartition(" ")
    return f"{name}\n{grouped(account)}" if name else payee
