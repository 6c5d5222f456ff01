"""What a person who plays a PSU is told: where to go, in which window, and what to do on each page."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.oauth.approval import Approval, Errand
from conformance.oauth.authorization import AuthorizationRequest
from conformance.psu.browser import returns_to
from conformance.psu.conduct import Conduct, Decision
from conformance.target.model import Step

_LINE = "=" * 72
_DONE = {Decision.APPROVE: "approve", Decision.REFUSE: "REFUSE"}


def purpose(errand: Errand) -> str:
    """What the PSU goes to its bank for."""
    if isinstance(errand, Approval):
        return f"opens {errand.what}"
    asked = errand.get("scope") if isinstance(errand, AuthorizationRequest) else None
    return f"is asked to authorize a TPP{f' ({asked})' if asked else ''}"


def on_each_page(steps: Sequence[Step], conduct: Conduct) -> list[str]:
    """A line for each page of a journey, up to the one on which the PSU cancels."""
    words: list[str] = []
    for step in steps:
        if step.refusal:
            continue
        if step.page == conduct.cancel_at:
            return [*words, f"page '{step.page}': CANCEL, and go nowhere else"]
        words.append(f"page '{step.page}': {_deed(step, conduct.decision)}")
    return words


def _deed(step: Step, decision: Decision) -> str:
    chosen = [f"choose {value} as {name}" for name, value in step.select.items()]
    if step.fill:
        chosen.append("give the PSU's login data")
    if step.device:
        approves = "sign" if step.sign and decision is Decision.APPROVE else _DONE[decision]
        chosen.append(f"{approves} with {step.device}")
    if not chosen:
        chosen.append("read it, then " + (f"press '{step.choose}'" if step.choose else "go on"))
    return ", ".join(chosen)


def instructions(
    psu: str, means: str, errand: Errand, window: str, pages: Sequence[str], *, noticed: bool
) -> list[str]:
    """The lines on the terminal.

    Args:
        window: of the browser, in words.
        pages: what is done on each, in order.
        noticed: whether the suite sees by itself that the person came back.
    """
    end = "the suite notices when you are back" if noticed else _pasted(errand)
    deeds = [f"     {page}" for page in pages]
    return [
        _LINE,
        f"YOU ARE PSU {psu} (means: {means}), who {purpose(errand)}.",
        "",
        f"  1. In {window}, open this address (or scan the code above):",
        "",
        errand.url,
        "",
        "  2. Go through the bank's pages; one that is not shown is left out:",
        *deeds,
        "     a page that explains why the bank goes no further: take its way back to the TPP",
        "",
        f"  3. {end}. What you tell then goes into the report as it is: no names, no account numbers.",
        _LINE,
    ]


def _pasted(errand: Errand) -> str:
    ends = " or ".join(returns_to(errand)) or "the TPP"
    return f"You end at {ends}, which need not open: copy the whole address, paste it here"
