"""A page of the bank, as far as a browser without scripts understands it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urljoin

from lxml import etree, html

from conformance.exchange import Exchange

_REFRESH = re.compile(r"\s*[0-9.]*\s*[;,]\s*(?:url\s*=\s*)?['\"]?([^'\"]+)", re.IGNORECASE)
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Control:
    """A button of a form: name and value as they would be sent, the words on it, and where it alone leads."""

    name: str
    value: str
    label: str
    action: str | None = None
    method: str | None = None

    def answers_to(self, word: str) -> bool:
        """Whether the profile means this button: by value, name or label."""
        return word.casefold() in (self.value.casefold(), self.name.casefold(), self.label.casefold())


class Field(NamedTuple):
    """A field of a form; `sent` unless it is a box that is not checked."""

    name: str
    value: str
    sent: bool = True


@dataclass(frozen=True)
class Form:
    """A form: where it goes, its fields with the values that they have, its buttons, and the one pressed."""

    method: str
    action: str
    fields: tuple[Field, ...]
    visible: frozenset[str]
    controls: tuple[Control, ...]
    pressed: Control | None = field(default=None, compare=False)

    def control(self, word: str) -> Control | None:
        """The button that a word names."""
        return next((control for control in self.controls if control.answers_to(word)), None)

    def by(self, control: Control | None) -> Form:
        """The form as it is sent by a button that may lead elsewhere than the form."""
        if control is None:
            return self
        action, method = control.action or self.action, control.method or self.method
        return replace(self, action=action, method=method, pressed=control)

    def filled(self, values: dict[str, str], control: Control | None) -> list[tuple[str, str]]:
        """The pairs that a browser would send; a box or a choice that is given a value becomes that one."""
        pairs: list[tuple[str, str]] = []
        given = set(values)
        for entry in self.fields:
            if entry.name in values:
                pairs += [(entry.name, values[entry.name])] if entry.name in given else []
                given.discard(entry.name)
            elif entry.sent:
                pairs.append((entry.name, entry.value))
        if control and control.name:
            pairs.append((control.name, control.value))
        return pairs


@dataclass(frozen=True)
class Page:
    """A page: its title, its forms, and where it leads by itself."""

    exchange: Exchange
    title: str
    forms: tuple[Form, ...]
    refresh: str | None = None

    @property
    def submits_itself(self) -> Form | None:
        """The only form, where nothing on it is for a person: a script would submit it."""
        if len(self.forms) != 1 or self.forms[0].visible or self.forms[0].controls:
            return None
        return self.forms[0] if self.forms[0].fields else None

    @property
    def described(self) -> str:
        """What a person would tell of it, without any text of its body."""
        fields = sorted({name for form in self.forms for name in form.visible})
        forms = f"fields {', '.join(fields)}" if fields else "no field to fill"
        return f"the page {self.title!r} (status {self.exchange.status}, {forms})"


def read_page(exchange: Exchange) -> Page | None:
    """Read an answer as a page; None where it is no HTML."""
    if not exchange.answered or b"<" not in exchange.body[:2048]:
        return None
    if exchange.media_type not in ("text/html", "application/xhtml+xml", ""):
        return None
    read = _read(exchange.body, exchange.url, exchange.headers.get("Refresh", ""))
    return Page(exchange, *read) if read else None


@lru_cache(maxsize=16)
def _read(body: bytes, url: str, refresh: str) -> tuple[str, tuple[Form, ...], str | None] | None:
    """Title, forms and where the page leads by itself; a page that is shown is asked for them more than once."""
    try:
        tree: html.HtmlElement = html.document_fromstring(body)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    title = _CONTROL_CHARACTERS.sub("", " ".join((tree.findtext(".//title") or "").split()))[:80]
    address = next(iter(tree.xpath("//base/@href")), "")
    base = _join(url, str(address))
    forms = tuple(_form(url, base, form) for form in tree.forms)
    return title, forms, _refresh(tree, refresh, base)


def _refresh(tree: html.HtmlElement, header: str, base: str) -> str | None:
    """Where the page goes without anybody's doing; not what only a browser without scripts would follow."""
    written = [
        str(meta.get("content") or "")
        for meta in tree.iter("meta")
        if (meta.get("http-equiv") or "").lower() == "refresh" and not _for_scriptless(meta)
    ]
    for text in (*written, header):
        if found := _REFRESH.match(text):
            return _join(base, found[1].strip())
    return None


def _form(address: str, base: str, form: html.FormElement) -> Form:
    fields, visible, controls = [], set(), []
    for element in _elements(form):
        name, kind = element.get("name") or "", (element.get("type") or "").lower()
        if _presses(element, kind):
            controls += [] if _for_scriptless(element) else [_control(base, element)]
        elif name and kind not in ("button", "reset", "file", "submit", "image") and element.tag != "button":
            fields += _values(element, name, kind)
            if kind != "hidden":
                visible.add(name)
    action = _join(base, form.get("action") or "") if form.get("action") else address
    return Form(str(form.method).upper(), action, tuple(fields), frozenset(visible), tuple(controls))


def _elements(form: html.FormElement) -> list[html.HtmlElement]:
    """What belongs to a form, also from outside of it, and is not disabled."""
    within = [
        element for element in form.iter("input", "select", "textarea", "button") if not element.get("form")
    ]
    identifier = form.get("id")
    if identifier:
        tagged = form.getroottree().iter("input", "select", "textarea", "button")
        within += [element for element in tagged if element.get("form") == identifier]
    return [element for element in within if element.get("disabled") is None and not _fenced(element)]


def _fenced(element: html.HtmlElement) -> bool:
    return any(fieldset.get("disabled") is not None for fieldset in element.iterancestors("fieldset"))


def _presses(element: html.HtmlElement, kind: str) -> bool:
    return kind in ("submit", "image", "") if element.tag == "button" else kind in ("submit", "image")


def _control(base: str, element: html.HtmlElement) -> Control:
    label = " ".join(str(element.text_content()).split()) or element.get("value") or ""
    action, method = element.get("formaction"), element.get("formmethod")
    return Control(
        element.get("name") or "",
        element.get("value") or "",
        label,
        _join(base, action) if action else None,
        method.upper() if method else None,
    )


def _for_scriptless(element: html.HtmlElement) -> bool:
    return next(element.iterancestors("noscript"), None) is not None


def _values(element: html.HtmlElement, name: str, kind: str) -> list[Field]:
    if element.tag == "select":
        return [Field(name, value) for value in _chosen(element)]
    if element.tag == "textarea":
        return [Field(name, str(element.text_content()))]
    if kind in ("checkbox", "radio"):
        return [Field(name, element.get("value") or "on", element.get("checked") is not None)]
    return [Field(name, element.get("value") or "")]


def _chosen(select: html.HtmlElement) -> list[str]:
    """The chosen options; of a list for one choice the first where none is marked."""
    options = [option for option in select.iter("option") if option.get("disabled") is None]
    marked = [option for option in options if option.get("selected") is not None]
    if select.get("multiple") is None:
        marked = marked[-1:] or options[:1]
    return [str(option.get("value", option.text_content())) for option in marked]


def _join(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return address
