"""What an authorization server's metadata must be (OpenID Connect Discovery 1.0, RFC 8414)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from conformance.checks.reading import cut, shown, split_url
from conformance.checks.responses import answered, deviates
from conformance.errors import NonConformance, NotApplicable, Unobservable
from conformance.exchange import Exchange, FailureKind

_ENDED = (FailureKind.TLS_ALERT, FailureKind.CONNECTION_CLOSED)
_UNREACHABLE = (FailureKind.NAME_RESOLUTION, FailureKind.CONNECTION_REFUSED, FailureKind.TIMEOUT)
_BY_CERTIFICATE = ("tls_client_auth", "self_signed_tls_client_auth")
_REQUIRED: dict[str, type] = {
    "issuer": str,
    "authorization_endpoint": str,
    "token_endpoint": str,
    "jwks_uri": str,
    "response_types_supported": list,
    "subject_types_supported": list,
    "id_token_signing_alg_values_supported": list,
}


def expect_configuration(exchange: Exchange) -> None:
    """Status 200 and a JSON object, without a client certificate (OpenID Connect Discovery 1.0, 4.1 and 4.2)."""
    expect_public_object(exchange)


def expect_public_object(exchange: Exchange) -> dict[str, Any]:
    """Status 200 and a JSON object, for a client without certificate; the object."""
    wanted = "200 with a JSON object, to a client without certificate"
    failure = exchange.failure
    if failure and failure.kind not in _UNREACHABLE:
        raise NonConformance(expected=wanted, received=exchange.summary, exchange=exchange)
    if answered(exchange).status != 200 or not isinstance(exchange.json, dict):
        deviates(exchange, expected=wanted)
    return exchange.members


def expect_json_media_type(exchange: Exchange) -> None:
    """The media type is application/json (OpenID Connect Discovery 1.0, 4.2)."""
    if answered(exchange).media_type != "application/json":
        deviates(exchange, expected="application/json", received=exchange.media_type or "no Content-Type")


# members that are URLs


def expect_https_url(metadata: Exchange, name: str) -> None:
    """The member is an absolute https URL without fragment (RFC 6749, 3.1; OIDC Discovery 1.0, 3)."""
    value = metadata.members.get(name)
    parts = split_url(value)
    if parts is None or parts.scheme != "https" or not parts.hostname or "#" in str(value):
        wanted = f"{name}: an absolute https URL without fragment"
        deviates(metadata, expected=wanted, received=shown(metadata, name))


def expect_endpoint_there(endpoint: Exchange) -> None:
    """Something is served at the endpoint, whatever it says to an empty request (RFC 6749, 3.1)."""
    status = answered(endpoint).status or 0
    if status in (404, 410) or status >= 500:
        deviates(endpoint, expected="any answer but 404, 410 or 5xx")


def expect_token_endpoint_published(metadata: Exchange, documented: str | None) -> None:
    """The documented token endpoint is in the metadata, as itself or as the alias for mutual TLS (RFC 8705, 5).

    Raises:
        NotApplicable: the bank documents none.
    """
    if documented is None:
        raise NotApplicable("the profile documents no token endpoint of its own")
    published = (mtls_alias(metadata), metadata.members.get("token_endpoint"))
    if documented not in published:
        received = f"token_endpoint {shown(metadata, 'token_endpoint')}, alias {mtls_alias(metadata)!r}"
        deviates(metadata, expected=f"the documented {documented} as one of the two", received=received)


def foreign_alias(metadata: Exchange, documented: str | None) -> str:
    """The token endpoint that metadata names for mutual TLS, where it is not the documented one.

    Raises:
        NotApplicable: there is none, or it is the documented one, whose host is judged with the token area.
        Unobservable: it is no https URL.
    """
    alias = mtls_alias(metadata)
    if alias is None or alias == documented:
        raise NotApplicable("metadata names no other token endpoint for mutual TLS than the documented one")
    parts = split_url(alias)
    if parts is None or parts.scheme != "https" or not parts.hostname:
        raise Unobservable("mtls_endpoint_aliases.token_endpoint is no https URL")
    return alias


def mtls_alias(metadata: Exchange) -> str | None:
    """mtls_endpoint_aliases.token_endpoint, where it is text (RFC 8705, 5)."""
    aliases = metadata.members.get("mtls_endpoint_aliases")
    alias = aliases.get("token_endpoint") if isinstance(aliases, dict) else None
    return alias if isinstance(alias, str) else None


def expect_certificate_asked_for(exchange: Exchange) -> None:
    """The TLS handshake asks the client for a certificate, whether or not it may be declined (RFC 8705, 5).

    Raises:
        Unobservable: the handshake was not seen, or ended before anything was asked.
    """
    asked = exchange.tls.client_certificate_requested if exchange.tls else None
    if exchange.failure and exchange.failure.kind in _ENDED and asked:
        return
    if answered(exchange) and asked is None:
        raise Unobservable(f"{exchange.purpose}: the handshake was not seen")
    if not asked:
        wanted = "a host that asks for a client certificate"
        deviates(exchange, expected=wanted, received=f"none is asked for; {exchange.summary}")


# members that are lists and flags


def expect_required_members(metadata: Exchange) -> None:
    """The members that the code flow needs are there with their types (OIDC Discovery 1.0, 3)."""
    wrong = [name for name, kind in _REQUIRED.items() if not _typed(metadata.members.get(name), kind)]
    if wrong:
        received = "; ".join(f"{name}: {shown(metadata, name)}" for name in wrong)
        deviates(metadata, expected="URLs as strings and lists as arrays of strings", received=received)


def expect_no_empty_list(metadata: Exchange) -> None:
    """A list without elements is left out (OIDC Discovery 1.0, 4.2; RFC 8414, 3.2)."""
    empty = [name for name, value in metadata.members.items() if value == []]
    if empty:
        received = f"empty: {', '.join(map(cut, empty))}"
        deviates(metadata, expected="no empty array", received=received)


def expect_listed(metadata: Exchange, name: str, wanted: Collection[str]) -> None:
    """The array holds all the values."""
    value = metadata.members.get(name)
    missing = [item for item in wanted if not isinstance(value, list) or item not in value]
    if missing:
        expected = f"{name} with {', '.join(wanted)}"
        deviates(metadata, expected=expected, received=shown(metadata, name))


def expect_response_type_code(metadata: Exchange) -> None:
    """The response type code is offered (OIDC Discovery 1.0, 3).

    Raises:
        Unobservable: the list is missing or no array, which discovery-required-members judges.
    """
    name = "response_types_supported"
    if not isinstance(metadata.members.get(name), list):
        raise Unobservable(f"{name} is {shown(metadata, name)}")
    expect_listed(metadata, name, ("code",))


def expect_listed_if_published(metadata: Exchange, name: str, wanted: Collection[str]) -> None:
    """The array, where it is published, holds all the values.

    Raises:
        NotApplicable: it is not published, or no value is asked for.
    """
    if not wanted:
        raise NotApplicable(f"the profile documents no value for {name}")
    if name not in metadata.members:
        raise NotApplicable(f"metadata has no {name}")
    expect_listed(metadata, name, wanted)


def expect_published(metadata: Exchange, name: str, why: str) -> None:
    """The member is there.

    Args:
        why: what its absence means.
    """
    if name not in metadata.members:
        deviates(metadata, expected=name, received=f"no {name}, which means {why}")


def note_withheld_scopes(metadata: Exchange, documented: Collection[str]) -> None:
    """Say which documented scopes are not advertised; a bank may withhold them (OIDC Discovery 1.0, 3).

    Raises:
        NotApplicable: no list is published, or some are withheld; the reason names them.
    """
    published = metadata.members.get("scopes_supported")
    if not isinstance(published, list):
        raise NotApplicable("metadata has no scopes_supported")
    withheld = [scope for scope in documented if scope not in published]
    if withheld:
        raise NotApplicable(f"the bank withholds, as it may: {', '.join(withheld)}")


def expect_certificate_methods(metadata: Exchange, used: str) -> None:
    """Client authentication by certificate is declared (RFC 8705, 2.1.1 and 2.2.1).

    Args:
        used: how the profile says that the TPP authenticates.

    Raises:
        NotApplicable: the bank does not authenticate by certificate.
    """
    if used not in _BY_CERTIFICATE:
        raise NotApplicable(f"the TPP authenticates by {used}, not by its certificate")
    name = "token_endpoint_auth_methods_supported"
    value = metadata.members.get(name)
    if not isinstance(value, list) or not any(method in value for method in _BY_CERTIFICATE):
        expected = f"{name} with {' or '.join(_BY_CERTIFICATE)}"
        deviates(metadata, expected=expected, received=shown(metadata, name))


def binding_promised(metadata: Exchange) -> None:
    """Metadata promises certificate-bound access tokens (RFC 8705, 3.3).

    Raises:
        NotApplicable: it does not.
    """
    if metadata.members.get("tls_client_certificate_bound_access_tokens") is not True:
        raise NotApplicable("metadata does not promise certificate-bound access tokens")


def expect_binding_kept(foreign: Exchange, *, beside: Collection[Exchange]) -> None:
    """What metadata promises is so: a token opens nothing over another certificate (RFC 8705, 3).

    Args:
        foreign: the call over another TPP's certificate.
        beside: the same call by the TPP that the token was issued to, and that of the other with its own token.

    Raises:
        Unobservable: a rightful call did not succeed either, or the answer is neither leave nor refusal.
    """
    for rightful in beside:
        if not rightful.succeeded:
            raise Unobservable(f"nothing to compare with: {rightful.purpose}: {rightful.summary}")
    if answered(foreign).succeeded:
        expected = (
            "a refusal over another certificate, as tls_client_certificate_bound_access_tokens promises"
        )
        deviates(foreign, expected=expected)
    if not 400 <= (foreign.status or 0) < 500:
        raise Unobservable(f"{foreign.purpose}: neither opened nor refused: {foreign.summary}")


def expect_iss_flag(metadata: Exchange, response: Exchange, iss: str | None) -> None:
    """The flag says whether authorization responses carry iss (RFC 9207, 2.3 and 3).

    Args:
        response: the answer that sent the browser back.
        iss: the parameter of that response.
    """
    name = "authorization_response_iss_parameter_supported"
    announced = metadata.members.get(name) is True
    if iss is not None and not announced:
        received = f"{name}: {shown(metadata, name)}, while the response carries iss"
        deviates(metadata, expected=f"{name}: true", received=received)
    if iss is None and announced:
        deviates(response, expected=f"iss, as {name} announces", received="a response without iss")


def _typed(value: object, kind: type) -> bool:
    if kind is list:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, str) and value != ""
