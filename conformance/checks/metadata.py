"""What an authorization server's metadata must be (OpenID Connect Discovery 1.0, RFC 8414)."""

from __future__ import annotations

from conformance.checks.responses import answered, deviates
from conformance.errors import NonConformance
from conformance.exchange import Exchange, FailureKind

_UNREACHABLE = (FailureKind.NAME_RESOLUTION, FailureKind.CONNECTION_REFUSED, FailureKind.TIMEOUT)


def expect_configuration(exchange: Exchange) -> None:
    """Status 200 and a JSON object, without a client certificate (OpenID Connect Discovery 1.0, 4.1 and 4.2)."""
    wanted = "200 with a JSON object, to a client without certificate"
    failure = exchange.failure
    if failure and failure.kind not in _UNREACHABLE:
        raise NonConformance(expected=wanted, received=exchange.summary, exchange=exchange)
    if answered(exchange).status != 200 or not isinstance(exchange.json, dict):
        deviates(exchange, expected=wanted)


def expect_json_media_type(exchange: Exchange) -> None:
    """The media type is application/json (OpenID Connect Discovery 1.0, 4.2)."""
    if answered(exchange).media_type != "application/json":
        deviates(exchange, expected="application/json", received=exchange.media_type or "no Content-Type")
