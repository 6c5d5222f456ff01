"""A PSU's browser without scripts: its cookies, the bank's own hosts, and the way from page to page."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from conformance.errors import Unobservable
from conformance.exchange import Exchange
from conformance.oauth.approval import Approval, Errand, without_query
from conformance.oauth.authorization import encode
from conformance.psu.page import Form, Page, read_page
from conformance.wire.client import Client

REDIRECTS = (301, 302, 303, 307, 308)
_KEEPS_METHOD = (307, 308)
_MOST_HOPS = 20
_FORM = "application/x-www-form-urlencoded"


class Browser:
    """One browser of a PSU: its cookies, on the bank's own hosts.

    Args:
        client: without a client certificate, as a PSU's browser is.
        hosts: the bank's; what leads to any other host, or to the redirect URI, is never requested.
    """

    def __init__(self, client: Client, hosts: frozenset[str]) -> None:
        self.client = client
        self.hosts = hosts
        self.lost = False
        self._way: list[Exchange] = []
        self._returns_to: tuple[str, ...] = ()

    def open(self, errand: Errand, *, purpose: str, method: str = "GET") -> Exchange:
        """Go to the bank for an errand, and on until a page that waits for the PSU.

        Raises:
            Unobservable: the approval is on a host that is none of the bank's; nothing was sent.
        """
        self._returns_to = returns_to(errand)
        if isinstance(errand, Approval):
            return self._settle(self.client.get(self._of_the_bank(errand.url), purpose=purpose))
        request = errand
        if method == "GET":
            return self._settle(self.client.get(request.url, purpose=purpose))
        body = (request.query or encode(request.pairs)).encode()
        return self._settle(self._post(request.endpoint, body, purpose))

    @property
    def cookies(self) -> tuple[str, ...]:
        """The values of all cookies that it holds."""
        return self.client.cookies

    def submit(self, form: Form, pairs: list[tuple[str, str]], *, purpose: str) -> Exchange:
        """Send a form and go on until a page that waits for the PSU.

        Raises:
            Unobservable: the form leads out of the bank; nothing was sent.
        """
        self._keep_inside(form)
        return self._settle(self._send(form, pairs, purpose))

    def _keep_inside(self, form: Form) -> None:
        if not self._inside(form.action):
            raise Unobservable(f"the page's form leads out of the bank, to {_host(form.action) or 'no host'}")

    def _of_the_bank(self, url: str) -> str:
        if not self._inside(url):
            host = _host(url) or "no https host"
            raise Unobservable(f"the approval is on {host}, no host of the bank (page_hosts)")
        return url

    def take_way(self) -> tuple[Exchange, ...]:
        """What it sent since this was asked last."""
        way, self._way = tuple(self._way), []
        return way

    def leads_out(self, exchange: Exchange) -> str | None:
        """The target of a redirect that leaves the bank; None for anything else."""
        target = target_of(exchange)
        return None if target is None or self._inside(target) else target

    def posts_out(self, page: Page) -> str | None:
        """What a page would send out of the bank by itself, written as a redirect; None where it would not."""
        form = page.submits_itself
        if form is None or self._inside(form.action):
            return None
        return f"{form.action}{'&' if '?' in form.action else '?'}{encode(form.filled({}, None))}"

    def _inside(self, url: str) -> bool:
        """Whether a URL is a page of the bank; where the errand ends is none, wherever it is."""
        if without_query(url) in self._returns_to:
            return False
        return _host(url) in self.hosts

    def _settle(self, exchange: Exchange) -> Exchange:
        """Follow redirects and pages that go on by themselves, inside the bank."""
        self._way.append(exchange)
        for _ in range(_MOST_HOPS):
            following = self._follow(exchange)
            self.lost = following is not None
            if following is None:
                return exchange
            exchange = following
            self._way.append(exchange)
        return exchange

    def _follow(self, exchange: Exchange) -> Exchange | None:
        target = target_of(exchange)
        if target is not None:
            return self._redirected(exchange, target) if self._inside(target) else None
        page = read_page(exchange) if exchange.succeeded else None
        form = page.submits_itself if page else None
        if form is None or not self._inside(form.action):
            return None
        return self._send(form, form.filled({}, None), "submit the page that a script would submit")

    def _redirected(self, exchange: Exchange, target: str) -> Exchange:
        purpose = "follow the bank's own redirect"
        if exchange.status in _KEEPS_METHOD and exchange.method == "POST":
            return self._post(target, exchange.request_body or b"", purpose)
        return self.client.get(target, purpose=purpose)

    def _send(self, form: Form, pairs: list[tuple[str, str]], purpose: str) -> Exchange:
        if form.method == "POST":
            return self.client.post_form(form.action, pairs, purpose=purpose)
        return self.client.get(f"{without_query(form.action)}?{encode(pairs)}", purpose=purpose)

    def _post(self, url: str, body: bytes, purpose: str) -> Exchange:
        return self.client.send("POST", url, purpose=purpose, body=body, headers={"Content-Type": _FORM})


def target_of(exchange: Exchange) -> str | None:
    """Where a redirect leads, by status and Location or by the page's own refresh."""
    location = exchange.headers.get("Location")
    if exchange.status in REDIRECTS and location is not None:
        try:
            return urljoin(exchange.url, location)
        except ValueError:
            return location
    page = read_page(exchange) if exchange.succeeded else None
    return page.refresh if page else None


def _host(url: str) -> str:
    """The host of an https URL; empty for anything else."""
    try:
        parts = urlsplit(url)
        return parts.hostname or "" if parts.scheme == "https" else ""
    except ValueError:
        return ""


def returns_to(errand: Errand) -> tuple[str, ...]:
    """Where an errand's browser leaves the bank, without queries."""
    if isinstance(errand, Approval):
        return errand.returns_to
    uri = without_query(errand.get("redirect_uri") or "")
    return (uri,) if uri else ()
