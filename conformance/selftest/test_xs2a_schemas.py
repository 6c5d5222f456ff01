"""The schemas are schemas, the quick yes agrees with the library, and a finding repeats no personal value."""

from __future__ import annotations

import copy
import json
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from subprocess import run
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from conformance.checks.stet_schema import expect_error_model, expect_refused, expect_valid
from conformance.errors import NonConformance
from conformance.selftest.xs2a_scripted import (
    FRENCH,
    Bank,
    Reply,
    a_payment,
    accounts,
    aisp,
    balances,
    creation,
    entry,
    links,
    payment_state,
    pisp,
    refusal,
    transactions,
)
from conformance.target.model import Stet
from conformance.xs2a.acceptance import acceptance
from conformance.xs2a.answer import Contract
from conformance.xs2a.formats import FORMATS
from conformance.xs2a.json_text import read, write
from conformance.xs2a.stet.contracts import Contracts, contracts_of
from conformance.xs2a.stet.payment_request import payment_request
from conformance.xs2a.violations import violations

SWITCHES = [Stet(), Stet(amounts="string", date_fields="date"), Stet(amounts="number")]
CONTRACTS = contracts_of(Stet())


def exact(value: Any) -> Any:
    """A body as it is read from the wire."""
    return read(json.dumps(value).encode())


STATE = exact(payment_state(json.loads(write(payment_request(a_payment(), Stet())))))
SAMPLES: dict[str, tuple[Contract, Any]] = {
    "accounts": (CONTRACTS.accounts, exact(accounts())),
    "balances": (CONTRACTS.balances, exact(balances())),
    "transactions": (CONTRACTS.transactions, exact(transactions())),
    "creation": (CONTRACTS.creation, exact(creation())),
    "payment": (CONTRACTS.payment, STATE),
}
NASTY: list[Any] = [
    None,
    True,
    "",
    "x",
    " ",
    "EUR\n",
    "DBIT\n",
    -1,
    0,
    Decimal("1E+99999"),
    Decimal("0.000001"),
    [],
    {},
]
NASTY += ["2025-02-30", "2025-02-01T25:00:00Z", "20250201", "\ud800", 10**40, [None], {"href": 1}, "REDIRECT"]


@pytest.mark.parametrize(
    "contracts", [contracts_of(each) for each in SWITCHES], ids=["default", "old", "new"]
)
def test_every_schema_is_a_schema_of_2020_12(contracts: Contracts) -> None:
    for contract in contracts.all:
        for schema in (contract.schema or {}, contract.error):
            Draft202012Validator.check_schema(dict(schema))
            acceptance(schema)


def paths_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for name, each in inside for found in paths_in(each, (*path, name)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy with another value at a path, or without the member."""
    if not path:
        return new
    value = copy.deepcopy(value)
    place = value
    for part in path[:-1]:
        place = place[part]
    if new is NASTY:
        del place[path[-1]]
    else:
        place[path[-1]] = new
    return value


def by_the_library(contract: Contract) -> Callable[[Any], bool]:
    formats = FormatChecker(formats=())
    for name, test in FORMATS.items():
        formats.checks(name)(test)
    return Draft202012Validator(dict(contract.schema or {}), format_checker=formats).is_valid


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_the_quick_yes_agrees_with_the_library(name: str, data: st.DataObject) -> None:
    contract, value = SAMPLES[name]
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(paths_in(value)))
        value = replaced(value, path, data.draw(st.sampled_from([*NASTY, NASTY] if path else NASTY)))

    assert acceptance(contract.schema or {})(value) == by_the_library(contract)(value)
    assert bool(violations(contract, value)) != by_the_library(contract)(value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda v: st.lists(v) | st.dictionaries(st.text(), v),
    )
)
def test_no_json_value_breaks_the_judgement_or_is_repeated(value: Any) -> None:
    for contract in CONTRACTS.all:
        if contract.schema is not None:
            assert all(str(each) for each in violations(contract, value))


def test_an_unknown_keyword_is_an_error_and_not_a_yes() -> None:
    with pytest.raises(ValueError, match="dependentRequired"):
        acceptance({"dependentRequired": {}})


def test_a_page_of_a_hundred_entries_is_judged_well_below_five_milliseconds() -> None:
    parties = {"creditor": {"name": "X"}, "creditorAccount": {"iban": FRENCH}}
    page = exact(
        transactions(*(entry(n, valueDate="2025-01-30", relatedParties=parties) for n in range(100)))
    )
    assert violations(CONTRACTS.transactions, page) == ()

    times = []
    for _ in range(7):
        started = time.perf_counter()
        violations(CONTRACTS.transactions, page)
        times.append(time.perf_counter() - started)

    assert min(times) < 0.003


def test_a_green_run_does_not_import_the_libraries() -> None:
    text = (
        "import sys; from conformance.target.model import *; import conformance.checks.accounts;"
        "from conformance.xs2a.dialect import dialect_of; from conformance.xs2a.violations import violations;"
        "api = Api(base_url='https://a.example', probe='/x', dialect='stet-1.4');"
        "contract = dialect_of(api).contracts.consent; violations(contract, {});"
        "sys.exit('jsonschema' in sys.modules or 'schwifty' in sys.modules)"
    )

    assert run([sys.executable, "-c", text], check=False).returncode == 0


DEVIANT_LISTS: dict[str, tuple[Any, str]] = {
    "bare array": ([], "the body: expected an object, received an array of 0"),
    "no links": ({"accounts": []}, "_links: expected a member, received none"),
    "iban with spaces": (
        "iban",
        r"accounts\[0\].accountId.iban: expected an IBAN without spaces, received text of 20",
    ),
    "no kind": ("kind", r"accounts\[0\].cashAccountType: expected a member"),
    "nothing that identifies": ("id", "an iban or another identification"),
}


@pytest.mark.parametrize(("body", "finding"), DEVIANT_LISTS.values(), ids=DEVIANT_LISTS)
def test_a_finding_names_place_expectation_and_kind(body: Any, finding: str) -> None:
    listed = accounts()
    own = listed["accounts"][0]
    match body:
        case "iban":
            own["accountId"]["iban"] = "FR76 3000 6000 0112 "
        case "kind":
            del own["cashAccountType"]
        case "id":
            own["accountId"] = {}
    answer = aisp(Bank(Reply(listed if isinstance(body, str) else body))).accounts()

    with pytest.raises(NonConformance, match=finding) as found:
        expect_valid(answer)
    assert "3000" not in str(found.value)


def test_a_debit_is_told_by_its_indicator_and_not_by_a_sign() -> None:
    for amount in (-12.5, "-12.50"):
        body = transactions(entry(transactionAmount={"currency": "EUR", "amount": amount}))
        with pytest.raises(NonConformance, match="without sign"):
            expect_valid(aisp(Bank(Reply(body))).all_transactions(_first(body)).pages[0])


def _first(body: Any) -> Any:
    face = aisp(Bank(Reply(body)))
    return face.transactions(face.account_named("A"))


def test_a_redirect_without_address_is_a_finding() -> None:
    body = {"appliedAuthenticationApproach": "REDIRECT", "_links": {}}

    with pytest.raises(NonConformance, match=r"_links\.consentApproval: expected a member"):
        expect_valid(pisp(Bank(Reply(body, 201))).initiate(a_payment()))
    expect_valid(pisp(Bank(Reply({"appliedAuthenticationApproach": "DECOUPLED"}, 201))).initiate(a_payment()))


def test_many_findings_are_counted_and_the_first_shown() -> None:
    body = {"accounts": [{}] * 9, "_links": links(self="/v1/accounts")}

    with pytest.raises(NonConformance, match="; and 23 more"):
        expect_valid(aisp(Bank(Reply(body))).accounts())


@pytest.mark.parametrize(
    ("reply", "finding"),
    [
        (Reply(accounts(), media_type="text/html"), "text/html"),
        (Reply(accounts(), media_type=""), "no media type"),
        (Reply(accounts(), media_type="application/hal+json; charset=iso-8859-1"), "charset iso-8859-1"),
        (Reply('{"a":"é"}'.encode("latin-1")), "other bytes"),
        (Reply(b"{"), "other bytes"),
        (Reply(b'{"accounts":[],"_links":{"self":{"href":"/"}},"x":NaN}'), "other bytes"),
        (Reply(b"x", 204), "1 bytes"),
        (Reply(b"[" * 500 + b"]" * 500), "other bytes"),
        (Reply(b"[" * 100_000), "other bytes"),
        (Reply(b'{"a":1e9999999999999999999}'), "other bytes"),
        (Reply(accounts(), 206), "206"),
        (Reply(json.dumps(accounts()).encode("utf-16")), "other bytes"),
    ],
)
def test_wrong_media_types_and_bodies_are_findings(reply: Reply, finding: str) -> None:
    with pytest.raises(NonConformance, match=finding):
        expect_valid(aisp(Bank(reply)).accounts())


def test_204_without_a_body_is_an_empty_list() -> None:
    answer = aisp(Bank(Reply(b"", 204, ""))).accounts()

    expect_valid(answer)
    assert answer.items == ()


def test_a_refusal_is_told_in_the_error_model() -> None:
    answer = aisp(Bank(refusal(403))).accounts()

    expect_refused(answer, 403, 404)
    expect_error_model(answer)
    with pytest.raises(NonConformance, match="404"):
        expect_refused(answer, 404)


@pytest.mark.parametrize(
    "reply",
    [Reply({"status": 403}, 403), Reply({"status": 404, "message": "x"}, 403), Reply(b"<html>", 403)],
)
def test_other_refusals_do_not_keep_the_error_model(reply: Reply) -> None:
    with pytest.raises(NonConformance):
        expect_error_model(aisp(Bank(reply)).accounts())


def test_a_refusal_with_data_is_none() -> None:
    with pytest.raises(NonConformance, match="accounts"):
        expect_refused(aisp(Bank(Reply(accounts(), 403))).accounts(), 403)
