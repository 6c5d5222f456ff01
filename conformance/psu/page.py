"""A page of the bank, as far as a browser without scripts understands it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree, html

from conformance.exchange import Exchange


@dataclass(frozen=True)
class Control:
    """A button of a form: name and value as they would be sent, and the words on it."""

    name: str
    value: str
    label: str

    def answers_to(self, word: str) -> bool:
        """Whether the profile means this button: by value, name or label."""
        return word.casefold() in (self.value.casefold(), self.name.casefold(), self.label.casefold())


@dataclass(frozen=True)
class Form:
    """A form: where it goes, its fields with the values that they have, its buttons."""

    method: str
    action: str
    fields: tuple[tuple[str, str], ...]
    visible: frozenset[str]
    controls: tuple[Control, ...]

    def control(self, word: str) -> Control | None:
        """The button that a word names."""
        return next((control for control in self.controls if control.answers_to(word)), None)

    def filled(self, values: dict[str, str], control: Control | None) -> list[tuple[str, str]]:
        """The pairs that a browser would send."""
        pairs = [(name, values.get(name, value)) for name, value in self.fields]
        if control and control.name:
            pairs.append((control.name, control.value))
        return pairs


@dataclass(frozen=True)
class Page:
    """A page: its title and forms."""

    exchange: Exchange
    title: str
    forms: tuple[Form, ...]

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
    try:
        tree: html.HtmlElement = html.document_fromstring(exchange.body)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    title = " ".join((tree.findtext(".//title") or "").split())[:80]
    return Page(exchange, title, tuple(_form(exchange.url, form) for form in tree.forms))


def _form(base: str, form: html.FormElement) -> Form:
    fields, visible, controls = [], set(), []
    for element in form.iter("input", "select", "textarea", "button"):
        name, kind = element.get("name") or "", (element.get("type") or "").lower()
        if element.tag == "button" or kind in ("submit", "image"):
            label = " ".join(str(element.text_content()).split()) or element.get("value") or ""
            controls.append(Control(name, element.get("value") or "", label))
        elif name and _sent(element, kind):
            fields.append((name, _value(element)))
            if kind != "hidden":
                visible.add(name)
    action = urljoin(base, form.get("action") or base)
    return Form(str(form.method).upper(), action, tuple(fields), frozenset(visible), tuple(controls))


def _sent(element: html.HtmlElement, kind: str) -> bool:
    if element.get("disabled") is not None or kind in ("button", "reset", "file"):
        return False
    return kind not in ("checkbox", "radio") or element.get("checked") is not None


def _value(element: html.HtmlElement) -> str:
    if element.tag == "select":
        chosen = element.xpath("./option[@selected]|.//option[not(@disabled)]")
        return (chosen[0].get("value") or chosen[0].text_content()) if chosen else ""
    if element.tag == "textarea":
        return str(element.text_content())
    return element.get("value") or ("on" if element.get("type") in ("checkbox", "radio") else "")
