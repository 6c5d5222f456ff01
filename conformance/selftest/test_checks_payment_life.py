"""The checks of what becomes of a payment tell right from wrong on paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conformance.checks import payment_life as life
from conformance.errors import NonConformance, Unobservable
from conformance.exchange import Exchange, Headers
from conformance.oauth.approval import Approval
from conformance.oauth.landing import Ending, Landing, Proof
from conformance.selftest.xs2a_scripted import (
    Bank,
    Reply,
    aisp,
    entry,
    payment_state,
    pisp,
    refusal,
    transactions,
)
from conformance.xs2a.accounts import Entry
from conformance.xs2a.answer import One
from conformance.xs2a.paging import Stop, Walk
from conformance.xs2a.payments import PaymentState

YES, NO = "https://tpp.example/yes?state=1", "https://tpp.example/no"
BOTH = Approval("https://b/approve/1", (YES, NO))


def state(status: str = "ACSC", *instructions: str, **changed: Any) -> One[PaymentState]:
    rows = [{"transactionStatus": each} for each in instructions]
    body = payment_state({"creditTransferTransaction": rows}, status, **changed)
    del body["_links"]["confirmation"]
    return pisp(Bank(Reply(body))).read_named("PR-1")


def offered_again() -> One[PaymentState]:
    return pisp(Bank(Reply(payment_state({}, "ACSC")))).read_named("PR-1")


def answer(reply: Reply) -> One[PaymentState]:
    return pisp(Bank(reply)).read_named("PR-1")


def landing(returned: str | None = YES, **changed: Any) -> Landing:
    now = datetime.now(UTC)
    status = changed.pop("status", 303 if returned else 200)
    html = Headers((("Content-Type", changed.pop("media_type", "text/html")),))
    page = Exchange(1, "p", None, "GET", "https://b/", Headers(), None, now, timedelta(), status, html)
    facts: dict[str, Any] = {"errand": BOTH, "returned": returned, "described": "another page"}
    ending = Ending.REDIRECT if returned else Ending.ELSEWHERE
    return Landing(changed.pop("ending", ending), page, **{**facts, **changed})


def ledger(*texts: str, stop: Stop = Stop.END) -> Walk[Entry]:
    rows = [
        entry(1000 + number, remittanceInformation={"unstructured": [text]})
        for number, text in enumerate(texts)
    ]
    view = aisp(Bank(Reply(transactions(*rows))))
    return Walk((view.transactions(view.account_named("ACC-0001")),), stop)


PROVED = (Proof("3skey"),)
ALIVE = landing(None, ending=Ending.JOURNEY)
GOOD: dict[str, Callable[[], None]] = {
    "refused": lambda: life.expect_turned_down(answer(refusal(409))),
    "back at its URL, whatever the query": lambda: life.expect_back_at(landing(f"{NO}?a=b"), NO),
    "an error behind the link": lambda: life.expect_dead_link(landing(None), YES, beside=ALIVE),
    "an error after a login": lambda: life.expect_dead_link(landing(None, proofs=PROVED), YES, beside=ALIVE),
    "sent back as refused": lambda: life.expect_dead_link(landing(NO), YES, beside=ALIVE),
    "second confirmation refused": lambda: life.expect_confirmed_once(
        answer(refusal(403)), state("ACSP"), state("ACSC")
    ),
    "second confirmation idle": lambda: life.expect_confirmed_once(state(), state(), state()),
    "still there": lambda: life.expect_still_there(state("ACSC")),
    "all settled": lambda: life.expect_instructions_accepted(state("ACSC", "ACSC", "ACSC"), 2),
    "some settled, some settling": lambda: life.expect_instructions_accepted(
        state("PART", "ACSC", "ACSP"), 2
    ),
    "none has a status": lambda: life.expect_instructions_accepted(state("ACSP"), 2),
    "later": lambda: life.expect_instructions_accepted(state("ACTC", "PDNG"), 1, future=True),
    "steps ahead": lambda: life.expect_allowed_histories([[state("RCVD"), state("ACTC"), state("ACSC")]]),
    "reasons": lambda: life.expect_reasons([[state("RJCT", statusReasonInformation="CUST")]]),
    "booked": lambda: life.expect_booked(ledger("a", "b 1"), "b", 1),
    "not booked": lambda: life.expect_booked(ledger("a"), "b", 0),
    "not booked beside another": lambda: life.expect_not_booked(ledger("a"), "b", beside="a"),
    "refused beside what is granted": lambda: life.expect_turned_down(
        answer(refusal(409)), beside=[offered_again()]
    ),
}
BAD: dict[str, Callable[[], None]] = {
    "not refused": lambda: life.expect_turned_down(state()),
    "failed instead": lambda: life.expect_turned_down(answer(refusal(500))),
    "thanked for a refusal": lambda: life.expect_back_at(landing(YES), NO),
    "kept at the bank": lambda: life.expect_back_at(landing(None, proofs=PROVED), NO),
    "a working link": lambda: life.expect_dead_link(landing(YES), YES, beside=ALIVE),
    "second confirmation failed": lambda: life.expect_confirmed_once(answer(refusal(500)), state(), state()),
    "second confirmation offered": lambda: life.expect_confirmed_once(state(), state(), offered_again()),
    "second confirmation undone": lambda: life.expect_confirmed_once(state(), state("ACSC"), state("ACSP")),
    "unknown by now": lambda: life.expect_still_there(answer(refusal(404))),
    "gone by now": lambda: life.expect_still_there(answer(refusal(410))),
    "some left": lambda: life.expect_instructions_accepted(state("PART", "ACSC", "PDNG"), 2),
    "one rejected": lambda: life.expect_instructions_accepted(state("PART", "ACSC", "RJCT"), 2),
    "one lost": lambda: life.expect_instructions_accepted(state("ACSC", "ACSC"), 2),
    "mixed, and nothing said": lambda: life.expect_instructions_accepted(state("PART"), 2),
    "too early": lambda: life.expect_instructions_accepted(state("ACTC", "ACSP"), 1, future=True),
    "a step back": lambda: life.expect_allowed_histories([[state("RJCT"), state("ACSP")]]),
    "no such code": lambda: life.expect_allowed_histories([[state("DONE")]]),
    "no reason": lambda: life.expect_reasons([[state("RJCT")]]),
    "booked twice": lambda: life.expect_booked(ledger("b 1", "b 1"), "b 1", 1),
    "booked though refused": lambda: life.expect_booked(ledger("b 1"), "b 1", 0),
}
UNSEEN: dict[str, Callable[[], None]] = {
    "busy": lambda: life.expect_turned_down(answer(refusal(503))),
    "never came so far": lambda: life.expect_back_at(landing(None), NO),
    "link without an answer": lambda: life.expect_dead_link(
        landing(None, ending=Ending.FAILURE, status=None), YES, beside=ALIVE
    ),
    "one URL for both": lambda: life.expect_dead_link(
        landing(YES, errand=Approval("https://b/", (YES,))), YES, beside=ALIVE
    ),
    "no link leads anywhere": lambda: life.expect_dead_link(landing(None), YES, beside=landing(None)),
    "an error of the pages": lambda: life.expect_dead_link(landing(None, status=500), YES, beside=ALIVE),
    "an error after the decision": lambda: life.expect_back_at(landing(None, proofs=PROVED, status=403), NO),
    "no page at all": lambda: life.expect_back_at(landing(None, proofs=PROVED, media_type="text/json"), NO),
    "everything is refused": lambda: life.expect_turned_down(
        answer(refusal(409)), beside=[answer(refusal(409))]
    ),
    "nothing ever happens": lambda: life.expect_allowed_histories([[state("RCVD"), state("RCVD")]]),
    "nothing is ever booked": lambda: life.expect_not_booked(ledger("a"), "b", beside="c"),
    "a token that has ended": lambda: life.expect_still_there(answer(refusal(401))),
    "an error of the bank": lambda: life.expect_still_there(answer(refusal(500))),
    "no payment": lambda: life.expect_allowed_histories([]),
    "none rejected": lambda: life.expect_reasons([[state()]]),
    "half a list": lambda: life.expect_booked(ledger("a", stop=Stop.LOOP), "b", 0),
}


@pytest.mark.parametrize("check", GOOD.values(), ids=GOOD)
def test_what_is_right_passes(check: Callable[[], None]) -> None:
    check()


@pytest.mark.parametrize("check", BAD.values(), ids=BAD)
def test_what_is_wrong_is_refused(check: Callable[[], None]) -> None:
    with pytest.raises(NonConformance):
        check()


@pytest.mark.parametrize("check", UNSEEN.values(), ids=UNSEEN)
def test_what_cannot_be_seen_is_no_verdict(check: Callable[[], None]) -> None:
    with pytest.raises(Unobservable):
        check()
