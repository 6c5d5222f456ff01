"""What the catalogue holds: areas, requirements, their clauses and their check."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class Level(StrEnum):
    """How strong a requirement is; a finding against a SHOULD or a MAY is a warning."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"


class Severity(StrEnum):
    """How bad it is when the requirement fails, in Allure's words."""

    BLOCKER = "blocker"
    CRITICAL = "critical"
    NORMAL = "normal"
    MINOR = "minor"


class Subject(StrEnum):
    """The component of the bank that is observed."""

    AUTHORIZATION_SERVER = "authorization-server"
    RESOURCE_SERVER = "resource-server"
    PSU_INTERFACE = "psu-interface"
    API = "api"


class Observation(StrEnum):
    """How the requirement is observed: by a client alone, with a PSU, by waiting, or by documents."""

    WIRE = "wire"
    JOURNEY = "journey"
    WAIT = "wait"
    EVIDENCE = "evidence"


class Environment(StrEnum):
    """Where the check may be run; `sandbox-only` ones are negative or change state."""

    ANY = "any"
    SANDBOX_ONLY = "sandbox-only"


class Dialect(StrEnum):
    """The API dialect to which the requirement applies."""

    ANY = "any"
    STET = "stet"
    BERLIN_GROUP = "berlin-group"


class Role(StrEnum):
    """The roles of a TPP to which the requirement applies."""

    AISP = "aisp"
    PISP = "pisp"
    CBPII = "cbpii"
    ALL = "all"


# fmt: off
PRECONDITIONS = frozenset({
    "discovery-url", "client", "second-client", "second-redirect-uri", "redirect-uri-with-query", "api",
    "documented-scopes", "documented-acr", "documented-lifetime", "documented-token-endpoint",
    "documentation-url", "statistics-url", "qsealc", "single-role-qwac", "renewed-qwac", "revoked-qwac",
    "second-qtsp-qwac", "forged-certificates", "psu", "psu-secure-access", "psu-3skey", "second-psu",
    "psu-lockable", "psu-not-subscribed", "psu-weak-auth", "psu-ais-only", "psu-pis-only", "psu-no-service",
    "psu-partial-accounts", "psu-partial-reporting", "psu-no-payment", "psu-entry-only", "psu-cap",
    "psu-double-signature", "psu-second-signer", "psu-wrong-group-signer", "debtor-account",
    "creditor-account", "funded-account", "account-out-of-scope", "expected-accounts", "known-history",
    "direct-channel-capture", "long-wait", "clock-control", "admin-control", "stored-refresh-token",
    "stored-payment", "sandbox-profile", "evidence",
})
# fmt: on

_PUBLISHED = {
    "OIDC Core 1.0": "https://openid.net/specs/openid-connect-core-1_0.html",
    "OIDC Discovery 1.0": "https://openid.net/specs/openid-connect-discovery-1_0.html",
    "OIDC Session Management 1.0": "https://openid.net/specs/openid-connect-session-1_0.html",
    "PSD2 (EU) 2015/2366": "https://eur-lex.europa.eu/eli/dir/2015/2366/oj",
    "RTS (EU) 2018/389": "https://eur-lex.europa.eu/eli/reg_del/2018/389/oj",
    "RTS (EU) 2018/389 as amended by (EU) 2022/2360": "https://eur-lex.europa.eu/eli/reg_del/2022/2360/oj",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A clause of a document; `verified` when it was seen in a text of the document itself."""

    document: str
    clause: str
    verified: bool = True

    def __str__(self) -> str:
        if not self.clause[:1].isdigit():
            return f"{self.document}, {self.clause}"
        word = "sections" if re.search(r", \d", self.clause) else "section"
        return f"{self.document}, {word} {self.clause}"

    @property
    def link(self) -> str | None:
        """Where the document is published; None for a bank's own document and for standards that are sold."""
        if rfc := re.fullmatch(r"RFC (\d+)", self.document):
            section = re.match(r"\d+(\.\d+)*", self.clause)
            anchor = f"#section-{section[0]}" if section else ""
            return f"https://www.rfc-editor.org/rfc/rfc{rfc[1]}{anchor}"
        return _PUBLISHED.get(self.document)


@dataclass(frozen=True, slots=True)
class Check:
    """What the client does, and the rules by which the answer is judged."""

    steps: tuple[str, ...]
    passes: str
    fails: str
    not_applicable: str

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything it says."""
        return (*self.steps, self.passes, self.fails, self.not_applicable)


@dataclass(frozen=True)
class Requirement:
    """One thing that a bank must, should or may do.

    Args:
        id: stable name, as `refresh-single-use`.
        area: name of its area, as `refresh`.
        untested: why no scenario judges it; empty where one does.
        undeviated: for the index of a deviation, why no deviant shows it.
    """

    id: str
    area: str
    title: str
    statement: str
    sources: tuple[Source, ...]
    level: Level
    subject: Subject
    roles: tuple[Role, ...]
    environment: Environment
    severity: Severity
    observe: Observation
    dialect: Dialect
    verified: bool
    preconditions: tuple[str, ...]
    deviations: tuple[str, ...]
    check: Check
    untested: str = ""
    undeviated: Mapping[int, str] = field(default_factory=dict, hash=False)

    @property
    def clauses(self) -> tuple[str, ...]:
        """Its sources as a reader cites them: `RFC 6749, section 6`."""
        return tuple(map(str, self.sources))

    @property
    def deviants(self) -> tuple[str, ...]:
        """The names of its deviants, `<id>/<n>`, without those that have a reason not to exist."""
        numbers = range(1, len(self.deviations) + 1)
        return tuple(f"{self.id}/{number}" for number in numbers if number not in self.undeviated)

    def deviation(self, number: int) -> str:
        """What the deviant `<id>/<number>` does; numbers begin at 1."""
        return self.deviations[number - 1]


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the interface, in the order in which a TPP meets it."""

    name: str
    prefix: str
    title: str
    order: int
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True)
class Catalogue:
    """All areas; `digest` names exactly this text of the catalogue."""

    areas: tuple[Area, ...]
    digest: str

    @cached_property
    def requirements(self) -> tuple[Requirement, ...]:
        """Every requirement, in the order of the areas."""
        return tuple(requirement for area in self.areas for requirement in area.requirements)

    @cached_property
    def by_id(self) -> Mapping[str, Requirement]:
        """Every requirement by its id."""
        return {requirement.id: requirement for requirement in self.requirements}

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """The readable title of each area by its name."""
        return {area.name: area.title for area in self.areas}

    @property
    def deviants(self) -> tuple[str, ...]:
        """The name of every deviant that must exist."""
        return tuple(name for requirement in self.requirements for name in requirement.deviants)

    def __getitem__(self, requirement_id: str) -> Requirement:
        return self.by_id[requirement_id]

    def __contains__(self, requirement_id: object) -> bool:
        return requirement_id in self.by_id
