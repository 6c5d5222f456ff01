"""The corporate bank: no sequence of calls creates money, pays twice, pays unauthorised or leaves a final state."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from conformance.bank.corporate.codes import Challenge
from conformance.bank.corporate.companies import NO_PAYMENT, PaymentRight, Service, Signature
from conformance.bank.corporate.domain import CorporateBank
from conformance.bank.corporate.money import Money, total
from conformance.bank.corporate.orders import (
    FINAL,
    InstructionOrder,
    Party,
    PaymentOrder,
    PaymentRequest,
    Status,
)
from conformance.bank.corporate.problems import Refused
from conformance.bank.corporate.seed import open_bank
from conformance.selftest.test_bank_corporate_information import StandingClock

USERS = (
    "treasurer accountant capped clerk reader first-signer second-signer wrong-signer pis-only ais-only weak"
).split()
ACCOUNTS = ("acc-groups", "acc-main", "acc-second", "acc-empty")
PAYEES = ("acc-main", "acc-second", "acc-harbour", "acc-usd", "")
OUTSIDE = "DE89370400440532013000"
RIGHTS = (
    PaymentRight(),
    PaymentRight(cap=Money.of("10.00")),
    PaymentRight(day_cap=Money.of("15.00")),
    PaymentRight(signature=Signature.DOUBLE, group="A"),
    PaymentRight(signature=Signature.DOUBLE, group="B"),
    PaymentRight(validation=False),
    PaymentRight(entry=False),
    NO_PAYMENT,
)
picks = st.integers(0, 3)  # how far back: the latest payment, the one before, ...
payers = st.sampled_from((*USERS[:-3], "treasurer", "first-signer", "second-signer", "first-signer"))


@dataclass
class Watched:
    """What the machine itself knows of a payment.

    Args:
        signers: of valid signatures: user, whether he validates, whether alone, group.
        days: of the signatures.
        confirmed: whether the PISP confirmed.
        ended: the final status first seen.
        cancelled: executions of each instruction when it was cancelled.
    """

    request: PaymentRequest
    signers: list[tuple[str, bool, bool, str]] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    confirmed: bool = False
    ended: Status | None = None
    cancelled: dict[str, int] = field(default_factory=dict)


class CorporateMachine(RuleBasedStateMachine):
    """Random TPPs, PSUs and Administrators at one bank."""

    @initialize()
    def open(self) -> None:
        self.bank = open_bank(CorporateBank(StandingClock()))
        self.before = self.bank.books.everything()
        self.watched: list[Watched] = []
        self.challenges: list[tuple[str, Challenge, str]] = []
        self.orders = 0

    @rule(
        cents=st.lists(st.integers(1, 2000), min_size=1, max_size=3),
        debtor=st.sampled_from((*ACCOUNTS, "")),
        payees=st.lists(st.sampled_from(PAYEES), min_size=3, max_size=3),
        days=st.sampled_from((None, None, 0, 1, 4)),
        frequency=st.sampled_from(("", "", "", "DAIL", "WEEK")),
        scale=st.sampled_from((1, 50, 100, 10_000)),
        signers=st.lists(payers, max_size=3),
        confirmed_after=st.integers(0, 3),
    )
    def register(
        self,
        cents: list[int],
        debtor: str,
        payees: list[str],
        days: int | None,
        frequency: str,
        scale: int,
        signers: list[str],
        confirmed_after: int,
    ) -> None:
        today = self.bank.clock.now().date()
        amounts = [Money(Decimal(n * scale).scaleb(-2), "EUR") for n in (cents[:1] if frequency else cents)]
        instructions = tuple(
            InstructionOrder(f"I{n}", f"E{n}", money, Party("Payee", self.iban(payees[n]) or OUTSIDE))
            for n, money in enumerate(amounts)
        )
        if frequency:
            ending = replace(instructions[0], frequency=frequency, last_day=today + timedelta(days=14))
            instructions = (ending,)
        self.orders += 1
        wanted = today + timedelta(days=days) if days is not None else None
        identifier = f"P-{self.orders}"
        asked = PaymentOrder(identifier, instructions, len(instructions), self.iban(debtor), wanted)
        try:
            request = self.bank.payments.register("pisp", asked)
        except Refused:
            return
        assert self.bank.payments.register("pisp", asked) is request
        self.watched.append(Watched(request))
        self.pay_with(0, signers, "acc-main", confirmed_after)

    def iban(self, account: str) -> str:
        return self.bank.directory.accounts[account].iban if account else ""

    def pick(self, number: int) -> Watched:
        return self.watched[-1 - number % len(self.watched)]

    @precondition(lambda self: self.watched)
    @rule(number=picks, user_id=st.sampled_from(USERS), account=st.sampled_from(ACCOUNTS))
    def ask(self, number: int, user_id: str, account: str) -> None:
        self.ask_user(number, user_id, account)

    def ask_user(self, number: int, user_id: str, account: str) -> None:
        request = self.pick(number).request
        try:
            challenge = self.bank.journey.ask(request.approval, self.bank.directory.user(user_id), account)
        except Refused:
            return
        assert challenge is not None
        self.challenges.append((user_id, challenge, self.bank.codes.prove(challenge.challenge_id)))

    @precondition(lambda self: self.watched)
    @rule(
        number=picks,
        signers=st.lists(payers, min_size=1, max_size=3),
        account=st.sampled_from(ACCOUNTS),
        confirmed_after=st.integers(0, 2),
        crossed=st.booleans(),
    )
    def pay(self, number: int, signers: list[str], account: str, confirmed_after: int, crossed: bool) -> None:
        if crossed:
            self.sign_crossed(number)
        self.pay_with(number, signers, account, confirmed_after)

    def pay_with(self, number: int, signers: list[str], account: str, confirmed_after: int) -> None:
        for position, user_id in enumerate(signers):
            self.approve(number, user_id, account)
            if position >= confirmed_after:
                self.confirm_payment(number)

    def approve(self, number: int, user_id: str, account: str) -> None:
        known = len(self.challenges)
        self.ask_user(number, user_id, account)
        if len(self.challenges) > known:
            self.sign_with(self.pick(number), *self.challenges[-1])

    def sign_crossed(self, number: int) -> None:
        for user_id, challenge, code in self.challenges[-3:]:
            self.sign_with(self.pick(number), user_id, challenge, code)

    @precondition(lambda self: len(self.watched) > 1)
    @rule(number=picks, other=picks, user_id=payers)
    def steal(self, number: int, other: int, user_id: str) -> None:
        known = len(self.challenges)
        self.ask_user(number, user_id, "acc-main")
        if len(self.challenges) > known:
            self.sign_with(self.pick(other), *self.challenges[-1])

    def sign_with(self, watched: Watched, user_id: str, challenge: Challenge, code: str) -> None:
        user, request, used = self.bank.directory.user(user_id), watched.request, challenge.used
        account, earlier = request.debtor, list(watched.signers)
        try:
            self.bank.journey.sign(request.approval, user, code)
        except Refused:
            return
        assert not used
        assert (challenge.user_id, challenge.link.subject) == (user_id, request.resource_id)
        assert account is not None
        right = user.rights.payment_on(account)
        assert Service.INITIATION in user.rights.services
        assert user_id != "weak"
        assert earlier or right.entry
        validates = right.validation and (right.cap is None or request.order.total <= right.cap)
        if right.day_cap is not None:
            validates = validates and self.validated_today(user_id) + request.order.total <= right.day_cap
        watched.signers.append((user_id, validates, right.signature is Signature.SINGLE, right.group))
        watched.days.append(self.bank.clock.now().date())

    def validated_today(self, user_id: str) -> Money:
        today, ended = self.bank.clock.now().date(), (Status.RJCT, Status.CANC)
        counted = [
            watched.request.order.total
            for watched in self.watched
            for signer, day in zip(watched.signers, watched.days, strict=True)
            if watched.request.status not in ended and signer[:2] == (user_id, True) and day == today
        ]
        return total(counted, "EUR")

    @precondition(lambda self: self.watched)
    @rule(number=picks)
    def confirm(self, number: int) -> None:
        self.confirm_payment(number)

    def confirm_payment(self, number: int) -> None:
        watched = self.pick(number)
        try:
            self.bank.payments.confirm("pisp", watched.request.resource_id)
        except Refused:
            return
        assert watched.signers
        assert not watched.confirmed
        watched.confirmed = True

    @precondition(lambda self: self.watched)
    @rule(number=picks, user_id=st.sampled_from(USERS))
    def refuse(self, number: int, user_id: str) -> None:
        try:
            self.bank.journey.refuse(self.pick(number).request.approval, self.bank.directory.user(user_id))
        except Refused:
            return

    @precondition(lambda self: self.watched)
    @rule(number=picks, user_id=payers, approve=st.sampled_from((True, True, False)), only=st.booleans())
    def cancel(self, number: int, user_id: str, approve: bool, only: bool) -> None:
        watched = self.pick(number)
        named = [i for i in watched.request.instructions if i.status is Status.PDNG][: 1 if only else None]
        try:
            self.cancel_as(watched.request, user_id, [i.resource_id for i in named], approve)
        except Refused:
            return
        if watched.request.cancellation is None:
            watched.cancelled |= {
                instruction.resource_id: len(instruction.executions) for instruction in named
            }

    def cancel_as(self, request: PaymentRequest, user_id: str, named: list[str], approve: bool) -> None:
        self.bank.cancellations.request("pisp", request.resource_id, "DS02", named)
        if request.cancellation is not None and approve:
            approval, user = request.cancellation.approval, self.bank.directory.user(user_id)
            challenge = self.bank.cancellations.ask(approval, user)
            self.bank.cancellations.sign(approval, user, self.bank.codes.prove(challenge.challenge_id))

    @rule(
        user_id=st.sampled_from(USERS[1:]),
        right=st.sampled_from(RIGHTS),
        account=st.sampled_from((*ACCOUNTS, "")),
    )
    def administer(self, user_id: str, right: PaymentRight, account: str) -> None:
        on = self.bank.directory.accounts[account] if account else None
        self.bank.administration.set_payment_right(self.bank.directory.user(user_id), right, on)

    @rule(user_id=st.sampled_from(("clerk", "capped", "pis-only")), withdraw=st.booleans())
    def serve(self, user_id: str, withdraw: bool) -> None:
        change = self.bank.administration.withdraw if withdraw else self.bank.administration.grant
        change(self.bank.directory.user(user_id), Service.INITIATION)

    @precondition(lambda self: len(self.watched) > 5)
    @rule(account=st.sampled_from(("acc-second", "acc-harbour")))
    def close(self, account: str) -> None:
        self.bank.administration.close_account(self.bank.directory.accounts[account])

    @rule(minutes=st.sampled_from((1, 4, 31, 61, 24 * 60, 5 * 24 * 60, 12 * 24 * 60)))
    def wait(self, minutes: int) -> None:
        self.bank.clock.advance(timedelta(minutes=minutes))

    @rule(cents=st.integers(1, 10**6), account=st.sampled_from(ACCOUNTS))
    def receive(self, cents: int, account: str) -> None:
        money = Money(Decimal(cents).scaleb(-2), "EUR")
        self.bank.administration.receive(self.bank.directory.accounts[account], money, "Somebody")

    @invariant()
    def money_is_neither_made_nor_lost(self) -> None:
        self.bank.payments.all_of("pisp")
        now = self.bank.books.everything()
        assert {c: now.get(c, Decimal(0)) for c in self.before} == self.before
        assert set(now) <= set(self.before)

    @invariant()
    def entries_explain_the_balances(self) -> None:
        for key in ACCOUNTS:
            account = self.bank.directory.accounts[key]
            since = [e for e in self.bank.books._pages[key].booked if not e.pending]
            moved = sum((entry.money.amount for entry in since), Decimal(0))
            assert account.opening.amount + moved == self.bank.books.booked(account).amount
            assert self.bank.books.booked(account).amount >= 0

    @invariant()
    def every_debit_is_one_execution(self) -> None:
        executed = sum(len(i.executions) for w in self.watched for i in w.request.instructions)
        pages = [self.bank.books._pages[key].booked for key in ACCOUNTS]
        debits = [
            e for page in pages for e in page if not e.money.positive and e.end_to_end_id.startswith("E")
        ]
        assert executed == len([e for e in debits if not e.end_to_end_id.startswith("E2E")])

    @invariant()
    def an_instruction_is_executed_once_and_a_standing_order_once_a_day(self) -> None:
        for watched in self.watched:
            for instruction in watched.request.instructions:
                days = instruction.executions
                assert len(days) == len(set(days))
                assert len(days) <= (1 if not instruction.order.frequency else 15)
                assert all(day <= self.bank.clock.now().date() for day in days)
                assert all(day >= (watched.request.order.day or date.min) for day in days)
                assert not days or instruction.status is not Status.RJCT
                assert len(days) == watched.cancelled.get(instruction.resource_id, len(days))

    @invariant()
    def what_is_executed_was_authorised_and_confirmed(self) -> None:
        for watched in self.watched:
            if any(instruction.executions for instruction in watched.request.instructions):
                assert watched.confirmed
                assert authorised(watched)

    @invariant()
    def a_final_state_is_never_left(self) -> None:
        for watched in self.watched:
            status = watched.request.status
            assert watched.ended in (None, status)
            watched.ended = status if status in FINAL else None
            earlier = [known for known, _ in watched.request.history[:-1]]
            assert not FINAL & set(earlier)
            assert status not in (Status.RJCT, Status.CANC) or self.bank.lifecycle.reason_shown(
                watched.request
            )


def authorised(watched: Watched) -> bool:
    """Whether the signatures that the machine saw are those that the rights asked for."""
    signed = [signer for signer in watched.signers if signer[1]]
    pairs = watched.request.debtor.combinations if watched.request.debtor else ()
    if any(alone for _, _, alone, _ in signed):
        return True
    return any(
        one[0] != two[0] and (not pairs or (one[3], two[3]) in pairs) for one in signed for two in signed
    )


CorporateMachine.TestCase.settings = settings(
    max_examples=200, stateful_step_count=30, deadline=None, database=None
)
TestCorporateMachine = CorporateMachine.TestCase
