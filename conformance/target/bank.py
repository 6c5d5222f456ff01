"""What the tester knows of the bank beside its interface: accounts, its own channel, documents, statements."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from conformance.catalogue.load import load
from conformance.catalogue.model import Observation
from conformance.target.people import Means
from conformance.target.values import (
    Amount,
    AmountOrUnknown,
    HttpsUrl,
    Iban,
    Model,
    TextOrReference,
    ValueOrReference,
    problem,
)

Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0)]


class Creditor(Model):
    """Who is paid in scenarios."""

    name: ValueOrReference
    iban: Iban
    bic: ValueOrReference | None = None


class KnownHistory(Model):
    """The oldest entry of an account that the bank's own channel shows."""

    iban: Iban
    oldest: date


class PortalEntry(Model):
    """An entry of an account as the bank's own channel shows it.

    Args:
        amount: below zero for a debit.
        texts: what is shown of it, as the name of the other party.
    """

    iban: Iban
    amount: Amount
    texts: list[TextOrReference] = []


class Accounts(Model):
    """Accounts by the part that they play, as values or references.

    Args:
        debtor: debited by payments, and asked for funds.
        creditor: credited by payments.
        out_of_scope: of the subscription, but in a country for which the interface is not offered.
        out_of_scope_currency: in which it is kept.
        expected: every account in scope with its booked balance, "" where it is not known.
        known_history: the oldest entry that is known, of an account that has some in every month since.
        entries: of the last weeks, booked or pending.
    """

    debtor: Iban | None = None
    creditor: Creditor | None = None
    out_of_scope: Iban | None = None
    out_of_scope_currency: str = "EUR"
    expected: dict[Iban, AmountOrUnknown] = {}
    known_history: KnownHistory | None = None
    entries: list[PortalEntry] = []


class Admin(Model):
    """Where rights are changed during the run.

    Args:
        company: of the first PSU, as the control knows it; accounts are added to it.
    """

    url: ValueOrReference
    company: ValueOrReference | None = None


class DirectChannel(Model):
    """What a PSU goes through in the bank's own channel for the same purpose.

    For account information and funds that is to sign in; for payments it is one payment once it is signed in, and
    what it typed to sign in counts among the fields, as it does on a PISP's journey.

    Args:
        steps: pages on which the PSU does something.
        screens: pages that it is shown on the way, without the one that it came for.
        redirects: from host to host.
        authentications: how often it authenticates.
        fields: how many fields it must fill.
        means: what it may choose to authenticate with.
        seconds: how long it takes.
    """

    steps: Count
    screens: Count
    redirects: Count | None = None
    authentications: Count = 1
    fields: Count | None = None
    means: Annotated[list[Means], Field(min_length=1)]
    seconds: Annotated[float, Field(gt=0, strict=False)] | None = None


class Published(Model):
    """Public pages of the bank, and the metadata of its other environment.

    Args:
        documentation_url: readable without a login.
        key_words: that must stand there, as the discovery URL, the token endpoint and the scopes.
        statistics_url: availability and performance.
        portal_url: where the bank's own channel begins, with its login.
        sandbox_discovery_url: of the sandbox, where the profile is production's.
        production_discovery_url: of production, where the profile is the sandbox's.
    """

    documentation_url: HttpsUrl | None = None
    key_words: list[Text] = []
    statistics_url: HttpsUrl | None = None
    portal_url: HttpsUrl | None = None
    sandbox_discovery_url: HttpsUrl | None = None
    production_discovery_url: HttpsUrl | None = None

    @model_validator(mode="after")
    def _something_to_find(self) -> Published:
        if self.documentation_url is not None and not self.key_words:
            raise problem("nothing", "the words that a reader must find in the documentation", "key_words")
        return self


def _resting_on_documents(requirement: str) -> str:
    """A statement for anything else would be read by nobody."""
    catalogue = load()
    known = [each.id for each in catalogue.requirements if each.observe is Observation.EVIDENCE]
    if requirement not in known:
        observed = requirement in catalogue
        near = [] if observed else get_close_matches(requirement, known, n=1)
        found = "a requirement that is observed" if observed else repr(requirement)
        hint = f"did you mean {near[0]}?" if near else ""
        raise problem(found, f"a requirement that rests on documents: {', '.join(known)}", hint=hint)
    return requirement


AttestedRequirement = Annotated[str, AfterValidator(_resting_on_documents)]


class Attestation(Model):
    """What somebody states, and signs for by name, about what no client can observe.

    Args:
        statement: in plain words.
        person: who states it.
        date: when.
        document_sha256: of the document that supports it.
    """

    statement: Text
    person: Text
    date: date
    document_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
