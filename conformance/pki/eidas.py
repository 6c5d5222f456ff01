"""ETSI TS 119 495 and EN 319 412-5: the statements of a qualified PSD2 certificate, written and read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

from asn1crypto import core
from cryptography import x509

QC_STATEMENTS = "1.3.6.1.5.5.7.1.3"
ORGANIZATION_IDENTIFIER = "2.5.4.97"
QC_COMPLIANCE = "0.4.0.1862.1.1"
QC_SSCD = "0.4.0.1862.1.4"
QC_PDS = "0.4.0.1862.1.5"
QC_TYPE = "0.4.0.1862.1.6"
QC_TYPE_ESIGN = "0.4.0.1862.1.6.1"
QC_TYPE_ESEAL = "0.4.0.1862.1.6.2"
QC_TYPE_WEB = "0.4.0.1862.1.6.3"
PSD2_STATEMENT = "0.4.0.19495.2"
QNCP_W_GEN = "0.4.0.194112.1.6"


class Role(Enum):
    """A role of a payment service provider: object identifier and name (TS 119 495, GEN-5.2.2)."""

    ACCOUNT_SERVICING = ("0.4.0.19495.1.1", "PSP_AS")
    PAYMENT_INITIATION = ("0.4.0.19495.1.2", "PSP_PI")
    ACCOUNT_INFORMATION = ("0.4.0.19495.1.3", "PSP_AI")
    CARD_BASED_INSTRUMENTS = ("0.4.0.19495.1.4", "PSP_IC")
    UNSPECIFIED = ("0.4.0.19495.1.0", "Unspecified")

    @property
    def oid(self) -> str:
        return self.value[0]

    @property
    def label(self) -> str:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class NationalAuthority:
    """The national competent authority that authorised the provider, as `FR-ACPR`."""

    name: str
    identifier: str


ACPR = NationalAuthority("Autorite de Controle Prudentiel et de Resolution", "FR-ACPR")
BAFIN = NationalAuthority("Bundesanstalt fuer Finanzdienstleistungsaufsicht", "DE-BAFIN")


@dataclass(frozen=True, slots=True)
class QcStatements:
    """What the qcStatements extension of a certificate says.

    Args:
        qualified: QcCompliance is present.
        types: the identifiers of QcType.
        disclosure: (URL, language) pairs of QcPDS.
        roles: (object identifier, name) pairs of the PSD2 statement, as they stand.
        authority: the authority of the PSD2 statement, None without one.
    """

    qualified: bool = True
    types: tuple[str, ...] = (QC_TYPE_WEB,)
    disclosure: tuple[tuple[str, str], ...] = (("https://ca.example.com/pds_en.pdf", "en"),)
    roles: tuple[tuple[str, str], ...] = ()
    authority: NationalAuthority | None = None

    def names(self, role: Role) -> bool:
        """Whether the role's object identifier is among the roles."""
        return any(oid == role.oid for oid, _ in self.roles)


def psd2_statements(roles: Sequence[Role], authority: NationalAuthority = ACPR) -> QcStatements:
    """The statements of a qualified certificate for website authentication with these roles."""
    return QcStatements(roles=tuple(role.value for role in roles), authority=authority)


class _RoleOfPsp(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar[list[Any]] = [("oid", core.ObjectIdentifier), ("name", core.UTF8String)]


class _RolesOfPsp(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _RoleOfPsp


class _Psd2QcType(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar[list[Any]] = [
        ("roles", _RolesOfPsp),
        ("nca_name", core.UTF8String),
        ("nca_id", core.UTF8String),
    ]


class _Types(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.ObjectIdentifier


class _Location(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar[list[Any]] = [("url", core.IA5String), ("language", core.PrintableString)]


class _Locations(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Location


class _Statement(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar[list[Any]] = [("id", core.ObjectIdentifier), ("info", core.Any, {"optional": True})]


class _Statements(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Statement


def encode(statements: QcStatements) -> bytes:
    """The DER value of the qcStatements extension.

    EN 319 412-5, clause 4; TS 119 495, GEN-5.1.1.
    """
    found: list[dict[str, Any]] = []
    if statements.qualified:
        found.append({"id": QC_COMPLIANCE})
    if statements.types:
        found.append({"id": QC_TYPE, "info": _Types(list(statements.types))})
    if statements.disclosure:
        pages = [{"url": url, "language": language} for url, language in statements.disclosure]
        found.append({"id": QC_PDS, "info": _Locations(pages)})
    if statements.authority is not None:
        found.append({"id": PSD2_STATEMENT, "info": _psd2(statements, statements.authority)})
    return bytes(_Statements(found).dump())


def _psd2(statements: QcStatements, authority: NationalAuthority) -> _Psd2QcType:
    roles = [{"oid": oid, "name": name} for oid, name in statements.roles]
    return _Psd2QcType({"roles": roles, "nca_name": authority.name, "nca_id": authority.identifier})


def decode(value: bytes) -> QcStatements:
    """Read the value of a qcStatements extension.

    Raises:
        ValueError: the value is not the DER of QCStatements.
    """
    try:
        by_id = {str(s["id"].dotted): s["info"] for s in _Statements.load(value, strict=True)}
        types = by_id[QC_TYPE].parse(_Types).native if QC_TYPE in by_id else []
        pages = by_id[QC_PDS].parse(_Locations).native if QC_PDS in by_id else []
        psd2 = by_id[PSD2_STATEMENT].parse(_Psd2QcType) if PSD2_STATEMENT in by_id else None
        return QcStatements(
            qualified=QC_COMPLIANCE in by_id,
            types=tuple(types),
            disclosure=tuple((page["url"], page["language"]) for page in pages),
            roles=tuple((r["oid"].dotted, r["name"].native) for r in psd2["roles"]) if psd2 else (),
            authority=NationalAuthority(psd2["nca_name"].native, psd2["nca_id"].native) if psd2 else None,
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not a value of qcStatements: {error}") from error


def statements_of(certificate: x509.Certificate) -> QcStatements | None:
    """The statements of a certificate; None when it has no such extension.

    Raises:
        ValueError: the extension is there but malformed.
    """
    try:
        extension = certificate.extensions.get_extension_for_oid(x509.ObjectIdentifier(QC_STATEMENTS))
    except x509.ExtensionNotFound:
        return None
    return decode(extension.value.public_bytes())


def organization_identifier(certificate: x509.Certificate) -> str | None:
    """The subject's organizationIdentifier, as `PSDFR-ACPR-12345`."""
    found = certificate.subject.get_attributes_for_oid(x509.ObjectIdentifier(ORGANIZATION_IDENTIFIER))
    return str(found[0].value) if len(found) == 1 else None
