"""A picture shows nobody's data: two pages that differ in them only give the same picture, byte for byte."""

from __future__ import annotations

import pytest

from conformance.psu.browser_agent_chromium import Chromium
from conformance.selftest.hostile import http, serving
from conformance.selftest.test_psu_browser_agent import Played, chromium

__all__ = ["chromium"]

PAGE = """<!DOCTYPE html><title>x</title>
<style>* {{ font-family: monospace }} p.after::after {{ content: "{after}" }}</style>
<h1>Your accounts</h1><h2>{heading}</h2><p>Hello {name}, this is <b>{iban}</b>.</p><p class=after>Balance</p>
<label>Account <input name=a value="{iban}"></label><textarea>{name}</textarea>
<select><option>{iban}</select><button>Allow</button><button>{button}</button>
<svg width=100 height=20><text y=15>{name}</text></svg>
<form method=post action=/login><input name=user><input type=password name=word><button>login</button></form>
<div id=host></div><script>
document.getElementById('host').attachShadow({{mode: 'open'}}).innerHTML = '<p>{name}</p>';
</script>"""
ONE = {
    "name": "Camille Exemple",
    "iban": "FR7630006000011234567890189",
    "heading": "Account 123-456",
    "button": "known-secret-1",
    "after": "184 250.75",
}
OTHER = {
    "name": "Dominiq Exempel",
    "iban": "FR1420041010050500013M02606",
    "heading": "Account 987-654",
    "button": "known-secret-2",
    "after": "  9 310.20",
}


def picture(chromium: Chromium, page: str, *, synthetic: bool) -> bytes:
    with serving(http(200, page)) as server:
        played = Played(chromium, server, synthetic=synthetic)
        for secret in (ONE["button"], OTHER["button"]):
            played.recorder.redactor.learn("secret", secret)
        played.look()
    (found,) = played.pictures.values()
    (event,) = played.told("screenshot")
    assert event["covered"] is not synthetic
    return found


@pytest.fixture(scope="module")
def usual(chromium: Chromium) -> dict[bool, bytes]:
    """The pictures of one person's page, as it is and covered."""
    page = PAGE.format(**ONE)
    return {synthetic: picture(chromium, page, synthetic=synthetic) for synthetic in (True, False)}


@pytest.mark.parametrize("part", sorted(ONE))
def test_what_may_name_a_person_is_covered_where_data_may_be_real(
    chromium: Chromium, usual: dict[bool, bytes], part: str
) -> None:
    page = PAGE.format(**{**ONE, part: OTHER[part]})

    assert picture(chromium, page, synthetic=True) != usual[True]
    assert picture(chromium, page, synthetic=False) == usual[False]


def test_the_outline_stays_legible(chromium: Chromium, usual: dict[bool, bytes]) -> None:
    page = PAGE.format(**ONE).replace("Your accounts", "Our accounts!")

    assert picture(chromium, page, synthetic=False) != usual[False]


@pytest.fixture
def restless() -> str:
    """A page whose text is another every few milliseconds."""
    return (
        "<title>x</title><p id=p></p><script>setInterval(() => { p.textContent = Math.random() }, 5)</script>"
    )


def test_a_page_that_changes_while_it_is_pictured_is_not_pictured(chromium: Chromium, restless: str) -> None:
    with serving(http(200, restless)) as server:
        played = Played(chromium, server, synthetic=False)
        landing = played.look()

    assert landing.exchange.status == 200
    assert played.pictures == {}
