"""A bank that conforms in another way is judged as the reference bank is: FAILED and WARNED only where true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.bank import engine
from conformance.bank.component import Component
from conformance.bank.settings import Client
from conformance.bank.token_endpoint import TokenEndpoint
from conformance.bank.tokens import Code
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.keyring import Keyring
from conformance.selftest.trial import Trial, judge_profile
from conformance.selftest.variations import (
    VARIATIONS,
    AlikeInProduction,
    RequiresPkce,
    Variation,
    documenting,
)
from conformance.verdict import Verdict

GOOD = (Verdict.PASSED, Verdict.SKIPPED)
Headers = list[tuple[str, str]]


@pytest.fixture(scope="module")
def keys() -> Keyring:
    return Keyring()


def judged(variation: Variation, keys: Keyring) -> Trial:
    """What the suite says of a variation."""
    components: tuple[type[Component], ...] = (AlikeInProduction, *variation.components)
    with EmbeddedBank(keys=keys, components=components, **variation.options) as bank:
        profile = bank.profile
        profile.write_text(variation.documented(profile.read_text("utf-8")), "utf-8")
        return judge_profile(None, profile, variation.select)


def not_good(trial: Trial) -> dict[str, Verdict]:
    """The requirements that are neither PASSED nor SKIPPED."""
    return {name: verdict for name, verdict in trial.verdicts.items() if verdict not in GOOD}


@pytest.mark.parametrize("name", VARIATIONS)
def test_another_way_to_conform_is_no_deviation(name: str, keys: Keyring) -> None:
    """What the standards leave open is open."""
    variation = VARIATIONS[name]

    trial = judged(variation, keys)

    assert not trial.error
    assert Verdict.PASSED in trial.verdicts.values() or variation.warned
    assert not_good(trial) == variation.expected, trial.reasons


class OldFashioned(engine.Handler):
    """HTTP/1.0: one answer a connection, its length told by its end."""

    protocol_version = "HTTP/1.0"


class Chunked(engine.Handler):
    """Header names in lower case, chunks with extensions, a trailer, blanks around JSON."""

    def _send(self, status: int, headers: Headers, content: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name.lower(), value)
        if self.command == "HEAD" or status in (204, 304):
            self.end_headers()
            return
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        content = b"\r\n " + content + b"\n" if content.startswith(b"{") else content
        for start in range(0, len(content), 997):
            part = content[start : start + 997]
            self.wfile.write(b"%x;ext=1\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\nX-Trailer: 1\r\n\r\n")


class OneAnswerEach(engine.Handler):
    """Closes each connection after its answer, and says so."""

    def _send(self, status: int, headers: Headers, content: bytes) -> None:
        self.close_connection = True
        super()._send(status, headers, content)


@pytest.mark.parametrize("handler", [OldFashioned, Chunked, OneAnswerEach])
def test_another_way_to_speak_http_is_no_deviation(
    handler: type[engine.Handler], keys: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How an answer is framed says nothing of the bank."""
    monkeypatch.setattr(engine, "Handler", handler)

    trial = judged(Variation(select=("authorization-code-flow", "token", "bearer")), keys)

    assert not trial.error
    assert not_good(trial) == {}, trial.reasons


class AnybodysCodes(TokenEndpoint):
    """Exchanges a code for any client that has its verifier."""

    def code_belongs_to(self, code: Code, client: Client) -> bool:  # noqa: ARG002
        return True


def test_a_missing_verifier_does_not_hide_that_a_code_is_anybodys(keys: Keyring) -> None:
    """Where PKCE is required, a thief is refused for the verifier: that proves nothing of the client."""
    components: tuple[type[Component], ...] = (RequiresPkce, AnybodysCodes)
    documented: Callable[[str], Any] = documenting(
        "[authorization_server]", '[authorization_server]\npkce = "required"'
    )

    trial = judged(Variation(components, documented, select=("token-code-bound-to-client",)), keys)

    assert trial.verdicts == {"token-code-bound-to-client": Verdict.FAILED}
