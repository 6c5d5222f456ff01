"""API answers keep tokens to themselves (RFC 6750, section 5.3)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from urllib.parse import quote

from conformance.checks.bearer import is_page
from conformance.checks.responses import deviates
from conformance.errors import Unobservable
from conformance.exchange import Exchange

_SHORTEST = 8
_DIRECTIVE = re.compile(r'([^\s,=]+)\s*(?:=\s*("(?:\\.|[^"\\])*"|[^\s,]*))?')


def authorised(calls: Sequence[Exchange]) -> list[Exchange]:
    """The answers to calls with a token in the header, of which at least one was served.

    Raises:
        Unobservable: none was, which bearer-api-call reports.
    """
    found = [c for c in calls if "Authorization" in c.request_headers and "access_token=" not in c.url]
    if not any(call.succeeded and not is_page(call) for call in found):
        raise Unobservable("no authorised call of the run was served")
    return [call for call in found if call.answered]


def expect_no_echo(calls: Sequence[Exchange], tokens: Collection[str]) -> None:
    """No header and no body of an answer holds a token.

    Args:
        calls: every call of the run.
        tokens: every access and refresh token of the run.
    """
    forms = {form for token in tokens if len(token) >= _SHORTEST for form in _forms(token)}
    for call in authorised(calls):
        for place, text in (("header", _headers(call)), ("body", call.body.decode("utf-8", "replace"))):
            if any(form in text for form in forms):
                deviates(call, expected="no token in the answer", received=f"a token in the {place}")


def expect_no_public_caching(calls: Sequence[Exchange]) -> None:
    """No answer with content allows shared caches to keep it: neither public nor s-maxage."""
    for call in authorised(calls):
        directives = _directives(call.headers.get("Cache-Control", ""))
        kept_private = "no-store" in directives or directives.get("private") == ""
        shared = sorted({"public", "s-maxage"} & directives.keys())
        if call.succeeded and call.body and shared and not kept_private:
            received = f"Cache-Control with {' and '.join(shared)}"
            deviates(call, expected="neither public nor s-maxage in Cache-Control", received=received)


def _forms(token: str) -> tuple[str, ...]:
    return token, quote(token, safe=""), json.dumps(token)[1:-1]


def _headers(call: Exchange) -> str:
    return "\n".join(f"{name}: {value}" for name, value in call.headers.pairs)


def _directives(field: str) -> dict[str, str]:
    return {name.lower(): value for name, value in _DIRECTIVE.findall(field)}
