"""A page is understood as a browser understands it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from conformance.exchange import Exchange, Headers
from conformance.psu.page import Page, read_page


def answer(body: str | bytes, media: str = "text/html", **headers: str) -> Exchange:
    return Exchange(
        number=1,
        purpose="try",
        client=None,
        method="GET",
        url="https://bank.example/way/login?x=1",
        request_headers=Headers(),
        request_body=None,
        sent=datetime.now(UTC),
        elapsed=timedelta(),
        status=200,
        headers=Headers((("Content-Type", media), *headers.items())),
        body=body.encode() if isinstance(body, str) else body,
    )


def page(body: str, **headers: str) -> Page:
    found = read_page(answer(f"<html><title>T</title><body>{body}", "text/html", **headers))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("markup", "action"),
    [
        ("<form>", "https://bank.example/way/login?x=1"),
        ("<form action=''>", "https://bank.example/way/login?x=1"),
        ("<form action='next?y=2'>", "https://bank.example/way/next?y=2"),
        ("<form action='/next'>", "https://bank.example/next"),
        ("<form action='//other.example/next'>", "https://other.example/next"),
        ("<base href='/deep/er/'><form action='next'>", "https://bank.example/deep/er/next"),
        ("<base href='https://other.example/'><form action='next'>", "https://other.example/next"),
        ("<form action='https://[broken'>", "https://[broken"),
    ],
)
def test_a_form_leads_where_a_browser_would_send_it(markup: str, action: str) -> None:
    assert page(f"{markup}<input name=a></form>").forms[0].action == action


_FIELDS = """
<form id=f method=post action=/go>
  <input type=hidden name=csrf value=c>
  <input name=plain value=p>
  <input name=empty>
  <input value=nameless>
  <input name=gone disabled value=x>
  <fieldset disabled><input name=buried value=x></fieldset>
  <input type=checkbox name=on value=yes checked>
  <input type=checkbox name=off value=yes>
  <input type=radio name=account value=one>
  <input type=radio name=account value=two checked>
  <select name=first><option>alpha<option value=b>beta</select>
  <select name=marked><option value=a>a<option value=b selected>b</select>
  <select name=several multiple><option selected>a<option>b<option selected>c</select>
  <select name=none multiple><option>a</select>
  <select name=barred><option disabled value=x>x<optgroup><option value=y>y</optgroup></select>
  <textarea name=long>words</textarea>
  <input type=file name=file><input type=reset name=reset><input type=button name=button value=b>
  <button type=button name=dead value=dead>Dead</button>
  <button name=action value=go>Go on</button>
  <input type=submit name=action value=stop>
  <button type=submit name=action value=elsewhere formaction=/else formmethod=get>Elsewhere</button>
</form>
<input form=f name=outside value=o><button form=f name=action value=outer>Outer</button>
<input name=stray value=s>
"""


def test_the_pairs_of_a_form_are_those_that_a_browser_sends() -> None:
    form = page(_FIELDS).forms[0]

    assert form.filled({}, form.control("go")) == [
        ("csrf", "c"),
        ("plain", "p"),
        ("empty", ""),
        ("on", "yes"),
        ("account", "two"),
        ("first", "alpha"),
        ("marked", "b"),
        ("several", "a"),
        ("several", "c"),
        ("barred", "y"),
        ("long", "words"),
        ("outside", "o"),
        ("action", "go"),
    ]


def test_a_value_of_the_profile_takes_the_place_of_a_box_or_a_choice() -> None:
    form = page(_FIELDS).forms[0]
    values = {"off": "yes", "account": "one", "several": "b", "plain": "changed"}

    pairs = form.filled(values, None)

    assert [pair for pair in pairs if pair[0] in values] == [
        ("plain", "changed"),
        ("off", "yes"),
        ("account", "one"),
        ("several", "b"),
    ]
    assert values.keys() <= form.visible


def test_buttons_are_those_that_submit() -> None:
    form = page(_FIELDS).forms[0]

    assert [control.value for control in form.controls] == ["go", "stop", "elsewhere", "outer"]
    assert form.control("go on") == form.control("GO")
    assert form.control("dead") is None
    elsewhere = form.by(form.control("elsewhere"))
    assert (elsewhere.method, elsewhere.action) == ("GET", "https://bank.example/else")
    assert replace(form.by(form.control("go")), pressed=None) == form


@pytest.mark.parametrize(
    "body",
    [
        "<form method=post action=/on><input type=hidden name=a value=b></form>",
        "<body onload='document.forms[0].submit()'><form action=/on><input type=hidden name=a value=b>"
        "<noscript>Press<button type=submit autofocus>Continue</button></noscript></form>",
    ],
)
def test_a_form_for_nobody_submits_itself(body: str) -> None:
    form = page(body).submits_itself

    assert form is not None
    assert form.filled({}, None) == [("a", "b")]


@pytest.mark.parametrize(
    "body",
    [
        "<p>nothing",
        "<form></form>",
        "<form><input type=hidden name=a><input name=visible></form>",
        "<form><input type=hidden name=a><button>Accept</button></form>",
        "<form><input type=hidden name=a></form><form><input type=hidden name=b></form>",
    ],
)
def test_a_form_for_a_person_waits_for_one(body: str) -> None:
    assert page(body).submits_itself is None


@pytest.mark.parametrize(
    ("markup", "target"),
    [
        ('<meta http-equiv=refresh content="0;url=next">', "https://bank.example/way/next"),
        ("<meta http-equiv='Refresh' content=\"2; URL='/x?a=b'\">", "https://bank.example/x?a=b"),
        (
            '<meta http-equiv=refresh content="0;https://tpp.example/cb?code=1">',
            "https://tpp.example/cb?code=1",
        ),
        ('<meta http-equiv=refresh content="30">', None),
        ('<noscript><meta http-equiv=refresh content="0;url=/no-script"></noscript>', None),
        ("<meta name=refresh content='0;url=x'>", None),
    ],
)
def test_a_refresh_leads_on(markup: str, target: str | None) -> None:
    assert page(markup).refresh == target


def test_a_refresh_header_leads_on() -> None:
    assert page("", Refresh="0; url=/next").refresh == "https://bank.example/next"


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b"", "text/html"),
        (b"plain words", "text/html"),
        (b'{"a": "<b>"}', "application/json"),
        (b"\x89PNG<", "image/png"),
        (b"<", "text/html"),
        (b"<!-- only a comment -->", "text/html"),
    ],
)
def test_what_is_no_page_is_none(body: bytes, media: str) -> None:
    found = read_page(answer(body, media))

    assert found is None or found.forms == ()


@pytest.mark.parametrize(
    "body",
    [
        b"<form>" * 3000,
        b"<div>" * 20_000,
        b"<title>\x00\x1b[2J&#27;[2J</title>\xff\xfe<form><input name=\xff></form>",
        b"<?xml version='1.0' encoding='utf-7'?><html><form/></html>",
        b"<meta charset=nonsense><title>x</title>",
        b"<select name=a><option selected>" * 1000,
        b"<form>" + b"<input name=a>" * 10_000 + b"</form>",
    ],
)
def test_a_hostile_page_is_read_without_an_exception(body: bytes) -> None:
    found = read_page(answer(body))

    assert found is None or "\x1b" not in found.described
