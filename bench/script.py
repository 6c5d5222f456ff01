"""The bare script: the exchanges of a tape with `requests` alone, nothing recorded, checked or masked.

`python bench/script.py TAPE PROFILE` plays the tape against a fresh bank. What the bank makes new each time
(codes, tokens, cookies, hidden fields) is carried from its answers into the later requests.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import connection

_HIDDEN = re.compile(rb'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"')


def play(entries: list[dict[str, Any]], profile: Path) -> Clients:
    """Send everything."""
    target, folder = tomllib.loads(profile.read_text(encoding="utf-8")), profile.parent
    _resolve(target["network"]["resolve"])
    clients = Clients(target, folder)
    changed = dict(_pairs(entries[0]["files"], files_of(folder)))
    for entry in entries[1:]:
        if entry["kind"] == "control":
            clients.control(entry, changed)
        elif (answer := clients.send(entry, changed)) is not None:
            changed.update(_renewed(entry["answer"], answer))
    return clients


class Clients:
    """One `requests` session per certificate, as the suite keeps its connections."""

    def __init__(self, target: dict[str, Any], folder: Path) -> None:
        self._anchor = str(folder / target["network"]["trust_anchors"][0].removeprefix("file:"))
        self._files: dict[str | None, tuple[str, str] | None] = {None: None}
        for name, tpp in target["tpp"].items():
            self._files[name] = _pair(folder, tpp, "")
            if "renewed_certificate" in tpp:
                self._files[f"{name}-renewed"] = _pair(folder, tpp, "renewed_")
        self._sessions: dict[str | None, requests.Session] = {}
        self._control = target["waiting"]["clock_control"].rpartition("/")[0]
        self.exchanges = self.as_taped = 0
        self.seconds = 0.0

    def send(self, entry: dict[str, Any], changed: dict[str, str]) -> requests.Response | None:
        """Send one exchange of the tape, with what is new put in; None where the transport failed."""
        session = self._session(entry["client"])
        body = None if entry["body"] is None else _put_in(base64.b64decode(entry["body"]).decode(), changed)
        headers = {name: _put_in(value, changed) for name, value in entry["headers"]}
        if body is not None and "Digest" in headers:
            headers["Digest"] = f"SHA-256={base64.b64encode(sha256(body.encode()).digest()).decode()}"
        url = _put_in(entry["url"], changed)
        self.exchanges += 1
        started, answer = time.perf_counter(), None
        with suppress(requests.RequestException):
            answer = session.request(
                entry["method"], url, headers=headers, data=body, allow_redirects=False, timeout=30
            )
        self.seconds += time.perf_counter() - started
        self.as_taped += entry["status"] == (answer.status_code if answer is not None else None)
        return answer

    def control(self, entry: dict[str, Any], changed: dict[str, str]) -> None:
        """Move the bank's clock, a phone or rights, on a connection of its own as the suite does."""
        decision = json.loads(_put_in(json.dumps(entry["json"]), changed))
        url = f"{self._control}/{_put_in(entry['path'], changed)}"
        started = time.perf_counter()
        with requests.Session() as session:
            session.trust_env = False
            session.request(entry["method"], url, json=decision, timeout=9)
        self.seconds += time.perf_counter() - started

    def _session(self, client: str | None) -> requests.Session:
        if client not in self._sessions:
            session = requests.Session()
            session.trust_env = False
            session.verify, session.cert = self._anchor, self._files[client]
            session.mount("https://", HTTPAdapter(pool_maxsize=16))
            session.cookies.set_policy(_NoCookies())
            self._sessions[client] = session
        return self._sessions[client]


class _NoCookies(requests.cookies.cookielib.DefaultCookiePolicy):  # type: ignore[name-defined,misc]
    """The tape's own Cookie headers are sent; the session keeps none."""

    def set_ok(self, cookie: Any, request: Any) -> bool:  # noqa: ARG002 - the base's signature
        """Keep nothing."""
        return False


def _pair(folder: Path, tpp: dict[str, str], prefix: str) -> tuple[str, str]:
    certificate, key = tpp[f"{prefix}certificate"], tpp[f"{prefix}key"]
    return str(folder / certificate.removeprefix("file:")), str(folder / key.removeprefix("file:"))


def files_of(folder: Path) -> dict[str, str]:
    """What a bank makes at its start: the PSUs' data and the client ids."""
    names = ("psu/*.username", "psu/*.password", "psu/*.pin", "psu/*.device_url", "tpp/*.client_id")
    found = [path for name in names for path in folder.glob(name)]
    return {f"{path.parent.name}/{path.name}": path.read_text(encoding="utf-8").strip() for path in found}


def _resolve(addresses: dict[str, str]) -> None:
    """Connect where the profile says; the standard library's hook for a script."""
    connect = connection.create_connection

    def mapped(address: tuple[str, int], *rest: Any, **options: Any) -> Any:
        host, _, port = addresses.get(f"{address[0]}:{address[1]}", f"{address[0]}:{address[1]}").rpartition(
            ":"
        )
        return connect((host, int(port)), *rest, **options)

    connection.create_connection = mapped


def _renewed(recorded: dict[str, Any], answer: requests.Response) -> Iterator[tuple[str, str]]:
    """What the bank made new: recorded value and today's."""
    before, now = base64.b64decode(recorded["body"]), answer.content
    headers = {name.lower(): value for name, value in recorded["headers"]}
    locations = headers.get("location", ""), answer.headers.get("Location", "")
    yield from _pairs(*map(_query, locations))
    yield from _pairs(*map(_segments, locations))
    yield from _pairs(_cookies(headers.get("set-cookie", "")), _cookies(answer.headers.get("Set-Cookie", "")))
    if before[:1] == b"{":
        yield from _pairs(_members(before), _members(now))
    elif b"<input" in before:
        yield from _pairs(_fields(before), _fields(now))


def _pairs(before: dict[str, str], now: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in before.items():
        if len(value) > 3 and now.get(name, value) != value:
            yield value, now[name]


def _query(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def _segments(url: str) -> dict[str, str]:
    return {str(place): segment for place, segment in enumerate(urlsplit(url).path.split("/"))}


def _cookies(value: str) -> dict[str, str]:
    return dict(re.findall(r"(?:^|, )([^=;, ]+)=([^;]+)", value))


def _members(body: bytes) -> dict[str, str]:
    try:
        return dict(_texts("", json.loads(body)))
    except ValueError:
        return {}


def _texts(place: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in inside:
        yield from _texts(f"{place}/{name}", member)


def _fields(body: bytes) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in _HIDDEN.findall(body)}


def _put_in(text: str, changed: dict[str, str]) -> str:
    for before in sorted(changed, key=len, reverse=True):
        now = changed[before]
        if before in text:
            text = text.replace(before, now)
        elif (quoted := quote(before, safe="")) in text:
            text = text.replace(quoted, quote(now, safe=""))
    return text


if __name__ == "__main__":
    tape = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    began = time.perf_counter()
    played = play(tape, Path(sys.argv[2]))
    bookkeeping = time.perf_counter() - began - played.seconds
    told = {"exchanges": played.exchanges, "as_taped": played.as_taped}
    print(json.dumps({**told, "requests": played.seconds, "bookkeeping": bookkeeping}))
