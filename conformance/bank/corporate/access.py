"""When an AISP may read without the PSU: 180 days, 90 days of history, four accesses a day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from conformance.bank.corporate.companies import User
from conformance.bank.corporate.component import DomainComponent
from conformance.bank.corporate.problems import Refusal, Refused, forbidden

if TYPE_CHECKING:
    from conformance.bank.corporate.domain import CorporateBank

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Access:
    """Who asks for account data.

    Args:
        tpp: the identifier of the AISP.
        attended: whether the PSU is actively asking (PSU-IP-Address was sent).
        extended: whether the token opens more than 90 days of history.
        certificate: the thumbprint of the QWAC.
    """

    tpp: str
    user: User
    attended: bool = False
    extended: bool = False
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Authentication:
    """A strong authentication in a journey that an AISP began."""

    tpp: str
    user_id: str
    at: datetime
    certificate: str = ""


class AccessRules(DomainComponent):
    """Keeps strong authentications and unattended accesses, and decides when a new one is due."""

    exemption = timedelta(days=180)
    history = timedelta(days=90)

    def __init__(self, domain: CorporateBank) -> None:
        super().__init__(domain)
        self._authentications: dict[tuple[str, str], Authentication] = {}
        self._unattended: defaultdict[tuple[str, str, str], list[datetime]] = defaultdict(list)

    def authenticated(self, access: Access) -> None:
        """Remember a strong authentication for this AISP."""
        kept = Authentication(access.tpp, access.user.user_id, self.clock.now(), access.certificate)
        self._authentications[access.tpp, access.user.user_id] = kept

    def presented(self, access: Access) -> None:
        """Remember over which certificate the AISP came for what the PSU has just allowed."""
        known = self._authentications.get((access.tpp, access.user.user_id))
        if known is not None:
            kept = replace(known, certificate=access.certificate)
            self._authentications[access.tpp, access.user.user_id] = kept

    def authentications(self) -> list[Authentication]:
        """The last strong authentications, one for each AISP and PSU."""
        return list(self._authentications.values())

    def counts_for(self, authentication: Authentication, access: Access) -> bool:
        """Whether an authentication was given for this AISP and PSU; a new QWAC changes nothing."""
        return (authentication.tpp, authentication.user_id) == (access.tpp, access.user.user_id)

    def exempted(self, authentication: Authentication) -> bool:
        """Whether it is less than 180 days old (RTS Art. 10a, as amended by 2022/2360)."""
        return self.clock.now() < authentication.at + self.exemption

    def fresh(self, access: Access) -> bool:
        """Whether the AISP may read, and refresh, without a new strong authentication."""
        known = (a for a in self._authentications.values() if self.counts_for(a, access))
        return any(self.exempted(authentication) for authentication in known)

    def may_refresh(self, access: Access) -> bool:
        """Whether a refresh token of this AISP and PSU is still worth something for account information."""
        return self.domain.entitlements.active(access.user) and self.fresh(access)

    def attended(self, access: Access) -> bool:
        """Whether the PSU is actively asking, so that nothing is counted (RTS Art. 36(5)(a))."""
        return access.attended

    def counted(self, access: Access, page: int) -> bool:
        """Whether a request is an access of its own: the further pages of one query are not."""
        return page == 0

    def unattended_limit(self) -> int:
        """The unattended accesses to one resource in 24 hours (RTS Art. 36(5)(b))."""
        return 4

    def earliest_day(self, access: Access) -> date | None:
        """The first day of history that the token opens; None for all of it (RTS Art. 10a(1)(b))."""
        return None if access.extended else (self.clock.now() - self.history).date()

    def beyond_history(self, access: Access, wanted: date) -> bool:
        """Whether more history is asked for than the token opens."""
        earliest = self.earliest_day(access)
        return earliest is not None and wanted < earliest

    def expect_fresh(self, access: Access) -> None:
        """Refuse account data when a strong authentication is due.

        Raises:
            Refused: there was none for this AISP, or it is too old.
        """
        if not self.fresh(access):
            text = "a strong authentication of the PSU is due"
            raise Refused(Refusal.AUTHENTICATION, "authentication-due", text)

    def expect_history(self, access: Access, wanted: date | None) -> None:
        """Refuse older history than the token opens.

        Raises:
            Refused: it needs a fresh strong authentication with the scope for extended history.
        """
        if wanted is not None and self.beyond_history(access, wanted):
            raise forbidden("history", "more than 90 days of history need extended_transaction_history")

    def count(self, access: Access, resource: str, page: int = 0) -> None:
        """Count an unattended access.

        Args:
            resource: what is read, as `balances/acc-1`.
            page: 0 for a query, more for its further pages.

        Raises:
            Refused: it is one too many.
        """
        if self.attended(access) or not self.counted(access, page):
            return
        key = (access.tpp, access.user.user_id, resource)
        recent = [at for at in self._unattended[key] if self.clock.now() < at + DAY]
        if len(recent) >= self.unattended_limit():
            raise Refused(Refusal.TOO_MANY, "too-many-accesses", "four unattended accesses a day are over")
        self._unattended[key] = [*recent, self.clock.now()]
