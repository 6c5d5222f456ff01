"""The checks of refresh tokens on paper: what is a finding, what is none, and what proves nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from conformance.checks import refresh as checks
from conformance.errors import NonConformance, NotApplicable, Unobservable
from conformance.exchange import Exchange, Failure, FailureKind, Headers
from conformance.session.state import KeptToken, StateFile

BEGUN = datetime(2026, 3, 1, 12, tzinfo=UTC)
Outcome = type[Exception] | None


def answer(status: int | None = 200, body: Any = None, *, after: float = 0) -> Exchange:
    """An answer some seconds after the beginning; without status, a connection that ended."""
    return Exchange(
        number=1,
        purpose="refresh the access token",
        client="main",
        method="POST",
        url="https://bank.example/token",
        request_headers=Headers(),
        request_body=None,
        sent=BEGUN + timedelta(seconds=after),
        elapsed=timedelta(),
        status=status,
        body=json.dumps(body).encode() if body is not None else b"",
        failure=None if status else Failure(FailureKind.TIMEOUT, "no answer"),
    )


def tokens(access: object = "at-1", refresh: object = "rt-1", *, after: float = 0, **more: Any) -> Exchange:
    """A token response."""
    return answer(200, {"access_token": access, "refresh_token": refresh, **more}, after=after)


def refused(error: object = "invalid_grant", status: int = 400) -> Exchange:
    """An error response."""
    return answer(status, {"error": error}, after=1)


def outcome(check: Callable[[], Any]) -> Outcome:
    """What a check raises."""
    try:
        check()
    except (NonConformance, NotApplicable, Unobservable) as raised:
        return type(raised)
    return None


@pytest.mark.parametrize(
    ("again", "grace", "wanted"),
    [
        pytest.param(refused(), 0, None, id="refused"),
        pytest.param(refused("invalid_request"), 0, NonConformance, id="another error"),
        pytest.param(refused(status=401), 0, NonConformance, id="another status"),
        pytest.param(tokens("at-2", "rt-3", after=1), 0, NonConformance, id="a token"),
        pytest.param(tokens("at-2", "rt-3", after=1), 10, None, id="a token within the documented grace"),
        pytest.param(tokens("at-2", "rt-3", after=11), 10, NonConformance, id="a token after the grace"),
        pytest.param(refused(), 10, None, id="refused although the grace is documented"),
        pytest.param(answer(503), 0, Unobservable, id="busy"),
        pytest.param(answer(None), 0, Unobservable, id="no answer"),
        pytest.param(answer(500, {"error": ["x"]}), 0, NonConformance, id="a crash with a strange error"),
    ],
)
def test_a_repeated_refresh(again: Exchange, grace: int, wanted: Outcome) -> None:
    """Refused, or within what the bank documents."""
    found = outcome(lambda: checks.expect_disabled(again, first=tokens(), grace=timedelta(seconds=grace)))

    assert found is wanted


def test_the_same_successor_within_five_seconds_is_told_as_a_grace_period() -> None:
    """A lost answer that is repeated is another thing than a token that never dies."""
    with pytest.raises(NonConformance) as raised:
        checks.expect_disabled(tokens(after=1), first=tokens(), grace=timedelta())

    assert raised.value.kind == "grace period"


@pytest.mark.parametrize(
    ("replays", "successor", "grace", "wanted"),
    [
        pytest.param([refused()], refused(), 0, None, id="revoked"),
        pytest.param([refused()], tokens(), 0, NonConformance, id="alive"),
        pytest.param([tokens()], tokens(), 0, Unobservable, id="the replay succeeded"),
        pytest.param([tokens()], tokens(), 60, NotApplicable, id="the replay was within the grace"),
    ],
)
def test_a_replay(replays: list[Exchange], successor: Exchange, grace: int, wanted: Outcome) -> None:
    """It ends the family, where it was refused at all."""
    found = outcome(
        lambda: checks.expect_family_revoked(successor, replays=replays, grace=timedelta(seconds=grace))
    )

    assert found is wanted


@pytest.mark.parametrize(
    ("refreshes", "rotates", "wanted"),
    [
        pytest.param([tokens("a"), tokens("b")], True, None, id="whole"),
        pytest.param([tokens("a")], True, Unobservable, id="cut off without a reason"),
        pytest.param([tokens("a"), refused()], True, NonConformance, id="refused on the way"),
        pytest.param([tokens("a", None)], True, NonConformance, id="no token to go on with"),
        pytest.param([tokens("a", None), tokens("b", None)], False, None, id="none promised"),
        pytest.param([tokens("a"), answer(429)], True, Unobservable, id="throttled"),
        pytest.param([tokens("a", 7), tokens("b")], True, NonConformance, id="a number as refresh token"),
    ],
)
def test_a_chain(refreshes: list[Exchange], rotates: bool, wanted: Outcome) -> None:
    """Every refresh succeeds and leads to the next."""
    assert outcome(lambda: checks.expect_unbroken(refreshes, length=2, rotates=rotates)) is wanted


@pytest.mark.parametrize(
    ("responses", "rotates", "wanted"),
    [
        pytest.param([tokens("a", "r"), tokens("b", "s")], True, None, id="distinct"),
        pytest.param([tokens("a", "r"), tokens("a", "s")], True, NonConformance, id="an access token twice"),
        pytest.param([tokens("a", "r"), tokens("b", "r")], True, NonConformance, id="a refresh token twice"),
        pytest.param([tokens("a", "r"), tokens("b", "r")], False, None, id="kept, as documented"),
        pytest.param([tokens("a", None), tokens("b", None)], True, None, id="absent is not the same"),
        pytest.param([tokens({}, []), tokens({}, [])], True, None, id="values that are no tokens"),
    ],
)
def test_distinct_tokens(responses: list[Exchange], rotates: bool, wanted: Outcome) -> None:
    """None comes twice, where none may."""
    assert outcome(lambda: checks.expect_distinct(responses, rotates=rotates)) is wanted


@pytest.mark.parametrize(
    ("refresh", "wanted"),
    [
        pytest.param(tokens(scope="openid a"), None, id="equal"),
        pytest.param(tokens(scope="a openid"), None, id="in another order"),
        pytest.param(tokens(), None, id="unstated, which means unchanged"),
        pytest.param(tokens(scope="openid"), NonConformance, id="fewer"),
        pytest.param(tokens(scope=""), NonConformance, id="none"),
        pytest.param(tokens(scope=["openid", "a"]), None, id="of another type, which others report"),
        pytest.param(refused(), Unobservable, id="refused"),
    ],
)
def test_the_whole_scope(refresh: Exchange, wanted: Outcome) -> None:
    """A refresh keeps it."""
    assert outcome(lambda: checks.expect_whole_scope(refresh, original={"openid", "a"})) is wanted


@pytest.mark.parametrize(
    ("refresh", "afterwards", "wanted"),
    [
        pytest.param(refused("invalid_scope"), refused(), None, id="refused"),
        pytest.param(refused("invalid_grant"), tokens(), None, id="refused with another error"),
        pytest.param(refused("invalid_grant"), refused(), Unobservable, id="a token that was spent"),
        pytest.param(refused("invalid_grant"), None, Unobservable, id="a token that may have been spent"),
        pytest.param(tokens(scope="openid a"), None, None, id="left out"),
        pytest.param(tokens(scope="openid a pay"), None, NonConformance, id="granted"),
        pytest.param(tokens(), None, NonConformance, id="unstated, which means as asked"),
        pytest.param(answer(500), tokens(), Unobservable, id="a crash"),
    ],
)
def test_a_wider_scope(refresh: Exchange, afterwards: Exchange | None, wanted: Outcome) -> None:
    """A refresh does not give it."""
    check = partial(checks.expect_not_widened, refresh, beyond="pay", afterwards=afterwards)
    assert outcome(check) is wanted


@pytest.mark.parametrize(
    ("after", "narrowed", "wanted"),
    [
        pytest.param(tokens(scope="openid a"), tokens(scope="openid"), None, id="whole again"),
        pytest.param(tokens(scope="openid"), tokens(scope="openid"), NonConformance, id="shrunk"),
        pytest.param(None, refused("invalid_scope"), NotApplicable, id="never narrowed"),
        pytest.param(refused(), tokens(scope="openid"), NonConformance, id="ended"),
        pytest.param(answer(None), tokens(scope="openid"), Unobservable, id="no answer"),
    ],
)
def test_the_scope_after_a_narrow_refresh(
    after: Exchange | None, narrowed: Exchange, wanted: Outcome
) -> None:
    """The refresh token has not shrunk."""
    found = outcome(
        lambda: checks.expect_whole_scope_again(after, narrowed=narrowed, original={"openid", "a"})
    )

    assert found is wanted


@pytest.mark.parametrize(
    ("refresh", "wanted"),
    [
        pytest.param(tokens(), None, id="alive"),
        pytest.param(refused(), NonConformance, id="invalid_grant"),
        pytest.param(refused("invalid_client", 401), Unobservable, id="another trouble"),
        pytest.param(answer(502), Unobservable, id="a gateway"),
    ],
)
def test_a_rested_token(refresh: Exchange, wanted: Outcome) -> None:
    """Only its own refusal is held against it."""
    assert outcome(lambda: checks.expect_alive(refresh, age=timedelta(days=30))) is wanted


def test_a_kept_token_comes_back_and_the_file_says_nothing(tmp_path: Path) -> None:
    """Without the key the state file is noise."""
    path, key = tmp_path / "state", Fernet.generate_key().decode()
    kept = KeptToken("client", "https://bank.example", "secret-token", BEGUN, BEGUN, timedelta(days=3))

    StateFile(path, key).write(kept)

    assert StateFile(path, key).read() == kept
    assert b"secret-token" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert kept.followed_by("next", BEGUN + timedelta(days=5)).proved == timedelta(days=5)
    assert kept.spent().proved == timedelta(days=3)


@pytest.mark.parametrize("content", [b"", b"not encrypted", b"\x00\xff"], ids=["empty", "text", "bytes"])
def test_a_state_file_that_cannot_be_read_is_told_so(tmp_path: Path, content: bytes) -> None:
    """Never a traceback, never a verdict."""
    path = tmp_path / "state"
    path.write_bytes(content)

    with pytest.raises(Unobservable):
        StateFile(path, Fernet.generate_key().decode()).read()


def test_a_state_key_of_another_form_is_told_so(tmp_path: Path) -> None:
    """The reason names the key, not its value."""
    with pytest.raises(Unobservable, match=r"state\.key"):
        StateFile(tmp_path / "state", "short")
