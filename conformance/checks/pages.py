"""What protects a PSU on the bank's pages: RFC 9700, sections 2.6, 4.12 and 4.16."""

from __future__ import annotations

from conformance.checks.authorization_response import returned
from conformance.checks.landings import control
from conformance.checks.responses import answered, deviates
from conformance.checks.witness import expect_seen
from conformance.errors import Unobservable
from conformance.exchange import Exchange
from conformance.oauth.landing import Landing
from conformance.oauth.redirect_uri import host_of

_REDIRECTS = (301, 302, 303, 307, 308)


def expect_no_framing(landing: Landing) -> None:
    """Every page of the journey forbids that another origin frames it (RFC 9700, section 4.16)."""
    if not landing.pages or not (landing.played or landing.step):
        raise Unobservable(f"no page of the journey was seen: {landing.described}")
    for page in landing.pages:
        if not _framing_restricted(page):
            found = [name for name in ("Content-Security-Policy", "X-Frame-Options") if name in page.headers]
            received = f"{' and '.join(found)} that permit it" if found else "neither header"
            wanted = "frame-ancestors or X-Frame-Options that keep other origins out"
            deviates(page, expected=wanted, received=received)
    expect_seen(landing, "what the pages after the first forbid")


def _framing_restricted(page: Exchange) -> bool:
    """CSP decides where it speaks of framing, else X-Frame-Options (CSP Level 3, section 6.4.2.2)."""
    policies = [policy for line in page.headers.all("Content-Security-Policy") for policy in line.split(",")]
    sources = [found for policy in policies if (found := _frame_ancestors(policy)) is not None]
    if sources:
        return any(all(_own(source, page.url) for source in each) for each in sources)
    options = {word.strip().lower() for word in page.headers.get("X-Frame-Options", "").split(",")}
    return bool(options) and options <= {"deny", "sameorigin"}


def _frame_ancestors(policy: str) -> list[str] | None:
    for directive in policy.split(";"):
        name, *sources = directive.split() or [""]
        if name.lower() == "frame-ancestors":
            return [source.lower() for source in sources]
    return None


def _own(source: str, url: str) -> bool:
    """'none', 'self', or a host of the page's own domain."""
    if source in ("'none'", "'self'"):
        return True
    host = host_of(source if "//" in source else f"https://{source}").removeprefix("*.")
    domain = ".".join(host_of(url).split(".")[-2:])
    return host == domain or host.endswith(f".{domain}")


def expect_no_repeated_post(landing: Landing) -> None:
    """A redirect after a form was posted is 302 or 303: 307 would post the form again (RFC 9700, 4.12).

    Raises:
        Unobservable: the journey did not come back, or posted nothing.
    """
    returned(landing)
    posts = [exchange for exchange in landing.exchanges if exchange.method == "POST"]
    if not posts:
        raise Unobservable("no form of the journey was posted")
    for exchange in posts:
        if exchange.status in _REDIRECTS and exchange.status not in (302, 303):
            wanted = "302 or 303 where a redirect follows a form"
            deviates(exchange, expected=wanted, received=f"status {exchange.status}")


def expect_no_permissive_cors(
    exchange: Exchange, *, beside: Landing, origin: str = "https://attacker.invalid"
) -> None:
    """A foreign origin may not read the answer (RFC 9700, section 2.6).

    Args:
        exchange: the answer to a request with that origin.
        beside: of the same request without it.
        origin: the foreign one.
    """
    allowed = answered(exchange).headers.get("Access-Control-Allow-Origin", "").strip()
    if allowed in ("*", "null", origin):
        deviates(
            exchange, expected="no Access-Control-Allow-Origin for a foreign origin", received=repr(allowed)
        )
    control(beside)
