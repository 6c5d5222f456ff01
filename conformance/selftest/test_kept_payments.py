"""Payments that a run keeps for later ones: read back with their age, whoever they belong to, missed where gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from conformance.bank.corporate.orders import PaymentRequest
from conformance.bank.corporate.payments import PaymentRequests
from conformance.clock import Clock
from conformance.errors import NotApplicable, Unobservable
from conformance.selftest.bank_fixtures import shared_keyring
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.runs import CommandRun, run_command
from conformance.session import Session
from conformance.session.state import KeptPayment, KeptToken, StateFile
from conformance.target.profile import Overrides, load_target
from conformance.wire.masking import Masking
from conformance.wire.recorder import Recorder
from conformance.wire.redaction import Redactor
from fixtures.pisp_kept import Memory

BEGUN = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAYMENT = KeptPayment("client", "https://api.bank.example/payment-requests/1", BEGUN)
TOKEN = KeptToken("client", "https://bank.example", "secret-token", BEGUN, BEGUN)
REMEMBERED = "pisp/test_kept.py::test_payments_of_earlier_runs_can_be_read_without_the_psu"


@pytest.fixture
def file(tmp_path: Path) -> StateFile:
    return StateFile(tmp_path / "state", Fernet.generate_key().decode())


def test_payments_and_token_are_kept_beside_each_other(file: StateFile, tmp_path: Path) -> None:
    assert (file.read(), file.payments()) == (None, ())

    file.write_payments([PAYMENT])
    assert (file.read(), file.payments()) == (None, (PAYMENT,))
    file.write(TOKEN)
    file.write(TOKEN.spent())
    assert (file.read(), file.payments()) == (TOKEN.spent(), (PAYMENT,))
    file.write_payments([])
    assert (file.read(), file.payments()) == (TOKEN.spent(), ())
    assert b"payment" not in (tmp_path / "state").read_bytes()


def test_a_file_that_is_not_ours_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "state"
    StateFile(path, Fernet.generate_key().decode()).write_payments([PAYMENT])
    before = path.read_bytes()

    with pytest.raises(Unobservable, match="state file cannot be read"):
        StateFile(path, Fernet.generate_key().decode()).write_payments([])
    assert path.read_bytes() == before


@contextmanager
def run_of(bank: EmbeddedBank) -> Iterator[Session]:
    """The suite at a bank whose clock may have been moved since the last run."""
    settings = {"state.file": '"state"', "state.key": '"file:state.key"'}
    recorder = Recorder(lambda _event: None, Masking(Redactor()), Clock())
    session = Session(load_target(str(bank.profile), Overrides(settings=settings)), recorder)
    session.aspsp.fetch_configuration()
    yield session
    session.close()


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[EmbeddedBank]:
    with EmbeddedBank(keys=shared_keyring(), folder=tmp_path / "bank") as running:
        (running.folder / "state.key").write_text(Fernet.generate_key().decode(), encoding="utf-8")
        yield running


def test_a_payment_is_read_for_a_month_and_then_forgotten_by_the_suite(bank: EmbeddedBank) -> None:
    with run_of(bank) as first:
        psu, pisp = first.psu_that("psu"), first.pisp
        order = pisp.read(pisp.initiate(pisp.payment(psu), psu))
        with pytest.raises(NotApplicable, match="stored for later runs"):
            Memory(first, pisp).recall()

    bank.clock.advance(timedelta(days=12, hours=1))
    with run_of(bank) as second:
        memory = Memory(second, second.pisp)
        (kept,) = memory.recall()
        state = memory.read(kept, second.psu_that("psu"))
        assert state.item.stored["paymentInformationId"] == order.payment.reference
        assert state.exchange.purpose == "read a payment that was posted 12 days ago"
        assert "PSU-IP-Address" not in dict(state.exchange.request_headers.items())

    bank.clock.advance(timedelta(days=18))
    with run_of(bank) as third, pytest.raises(NotApplicable, match="younger than a month"):
        Memory(third, third.pisp).recall()


def test_payments_of_another_client_stay_where_they_are(bank: EmbeddedBank) -> None:
    file = StateFile(bank.folder / "state", (bank.folder / "state.key").read_text(encoding="utf-8"))
    file.write_payments([PAYMENT])

    with run_of(bank) as session, pytest.raises(NotApplicable):
        Memory(session, session.pisp).recall()
    assert file.payments() == (PAYMENT,)


class ForgetsWhatHasEnded(PaymentRequests):
    """Deletes a payment as soon as it is final."""

    def kept(self, request: PaymentRequest) -> bool:
        return not request.final


def run_twice(folder: Path, *components: type[PaymentRequests]) -> CommandRun:
    """A run of refusals, and a later one of what was kept, with a state file between them; the later one."""
    with EmbeddedBank(keys=shared_keyring(), components=components) as bank:
        words = ["--select", "pisp-status-availability"]
        words += ["--set", 'state.file="state"', "--set", 'state.key="env:STATE_KEY"']
        words += ["--set", "waiting={ allowed = false }"]
        environment = {"STATE_KEY": Fernet.generate_key().decode()}
        before = [*words, "--select", "pisp-refusal-by-psu"]
        run_command("run", "--target", str(bank.profile), *before, folder=folder, environment=environment)
        (folder / "again").mkdir()
        again = folder / "again"
        return run_command(
            "run", "--target", str(bank.profile), *words, folder=again, environment=environment
        )


def verdict_of(run: CommandRun, scenario: str) -> tuple[str, str]:
    """Verdict and reason of a scenario."""
    entries = [each for entry in run.verdicts["requirements"] for each in entry["scenarios"]]
    found = next(each for each in entries if each["id"] == scenario)
    return found["verdict"], found["reason"]


def test_a_second_run_finds_the_payments_of_the_first(tmp_path: Path) -> None:
    run = run_twice(tmp_path)

    assert verdict_of(run, REMEMBERED) == ("PASSED", "")


def test_a_bank_that_deletes_what_has_ended_fails(tmp_path: Path) -> None:
    run = run_twice(tmp_path, ForgetsWhatHasEnded)

    verdict, reason = verdict_of(run, REMEMBERED)
    assert verdict == "FAILED"
    assert reason.startswith("expected the payment; received 404")
