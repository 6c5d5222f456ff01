"""What is kept for later runs, encrypted: one refresh token, with the oldest age that it proved, and payments."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from cryptography.fernet import Fernet, InvalidToken

from conformance.errors import Unobservable

T = TypeVar("T")


@dataclass(frozen=True)
class KeptToken:
    """A refresh token that rests between runs.

    Args:
        client_id: whose it is.
        issuer: whose grant it is.
        refresh_token: its value; empty where there is none at present.
        stored: since when it rests.
        authenticated: when the PSU was last authenticated for it.
        proved: the oldest age at which one of its predecessors still worked.
    """

    client_id: str
    issuer: str
    refresh_token: str
    stored: datetime
    authenticated: datetime
    proved: timedelta = timedelta()

    def followed_by(self, refresh_token: str, now: datetime) -> KeptToken:
        """What is kept after it worked."""
        proved = max(self.proved, now - self.stored)
        return replace(self, refresh_token=refresh_token, stored=now, proved=proved)

    def spent(self) -> KeptToken:
        """What is kept after it was refused: nothing but what had been proved."""
        return replace(self, refresh_token="")


@dataclass(frozen=True)
class KeptPayment:
    """A payment that a later run can ask for.

    Args:
        client_id: whose it is.
        url: where it is read.
        posted: when it was known to be there, if not before.
    """

    client_id: str
    url: str
    posted: datetime


class StateFile:
    """The encrypted file of a profile.

    Args:
        path: where it is.
        key: a Fernet key.

    Raises:
        Unobservable: the key is none.
    """

    def __init__(self, path: Path, key: str) -> None:
        self._path = path
        try:
            self._fernet = Fernet(key.strip().encode())
        except ValueError:
            raise Unobservable("state.key is no Fernet key (32 bytes, base64url)") from None

    def read(self) -> KeptToken | None:
        """The token that was kept; None where none was.

        Raises:
            Unobservable: the file cannot be read with the profile's key.
        """
        return self._reading(lambda members: _kept(members) if "refresh_token" in members else None)

    def payments(self) -> tuple[KeptPayment, ...]:
        """The payments that were kept.

        Raises:
            Unobservable: the file cannot be read with the profile's key.
        """
        return self._reading(lambda members: tuple(map(_payment, members.get("payments", []))))

    def write(self, kept: KeptToken) -> None:
        """Keep a token, beside the payments, for nobody else to read.

        Raises:
            Unobservable: the file cannot be read or written.
        """
        self._write({**self._reading(dict), **_members(kept)})

    def write_payments(self, payments: Sequence[KeptPayment]) -> None:
        """Keep these payments and no others, beside the token.

        Raises:
            Unobservable: the file cannot be read or written.
        """
        rows = [{"client_id": p.client_id, "url": p.url, "posted": p.posted.isoformat()} for p in payments]
        self._write({**self._reading(dict), "payments": rows})

    def _reading(self, reader: Callable[[dict[str, Any]], T]) -> T:
        try:
            return reader(json.loads(self._fernet.decrypt(self._path.read_bytes())))
        except FileNotFoundError:
            return reader({})
        except (OSError, InvalidToken, ValueError, KeyError, TypeError, AttributeError) as error:
            reason = type(error).__name__
            raise Unobservable(f"the state file cannot be read with the profile's key ({reason})") from None

    def _write(self, members: dict[str, Any]) -> None:
        """In one step."""
        content = self._fernet.encrypt(json.dumps(members).encode())
        try:
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}-")
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).replace(self._path)
        except OSError as error:
            raise Unobservable(f"the state file cannot be written ({error.strerror})") from None


def _members(kept: KeptToken) -> dict[str, Any]:
    return {
        "client_id": kept.client_id,
        "issuer": kept.issuer,
        "refresh_token": kept.refresh_token,
        "stored": kept.stored.isoformat(),
        "authenticated": kept.authenticated.isoformat(),
        "proved_seconds": kept.proved.total_seconds(),
    }


def _payment(members: dict[str, Any]) -> KeptPayment:
    posted = datetime.fromisoformat(members["posted"])
    return KeptPayment(str(members["client_id"]), str(members["url"]), posted)


def _kept(members: dict[str, Any]) -> KeptToken:
    return KeptToken(
        client_id=str(members["client_id"]),
        issuer=str(members["issuer"]),
        refresh_token=str(members["refresh_token"]),
        stored=datetime.fromisoformat(members["stored"]),
        authenticated=datetime.fromisoformat(members["authenticated"]),
        proved=timedelta(seconds=members["proved_seconds"]),
    )
