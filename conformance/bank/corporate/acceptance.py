"""Which payment requests the bank takes: rules of form and sense (STET 1.4.2, POST /payment-requests)."""

from __future__ import annotations

import re
from datetime import date, timedelta

from conformance.bank.corporate.companies import Account
from conformance.bank.corporate.component import DomainComponent
from conformance.bank.corporate.identifiers import iban_is_valid
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.orders import InstructionOrder, PaymentOrder
from conformance.bank.corporate.problems import forbidden, invalid
from conformance.bank.corporate.recurrence import FREQUENCIES, RULES

_IDENTIFIER = re.compile(r"[a-zA-Z0-9 /\-?:().,']{1,35}")


class Acceptance(DomainComponent):
    """Judges an order before anything is stored."""

    most_instructions = 100
    furthest = timedelta(days=400)

    def expect_acceptable(self, order: PaymentOrder) -> None:
        """Refuse an order that can never be executed.

        Raises:
            Refused: with the member that is wrong.
        """
        if not self.identifier_acceptable(order.payment_information_id):
            raise invalid("FF01", "paymentInformationId is no identifier")
        if not self.number_acceptable(order):
            raise invalid("FF01", "numberOfTransactions is not the number of the instructions")
        if len(order.instructions) > self.most_instructions:
            raise invalid("AM18", f"more than {self.most_instructions} instructions")
        for instruction in order.instructions:
            self._expect_instruction(order, instruction)
        if not self.standing_acceptable(order):
            raise invalid("FF01", "the standing order is incomplete or has more than one instruction")
        self._expect_debtor(order)

    def identifier_acceptable(self, identifier: str) -> bool:
        """Whether it is an identifier of STET."""
        return _IDENTIFIER.fullmatch(identifier) is not None

    def number_acceptable(self, order: PaymentOrder) -> bool:
        """Whether there are as many instructions as announced, one at least, each with its own identifier."""
        different = {instruction.instruction_id for instruction in order.instructions}
        return order.number == len(order.instructions) == len(different) >= 1

    def amount_acceptable(self, money: Money) -> bool:
        """Whether an amount can be transferred."""
        return money.positive

    def currency_acceptable(self, order: PaymentOrder, money: Money) -> bool:
        """Whether the bank transfers this currency in this scheme: SEPA is for euro."""
        scheme = order.service_level != "SEPA" or money.currency == "EUR"
        kept = {account.currency for account in self.domain.directory.accounts.values()}
        return scheme and money.currency in kept and money.currency == order.currency

    def creditor_acceptable(self, instruction: InstructionOrder) -> bool:
        """Whether the creditor's account is an IBAN with right check digits."""
        return iban_is_valid(instruction.creditor.iban)

    def day_acceptable(self, day: date | None) -> bool:
        """Whether a day of execution is not past."""
        return day is None or day >= self.clock.now().date()

    def day_near(self, day: date | None) -> bool:
        """Whether a day of execution is not too far ahead."""
        return day is None or day <= (self.clock.now() + self.furthest).date()

    def standing_acceptable(self, order: PaymentOrder) -> bool:
        """Whether a standing order has one instruction, a known frequency, and an end behind its start."""
        if not any(instruction.frequency for instruction in order.instructions):
            return True
        only = order.instructions[0]
        first = only.day or order.day or self.clock.now().date()
        ends = only.last_day is None or only.last_day >= first
        return len(order.instructions) == 1 and only.frequency in FREQUENCIES and only.rule in RULES and ends

    def debtor_account_required(self) -> bool:
        """Whether the PISP must name the debtor account: no, the PSU can choose it."""
        return False

    def debitable(self, account: Account) -> bool:
        """Whether payments may debit an account: one in the geographic scope."""
        return self.domain.entitlements.in_scope(account)

    def _expect_instruction(self, order: PaymentOrder, instruction: InstructionOrder) -> None:
        for identifier in (instruction.instruction_id, instruction.end_to_end_id):
            if not self.identifier_acceptable(identifier):
                raise invalid("FF01", "instructionId or endToEndId is no identifier")
        if not self.amount_acceptable(instruction.money):
            raise invalid("FF01", "the amount is not positive")
        if not self.currency_acceptable(order, instruction.money):
            raise invalid("FF01", f"{instruction.money.currency} is not transferred so")
        if not instruction.creditor.name.strip():
            raise invalid("RR03", "the creditor's name is missing")
        if not self.creditor_acceptable(instruction):
            raise invalid("AC01", "the creditor's account is no valid IBAN")
        self._expect_day(instruction.day or order.day)

    def _expect_day(self, day: date | None) -> None:
        if not self.day_acceptable(day):
            raise invalid("FF01", "the requested execution date is past")
        if not self.day_near(day):
            raise invalid("CH03", "the requested execution date is too far ahead")

    def _expect_debtor(self, order: PaymentOrder) -> None:
        if not order.debtor_iban:
            if self.debtor_account_required():
                raise invalid("RR01", "the debtor account is missing")
            return
        if not iban_is_valid(order.debtor_iban):
            raise invalid("AC01", "the debtor's account is no valid IBAN")
        account = self.domain.directory.by_iban(order.debtor_iban)
        if account is None or account.closed:
            raise invalid("AC01", "the debtor's account is none of this bank's")
        if not self.debitable(account):
            raise forbidden("out-of-scope", "the debtor's account is outside the geographic scope")
        if account.currency != order.currency:
            raise invalid("FF01", f"the debtor's account is kept in {account.currency}")
