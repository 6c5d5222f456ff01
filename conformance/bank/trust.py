"""What the bank reads in a peer's certificate, with eyes of its own (ETSI TS 119 495, EN 319 412-5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from conformance.bank.component import Component

if TYPE_CHECKING:
    from conformance.bank.app import Bank

_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
_QC_COMPLIANCE = bytes.fromhex("04008e460101")
_QC_TYPE = bytes.fromhex("04008e460106")
_QC_TYPE_WEB = bytes.fromhex("04008e46010603")
_PSD2 = bytes.fromhex("040081982702")
_ROLES = {
    bytes.fromhex("04008198270102"): "PSP_PI",
    bytes.fromhex("04008198270103"): "PSP_AI",
    bytes.fromhex("04008198270104"): "PSP_IC",
}
_MOST_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class PeerCertificate:
    """A peer's certificate as the bank understands it.

    Args:
        thumbprint: SHA-256 in lower-case hexadecimal.
        defect: why it is no acceptable QWAC, empty when it is one.
    """

    thumbprint: str
    organization_identifier: str
    common_name: str
    roles: frozenset[str]
    defect: str
    self_signed: bool


class Trust(Component):
    """Judges the certificates of peers."""

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self._read: dict[str, PeerCertificate] = {}

    def peer(self, pem: str | None) -> PeerCertificate | None:
        """The certificate of the connection's peer, None without one."""
        if not pem:
            return None
        known = self._read.get(pem)
        if known is None:
            if len(self._read) >= _MOST_REMEMBERED:
                self._read.clear()
            known = self._read[pem] = self._peer(x509.load_pem_x509_certificate(pem.encode()))
        return known

    def _peer(self, certificate: x509.Certificate) -> PeerCertificate:
        try:
            defect, roles = self.defect(certificate), self.roles(certificate)
        except (ValueError, IndexError) as error:
            defect, roles = f"its extensions cannot be read: {error}", frozenset()
        return PeerCertificate(
            thumbprint=certificate.fingerprint(hashes.SHA256()).hex(),
            organization_identifier=_attribute(certificate, NameOID.ORGANIZATION_IDENTIFIER),
            common_name=_attribute(certificate, NameOID.COMMON_NAME),
            roles=roles,
            defect=defect,
            self_signed=certificate.issuer == certificate.subject,
        )

    def defect(self, certificate: x509.Certificate) -> str:
        """Why the certificate is no qualified website certificate of a trusted provider; empty when it is."""
        if not self.issued_by_qualified_provider(certificate):
            return "no qualified provider issued it"
        if not self.within_dates(certificate):
            return "it is not valid at this time"
        if not self.usable_by_clients(certificate):
            return "its extended key usage lacks client authentication"
        if not self.qualified(certificate):
            return "it is not qualified"
        if not self.of_type_web(certificate):
            return "its QcType is not web"
        return ""

    def issued_by_qualified_provider(self, certificate: x509.Certificate) -> bool:
        """Whether an authority of the trusted list, itself below a trust anchor, signed it."""
        return any(
            _signed_by(certificate, issuer) and self.anchored(issuer)
            for issuer in self.settings.issuing_authorities
        )

    def anchored(self, issuer: x509.Certificate) -> bool:
        """Whether a trust anchor signed the issuing authority, and both are valid now."""
        return self.within_dates(issuer) and any(
            _signed_by(issuer, anchor) and self.within_dates(anchor) for anchor in self.settings.trust_anchors
        )

    def within_dates(self, certificate: x509.Certificate) -> bool:
        """Whether it is valid now: certificates live in the world's time, not in the bank's movable one."""
        now = datetime.now(UTC)
        return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc

    def usable_by_clients(self, certificate: x509.Certificate) -> bool:
        """Whether clientAuth is among the extended key usages, where there are any."""
        try:
            usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        except x509.ExtensionNotFound:
            return True
        return ExtendedKeyUsageOID.CLIENT_AUTH in usages.value

    def qualified(self, certificate: x509.Certificate) -> bool:
        """Whether QcCompliance is stated (EN 319 412-5, clause 4.2.1)."""
        return _QC_COMPLIANCE in _statements(certificate)

    def of_type_web(self, certificate: x509.Certificate) -> bool:
        """Whether QcType is web alone (EN 319 412-5, clause 4.2.3)."""
        info = _statements(certificate).get(_QC_TYPE, b"")
        return [body for tag, body in _items(_inside(info, 0x30)) if tag == 0x06] == [_QC_TYPE_WEB]

    def roles(self, certificate: x509.Certificate) -> frozenset[str]:
        """The roles of the PSD2 statement, told by their object identifiers (TS 119 495, GEN-5.2.2)."""
        info = _statements(certificate).get(_PSD2)
        if info is None:
            return frozenset()
        roles = next(_items(_inside(info, 0x30)))[1]
        identifiers = (next(_items(role))[1] for _, role in _items(roles))
        return frozenset(_ROLES[oid] for oid in identifiers if oid in _ROLES)


def _signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _attribute(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if len(found) == 1 else ""


def _statements(certificate: x509.Certificate) -> dict[bytes, bytes]:
    """The statements by object identifier, each with the DER that follows it."""
    try:
        value = certificate.extensions.get_extension_for_oid(_STATEMENTS).value.public_bytes()
    except x509.ExtensionNotFound:
        return {}
    found: dict[bytes, bytes] = {}
    for _, statement in _items(_inside(value, 0x30)):
        tag, oid = next(_items(statement))
        if tag != 0x06:
            raise ValueError("a statement without identifier")
        found[oid] = statement[2 + len(oid) :]
    return found


def _inside(der: bytes, wanted: int) -> bytes:
    items = list(_items(der))
    if len(items) != 1 or items[0][0] != wanted:
        raise ValueError("not one DER value of the expected type")
    return items[0][1]


def _items(der: bytes) -> Iterator[tuple[int, bytes]]:
    """The DER values of a string, one after the other: tag and contents.

    Raises:
        ValueError: the string ends within a value.
    """
    position = 0
    while position < len(der):
        if position + 2 > len(der):
            raise ValueError("truncated DER")
        tag, length, start = der[position], der[position + 1], position + 2
        if length >= 0x80:
            size = length & 0x7F
            if not 1 <= size <= 3:
                raise ValueError("a DER length that no certificate has")
            length, start = int.from_bytes(der[start : start + size]), start + size
        if start + length > len(der):
            raise ValueError("truncated DER")
        yield tag, der[start : start + length]
        position = start + length
