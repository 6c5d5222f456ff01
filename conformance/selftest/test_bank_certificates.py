"""Which certificates the bank accepts, and what it reads in them."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from conformance.bank.trust import PeerCertificate
from conformance.pki import eidas
from conformance.pki.authority import Authority, Issued, Organization, Validity, pem
from conformance.selftest.bank_fixtures import bank, main, shared_keyring
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.keyring import MAIN, Keyring
from conformance.selftest.plain_client import FORM, REALM, Connection, Visitor

__all__ = ["bank", "main"]

GOOD = eidas.psd2_statements(tuple(eidas.Role)[1:4])
COMPLETE = eidas.encode(GOOD)


def peer(bank: EmbeddedBank, issued: Issued) -> PeerCertificate:
    """The bank's reading of a certificate."""
    read = bank.bank.trust.peer(pem(issued.certificate).decode())
    assert read is not None
    return read


def show(bank: EmbeddedBank, issued: Issued, name: str = "new") -> Connection:
    """A connection to the certificate host with this certificate."""
    (bank.folder / "tpp" / f"{name}.pem").write_bytes(issued.chain_pem)
    (bank.folder / "tpp" / f"{name}.key").write_bytes(issued.key_pem)
    return Connection(bank, "cert", name)


def ask(connection: Connection, client_id: str) -> tuple[int, str]:
    """Send a token request that a good client gets invalid_grant for."""
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": client_id}
    answer = connection.ask("POST", f"{REALM}/access_token", urlencode(form), FORM)
    return answer.status, answer.json()["error"]


def test_a_good_certificate_is_read(bank: EmbeddedBank) -> None:
    read = peer(bank, shared_keyring().main)

    assert (read.defect, read.organization_identifier) == ("", "PSDFR-ACPR-12345")
    assert read.roles == {"PSP_PI", "PSP_AI", "PSP_IC"}


@pytest.mark.parametrize("role", tuple(eidas.Role)[1:4])
def test_a_single_role_is_read(bank: EmbeddedBank, role: eidas.Role) -> None:
    assert peer(bank, shared_keyring().issuing.qwac(MAIN, [role])).roles == {role.label}


DEFECTS: dict[str, Callable[[Keyring], Issued]] = {
    "no qualified provider": lambda _: Authority("CA", Authority("Root")).qwac(MAIN),
    "not valid at this time": lambda k: k.issuing.qwac(MAIN, validity=Validity.expired()),
    "lacks client authentication": lambda k: k.issuing.qwac(MAIN, usages=[ExtendedKeyUsageOID.SERVER_AUTH]),
    "not qualified": lambda k: k.issuing.qwac(
        MAIN, statements=eidas.QcStatements(qualified=False, roles=GOOD.roles, authority=eidas.ACPR)
    ),
    "QcType is not web": lambda k: k.issuing.qwac(
        MAIN, statements=eidas.QcStatements(types=(eidas.QC_TYPE_ESEAL,), roles=GOOD.roles)
    ),
    "cannot be read": lambda k: k.issuing.qwac(MAIN, statements=COMPLETE[:-20]),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_broken_certificate_is_recognised(bank: EmbeddedBank, defect: str) -> None:
    assert defect in peer(bank, DEFECTS[defect](shared_keyring())).defect


@pytest.mark.parametrize("end", range(1, len(COMPLETE), 7))
def test_truncated_statements_never_break_the_bank(bank: EmbeddedBank, end: int) -> None:
    assert peer(bank, shared_keyring().issuing.qwac(MAIN, statements=COMPLETE[:end])).defect


def test_role_names_do_not_count(bank: EmbeddedBank) -> None:
    lies = eidas.QcStatements(roles=(("0.4.0.19495.1.3", "PSP_PI"),), authority=eidas.ACPR)

    assert peer(bank, shared_keyring().issuing.qwac(MAIN, statements=lies)).roles == {"PSP_AI"}


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        (MAIN.identifier, (400, "invalid_grant")),
        ("PSDFR-ACPR-99999", (401, "invalid_client")),
        ("PSDDE-BAFIN-12345", (401, "invalid_client")),
    ],
)
def test_the_organization_identifies_the_client(
    bank: EmbeddedBank, main: Visitor, identifier: str, expected: tuple[int, str]
) -> None:
    connection = show(bank, shared_keyring().issuing.qwac(Organization(MAIN.name, identifier)))

    assert ask(connection, main.client.client_id) == expected
    connection.close()


@pytest.mark.parametrize("statements", [b"", COMPLETE[:-20]])
def test_a_plain_certificate_of_the_same_authority_is_refused(
    bank: EmbeddedBank, main: Visitor, statements: bytes
) -> None:
    connection = show(bank, shared_keyring().issuing.qwac(MAIN, statements=statements))

    assert ask(connection, main.client.client_id) == (401, "invalid_client")
    connection.close()


@pytest.mark.parametrize("broken", ["no qualified provider", "not valid at this time"])
def test_a_stranger_s_certificate_is_refused_in_the_handshake(
    bank: EmbeddedBank, main: Visitor, broken: str
) -> None:
    connection = show(bank, DEFECTS[broken](shared_keyring()))

    with pytest.raises((ssl.SSLError, ConnectionError)):
        ask(connection, main.client.client_id)
    connection.close()


@pytest.mark.parametrize("name", ["cert", "api"])
def test_the_certificate_hosts_demand_a_certificate(bank: EmbeddedBank, name: str) -> None:
    connection = Connection(bank, name)

    with pytest.raises((ssl.SSLError, ConnectionError)):
        connection.ask("GET", "/api/v1/data")
    connection.close()


def test_the_browser_host_asks_for_none(bank: EmbeddedBank) -> None:
    connection = Connection(bank, "sso", "main")
    connection.connect()

    assert bank.keys.tls(bank.hosts.sso, ssl.CERT_NONE).verify_mode is ssl.CERT_NONE
    assert connection.ask("GET", "/nowhere").status == 404
    connection.close()


def test_a_role_that_the_certificate_lacks_closes_the_service(bank: EmbeddedBank, main: Visitor) -> None:
    only_information = shared_keyring().issuing.qwac(MAIN, [eidas.Role.ACCOUNT_INFORMATION])
    show(bank, only_information, "aisp").close()
    main.cert.close()
    main.cert, main.api = Connection(bank, "cert", "aisp"), Connection(bank, "api", "aisp")
    token = main.tokens()["access_token"]

    assert main.call(token, "/api/v1/accounts").status == 200
    assert main.call(token, "/api/v1/payment-requests").status == 403


@pytest.mark.parametrize("name", ["cert", "api"])
def test_a_missing_certificate_is_told_by_an_alert(bank: EmbeddedBank, name: str) -> None:
    for _ in range(5):
        connection = Connection(bank, name)
        with pytest.raises(ssl.SSLError, match="certificate required"):
            connection.ask("POST", "/api/v1/data", "x" * 5000)
        connection.close()
