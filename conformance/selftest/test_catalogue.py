"""The catalogue is whole, and a contradictory one is refused with everything that is wrong."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

import conformance.catalogue
from conformance.catalogue import Coverage, advises, covers, load
from conformance.catalogue.load import digest
from conformance.catalogue.model import Source
from conformance.errors import CatalogueError

PACKAGE = Path(conformance.catalogue.__file__).parent


def area_file(folder: Path, name: str = "token", **changes: str) -> Path:
    """An area of one requirement, with some of its lines replaced."""
    lines = {
        "id": '"token-one"',
        "title": '"One"',
        "statement": '"The bank does one thing."',
        "source": '[{ document = "RFC 6749", clause = "6" }]',
        "level": '"must"',
        "subject": '"authorization-server"',
        "roles": '["all"]',
        "environment": '"any"',
        "severity": '"normal"',
        "observe": '"wire"',
        "dialect": '"any"',
        "verified": "true",
        "precondition": '["client"]',
        "deviation": '["Do another.", "Do none."]',
        "check": '{ steps = ["Ask."], pass = "Done.", fail = "Not done.", na = "Never." }',
    } | changes
    entry = "\n".join(f"{key} = {value}" for key, value in lines.items() if value)
    path = folder / f"{name}.toml"
    path.write_text(f'area = "{name}"\nprefix = "token"\n[[requirement]]\n{entry}\n', encoding="utf-8")
    return path


def test_the_package_holds_every_requirement_of_the_six_areas() -> None:
    catalogue = load()

    first_six = {area.name: len(area.requirements) for area in catalogue.areas[:6]}
    assert first_six == {
        "discovery": 14,
        "authorization": 20,
        "token": 18,
        "refresh": 15,
        "bearer": 9,
        "id_token": 10,
    }
    assert len(catalogue.requirements) == len(catalogue.by_id) >= 86
    assert len([1 for area in catalogue.areas[:6] for r in area.requirements for _ in r.deviations]) == 184


def test_loading_is_quick_and_done_once() -> None:
    best = min(timed_load() for _ in range(5))

    assert best < 0.06, f"{best * 1000:.0f} ms"
    assert load() is load()


def timed_load() -> float:
    begun = time.process_time()  # what others do at the same time is not its doing
    load.__wrapped__()
    return time.process_time() - begun


@pytest.mark.parametrize(
    ("source", "cited", "link"),
    [
        (Source("RFC 6749", "6"), "RFC 6749, section 6", "https://www.rfc-editor.org/rfc/rfc6749#section-6"),
        (
            Source("RFC 6749", "5.2, 6"),
            "RFC 6749, sections 5.2, 6",
            "https://www.rfc-editor.org/rfc/rfc6749#section-5.2",
        ),
        (
            Source("OIDC Core 1.0", "3.1.3.7 items 9-10"),
            "OIDC Core 1.0, section 3.1.3.7 items 9-10",
            "https://openid.net/specs/openid-connect-core-1_0.html",
        ),
        (
            Source("RTS (EU) 2018/389", "Art. 34(1)"),
            "RTS (EU) 2018/389, Art. 34(1)",
            "https://eur-lex.europa.eu/eli/reg_del/2018/389/oj",
        ),
        (Source("SG How to use our APIs", "Call the API"), "SG How to use our APIs, Call the API", None),
    ],
)
def test_a_clause_reads_as_it_is_cited_and_links_to_its_document(
    source: Source, cited: str, link: str | None
) -> None:
    assert (str(source), source.link) == (cited, link)


def test_only_documents_of_a_bank_and_sold_standards_have_no_link() -> None:
    unlinked = {
        source.document
        for area in load().areas[:6]
        for requirement in area.requirements
        for source in requirement.sources
        if source.link is None
    }

    assert unlinked == {"SG How to use our APIs"}


def test_the_digest_changes_with_every_byte_and_every_name() -> None:
    files = {"a.toml": b"x", "b.toml": b"y"}

    assert digest(files) == digest(dict(reversed(files.items())))
    assert (
        len(
            {
                digest(files),
                digest({"a.toml": b"x", "b.toml": b"z"}),
                digest({"a.toml": b"x", "c.toml": b"y"}),
            }
        )
        == 3
    )


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"level": ""}, "missing field level"),
        ({"levle": '"must"'}, "unknown field levle"),
        ({"level": '"shall"'}, "level = 'shall' is not one of must, should, may"),
        ({"roles": '["aisp", "bank"]'}, "unknown roles 'bank'"),
        ({"roles": '["aisp", "all"]'}, "role 'all' stands alone"),
        ({"precondition": '["psi"]'}, "unknown precondition 'psi'"),
        ({"id": '"code-one"'}, "id does not start with token-"),
        ({"id": '"token-One"'}, "id is not in kebab-case"),
        ({"title": '""'}, "title must be a text"),
        ({"deviation": "[]"}, "deviation must be a list of texts"),
        ({"verified": "false"}, "verified must be false exactly when"),
        ({"source": '[{ document = "RFC 6749" }]'}, "source must be a list of tables"),
        ({"check": '{ steps = ["Ask."], pass = "Done.", fail = "No." }'}, "missing field check.na"),
        ({"check": '"Ask."'}, "check must be a table"),
        (
            {"undeviated": '{ "3" = "It cannot be seen." }'},
            "undeviated names deviation 3, which does not exist",
        ),
        ({"undeviated": '{ "2" = "" }'}, "undeviated.2 must be a text"),
        ({"untested": '" "'}, "untested must be a text"),
        (
            {"check": '{ steps = ["Ask."], pass = "Done.", fail = "No.", na = "token-two failed." }'},
            "token-one: names token-two, which does not exist",
        ),
    ],
)
def test_a_wrong_entry_is_refused_by_name(tmp_path: Path, changes: dict[str, str], complaint: str) -> None:
    area_file(tmp_path, **changes)

    with pytest.raises(CatalogueError, match=r"token\.toml: ") as refusal:
        load(tmp_path)

    assert complaint in str(refusal.value)


def test_everything_wrong_is_named_at_once(tmp_path: Path) -> None:
    area_file(tmp_path, level='"shall"', title="", extra="1")

    with pytest.raises(CatalogueError) as refusal:
        load(tmp_path)

    assert len(str(refusal.value).splitlines()) == 3


def test_an_id_is_given_once(tmp_path: Path) -> None:
    area_file(tmp_path)
    area_file(tmp_path, "tokens")

    with pytest.raises(CatalogueError, match=r"tokens.toml: token-one: duplicate id, first in token.toml"):
        load(tmp_path)


@pytest.mark.parametrize(
    "text", ["area = ", 'area = "token"', "\udcff", 'area = "token"\nprefix = "t"\nrequirement = [1]']
)
def test_a_file_that_is_no_area_is_a_problem_not_a_traceback(tmp_path: Path, text: str) -> None:
    (tmp_path / "token.toml").write_text(text, encoding="utf-8", errors="surrogateescape")

    with pytest.raises(CatalogueError, match=r"token\.toml: "):
        load(tmp_path)


def test_a_folder_without_an_area_is_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no area file found"):
        load(tmp_path)


def test_preconditions_and_placeholders_are_not_taken_for_requirements(tmp_path: Path) -> None:
    area_file(
        tmp_path,
        check='{ steps = ["Send <token-value> of x-token-y."], pass = "a", fail = "b", na = "token-one." }',
    )

    assert "token-one" in load(tmp_path)


def test_a_deviation_without_a_deviant_has_its_reason(tmp_path: Path) -> None:
    area_file(tmp_path, undeviated='{ "1" = "Only the bank itself could see it." }')
    requirement = load(tmp_path)["token-one"]

    assert requirement.deviants == ("token-one/2",)
    assert requirement.undeviated == {1: "Only the bank itself could see it."}
    assert requirement.deviation(2) == "Do none."


def test_a_copy_of_the_package_reads_as_the_package_does(tmp_path: Path) -> None:
    for path in PACKAGE.glob("*.toml"):
        shutil.copy(path, tmp_path)

    assert load(tmp_path) == load()


def test_a_scenario_says_what_it_covers_and_what_it_costs() -> None:
    @covers("refresh-single-use", destroys=True)
    def scenario() -> None: ...

    @advises("token-response-headers", last=True)
    def advice() -> None: ...

    assert scenario.__covers__ == Coverage("refresh-single-use", destroys=True)  # type: ignore[attr-defined]
    assert advice.__covers__ == Coverage("token-response-headers", advisory=True, last=True)  # type: ignore[attr-defined]


def test_an_unknown_requirement_stops_the_import_and_names_the_near_one() -> None:
    with pytest.raises(CatalogueError, match=r"'refresh-singel-use' \(did you mean refresh-single-use\?\)"):
        covers("refresh-singel-use")


def test_a_scenario_covers_one_requirement() -> None:
    def scenario() -> None: ...

    once = covers("refresh-grant")(scenario)

    with pytest.raises(CatalogueError, match="covers two requirements: refresh-grant, refresh-chain"):
        advises("refresh-chain")(once)


def test_what_is_called_untested_has_no_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    area_file(tmp_path, untested='"Only an auditor can see it."')
    monkeypatch.setattr("conformance.catalogue.coverage.load", lambda: load(tmp_path))

    with pytest.raises(CatalogueError, match="its entry calls it untested"):
        covers("token-one")
