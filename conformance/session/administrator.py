"""The Administrator of a company: changes rights while the run goes on, where the target lets it."""

from __future__ import annotations

from typing import Any

import requests

from conformance.errors import Unobservable
from conformance.session.psu import Psu
from conformance.wire.recorder import Recorder


class Administrator:
    """Changes what PSUs may do; users and accounts go by the names that the target's control knows.

    Args:
        url: where orders are taken.
        recorder: where it is written that something was changed.
    """

    def __init__(self, url: str, recorder: Recorder) -> None:
        self._url = url
        self._recorder = recorder

    def subscribe(self, company: str, *, subscribed: bool = True) -> None:
        """Add the amendment for TPPs to a company's contract, or end it."""
        self.act("subscribe", company=company, subscribed=subscribed)

    def grant(self, psu: Psu, service: str) -> None:
        """Grant a service: aggregation, initiation or funds."""
        self.act("grant", user=psu.name, service=service)

    def withdraw(self, psu: Psu, service: str) -> None:
        """Withdraw a service."""
        self.act("withdraw", user=psu.name, service=service)

    def withdraw_consents(self, psu: Psu, client_id: str) -> None:
        """Withdraw what the PSU consented to for a TPP."""
        self.act("withdraw_consents", user=psu.name, client_id=client_id)

    def show_accounts(self, psu: Psu, accounts: list[str] | None = None) -> None:
        """Let a PSU see these accounts, or all of the subscription."""
        self.act("show_accounts", user=psu.name, accounts=accounts)

    def hide_account(self, psu: Psu, account: str) -> None:
        """Withdraw the right to an account."""
        self.act("hide_account", user=psu.name, account=account)

    def allow_reports(self, psu: Psu, account: str, reports: list[str]) -> None:
        """Set what a PSU may see of an account."""
        self.act("allow_reports", user=psu.name, account=account, reports=reports)

    def set_payment_right(self, psu: Psu, **right: Any) -> None:
        """Set what a PSU may do with payments."""
        self.act("set_payment_right", user=psu.name, **right)

    def set_means(self, psu: Psu, means: list[str]) -> None:
        """Equip a PSU with means of authentication."""
        self.act("set_means", user=psu.name, means=means)

    def remove_user(self, psu: Psu) -> None:
        """Remove a PSU from the subscription."""
        self.act("remove_user", user=psu.name)

    def restore_user(self, psu: Psu) -> None:
        """Let a removed PSU back in."""
        self.act("restore_user", user=psu.name)

    def open_account(self, company: str, account: str, **facts: Any) -> None:
        """Add an account to a company's subscription."""
        self.act("open_account", company=company, account=account, **facts)

    def close_account(self, account: str) -> None:
        """Close an account."""
        self.act("close_account", account=account)

    def receive(self, account: str, amount: str, **facts: Any) -> None:
        """Let money from another bank arrive."""
        self.act("receive", account=account, amount=amount, **facts)

    def act(self, action: str, **members: Any) -> None:
        """Give one order.

        Raises:
            Unobservable: it was not carried out.
        """
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.post(self._url, json={"action": action, **members}, timeout=10)
        except requests.RequestException as error:
            raise Unobservable(f"the Administrator could not be reached: {type(error).__name__}") from None
        if not answer.ok:
            raise Unobservable(f"the Administrator could not {action}: status {answer.status_code}")
        self._recorder.administered(action)
