"""Says how an exchange ended that brought no answer."""

from __future__ import annotations

import ssl

import urllib3

from conformance.exchange import Failure, FailureKind
from conformance.wire.watchdog import Overdue


def failure_of(error: BaseException) -> Failure:
    """Name the failure of the transport that an exception stands for."""
    if isinstance(error, Overdue):
        return Failure(FailureKind.TIMEOUT, str(error))
    chain = _causes(error)
    kind = next((kind for link in chain if (kind := _kind(link))), FailureKind.PROTOCOL)
    return Failure(kind, _detail(chain[0]))


def _causes(error: BaseException) -> list[BaseException]:
    """The innermost exception first: it knows best."""
    found: list[BaseException] = []
    pending: list[object] = [error]
    while pending:
        link = pending.pop()
        if isinstance(link, BaseException) and link not in found:
            found.append(link)
            pending += [getattr(link, "reason", None), link.__cause__, link.__context__, *link.args]
    return found[::-1]


def _kind(error: BaseException) -> FailureKind | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        return FailureKind.SERVER_CERTIFICATE
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return FailureKind.CONNECTION_CLOSED
    if isinstance(error, ssl.SSLError):
        return FailureKind.TLS_ALERT if "ALERT" in str(error).upper() else FailureKind.PROTOCOL
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return FailureKind.NAME_RESOLUTION
    if isinstance(error, TimeoutError | urllib3.exceptions.TimeoutError):
        return FailureKind.TIMEOUT
    if isinstance(error, ConnectionRefusedError):
        return FailureKind.CONNECTION_REFUSED
    if isinstance(error, ConnectionResetError | BrokenPipeError | ConnectionAbortedError):
        return FailureKind.CONNECTION_CLOSED
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return FailureKind.CONNECTION_REFUSED
    return None


def _detail(innermost: BaseException) -> str:
    if isinstance(innermost, ssl.SSLError) and innermost.reason:
        return innermost.reason.lower().replace("_", " ")
    if isinstance(innermost, OSError) and innermost.strerror:
        return innermost.strerror
    return " ".join(f"{type(innermost).__name__}: {innermost}".split())[:200]
