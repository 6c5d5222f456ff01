"""The documents are true: every key of a profile is listed, every link leads somewhere."""

from __future__ import annotations

import re

import pytest

from conformance.selftest import model_keys
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
