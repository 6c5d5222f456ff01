"""The transactions of an account in STET 1.4.2, page by page."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote, urlencode

from conformance.bank.component import Component
from conformance.bank.corporate.companies import Report
from conformance.bank.corporate.history import Entry
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.reporting import Page, Query
from conformance.bank.settings import Json
from conformance.bank.stet import members
from conformance.bank.stet.accounts import present
from conformance.bank.stet.call import Call, Success

_LAST_PAGE = 1_000_000


class StetTransactions(Component):
    """Tells an AISP of entries."""

    def transactions(self, call: Call) -> Success:
        """HalTransactions, one page of them."""
        query = self._query(call)
        page = self.bank.corporate.information.transactions(call.access, call.resource_id, query)
        if not page.entries and not query.page:
            self.nothing_found(call)
        entries = [present(self.entry(entry)) for entry in page.entries]
        links = self.bank.stet_accounts.report_links(call, Report.BALANCES) | self.page_links(
            call, query, page
        )
        return Success(200, {"transactions": entries, "_links": links})

    def nothing_found(self, call: Call) -> None:
        """What an account without entries comes to: an empty list.

        Raises:
            StetProblem: never here.
        """

    def entry(self, entry: Entry) -> Json:
        """Transaction."""
        amount, sense = self.amount_and_sense(entry.money)
        day = entry.day.isoformat()
        return {
            "resourceId": entry.reference,
            "entryReference": entry.reference,
            "transactionAmount": amount,
            "creditDebitIndicator": sense,
            "status": self.entry_status(entry),
            "bookingDate": None if entry.pending else day,
            "expectedBookingDate": day if entry.pending else None,
            "valueDate": day,
            "bankTransactionCode": {
                "domain": "PMNT",
                "family": "RCDT" if entry.money.positive else "ICDT",
                "subFamily": "ESCT",
            },
            "relatedParties": self.related_parties(entry),
            "remittanceInformation": {"unstructured": [*self.remittance(entry)]},
        }

    def amount_and_sense(self, money: Money) -> tuple[Json, str | None]:
        """The unsigned amount, and the indicator that holds its sense."""
        return self.bank.stet.amount(abs(money)), "CRDT" if money.positive else "DBIT"

    def entry_status(self, entry: Entry) -> str | None:
        """BOOK or PDNG."""
        return "PDNG" if entry.pending else "BOOK"

    def related_parties(self, entry: Entry) -> Json | None:
        """The other party, as the portal shows it."""
        role = "debtor" if entry.money.positive else "creditor"
        account = {"iban": entry.counterparty_iban} if entry.counterparty_iban else None
        return present({role: {"name": entry.counterparty}, f"{role}Account": account})

    def remittance(self, entry: Entry) -> tuple[str, ...]:
        """What the originator wrote, as it may leave the bank."""
        return entry.remittance

    # the query, and the links between pages

    def period_day(self, name: str, value: str) -> date | None:
        """The day of dateFrom or dateTo.

        Raises:
            Refused: it is no date-time and no date.
        """
        found = members.moment_of(value.replace(" ", "+"))
        if found is None:
            raise members.wrong(name, "a date-time or a date of ISO 8601")
        return found.date()

    def page_links(self, call: Call, query: Query, page: Page) -> Json:
        """first, last, and where there are such pages next and prev."""
        further = query.page + 1
        links = {"first": {}, "last": {"after": page.last_after, "page": further}}
        if page.next_after is not None:
            links["next"] = {"after": page.next_after, "page": further}
        if page.prev_before is not None:
            links["prev"] = {"before": page.prev_before, "page": further}
        return {relation: self.page_link(call, query, position) for relation, position in links.items()}

    def page_link(self, call: Call, query: Query, position: Json) -> Json:
        """The link to a page of the same query.

        Args:
            position: the parameters that name the page.
        """
        filters = {
            "dateFrom": query.start,
            "dateTo": query.end,
            "entryReferenceFrom": query.first_reference,
            "entryReferenceTo": query.last_reference,
        }
        asked = {name: value for name, value in (filters | position).items() if value}
        path = f"/accounts/{call.resource_id}/{Report.TRANSACTIONS.value}"
        return self.bank.stet.link(f"{path}?{urlencode(asked, quote_via=quote)}" if asked else path)

    def _query(self, call: Call) -> Query:
        sent = call.request.args
        days = {name: self.period_day(name, sent[name]) for name in ("dateFrom", "dateTo") if name in sent}
        page = sent.get("page", "0")
        if not (page.isascii() and page.isdigit() and len(page) < 8 and int(page) <= _LAST_PAGE):
            raise members.wrong("page", "a number of a link")
        return Query(
            start=days.get("dateFrom"),
            end=days.get("dateTo"),
            first_reference=_reference(sent.get("entryReferenceFrom", ""), "entryReferenceFrom"),
            last_reference=_reference(sent.get("entryReferenceTo", ""), "entryReferenceTo"),
            after=_reference(sent.get("after", sent.get("afterEntryReference", "")), "after"),
            before=_reference(sent.get("before", ""), "before"),
            page=int(page),
        )


def _reference(value: str, name: str) -> str:
    if len(value) > 40 or not value.isascii():
        raise members.wrong(name, "an entry reference")
    return value
