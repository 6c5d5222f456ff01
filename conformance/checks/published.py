"""What a bank publishes for everybody: its documentation, and a sandbox built like production (RTS, Art. 30)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree, html

from conformance.checks.responses import answered, deviates
from conformance.errors import Unobservable
from conformance.exchange import Exchange

_HIDDEN = (401, 402, 403, 404, 407, 410)
_READABLE = ("text/", "application/xhtml+xml", "application/json", "application/yaml")
_FEW_WORDS = 100
_DEFAULTS = {
    "grant_types_supported": ["authorization_code", "implicit"],
    "token_endpoint_auth_methods_supported": ["client_secret_basic"],
}
_CAPABILITIES = (
    "response_types_supported",
    *_DEFAULTS,
    "id_token_signing_alg_values_supported",
    "scopes_supported",
)
_BOUND = "tls_client_certificate_bound_access_tokens"
_SHARED_SECRETS = {"none", "client_secret_basic", "client_secret_post", "client_secret_jwt"}


def expect_public(page: Exchange, key_words: Sequence[str]) -> None:
    """Anybody reads the documentation, and finds there what a client needs (RTS, Art. 30(3)).

    Raises:
        Unobservable: it did not come, or is nothing that can be read without scripts.
    """
    if answered(page).status in _HIDDEN:
        deviates(page, expected="documentation that anybody can read without a login")
    if not page.succeeded:
        raise Unobservable(f"the documentation did not come: {page.summary}")
    text, scripted = _text_of(page)
    missing = [word for word in key_words if " ".join(word.split()).casefold() not in text]
    if not missing:
        return
    if not page.media_type.startswith(_READABLE):
        raise Unobservable(
            f"the documentation is {page.media_type or 'of no media type'}, in which no word is found"
        )
    if scripted and len(text.split()) < _FEW_WORDS:
        raise Unobservable("the documentation is a page that scripts build")
    deviates(page, expected=f"documentation with {', '.join(missing)}", received="a page without")


def expect_same_capabilities(sandbox: Exchange, production: Exchange) -> None:
    """Whatever production can do the sandbox can do, by its metadata (RTS, Art. 30(5)).

    Raises:
        Unobservable: one of the two has no metadata, or they tell nothing that could be compared.
    """
    wanted, found = _metadata(production), _metadata(sandbox)
    compared = 0
    for name in _CAPABILITIES:
        there, here = _listed(wanted, name), _listed(found, name)
        if there is None or here is None:
            continue
        compared += 1
        missing = sorted(there - here)
        if missing:
            deviates(sandbox, expected=f"{name} as in production", received=f"none of {', '.join(missing)}")
    if not compared:
        raise Unobservable("the metadata of sandbox and production tell nothing that could be compared")


def expect_same_security(sandbox: Exchange, production: Exchange) -> None:
    """Clients are identified in the sandbox as they are in production (RTS, Art. 30(5)).

    Raises:
        Unobservable: one of the two has no metadata.
    """
    wanted, found = _metadata(production), _metadata(sandbox)
    name = "token_endpoint_auth_methods_supported"
    there, here = _listed(wanted, name) or set(), _listed(found, name) or set()
    weaker = sorted((here - there) & _SHARED_SECRETS)
    if weaker:
        deviates(sandbox, expected="methods of production only", received=f"{', '.join(weaker)} beside them")
    if wanted.get(_BOUND) is True and found.get(_BOUND) is not True:
        deviates(sandbox, expected=f"{_BOUND} as in production", received="tokens that are not bound")


def _metadata(exchange: Exchange) -> dict[str, Any]:
    if answered(exchange).status != 200 or not isinstance(exchange.members.get("issuer"), str):
        raise Unobservable(f"{exchange.purpose}: no metadata: {exchange.summary}")
    return exchange.members


def _listed(metadata: dict[str, Any], name: str) -> set[str] | None:
    """What a member lists, or what it means where it is left out; None where that is not known."""
    value = metadata.get(name, _DEFAULTS.get(name))
    if not isinstance(value, list):
        return None
    if name == "response_types_supported":
        return {" ".join(sorted(str(each).split())) for each in value}
    return {str(each) for each in value}


def _text_of(page: Exchange) -> tuple[str, bool]:
    """Everything that stands there, in small letters and without line ends, and whether scripts are loaded."""
    raw = page.body.decode("utf-8", "replace")
    try:
        tree: html.HtmlElement = html.document_fromstring(page.body)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return " ".join(raw.split()).casefold(), False
    scripted = tree.find(".//script") is not None
    etree.strip_elements(tree, "script", "style", with_tail=False)
    links = " ".join(str(href) for href in tree.xpath("//@href"))
    return " ".join(f"{tree.text_content()} {links}".split()).casefold(), scripted
