"""Documentation that everybody reads, and a sandbox like production: judged on paper, and over the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conformance.checks import published
from conformance.clock import Clock
from conformance.errors import ConformanceError, NonConformance, NotApplicable, Unobservable
from conformance.exchange import Exchange, Failure, FailureKind, Headers
from conformance.selftest.hostile import HOST, Reply, http, serving
from conformance.selftest.small_profile import write_profile
from conformance.session import Aspsp, Session
from conformance.target.profile import load_target
from conformance.wire.masking import Masking
from conformance.wire.recorder import Recorder
from conformance.wire.redaction import Redactor

WORDS = ("https://b/.well-known/openid-configuration", "api1.v1")
BOTH = " and ".join(WORDS)
LOGIN = '<form><input name="user"><input type="password" name="p"></form>'
SHELL = '<html><head><script src="/app.js"></script></head><body><div id="app">Loading</div></body></html>'
LONG = f"<script>let a = 1</script><p>{'word ' * 120}</p>"


def answer(body: str | bytes = "", status: int = 200, media_type: str = "text/html") -> Exchange:
    content = body.encode() if isinstance(body, str) else body
    now, headers = datetime(2026, 1, 2, tzinfo=UTC), Headers((("Content-Type", media_type),))
    return Exchange(
        1, "look", None, "GET", "https://b/", Headers(), None, now, timedelta(), status, headers, content
    )


GONE = replace(answer(), status=None, failure=Failure(FailureKind.NAME_RESOLUTION, "unknown host"))

Outcome = type[ConformanceError] | None


def outcome(check: Callable[[], None]) -> Outcome:
    try:
        check()
    except ConformanceError as raised:
        return type(raised)
    return None


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        (answer(f"<p>{BOTH}</p>"), None),
        (answer("<p>HTTPS://B/.well-known/<b>openid-configuration</b> &amp;\n API1.V1</p>"), None),
        (answer(f'<a href="{WORDS[0]}">discovery</a> <code>api1.v1</code>'), None),
        (answer(BOTH, media_type="text/markdown"), None),
        (answer(json.dumps({"d": WORDS}), media_type="application/json"), None),
        (answer(BOTH, media_type="application/pdf"), None),
        (answer(f"<script>{BOTH}</script><p>{'word ' * 120}</p>"), NonConformance),
        (answer(f"<p>{WORDS[0]}</p>"), NonConformance),
        (answer(LOGIN), NonConformance),
        (answer(LONG), NonConformance),
        (answer(), NonConformance),
        (answer(BOTH, 401), NonConformance),
        (answer(BOTH, 402), NonConformance),
        (answer(BOTH, 403), NonConformance),
        (answer(BOTH, 404), NonConformance),
        (answer(SHELL), Unobservable),
        (answer(b"%PDF-1.7 \xff\xfe", media_type="application/pdf"), Unobservable),
        (answer(BOTH, 302), Unobservable),
        (answer(BOTH, 500), Unobservable),
        (answer(BOTH, 503), Unobservable),
        (GONE, Unobservable),
    ],
)
def test_documentation_is_there_for_everybody_or_not(page: Exchange, wanted: Outcome) -> None:
    assert outcome(lambda: published.expect_public(page, WORDS)) is wanted


def metadata(**changed: Any) -> Exchange:
    members: dict[str, Any] = {
        "issuer": "https://b",
        "response_types_supported": ["code", "code id_token"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["tls_client_auth"],
        "id_token_signing_alg_values_supported": ["PS256"],
        "scopes_supported": ["openid", "accounts", "payments"],
        "tls_client_certificate_bound_access_tokens": True,
    }
    members = {name: value for name, value in {**members, **changed}.items() if value is not None}
    return answer(json.dumps(members), media_type="application/json")


@pytest.mark.parametrize(
    ("sandbox", "capable", "secure"),
    [
        (metadata(), None, None),
        (metadata(response_types_supported=["id_token code", "code"]), None, None),
        (metadata(scopes_supported=["openid", "accounts", "payments", "funds"]), None, None),
        (metadata(token_endpoint_auth_methods_supported=["tls_client_auth", "private_key_jwt"]), None, None),
        (metadata(scopes_supported=None), None, None),
        (metadata(scopes_supported=["openid", "accounts"]), NonConformance, None),
        (metadata(grant_types_supported=["authorization_code"]), NonConformance, None),
        (metadata(grant_types_supported=None), NonConformance, None),
        (metadata(id_token_signing_alg_values_supported=["RS256"]), NonConformance, None),
        (
            metadata(token_endpoint_auth_methods_supported=["client_secret_post"]),
            NonConformance,
            NonConformance,
        ),
        (metadata(token_endpoint_auth_methods_supported=["tls_client_auth", "none"]), None, NonConformance),
        (metadata(tls_client_certificate_bound_access_tokens=None), None, NonConformance),
        (metadata(scopes_supported="openid"), None, None),
        (answer("<html>", media_type="text/html"), Unobservable, Unobservable),
        (metadata(issuer=None), Unobservable, Unobservable),
        (answer("{}", 404), Unobservable, Unobservable),
        (GONE, Unobservable, Unobservable),
    ],
)
def test_a_sandbox_is_like_production_or_not(sandbox: Exchange, capable: Outcome, secure: Outcome) -> None:
    assert outcome(lambda: published.expect_same_capabilities(sandbox, metadata())) is capable
    assert outcome(lambda: published.expect_same_security(sandbox, metadata())) is secure


def test_what_production_never_had_is_not_missed() -> None:
    poor = metadata(scopes_supported=["openid"], tls_client_certificate_bound_access_tokens=False)

    assert outcome(lambda: published.expect_same_capabilities(metadata(), poor)) is None
    assert outcome(lambda: published.expect_same_security(poor, poor)) is None
    assert outcome(lambda: published.expect_same_capabilities(metadata(), GONE)) is Unobservable


@contextmanager
def aspsp(folder: Path, port: int, lines: str) -> Iterator[Aspsp]:
    """The bank of a profile with these lines about what it publishes."""
    profile = write_profile(folder, port, more=f"[published]\n{lines}")
    recorder = Recorder(lambda _event: None, Masking(Redactor()), Clock())
    with closing(Session(load_target(str(profile)), recorder)) as session:
        yield session.aspsp


def test_redirects_to_the_documentation_are_followed_without_credentials(tmp_path: Path) -> None:
    found = http(200, BOTH.encode(), media_type="text/html")
    replies: list[Reply] = [http(302, b"", "Location: /en/docs"), found]
    lines = f'documentation_url = "https://{HOST}/docs"\nkey_words = ["api1.v1"]'
    with serving(*replies) as server, aspsp(tmp_path, server.port, lines) as bank:
        page = bank.documentation()

    published.expect_public(page, WORDS)
    assert page.url == f"https://{HOST}/en/docs"
    assert not {"authorization", "cookie"} & {name.lower() for name, _ in page.request_headers.items()}


def test_what_the_profile_does_not_name_does_not_apply(tmp_path: Path) -> None:
    with aspsp(tmp_path, 1, "") as bank:
        for ask in (bank.documentation, bank.environments, lambda: bank.portal):
            with pytest.raises(NotApplicable):
                ask()
