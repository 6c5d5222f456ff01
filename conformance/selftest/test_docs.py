"""The documents are true: every key of a profile is listed, every link leads somewhere."""

from __future__ import annotations

import re

import pytest

from conformance.bank import deviants
from conformance.catalogue import load
from conformance.selftest import model_keys
from conformance.selftest.real_server import MUTATIONS
from conformance.shipped import ROOT

DOCUMENTS = [
    "README.md",
    "docs/profile.md",
    "docs/real-server.md",
    "scenarios/README.md",
    "fixtures/README.md",
]
pytestmark = pytest.mark.skipif(not (ROOT / "docs").is_dir(), reason="the documents stay in the checkout")


@pytest.mark.parametrize("key", sorted(model_keys.leaf_keys()))
def test_every_key_of_a_profile_is_documented(key: str) -> None:
    """A key that nobody can find is not there."""
    text = (ROOT / "docs" / "profile.md").read_text(encoding="utf-8")

    assert re.search(rf"[`.\s]{re.escape(key)}[`\s<]", text), key


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_of_a_document_leads_somewhere(name: str) -> None:
    """Relative links, and pictures."""
    document = ROOT / name
    links = re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8"))

    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_readme_counts_what_the_catalogue_holds() -> None:
    """Its table of a run, and how many ways of breaking a rule are shown."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    judged = {area.title: sum(not each.untested for each in area.requirements) for area in load().areas}
    rows = re.findall(r"^    (\S.*?) {2,}\d.* (\d+)$", text, re.MULTILINE)

    assert {title: int(total) for title, total in rows} == {**judged, "all areas": sum(judged.values())}


def test_the_documents_count_deviants_and_mutations() -> None:
    """Whoever reads them knows how much of the suite was seen red."""
    named = sum(len(each.deviations) for each in load().requirements)
    shown, mutations = len(deviants.load()), len(MUTATIONS)
    said = {
        "README.md": [
            f"names {named} ways",
            f"For {shown} there",
            f"other {named - shown} are",
            f"{mutations} of its",
        ],
        "CHANGELOG.md": [f"{shown} of the {named} deviations", f"{mutations} configurations"],
        "docs/real-server.md": [f"{mutations} configurations"],
    }
    for document, phrases in said.items():
        text = " ".join((ROOT / document).read_text(encoding="utf-8").split())
        assert [phrase for phrase in phrases if phrase not in text] == [], document
