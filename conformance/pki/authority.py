"""The test PKI: a root, an issuing authority, and the certificates that it issues, broken ones too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from conformance.pki import eidas

_SERVICE = "http://pki.example.com"
_POLICY = x509.ObjectIdentifier(eidas.QNCP_W_GEN)


@dataclass(frozen=True, slots=True)
class Organization:
    """The legal person that a certificate names."""

    name: str
    identifier: str
    host: str = "tpp.example.com"
    country: str = "FR"


@dataclass(frozen=True)
class Issued:
    """A certificate, its key, and the authorities between it and the root."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    intermediates: tuple[x509.Certificate, ...] = ()

    @cached_property
    def chain_pem(self) -> bytes:
        """The certificate, then its issuing authorities, as PEM."""
        return b"".join(pem(certificate) for certificate in (self.certificate, *self.intermediates))

    @cached_property
    def key_pem(self) -> bytes:
        """The private key as unencrypted PKCS#8 PEM."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when a certificate is valid."""

    start: datetime
    end: datetime

    @classmethod
    def days(cls, days: int, *, begun: timedelta = timedelta(hours=1)) -> Validity:
        """Valid for some days from a little before now."""
        now = datetime.now(UTC).replace(microsecond=0)
        return cls(now - begun, now + timedelta(days=days))

    @classmethod
    def expired(cls) -> Validity:
        """Over since yesterday."""
        now = datetime.now(UTC).replace(microsecond=0)
        return cls(now - timedelta(days=100), now - timedelta(days=1))


class Authority:
    """A certification authority.

    Args:
        name: its common name.
        issuer: the authority above it; None makes a root.
    """

    def __init__(self, name: str, issuer: Authority | None = None) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.subject = _name(
            country="FR", organization="Example Trust Services", identifier="NTRFR-123456789", common=name
        )
        self.issuer = issuer or self
        self.intermediates: tuple[x509.Certificate, ...] = ()
        self.certificate = self._certify_itself(path_length=0 if issuer else 1)
        if issuer is not None:
            self.intermediates = (self.certificate, *issuer.intermediates)

    def server(self, *hosts: str, validity: Validity | None = None) -> Issued:
        """A TLS server certificate for these host names."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(key, _name(common=hosts[0]), validity or Validity.days(90))
        builder = _with_names(builder, hosts)
        return self._issue(_with_usage(builder, [ExtendedKeyUsageOID.SERVER_AUTH]), key)

    def qwac(
        self,
        organization: Organization,
        roles: Sequence[eidas.Role] = (
            eidas.Role.PAYMENT_INITIATION,
            eidas.Role.ACCOUNT_INFORMATION,
            eidas.Role.CARD_BASED_INSTRUMENTS,
        ),
        *,
        statements: eidas.QcStatements | bytes | None = None,
        usages: Sequence[x509.ObjectIdentifier] = (
            ExtendedKeyUsageOID.SERVER_AUTH,
            ExtendedKeyUsageOID.CLIENT_AUTH,
        ),
        validity: Validity | None = None,
    ) -> Issued:
        """A qualified website authentication certificate of recipe "generic" (policy QNCP-w-gen).

        Args:
            organization: the TPP.
            roles: its roles as payment service provider.
            statements: other statements than those of a good certificate; raw DER, `b""` for none at all.
            usages: the extended key usages.
            validity: the dates, 398 days by default.

        TS 119 495, GEN-5.3-2 and -3; EN 319 412-4; EN 319 412-5.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(
            country=organization.country,
            organization=organization.name,
            identifier=organization.identifier,
            common=organization.host,
        )
        builder = self._builder(key, subject, validity or Validity.days(397))
        builder = _with_services(_with_usage(_with_names(builder, [organization.host]), list(usages)))
        value = _value(eidas.psd2_statements(roles) if statements is None else statements)
        if value:
            oid = x509.ObjectIdentifier(eidas.QC_STATEMENTS)
            builder = builder.add_extension(x509.UnrecognizedExtension(oid, value), critical=False)
        return self._issue(builder, key)

    def person(self, name: str) -> Issued:
        """A personal certificate for signatures, as a 3SKey token holds one.

        Args:
            name: of the person.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(key, _name(common=name), Validity.days(397))
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_key_usage(signs_certificates=False), critical=True)
        return self._issue(builder, key)

    def _certify_itself(self, path_length: int) -> x509.Certificate:
        builder = self.issuer._builder(self.key, self.subject, Validity.days(3650))
        builder = builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=path_length), critical=True
        )
        builder = builder.add_extension(_key_usage(signs_certificates=True), critical=True)
        return builder.sign(self.issuer.key, hashes.SHA256())

    def _builder(
        self, key: ec.EllipticCurvePrivateKey, subject: x509.Name, validity: Validity
    ) -> x509.CertificateBuilder:
        public, mine = key.public_key(), self.key.public_key()
        builder = x509.CertificateBuilder(issuer_name=self.subject, subject_name=subject, public_key=public)
        return (
            builder.serial_number(x509.random_serial_number())
            .not_valid_before(validity.start)
            .not_valid_after(validity.end)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(mine), critical=False)
        )

    def _issue(self, builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> Issued:
        return Issued(builder.sign(self.key, hashes.SHA256()), key, self.intermediates)


def self_signed(organization: Organization) -> Issued:
    """A client certificate that nobody vouches for but itself (RFC 8705, section 2.2)."""
    own = Authority(organization.host)
    subject = _name(
        country=organization.country,
        organization=organization.name,
        identifier=organization.identifier,
        common=organization.host,
    )
    own.subject = subject
    builder = own._builder(own.key, subject, Validity.days(397))
    builder = _with_usage(_with_names(builder, [organization.host]), [ExtendedKeyUsageOID.CLIENT_AUTH])
    return own._issue(builder, own.key)


def pem(certificate: x509.Certificate) -> bytes:
    """The certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def thumbprint(certificate: x509.Certificate) -> str:
    """The SHA-256 fingerprint in lower-case hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def _value(statements: eidas.QcStatements | bytes) -> bytes:
    return statements if isinstance(statements, bytes) else eidas.encode(statements)


def _name(
    *, country: str = "FR", organization: str = "", identifier: str = "", common: str = ""
) -> x509.Name:
    parts = [
        (NameOID.COUNTRY_NAME, country),
        (NameOID.ORGANIZATION_NAME, organization),
        (NameOID.ORGANIZATION_IDENTIFIER, identifier),
        (NameOID.COMMON_NAME, common),
    ]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts if value])


def _with_names(builder: x509.CertificateBuilder, hosts: Sequence[str]) -> x509.CertificateBuilder:
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
    return builder.add_extension(names, critical=False)


def _with_usage(
    builder: x509.CertificateBuilder, usages: list[x509.ObjectIdentifier]
) -> x509.CertificateBuilder:
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_key_usage(signs_certificates=False), critical=True)
    return builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)


def _with_services(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    access = [
        (AuthorityInformationAccessOID.CA_ISSUERS, f"{_SERVICE}/issuing.crt"),
        (AuthorityInformationAccessOID.OCSP, f"{_SERVICE}/ocsp"),
    ]
    descriptions = [
        x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for method, url in access
    ]
    point = x509.DistributionPoint(
        [x509.UniformResourceIdentifier(f"{_SERVICE}/issuing.crl")], None, None, None
    )
    policy = x509.PolicyInformation(_POLICY, ["https://ca.example.com/cps"])
    return (
        builder.add_extension(x509.AuthorityInformationAccess(descriptions), critical=False)
        .add_extension(x509.CRLDistributionPoints([point]), critical=False)
        .add_extension(x509.CertificatePolicies([policy]), critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
