"""An interface that refuses, empties or loses everything, from the outset or in mid-run, keeps no rule by that."""

from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug import Request

from conformance.bank.corporate.companies import NO_PAYMENT, Account, Company, PaymentRight, Service, User
from conformance.bank.corporate.entitlements import Entitlements
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.hopeless import ALIKE, Spoilt, dubious, evidence_of, having, hopeless, stop_after
from conformance.selftest.keyring import Keyring
from conformance.verdict import Verdict

HOSTS = ("sso", "cert", "api")
# they judge every answer of the run, or those that are successes: refusals may be among the others
EVERY_ANSWER = (
    "test_every_answer_of_the_run_is_dated_by_a_right_clock",
    "test_every_answer_of_the_run_brings_the_request_identifier_back",
    "test_the_interface_answers_every_request_in_time",
    "test_the_interface_leaves_no_five_requests_in_a_row_unanswered",
    "test_bodies_",
    "test_links_lead_to_https_addresses",
    "test_links_are_no_longer_than_the_dialect_allows",
)
CHOICES = "test_a_psu_with_several_means_may_choose_among_all_of_them"
# what they judge was seen in another part of an experiment of which the evidence cites the whole
ELSEWHERE = (
    CHOICES,
    "test_the_phone_shows_amount_and_payee_exactly",
    "test_the_signed_challenge_holds_amount_and_payee_exactly",
    "test_the_approval_page_shows_amount_and_payee_exactly",
    "test_the_device_shows_the_transfer_that_the_psu_approves",
    "test_a_transfer_through_a_pisp_asks_no_more_than_the_banks_own",
    "test_one_authentication_is_enough_for_a_transfer_with_all_its_data",
    "test_four_unattended_rounds_a_day_are_served",
    "test_rounds_with_the_psu_present_are_not_limited",
    "test_a_psu_who_refuses_is_sent_to",
    "test_an_unanswered_payment_is_rejected",
    "test_a_forbidden_change_leaves_the_payment_as_it_was",
    "test_another_tpp_cannot_read_a_payment",
    "test_another_tpp_cannot_confirm_a_payment",
    "test_the_attempts_of_another_tpp_change_nothing",
    "test_a_forwarded_consent_is_taken",
    "test_a_forwarded_consent_is_answered_with_the_documented_status",
    "test_a_consent_to_one_account_shows_that_account_only",
    "test_a_later_consent_takes_the_place_of_the_earlier",
    "test_a_consent_without_a_mandatory_member_is_refused",
    "test_a_consent_to_an_account_of_somebody_else_is_refused",
    "test_the_identity_is_withheld_without_consent",
    "test_an_account_outside_the_scope_is_not_debited",
    "test_a_user_sees_exactly_the_accounts_that_he_was_given",
    "test_an_account_withdrawn_from_a_user_is_opened_no_more",
    "test_nothing_is_told_of_the_funds_of_another_account_of_the_company",
)
REFUSING = ["403 as STET has it", "404 as STET has it", "400 as STET has it"]


@pytest.fixture(scope="module")
def keys() -> Keyring:
    return Keyring()


@pytest.mark.parametrize("name", [*REFUSING, "500", "200 with nothing in it", "200 with empty lists", "204"])
def test_an_interface_that_answers_everything_alike_keeps_no_rule(
    name: str, keys: Keyring, tmp_path: Path
) -> None:
    """Good pages and good tokens speak of the authentication, and of nothing else."""
    bank = EmbeddedBank(keys=keys)
    Spoilt(bank, ALIKE[name], ["api"])

    with bank:
        run = evidence_of(bank, tmp_path / "run")

    assert hopeless(run)
    assert dubious(run, *EVERY_ANSWER, CHOICES) == []


@pytest.mark.parametrize(
    ("place", "select"),
    [
        ("POST", ("sca", "pisp", "cbpii", "entitlements")),
        ("PUT", ("aisp-stet-consent", "aisp-stet-identity", "pisp-cancellation", "pisp-ownership")),
        ("/accounts/", ("aisp", "entitlements-account-rights", "entitlements-reporting-rights")),
        ("/payment-requests/", ("sca", "pisp", "entitlements")),
        ("/funds-confirmations", ("cbpii", "entitlements-geographic-scope", "entitlements-account-rights")),
    ],
)
def test_a_part_of_the_interface_that_refuses_everything_refuses_nobody(
    place: str, select: tuple[str, ...], keys: Keyring, tmp_path: Path
) -> None:
    """A refusal is one where the same is open to others."""
    bank = EmbeddedBank(keys=keys)
    Spoilt(bank, ALIKE["403 as STET has it"], ["api"], when=lambda request: _is_at(request, place))

    with bank:
        run = evidence_of(bank, tmp_path / "run", select)

    assert hopeless(run)
    assert dubious(run, *ELSEWHERE) == []


def _is_at(request: Request, place: str) -> bool:
    return place in request.path if place.startswith("/") else request.method == place


@pytest.mark.parametrize(
    ("name", "after"),
    [("403 of a firewall", 150), ("404 as STET has it", 300), ("400 as STET has it", 450), ("204", 600)],
)
def test_a_bank_that_turns_to_one_answer_in_mid_run_has_refused_nobody(
    name: str, after: int, keys: Keyring, tmp_path: Path
) -> None:
    """A firewall that has had enough of the suite keeps no rule of the bank."""
    bank = EmbeddedBank(keys=keys)
    Spoilt(bank, ALIKE[name], HOSTS, after=after)

    with bank:
        run = evidence_of(bank, tmp_path / "run")

    assert hopeless(run)
    assert dubious(run, *EVERY_ANSWER, *ELSEWHERE) == []


@pytest.mark.parametrize("after", [50, 200, 400, 600])
def test_a_bank_that_goes_away_in_mid_run_has_broken_nothing_and_refused_nobody(
    after: int, keys: Keyring, tmp_path: Path
) -> None:
    """Nobody can tell from a silence what the bank would have said."""
    bank = EmbeddedBank(keys=keys)
    stop_after(bank, after)

    with bank:
        run = evidence_of(bank, tmp_path / "run")

    assert hopeless(run)
    assert [each.id for each in having(run, Verdict.FAILED, Verdict.WARNED)] == []
    assert dubious(run, *EVERY_ANSWER, *ELSEWHERE) == []


@pytest.mark.parametrize(
    ("place", "name"),
    [("/sgconnect/approve", "200 with a page"), ("/sgconnect/payment", "403 of a firewall")],
)
def test_approval_pages_that_break_down_say_nothing_of_payments(
    place: str, name: str, keys: Keyring, tmp_path: Path
) -> None:
    """A payment that nobody could approve was neither refused, nor left without a right."""
    bank = EmbeddedBank(keys=keys)
    Spoilt(bank, ALIKE[name], ["sso"], when=lambda request: place in request.path)

    with bank:
        run = evidence_of(bank, tmp_path / "run", ("sca", "pisp", "entitlements"))

    assert hopeless(run)
    assert dubious(run, *ELSEWHERE) == []


@pytest.mark.parametrize("control", ["clock", "devices", "admin"])
def test_a_control_that_does_nothing_makes_nothing_happen(
    control: str, keys: Keyring, tmp_path: Path
) -> None:
    """Nothing grows old, is approved or is withdrawn because an order was taken."""
    bank = EmbeddedBank(keys=keys)
    Spoilt(bank, ALIKE["204"], ["control"], when=lambda request: _orders(request, control))

    with bank:
        run = evidence_of(bank, tmp_path / "run", DEPENDENT[control])

    assert having(run, Verdict.PASSED) == []


def _orders(request: Request, control: str) -> bool:
    return f"/{control}" in request.path and request.method == "POST"


DEPENDENT = {
    "clock": ("pisp-expiry", "sca-session-inactivity", "entitlements-payment-validation-right"),
    "devices": ("sca-two-factors", "sca-each-payment", "sca-pisp-secure-access", "pisp-refusal-by-psu"),
    "admin": ("entitlements-withdrawal", "entitlements-new-account-automatic", "cbpii-consent-withdrawn"),
}


class KnowsNoSubscription(Entitlements):
    """Turns everybody away, and says why."""

    def subscribed(self, company: Company) -> bool:  # noqa: ARG002
        return False


class GrantsNothing(Entitlements):
    """Grants no service to anybody."""

    def granted(self, user: User, service: Service) -> bool:  # noqa: ARG002
        return False


class LetsNobodyPay(Entitlements):
    """Lets nobody enter or validate a payment."""

    def payment_right(self, user: User, account: Account) -> PaymentRight:  # noqa: ARG002
        return NO_PAYMENT


class ShowsNobodyAnything(Entitlements):
    """Hides every account from everybody."""

    def visible(self, user: User, account: Account) -> bool:  # noqa: ARG002
        return False


SERVICES = (
    "entitlements-subscription-required",
    "entitlements-strong-authentication-required",
    "entitlements-ais-only-user",
    "entitlements-pis-only-user",
    "entitlements-no-service-user",
)
PAYMENTS = (
    "entitlements-payment-entry-right",
    "entitlements-payment-validation-right",
    "entitlements-cap",
    "entitlements-double-signature",
    "entitlements-signatory-groups",
)


@pytest.mark.parametrize(
    ("component", "select"),
    [
        (KnowsNoSubscription, (*SERVICES, *PAYMENTS, "entitlements-account-rights")),
        (GrantsNothing, (*SERVICES, *PAYMENTS, "entitlements-account-rights")),
        (LetsNobodyPay, (*PAYMENTS, "pisp-refusal-by-psu", "sca-each-payment", "sca-dynamic-linking")),
        (
            ShowsNobodyAnything,
            ("entitlements-account-rights", "entitlements-reporting-rights", "aisp-foreign-account"),
        ),
    ],
)
def test_a_bank_that_withholds_everything_from_everybody_withholds_nothing_from_anybody(
    component: type[Entitlements], select: tuple[str, ...], keys: Keyring, tmp_path: Path
) -> None:
    """A right is withheld from one where another has it."""
    with EmbeddedBank(keys=keys, components=[component]) as bank:
        run = evidence_of(bank, tmp_path / "run", select)

    assert [each.id for each in having(run, Verdict.PASSED)] == []
