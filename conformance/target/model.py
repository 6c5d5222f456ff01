"""The shape of a target profile; every key that a profile may hold stands here, once."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, model_validator

from conformance.target.bank import Accounts as Accounts
from conformance.target.bank import Admin as Admin
from conformance.target.bank import Attestation as Attestation
from conformance.target.bank import AttestedRequirement as AttestedRequirement
from conformance.target.bank import DirectChannel as DirectChannel
from conformance.target.bank import KnownHistory as KnownHistory
from conformance.target.bank import PortalEntry as PortalEntry
from conformance.target.bank import Published as Published
from conformance.target.identity import Identity, IdentityProblem, load_identity
from conformance.target.people import Device as Device
from conformance.target.people import Psu as Psu
from conformance.target.people import Step as Step
from conformance.target.values import (
    Address,
    HttpsUrl,
    LocalPath,
    Model,
    ProxyUrl,
    RedirectUri,
    Reference,
    Seconds,
    TrustAnchor,
    ValueOrReference,
    problem,
)

Role = Literal["aisp", "pisp", "cbpii"]
ClientAuthentication = Literal[
    "tls_client_auth",
    "self_signed_tls_client_auth",
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
]


class AuthorizationServer(Model):
    """What the bank documents of its authorization server; durations in seconds."""

    discovery_url: HttpsUrl
    token_endpoint: HttpsUrl | None = None
    acr_values: list[str] = []
    access_token_lifetime: Annotated[int, Field(gt=0)] = 600
    access_token_lifetime_tolerance: Seconds = 30
    code_lifetime: Annotated[int, Field(gt=0)] = 600
    refresh_rotation: Literal["strict", "grace", "none"] = "strict"
    refresh_grace: Seconds = 0
    refresh_token_minimum_age: Seconds = 86_400
    pkce: Literal["optional", "required"] = "optional"
    redirect_parameters: list[Literal["iss", "session_state", "client_id"]] = []
    equivalent_issuer: Literal["fail", "warn"] = "fail"
    page_hosts: list[str] = []


class Probe(Model):
    """A request that a bearer token of one role opens."""

    method: Literal["GET", "POST"] = "GET"
    path: Annotated[str, Field(pattern="^/")]
    json_body: dict[str, Any] | None = Field(default=None, alias="json")


Enumeration = Literal[
    "cashAccountType",
    "usage",
    "balanceType",
    "entryStatus",
    "paymentInformationStatus",
    "transactionStatus",
    "appliedAuthenticationApproach",
]


class Stet(Model):
    """How the bank's STET 1.4 interface is built, where implementations differ; the defaults are STET's own.

    Args:
        base_path: between the API's host and the resources, without a slash at its end.
        amounts: a JSON number (1.4.2), a decimal string (1.4.0), or either.
        media_type: of the answers; plain `application/json` is a warning.
        date_fields: members that the standard calls dates hold a date only, or a date-time too.
        create_status: of POST /payment-requests and PUT /consents; the other of 200 and 201 is a warning.
        signature: whether the bank verifies message signatures.
        signed_headers: what a message signature covers, in this order.
        client_id_header: name of the header that carries the client_id too, as some gateways want it.
        consent_model: consent chosen at the bank, forwarded by the TPP as well, or to all accounts.
        pisp_grant: by which grant a PISP gets the token for payment requests.
        cbpii_grant: by which grant a CBPII gets its token.
        confirmation: the resource by which a PISP confirms; `none` where the PSU's validation is enough.
        payment_services: what the bank's own channel offers beside single transfers of today.
        approval_expiry: seconds after which a payment that nobody answers is rejected, as documented.
        enumerations: codes that the bank uses beside the standard's, by the member that holds them.
    """

    base_path: Annotated[str, Field(pattern=r"^(/[A-Za-z0-9._~-]+)*$")] = "/v1"
    amounts: Literal["either", "number", "string"] = "either"
    media_type: Annotated[str, Field(pattern="^[a-z]+/[a-z0-9.+-]+")] = "application/hal+json; charset=utf-8"
    date_fields: Literal["either", "date"] = "either"
    create_status: Literal[200, 201] = 201
    signature: Literal["required", "none"] = "required"
    signed_headers: Annotated[list[str], Field(min_length=1)] = ["(request-target)", "digest", "x-request-id"]
    client_id_header: Annotated[str, Field(pattern="^[A-Za-z0-9-]+$")] | None = None
    consent_model: Literal["redirect", "mixed", "full"] = "redirect"
    pisp_grant: Literal["client_credentials", "authorization_code"] = "client_credentials"
    cbpii_grant: Literal["client_credentials", "authorization_code"] = "authorization_code"
    confirmation: Literal["confirmation", "o-confirmation", "none"] = "confirmation"
    payment_services: list[Literal["batch", "scheduled", "standing", "cancellation"]] = []
    approval_expiry: Seconds | None = None
    enumerations: dict[Enumeration, list[str]] = {}


class Api(Model):
    """Where the bank's APIs are, and which resource stands for a role."""

    base_url: HttpsUrl
    probe: Annotated[str, Field(pattern="^/")]
    probes: dict[Role, Probe] = {}
    dialect: Literal["stet-1.4"] | None = None
    stet: Stet = Stet()


class Tpp(Model):
    """A client of the bank, its certificate and how it authenticates."""

    client_id: ValueOrReference
    authentication: ClientAuthentication = "tls_client_auth"
    certificate: Reference | None = None
    key: Reference | None = None
    renewed_certificate: Reference | None = None
    renewed_key: Reference | None = None
    client_secret: Reference | None = None
    redirect_uris: Annotated[list[RedirectUri], Field(min_length=1)]
    scopes: Annotated[dict[Role, list[str]], Field(min_length=1)]

    _identity: Identity | None = PrivateAttr(default=None)
    _renewed: Identity | None = PrivateAttr(default=None)

    @property
    def identity(self) -> Identity | None:
        """The certificate and key that it presents; None where it has none."""
        return self._identity

    @property
    def renewed(self) -> Identity | None:
        """A later certificate of the same organisation."""
        return self._renewed

    @model_validator(mode="after")
    def _pairs(self) -> Tpp:
        self._identity = _load_pair(self.certificate, self.key, "")
        self._renewed = _load_pair(self.renewed_certificate, self.renewed_key, "renewed_")
        needs_certificate = self.authentication in ("tls_client_auth", "self_signed_tls_client_auth")
        if needs_certificate and self._identity is None:
            raise problem("nothing", f"a certificate and key for {self.authentication}", "certificate")
        if self.authentication == "private_key_jwt" and self._identity is None:
            raise problem("nothing", "a key for private_key_jwt, with its certificate", "key")
        if self.authentication.startswith("client_secret") and self.client_secret is None:
            raise problem("nothing", f"a reference to the secret for {self.authentication}", "client_secret")
        return self


def _load_pair(chain: str | None, key: str | None, prefix: str) -> Identity | None:
    if chain is None and key is None:
        return None
    if chain is None or key is None:
        missing = "certificate" if chain is None else "key"
        raise problem("nothing", f"a {missing} beside the other half of the pair", prefix + missing)
    try:
        return load_identity("", chain, key)
    except IdentityProblem as error:
        raise problem(error.found, error.wanted, prefix + error.key) from None


class Network(Model):
    """How the bank is reached, times in seconds.

    `trust_anchors` stand in place of the public roots. `resolve` leads `host:port` to an address, as curl's
    connect-to does; behind a `proxy` it leads to the proxy only, which resolves the bank's names itself.
    """

    trust_anchors: list[TrustAnchor] = []
    resolve: dict[Address, Address] = {}
    proxy: ProxyUrl | None = None
    connect_timeout: Annotated[float, Field(gt=0, le=120, strict=False)] = 10
    read_timeout: Annotated[float, Field(gt=0, le=600, strict=False)] = 30


class Waiting(Model):
    """Whether scenarios may wait for lifetimes to end, or move a sandbox's clock instead; in seconds."""

    allowed: bool = False
    longest: Seconds = 900
    clock_control: ValueOrReference | None = None


class State(Model):
    """What is kept for later runs, encrypted: a refresh token, so that its age can be proved."""

    file: LocalPath
    key: Reference


class Profile(Model):
    """A target: what its documentation says, who calls it, and how it is reached."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    environment: Literal["sandbox", "production"]
    synthetic_data: bool = False
    allow: list[str] = []
    authorization_server: AuthorizationServer
    api: Api
    tpp: Annotated[dict[str, Tpp], Field(min_length=1)]
    psu: dict[str, Psu] = {}
    network: Network = Network()
    waiting: Waiting = Waiting()
    state: State | None = None
    accounts: Accounts = Accounts()
    admin: Admin | None = None
    direct_channel: dict[Role, DirectChannel] = {}
    published: Published = Published()
    attestations: dict[AttestedRequirement, Attestation] = {}
