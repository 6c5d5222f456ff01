"""The room of the APIs: its switches in a profile, and what of it the pure checks may touch."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from conformance.selftest.test_architecture import imported
from conformance.shipped import ROOT
from conformance.target.model import Api, Stet
from conformance.xs2a.accounts import AccountInformation
from conformance.xs2a.dialect import Dialect, dialect_of
from conformance.xs2a.funds import FundsConfirmation
from conformance.xs2a.payments import PaymentInitiation
from conformance.xs2a.stet.dialect import Stet14

PURE = "accounts acceptance answer formats funds json_text links money paging payment payments reading violations"
OWN_CHECKS = ("stet_schema", "accounts", "payments", "funds")


def api(**stet: Any) -> Api:
    return Api.model_validate(
        {"base_url": "https://a.example", "probe": "/x", "dialect": "stet-1.4", "stet": stet}
    )


def test_the_defaults_are_those_of_the_standard() -> None:
    found = Api(base_url="https://a.example", probe="/x").stet

    assert (found.base_path, found.create_status, found.signature) == ("/v1", 201, "required")
    assert found.signed_headers == ["(request-target)", "digest", "x-request-id"]
    assert (found.pisp_grant, found.cbpii_grant) == ("client_credentials", "authorization_code")
    assert (found.consent_model, found.confirmation) == ("redirect", "confirmation")
    assert found.client_id_header is None


@pytest.mark.parametrize(
    "switches",
    [
        {"base_path": "/v1/"},
        {"base_path": "v1"},
        {"base_path": "/v1?x"},
        {"base_path": "/v1\n"},
        {"create_status": 202},
        {"amounts": "float"},
        {"client_id_header": "Client Id"},
        {"client_id_header": "X\r\nY"},
        {"media_type": ""},
        {"enumerations": {"status": ["X"]}},
        {"signed_headers": []},
        {"unknown": True},
    ],
)
def test_other_switches_are_refused(switches: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        api(**switches)


def test_a_profiles_switches_cannot_change_on_the_way() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Stet().amounts = "string"


def test_the_dialect_keeps_to_the_neutral_face() -> None:
    def takes(dialect: Dialect) -> None:
        assert isinstance(dialect, Stet14)

    def faces(
        dialect: Stet14, caller: Any
    ) -> tuple[AccountInformation, PaymentInitiation, FundsConfirmation]:
        return (
            dialect.account_information(caller, None),
            dialect.payment_initiation(caller, None),
            dialect.funds_confirmation(caller, None),
        )

    takes(dialect_of(api()))
    assert len(faces(Stet14(api()), None)) == 3


def modules_of_xs2a(path: Path) -> set[str]:
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    names = {node.module or "" for node in tree if isinstance(node, ast.ImportFrom)}
    return {name.removeprefix("conformance.xs2a.") for name in names if name.startswith("conformance.xs2a.")}


def test_the_checks_touch_only_what_knows_no_network_no_dialect_and_no_profile() -> None:
    for name in OWN_CHECKS:
        assert modules_of_xs2a(ROOT / "conformance" / "checks" / f"{name}.py") <= set(PURE.split()), name
    for name in PURE.split():
        path = ROOT / "conformance" / "xs2a" / f"{name}.py"
        assert imported(path) <= {"errors", "exchange", "xs2a"}, name
        assert modules_of_xs2a(path) <= set(PURE.split()), name


def test_no_face_mentions_a_dialect() -> None:
    for name in ("accounts", "payments", "payment", "funds", "answer", "paging", "links"):
        text = (ROOT / "conformance" / "xs2a" / f"{name}.py").read_text(encoding="utf-8")
        assert "xs2a.stet" not in text, name
