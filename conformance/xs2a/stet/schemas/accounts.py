"""Schemas of the answers of account information."""

from __future__ import annotations

from conformance.xs2a.stet.schemas.primitives import (
    ACCOUNT_IDENTIFICATION,
    AGENT,
    BENEFICIARY,
    BIC,
    CURRENCY,
    DATE_TIME,
    IDENTIFICATION,
    PARTY,
    REMITTANCE,
    RESOURCE_ID,
    Primitives,
    Schema,
    array,
    links,
    members,
    text,
)

PAGES = ("first", "last", "next", "prev")


def hal_accounts(kinds: Primitives) -> Schema:
    """HalAccounts."""
    return members(
        ["accounts", "_links"],
        accounts=array(_account(kinds)),
        connectedPsu=text(70),
        _links=links(["self"], "endUserIdentity", "beneficiaries", *PAGES),
    )


def _account(kinds: Primitives) -> Schema:
    return members(
        ["name", "cashAccountType", "_links"],
        resourceId=RESOURCE_ID,
        bicFi=BIC,
        accountId=ACCOUNT_IDENTIFICATION,
        name=text(70),
        details=text(140),
        linkedAccount=text(70),
        usage=kinds.code("usage", "PRIV", "ORGA"),
        company=IDENTIFICATION,
        cashAccountType=kinds.code("cashAccountType", "CACC", "CARD"),
        product=text(35),
        balances=array(_balance(kinds)),
        psuStatus=text(35),
        currency=CURRENCY,
        _links=links([], "balances", "transactions"),
    )


def hal_balances(kinds: Primitives) -> Schema:
    """HalBalances."""
    return members(
        ["balances", "_links"],
        balances=array(_balance(kinds), least=1),
        _links=links(["self"], "parent-list", "transactions"),
    )


def _balance(kinds: Primitives) -> Schema:
    return members(
        ["name", "balanceAmount", "balanceType"],
        name=text(70),
        balanceAmount=kinds.money,
        balanceType=kinds.code("balanceType", "CLBD", "XPCD", "VALU", "OTHR"),
        lastChangeDateTime=DATE_TIME,
        referenceDate=kinds.date,
        lastCommittedTransaction=text(40),
    )


def hal_transactions(kinds: Primitives) -> Schema:
    """HalTransactions."""
    return members(
        ["transactions", "_links"],
        transactions=array(_transaction(kinds)),
        _links=links(["self"], "parent-list", "balances", *PAGES),
    )


def _transaction(kinds: Primitives) -> Schema:
    return members(
        ["transactionAmount", "creditDebitIndicator", "status"],
        resourceId=RESOURCE_ID,
        entryReference=text(40),
        transactionAmount=kinds.unsigned_money,
        creditDebitIndicator={"type": "string", "enum": ["CRDT", "DBIT"]},
        status=kinds.code("entryStatus", "BOOK", "PDNG", "OTHR", "FUTR", "INFO", "RJCT"),
        bookingDate=kinds.date,
        expectedBookingDate=kinds.date,
        valueDate=kinds.date,
        transactionDate=kinds.date,
        bankTransactionCode=_transaction_code(),
        relatedParties=_related_parties(),
        remittanceInformation=REMITTANCE,
        additionalTransactionInformation={},
    )


def _transaction_code() -> Schema:
    return members(
        ["domain", "family", "subFamily"],
        domain=text(),
        family=text(),
        subFamily=text(),
        code=text(),
        issuer=text(),
    )


def _related_parties() -> Schema:
    return members(
        initiatingParty=PARTY,
        debtor=PARTY,
        debtorAccount=ACCOUNT_IDENTIFICATION,
        debtorAgent=AGENT,
        ultimateDebtor=PARTY,
        creditor=PARTY,
        creditorAccount=ACCOUNT_IDENTIFICATION,
        creditorAgent=AGENT,
        ultimateCreditor=PARTY,
    )


def hal_end_user_identity() -> Schema:
    """HalEndUserIdentity."""
    return members(
        ["connectedPsu", "_links"],
        connectedPsu=text(140),
        connectedPsuNamePrefix=text(),
        connectedPsuFirstName=text(),
        connectedPsuLastName=text(),
        _links=links(["self"], "parent-list"),
    )


def hal_beneficiaries() -> Schema:
    """HalBeneficiaries."""
    return members(
        ["beneficiaries", "_links"],
        beneficiaries=array(BENEFICIARY),
        _links=links(["self"], "parent-list", *PAGES),
    )
