"""The outline of a page: title, forms, fields and controls, none of the text that may name a person."""

from __future__ import annotations

from lxml import etree, html


def outline(body: bytes, *, failed: bool) -> str:
    """What a page asks for, in a few lines.

    Args:
        body: HTML, however broken.
        failed: whether it is an error page, whose headings are kept too.
    """
    try:
        tree: html.HtmlElement = html.document_fromstring(body[:500_000])
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return "(no readable page)"
    lines = [f"title: {_text(node)}" for node in tree.iter("title")]
    if failed:
        lines += [f"heading: {_text(node)}" for node in tree.iter("h1", "h2")]
    for form in tree.forms[:10]:
        lines.append(f"form {str(form.method).upper()}")
        lines += [
            line for field in form.iter("input", "select", "textarea", "button") if (line := _field(field))
        ]
    return "\n".join(lines[:60])


def _text(node: html.HtmlElement) -> str:
    return " ".join(str(node.text_content()).split())[:120]


def _field(field: html.HtmlElement) -> str:
    name = field.get("name") or ""
    kind = field.get("type") or field.tag
    choice = f" = {field.get('value')}" if kind in ("submit", "button") and field.get("value") else ""
    return f"  {kind} {name}{choice}"[:120] if name else ""
