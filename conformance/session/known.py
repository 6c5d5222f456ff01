"""What the tester knows of the bank beside its interface, as the profile tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from conformance.errors import NotApplicable, Review
from conformance.target.model import Attestation, DirectChannel, KnownHistory, PortalEntry, Profile, Role


class Known:
    """Gives what a scenario needs to know, or says that it does not apply.

    Args:
        profile: where it stands.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile

    @property
    def debtor(self) -> str:
        """The account that is debited, and asked for funds."""
        return self._wanted(self._profile.accounts.debtor, "accounts.debtor")

    @property
    def account_out_of_scope(self) -> str:
        """An account of the subscription outside of the geographic scope."""
        return self._wanted(self._profile.accounts.out_of_scope, "accounts.out_of_scope")

    @property
    def currency_out_of_scope(self) -> str:
        """The currency of that account."""
        return self._profile.accounts.out_of_scope_currency

    @property
    def company(self) -> str:
        """The first PSU's company, as the Administrator's control knows it."""
        admin = self._profile.admin
        if admin is None or admin.company is None:
            raise NotApplicable("the profile does not name the company to change (admin.company)")
        return admin.company

    @property
    def expected_accounts(self) -> Mapping[str, Decimal | None]:
        """Every account in scope with its booked balance, None where it is not known."""
        found = self._profile.accounts.expected
        if not found:
            raise NotApplicable("the profile lists no expected accounts (accounts.expected)")
        return found

    @property
    def entries(self) -> Sequence[PortalEntry]:
        """Entries of the last weeks as the bank's own channel shows them."""
        if not self._profile.accounts.entries:
            raise NotApplicable("the profile lists no entries of the bank's own channel (accounts.entries)")
        return self._profile.accounts.entries

    @property
    def history(self) -> KnownHistory:
        """The oldest entry of an account that the bank's own channel shows."""
        found = self._profile.accounts.known_history
        if found is None:
            raise NotApplicable("the profile knows no oldest entry (accounts.known_history)")
        return found

    def direct_channel(self, role: Role) -> DirectChannel:
        """What a PSU goes through in the bank's own channel.

        Raises:
            NotApplicable: nobody recorded it.
        """
        if role not in self._profile.direct_channel:
            raise NotApplicable(
                f"the profile holds no record of the bank's own channel (direct_channel.{role})"
            )
        return self._profile.direct_channel[role]

    def attestation(self, requirement: str) -> Attestation:
        """What somebody states about a requirement that no client can observe.

        Raises:
            NotApplicable: nobody states anything.
        """
        if requirement not in self._profile.attestations:
            raise NotApplicable(f"not assessed: the profile holds no statement (attestations.{requirement})")
        return self._profile.attestations[requirement]

    def review(self, requirement: str) -> Review:
        """What a scenario raises whose requirement rests on a statement alone.

        Raises:
            NotApplicable: nobody states anything.
        """
        stated = self.attestation(requirement)
        document = (
            f", document sha256 {stated.document_sha256}" if stated.document_sha256 else ", no document"
        )
        said = " ".join(stated.statement.split())
        return Review(f"stated by {stated.person} on {stated.date:%Y-%m-%d}: {said}{document}")

    @staticmethod
    def _wanted(value: str | None, key: str) -> str:
        if value is None:
            raise NotApplicable(f"the profile names no such account ({key})")
        return str(value)
