"""What only a person saw who played the PSU is never PASSED nor FAILED by what the suite did not see."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance import checks
from conformance.checks import authorization_response, entitlements, pages, sca
from conformance.errors import Review, Unobservable
from conformance.oauth.authorization import AuthorizationRequest, AuthorizationResponse
from conformance.oauth.landing import Ending, Landing
from conformance.selftest.test_psu_pages import answer
from conformance.xs2a.money import euro

_WAY = {
    "proofs",
    "pages",
    "screens",
    "authentications",
    "filled",
    "offered",
    "shown",
    "means",
    "explained",
    "cookies",
}
_GUARDS = {"leave_to_people", "expect_seen"}
# these look at the way, and yet say nothing of what a person alone saw
_UNGUARDED = {
    "expect_not_validated": "without a proof it is not observed; what a person does not do is not asked of one",
    "expect_back_at": "without a proof it is not observed",
    "expect_no_silent_code": "a person is not asked to stop half-way",
    "expect_authentication_of_its_own": "the page is only looked at, by our own client",
}


def walked(query: str = "code=c", said: str = "a sentence") -> Landing:
    """A journey of a person: the suite knows where it began and where it ended."""
    page = answer("<form><input name=user><button>Go</button></form>", **{"X-Frame-Options": "DENY"})
    request = AuthorizationRequest("https://b/a", (("redirect_uri", "https://t/cb"),))
    response = AuthorizationResponse(request, f"https://t/cb?{query}", page)
    return Landing(
        Ending.REDIRECT, page, response, pages=(page,), played=("login",), asked=True, statement=said
    )


REVIEWED: dict[str, Callable[[Landing], None]] = {
    "means": lambda landing: sca.expect_proved_with(landing, "3skey"),
    "both factors": sca.expect_both_factors_asked,
    "authentication": sca.expect_authentication,
    "authentications": lambda landing: sca.expect_authentications(landing, 1),
    "effort": lambda landing: sca.expect_no_more_effort(landing, authentications=1, fields=2, screens=2),
    "choice": lambda landing: sca.expect_means_offered(landing, ["secure-access", "3skey"]),
    "device": lambda landing: sca.expect_linked(landing, euro("1.01"), "DE89"),
    "page": lambda landing: sca.expect_page_shows(landing, euro("1.01"), "DE89"),
}


@pytest.mark.parametrize("check", REVIEWED.values(), ids=REVIEWED.keys())
def test_somebody_judges_by_what_the_person_said(check: Callable[[Landing], None]) -> None:
    with pytest.raises(Review, match=r"\? Only the person saw it .* says: \"a sentence\""):
        check(walked())
    with pytest.raises(Review, match="has said nothing of it"):
        check(walked(said=""))


def test_an_explanation_is_judged_by_people_and_the_redirect_by_the_suite() -> None:
    with pytest.raises(Review, match="tell the PSU why"):
        entitlements.expect_explained_refusal(walked("error=access_denied"))


@pytest.mark.parametrize(
    "check",
    [
        pages.expect_no_framing,
        lambda landing: entitlements.expect_not_offered(landing, "DE89", beside=landing),
        lambda landing: authorization_response.expect_session_state(
            landing, other=walked("code=d&session_state=two"), documented=["session_state"]
        ),
    ],
    ids=["framing", "accounts offered", "cookies"],
)
def test_what_a_person_cannot_see_either_is_not_observed(check: Callable[[Landing], None]) -> None:
    with pytest.raises(Unobservable, match="cannot be seen where a person plays the PSU"):
        check(walked("code=c&session_state=one"))


def test_every_check_of_the_way_is_guarded_or_has_a_reason() -> None:
    found = set()
    for path in Path(str(checks.__file__)).parent.glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("expect_") and _looks_at_way(node):
                found.add(node.name)

    assert found == set(_UNGUARDED)


def _looks_at_way(function: ast.FunctionDef) -> bool:
    landings = {
        argument.arg
        for argument in (*function.args.args, *function.args.kwonlyargs)
        if argument.annotation is not None and ast.unparse(argument.annotation) == "Landing"
    }
    calls = {
        node.func.id
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    looks = any(
        isinstance(node, ast.Attribute)
        and node.attr in _WAY
        and isinstance(node.value, ast.Name)
        and node.value.id in landings
        for node in ast.walk(function)
    )
    return looks and not calls & _GUARDS
