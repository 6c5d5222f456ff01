"""The test PKI issues certificates of the real eIDAS profile."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from conformance.pki import eidas
from conformance.pki.authority import Authority, Organization, Validity

TPP = Organization("Exemple TPP SAS", "PSDFR-ACPR-12345")
ROLES = (eidas.Role.PAYMENT_INITIATION, eidas.Role.ACCOUNT_INFORMATION, eidas.Role.CARD_BASED_INSTRUMENTS)
COMPLETE_EXTENSION_VALUE = bytes.fromhex(
    "3081d73008060604008e4601013013060604008e4601063009060704008e460106033033"
    "060604008e46010530293027162168747470733a2f2f63612e6578616d706c652e636f6d"
    "2f7064735f656e2e7064661302656e308180060604008198270230763039301106070400"
    "81982701020c065053505f504930110607040081982701030c065053505f414930110607"
    "040081982701040c065053505f49430c304175746f7269746520646520436f6e74726f6c"
    "652050727564656e7469656c206574206465205265736f6c7574696f6e0c0746522d4143"
    "5052"
)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("Issuing CA", Authority("Root CA"))


def test_the_complete_extension_value_is_produced_byte_for_byte() -> None:
    assert eidas.encode(eidas.psd2_statements(ROLES)) == COMPLETE_EXTENSION_VALUE


def test_the_complete_extension_value_is_read() -> None:
    read = eidas.decode(COMPLETE_EXTENSION_VALUE)

    assert read == eidas.psd2_statements(ROLES)
    assert read.names(eidas.Role.ACCOUNT_INFORMATION)
    assert not read.names(eidas.Role.ACCOUNT_SERVICING)


@pytest.mark.parametrize(
    "value", [b"", b"\x30", COMPLETE_EXTENSION_VALUE[:-3], COMPLETE_EXTENSION_VALUE + b"\x00", b"\x04\x01x"]
)
def test_a_malformed_value_is_a_value_error(value: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (asn1crypto words its own messages)
        eidas.decode(value)


def test_a_qwac_carries_what_the_profile_asks(authority: Authority) -> None:
    certificate = authority.qwac(TPP, ROLES).certificate
    extensions = certificate.extensions
    statements = extensions.get_extension_for_oid(x509.ObjectIdentifier(eidas.QC_STATEMENTS))
    usages = extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    policies = extensions.get_extension_for_class(x509.CertificatePolicies)

    assert eidas.organization_identifier(certificate) == "PSDFR-ACPR-12345"
    assert certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "tpp.example.com"
    assert statements.value.public_bytes() == COMPLETE_EXTENSION_VALUE
    assert not statements.critical
    assert not usages.critical
    assert set(usages.value) == {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH}
    assert [p.policy_identifier.dotted_string for p in policies.value] == [eidas.QNCP_W_GEN]
    assert extensions.get_extension_for_class(x509.KeyUsage).critical
    assert extensions.get_extension_for_class(x509.CRLDistributionPoints)
    assert extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days <= 398


def test_the_chain_leads_to_the_root(authority: Authority) -> None:
    issued = authority.qwac(TPP)

    issued.certificate.verify_directly_issued_by(authority.certificate)
    authority.certificate.verify_directly_issued_by(authority.issuer.certificate)
    assert issued.intermediates == (authority.certificate,)


def test_broken_certificates_can_be_issued(authority: Authority) -> None:
    expired = authority.qwac(TPP, validity=Validity.expired())
    plain = authority.qwac(TPP, statements=b"")

    assert expired.certificate.not_valid_after_utc < Validity.days(1).start
    assert eidas.statements_of(plain.certificate) is None
