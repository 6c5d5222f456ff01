"""What is kept for later runs: one refresh token, encrypted, and the oldest age that was proved with it."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from conformance.errors import Unobservable


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
        """What was kept; None where nothing was.

        Raises:
            Unobservable: the file cannot be read with the profile's key.
        """
        try:
            members = json.loads(self._fernet.decrypt(self._path.read_bytes()))
            return _kept(members)
        except FileNotFoundError:
            return None
        except (OSError, InvalidToken, ValueError, KeyError, TypeError) as error:
            reason = type(error).__name__
            raise Unobservable(f"the state file cannot be read with the profile's key ({reason})") from None

    def write(self, kept: KeptToken) -> None:
        """Keep it, in one step, for nobody else to read.

        Raises:
            Unobservable: the file cannot be written.
        """
        content = self._fernet.encrypt(json.dumps(_members(kept)).encode())
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


def _kept(members: dict[str, Any]) -> KeptToken:
    return KeptToken(
        client_id=str(members["client_id"]),
        issuer=str(members["issuer"]),
        refresh_token=str(members["refresh_token"]),
        stored=datetime.fromisoformat(members["stored"]),
        authenticated=datetime.fromisoformat(members["authenticated"]),
        proved=timedelta(seconds=members["proved_seconds"]),
    )
