"""PSUs on their way through the pages of the embedded bank, for the tests of strong authentication."""

from __future__ import annotations

import base64
import http.client
import itertools
import json
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from conformance.bank.corporate.money import Money
from conformance.bank.corporate.orders import InstructionOrder, Party, PaymentOrder, PaymentRequest
from conformance.bank.three_skey import certificate_text
from conformance.selftest.bank_fixtures import shared_keyring
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.keyring import PersonalToken
from conformance.selftest.plain_client import Answer, Visitor, carried

PAYEE = Party("Fournisseur GmbH", "DE89370400440532013000")
YES = "https://tpp.example.com/done?order=a%20b"
NO = "https://tpp.example.com/failed?order=a%20b"
_NUMBERS = itertools.count(1)


_PRESENT: list[Person] = []


@pytest.fixture
def own_bank() -> Iterator[EmbeddedBank]:
    """A bank of its own for each test, as some lock a login or move the clock; then all leave."""
    with EmbeddedBank(keys=shared_keyring()) as running:
        yield running
        while _PRESENT:
            _PRESENT.pop().close()
        failed = [error for listener in running.bank.listeners.values() for error in listener.handler_errors]
    assert failed == []


class Person(Visitor):
    """A PSU at a running bank, with the phone or the token that he has."""

    def __init__(self, bank: EmbeddedBank, tpp: str = "main", psu: str = "treasurer") -> None:
        super().__init__(bank, tpp, psu)
        _PRESENT.append(self)

    def log_in(self, page: Answer, password: str | None = None) -> Answer:
        """Give username and password."""
        return self.submit(page, "login", username=self.psu.username, password=password or self.psu.password)

    def approved(self, page: Answer) -> Answer:
        """Approve on the phone and continue."""
        assert self.decide("approve") == 204
        return self.submit(page, "continue")

    def signed(self, page: Answer, token: PersonalToken | None = None, **fields: str) -> Answer:
        """Sign the challenge of the page."""
        owned = token or self.bank.tokens[self.role]
        text = fields.get("challenge", dict(carried(page))["challenge"])
        proof = {
            "signature": signature(owned, text),
            "certificate": certificate_text(owned.issued.certificate),
        }
        return self.submit(page, "sign", **(proof | fields))

    def open(self, payment: PaymentRequest) -> Answer:
        """Open the approval link of a payment."""
        return self.visit("GET", f"/sgconnect/approve/{payment.approval}")

    def phone(self) -> str | None:
        """What the phone shows."""
        parts = urlsplit(self.bank.device_url(self.role))
        connection = http.client.HTTPConnection(parts.netloc, timeout=5)
        try:
            connection.request("GET", parts.path)
            pending = json.loads(connection.getresponse().read())["pending"]
        finally:
            connection.close()
        return pending["text"] if pending else None


def signature(token: PersonalToken, text: str) -> str:
    """The signature of a text, as the page takes it."""
    return base64.b64encode(token.issued.key.sign(text.encode(), ec.ECDSA(hashes.SHA256()))).decode()


def order_payment(bank: EmbeddedBank, amount: str = "1.01", debtor: str = "acc-main") -> PaymentRequest:
    """A payment that the main TPP has initiated; without debtor the PSU chooses the account."""
    number, domain = next(_NUMBERS), bank.bank.corporate
    account = domain.directory.account(debtor)
    instruction = InstructionOrder(f"i-{number}", f"e-{number}", Money.of(amount), PAYEE)
    order = PaymentOrder(
        payment_information_id=f"sca-{number}",
        instructions=(instruction,),
        debtor_iban=account.iban if account else "",
        success_url=YES,
        failure_url=NO,
    )
    return domain.payments.register(bank.clients["main"].client_id, order)


def name_of(page: Answer) -> str:
    """Which page it is."""
    found = re.search(r'<main id="([^"]+)"', page.text)
    return found[1] if found else f"status {page.status}"


def words(page: Answer) -> str:
    """The text of a page, without markup and without what differs each time."""
    text = page.text.partition("<main")[2]
    return unescape(" ".join(re.sub(r"<[^>]*>", " ", text).split()))
