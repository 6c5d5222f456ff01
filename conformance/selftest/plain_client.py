"""A TPP and its PSU in plain http.client and ssl, for the tests of the bank itself."""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
import uuid
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from conformance.selftest.embedded import EmbeddedBank

REALM = "/sgconnect/oauth2"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Answer:
    """One answer: status, headers (lower-case names) and body."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def redirect(self) -> dict[str, str]:
        """The parameters of the Location's query."""
        return dict(parse_qsl(urlsplit(self.headers["location"]).query, keep_blank_values=True))


class Connection(http.client.HTTPSConnection):
    """A connection to a host of the bank, over the certificate of a TPP or none."""

    def __init__(self, bank: EmbeddedBank, name: str, tpp: str | None = None) -> None:
        host = str(getattr(bank.hosts, name))
        self._tls = client_context(bank, tpp)
        super().__init__(host, 443, timeout=10, context=self._tls)
        self._address = ("127.0.0.1", bank.bank.listeners[name].port)

    def connect(self) -> None:
        """Connect to the bank's port, under the host's name."""
        raw = socket.create_connection(self._address, timeout=10)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self._tls.wrap_socket(raw, server_hostname=self.host)

    def ask(
        self, method: str, path: str, body: str | bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Send a request and read its answer."""
        self.request(method, path, body, headers or {})
        return self.read()

    def read(self) -> Answer:
        """Read the next answer."""
        got = self.getresponse()
        names = {name.lower(): value for name, value in got.getheaders()}
        return Answer(got.status, names, got.headers.get_all("Set-Cookie", []), got.read())


def client_context(bank: EmbeddedBank, tpp: str | None) -> ssl.SSLContext:
    """A client's context that trusts the test PKI and shows the certificate of a TPP."""
    context = ssl.create_default_context(cafile=bank.folder / "trust.pem")
    if tpp is not None:
        folder = bank.folder / "tpp"
        context.load_cert_chain(folder / f"{tpp}.pem", folder / f"{tpp}.key")
    return context


class Visitor:
    """A TPP with its PSU's browser, at a running bank."""

    def __init__(self, bank: EmbeddedBank, tpp: str = "main", psu: str = "treasurer") -> None:
        self.bank = bank
        self.tpp = tpp
        self.psu = bank.psus[psu]
        self.role = psu
        self.client = bank.clients["main" if tpp == "renewed" else tpp]
        self.browser = Connection(bank, "sso")
        self.cert = Connection(bank, "cert", tpp)
        self.api = Connection(bank, "api", tpp)
        self.cookies: dict[str, str] = {}

    def close(self) -> None:
        """Close all connections."""
        for connection in (self.browser, self.cert, self.api):
            connection.close()

    def visit(self, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
        """Load a page of the browser host, with cookies."""
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers |= FORM
        answer = self.browser.ask(method, path, body, headers)
        for cookie in answer.cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def request(self, **changes: str | None) -> dict[str, str]:
        """The parameters of the documented authorization request, changed."""
        usual: dict[str, str | None] = {
            "response_type": "code",
            "acr_values": "L1",
            "client_id": self.client.client_id,
            "scope": "openid api1.v1 api2.v1",
            "redirect_uri": self.client.redirect_uris[0],
            "state": "state-1",
        }
        return {name: value for name, value in (usual | changes).items() if value is not None}

    def authorize(self, **changes: str | None) -> Answer:
        """Open the authorization URL."""
        return self.visit("GET", f"{REALM}/authorize?{urlencode(self.request(**changes))}")

    def submit(self, page: Answer, action: str, **fields: str) -> Answer:
        """Submit the first form of a page, with what it carries hidden and the boxes that are checked."""
        path = re.search(r'<form method="post" action="([^"]+)"', page.text)
        assert path, page.text
        pairs = [pair for pair in carried(page) if pair[0] not in fields]
        return self.visit("POST", path[1], urlencode([*pairs, ("action", action), *fields.items()]))

    def sign_in(self, page: Answer) -> Answer:
        """Log in and approve on the device; returns the consent page."""
        page = self.submit(page, "login", username=self.psu.username, password=self.psu.password)
        assert self.decide("approve") == 204
        return self.submit(page, "continue")

    def decide(self, decision: str, pin: str | None = None) -> int:
        """Decide on the device."""
        return post_control(
            self.bank.device_url(self.role), {"pin": pin or self.psu.pin, "decision": decision}
        )

    def journey(self, **changes: str | None) -> Answer:
        """From the authorization URL to the redirect."""
        page = self.authorize(**changes)
        if 'id="login"' in page.text:
            page = self.sign_in(page)
        return self.submit(page, "accept")

    def code(self, **changes: str | None) -> str:
        """An authorization code."""
        return self.journey(**changes).redirect["code"]

    def token(self, **form: str | None) -> Answer:
        """Post to the token endpoint."""
        sent = {"client_id": self.client.client_id, **form}
        body = urlencode({name: value for name, value in sent.items() if value is not None})
        return self.cert.ask("POST", f"{REALM}/access_token", body, FORM)

    def exchange(self, code: str, **changes: str | None) -> Answer:
        """Exchange a code."""
        usual: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect_uris[0],
        }
        return self.token(**(usual | changes))

    def refresh(self, refresh_token: str, **changes: str | None) -> Answer:
        """Exchange a refresh token."""
        return self.token(grant_type="refresh_token", refresh_token=refresh_token, **changes)

    def tokens(self, **changes: str | None) -> dict[str, Any]:
        """The tokens of a fresh grant."""
        answer = self.exchange(self.code(**changes))
        assert answer.status == 200, answer.text
        return dict(answer.json())

    def call(
        self, access_token: str, path: str = "/api/v1/data", method: str = "GET", body: Any = None
    ) -> Answer:
        """Call the API."""
        headers = {"Authorization": f"Bearer {access_token}", "X-Request-ID": str(uuid.uuid4())}
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self.api.ask(method, path, None if body is None else json.dumps(body), headers)


def carried(page: Answer) -> list[tuple[str, str]]:
    """The hidden fields of the first form of a page, its checked boxes, and the first choice of its list."""
    form = page.text.partition("<form")[2].partition("</form>")[0]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    boxes = re.findall(r'<input type="checkbox" name="([^"]+)" value="([^"]*)" checked', form)
    lists = re.findall(r'<select[^>]* name="([^"]+)">\s*<option value="([^"]*)"', form)
    return [(name, unescape(value)) for name, value in (*hidden, *boxes, *lists)]


def post_control(url: str, body: object) -> int:
    """Post to the bank's control interface; returns the status."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=5)
    try:
        connection.request("POST", parts.path, json.dumps(body), {"Content-Type": "application/json"})
        return connection.getresponse().status
    finally:
        connection.close()


def read(folder: Path, name: str) -> str:
    """A file of the bank's folder."""
    return (folder / name).read_text("utf-8")
