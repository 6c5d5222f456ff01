"""Walking pages ends whatever the bank answers, and never leaves the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance.checks.accounts import expect_no_duplicates, expect_sorted
from conformance.checks.stet_schema import expect_links_on_api, expect_short_links, expect_valid, expect_whole
from conformance.errors import NonConformance, NotApplicable, Unobservable
from conformance.exchange import Exchange, FailureKind
from conformance.selftest.hostile import HOST, HostileServer, http, serving
from conformance.selftest.xs2a_scripted import (
    BASE,
    HAL,
    Bank,
    Reply,
    accounts,
    aisp,
    dialect,
    entry,
    transactions,
)
from conformance.target.model import Api, Stet
from conformance.wire.client import LARGEST_BODY, Client
from conformance.xs2a.accounts import Account, Entry
from conformance.xs2a.links import Link
from conformance.xs2a.paging import Stop, Walk
from conformance.xs2a.stet.account_information import StetAccountInformation
from conformance.xs2a.stet.dialect import Stet14

ENTRIES = "/v1/accounts/ACC-0001/transactions"
Script = Callable[[Exchange], Reply | None]


def number_of(request: Exchange) -> int:
    return int(request.url.partition("page=")[2] or 1)


def paged(last: int, onward: Callable[[int], str]) -> Script:
    """Pages of one entry; the last links onward as it is told."""

    def answer(request: Exchange) -> Reply:
        number = number_of(request)
        href = f"{ENTRIES}?page={number + 1}" if number < last else onward(number)
        return Reply(transactions(entry(1000 + number), **({"next": href} if href else {})))

    return answer


def walk_through(script: Script, **limit: int) -> tuple[Walk[Entry], Bank]:
    bank = Bank(script=script)
    face = aisp(bank)
    return face.all_transactions(face.transactions(face.account_named("ACC-0001")), **limit), bank


def test_all_pages_are_read_once_in_order() -> None:
    walk, bank = walk_through(paged(5, lambda _: ""))

    expect_whole(walk)
    expect_no_duplicates(walk)
    expect_sorted(walk)
    assert [each.reference for each in walk.items] == ["1001", "1002", "1003", "1004", "1005"]
    assert len(bank.urls) == 5


@pytest.mark.parametrize(
    ("onward", "stop"),
    [
        (lambda _: f"{ENTRIES}?page=2", Stop.LOOP),
        (lambda _: ENTRIES, Stop.LOOP),
        (lambda number: f"?page={number}", Stop.LOOP),
        (lambda _: "https://attacker.invalid/v1/x", Stop.AWAY),
        (lambda _: "//attacker.invalid/v1/x", Stop.AWAY),
        (lambda _: "http://api.bank.example/v1/x", Stop.AWAY),
        (lambda _: "https://api.bank.example:8443/v1/x", Stop.AWAY),
        (lambda _: "https://api.bank.example@attacker.invalid/", Stop.AWAY),
        (lambda _: "https://user:word@api.bank.example/v1/x", Stop.AWAY),
        (lambda _: "https://api.bank.example.attacker.invalid/", Stop.AWAY),
        (lambda _: "\\\\attacker.invalid\\x", Stop.AWAY),
        (lambda _: "https://[::1/x", Stop.AWAY),
        (lambda _: "https://api.bank.example:99999/x", Stop.AWAY),
        (lambda _: "javascript:alert(1)", Stop.AWAY),
        (lambda _: "/v1/x\r\nHost: attacker.invalid", Stop.AWAY),
    ],
)
def test_a_walk_stops_where_links_lead_nowhere_good(onward: Callable[[int], str], stop: Stop) -> None:
    walk, bank = walk_through(paged(3, onward))

    assert (walk.stop, len(bank.urls)) == (stop, 3)
    with pytest.raises(NonConformance, match="come to an end"):
        expect_whole(walk)
    with pytest.raises(Unobservable, match="not whole"):
        _ = walk.items
    assert all(url.startswith(f"{BASE}/") for url in bank.urls)


def test_pages_without_end_are_left_at_the_limit() -> None:
    walk, bank = walk_through(paged(10**9, lambda _: ""), longest=40)

    assert (walk.stop, len(bank.urls)) == (Stop.LIMIT, 40)


@pytest.mark.parametrize(
    "broken", [Reply("x", 500), Reply(b"not json"), Reply(b"\xff\xfe"), None, Reply({}, 404)]
)
def test_a_page_that_is_no_success_ends_the_walk(broken: Reply | None) -> None:
    script = paged(9, lambda _: "")
    walk, _ = walk_through(lambda request: broken if number_of(request) == 3 else script(request))

    assert (walk.stop, len(walk.pages)) == (Stop.REFUSED, 3)
    with pytest.raises((NonConformance, Unobservable)):
        expect_whole(walk)


def test_an_empty_page_between_is_a_finding_and_an_empty_last_one_is_not() -> None:
    script = paged(3, lambda _: "")

    def emptied(page: int) -> Script:
        def answer(request: Exchange) -> Reply | None:
            found = script(request)
            if found and number_of(request) == page:
                found.body["transactions"] = []
            return found

        return answer

    expect_whole(walk_through(emptied(3))[0])
    with pytest.raises(NonConformance, match="every page between"):
        expect_whole(walk_through(emptied(2))[0])


def test_duplicates_over_pages_are_found() -> None:
    walk, _ = walk_through(
        lambda request: Reply(
            transactions(entry(1), entry(2), **({} if number_of(request) == 2 else {"next": "?page=2"}))
        )
    )

    expect_whole(walk)
    with pytest.raises(NonConformance, match="2 references"):
        expect_no_duplicates(walk)


def test_entries_without_reference_may_be_alike() -> None:
    alike = {name: value for name, value in entry().items() if name not in ("resourceId", "entryReference")}
    walk, _ = walk_through(lambda _: Reply(transactions(alike, alike)))

    expect_no_duplicates(walk)


def test_the_way_back_and_the_first_page_are_found_by_links() -> None:
    def answer(request: Exchange) -> Reply:
        number = number_of(request)
        back = {"prev": f"?page={number - 1}", "first": ENTRIES} if number > 1 else {}
        return Reply(transactions(entry(number), **back, parent_list_2=BASE))

    face = aisp(Bank(script=answer))
    start = face.transactions(face.account_named("ACC-0001"), query={"page": "3"})

    assert [each.reference for each in face.back(start).items] == ["3", "2", "1"]
    first = face.follow(start, "first")
    assert first is not None
    assert first.first.reference == "1"
    assert face.follow(first, "first") is None


def test_a_foreign_link_of_an_account_is_not_followed_but_reported() -> None:
    body = accounts()
    body["accounts"][0]["_links"]["balances"]["href"] = "https://attacker.invalid/balances"
    bank = Bank(Reply(body))
    face = aisp(bank)
    listed = face.accounts()

    with pytest.raises(NonConformance, match=r"balances on https://api\.bank\.example"):
        expect_links_on_api(listed)
    with pytest.raises(Unobservable, match=r"leads to https://attacker\.invalid"):
        face.balances(listed.first)
    assert len(bank.urls) == 1


def test_an_account_without_a_link_offers_nothing() -> None:
    with pytest.raises(NotApplicable, match="balances"):
        aisp(Bank()).balances(Account("ACC-1"))


def test_long_links_are_a_warning() -> None:
    body = accounts()
    body["_links"]["next"] = {"href": f"/v1/accounts?page={'x' * 140}"}

    with pytest.raises(NonConformance, match="140"):
        expect_short_links(aisp(Bank(Reply(body))).accounts())


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("/a?b=c", f"{BASE}/a?b=c"),
        ("a", f"{BASE}/v1/a"),
        ("?page=2", f"{BASE}/v1/accounts?page=2"),
        ("../x", f"{BASE}/x"),
        ("/a b\u00e9", f"{BASE}/a%20b%C3%A9"),
        ("/a#fragment", f"{BASE}/a"),
        ("/a{?page}", f"{BASE}/a"),
        ("HTTPS://API.bank.example:443/a", "HTTPS://API.bank.example:443/a"),
    ],
)
def test_links_are_resolved_against_their_answer(href: str, url: str) -> None:
    link = Link("next", href, f"{BASE}/v1/accounts", templated=True)

    assert link.url is not None
    assert link.url.lower() == url.lower()
    assert link.leads_to(BASE)


class OverTheWire:
    """A caller on the suite's own client."""

    client_id = "client-1"

    def __init__(self, client: Client) -> None:
        self._client = client

    def call_api(
        self, method: str, url: str, *, token: str | None, headers: object, body: bytes | None, purpose: str
    ) -> Exchange:
        sent = {**dict(headers), "Authorization": f"Bearer {token}"}  # type: ignore[call-overload]
        return self._client.send(method, url, purpose=purpose, headers=sent, body=body)


def over(server: HostileServer) -> StetAccountInformation:
    api = Api(base_url=f"https://{HOST}", probe="/v1/accounts", stet=Stet())
    return Stet14(api).account_information(OverTheWire(server.client()), "token-1")


def test_a_body_of_ten_megabytes_is_cut_off() -> None:
    with serving(http(200, b'{"accounts":[' + b" " * 10_000_000, media_type=HAL)) as server:
        answer = over(server).accounts()

    assert answer.exchange.failure is not None
    assert answer.exchange.failure.kind is FailureKind.TOO_LARGE
    with pytest.raises(Unobservable):
        expect_valid(answer)
    with pytest.raises(Unobservable):
        _ = answer.items


def test_a_large_page_full_of_faults_is_judged_by_its_first() -> None:
    body = b'{"accounts":[' + b",".join([b"{}"] * (LARGEST_BODY // 3 - 10)) + b'],"_links":{}}'

    with serving(http(200, body, media_type=HAL)) as server, pytest.raises(NonConformance) as found:
        expect_valid(over(server).accounts())

    assert len(found.value.received) < 400


def test_redirects_of_the_api_are_not_followed() -> None:
    with serving(http(302, b"", "Location: https://attacker.invalid/")) as server:
        answer = over(server).accounts()

    assert len(server.paths) == 1
    with pytest.raises(NonConformance, match="200"):
        expect_valid(answer)


def test_the_dialect_is_made_from_the_profile() -> None:
    assert dialect().contracts is dialect().contracts
