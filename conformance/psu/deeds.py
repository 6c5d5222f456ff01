"""What a PSU does on a page, in words for the report."""

from __future__ import annotations

from conformance.psu.conduct import Conduct, Decision
from conformance.target.model import Step

_BESIDE = {
    Decision.REFUSE: "refuses with {}",
    Decision.IGNORE: "does nothing with {}",
    Decision.WRONG: "gives a wrong PIN to {}, or signs something else with it",
}


def deed(step: Step, conduct: Conduct, *, cancels: bool) -> str:
    """One step, as `signs with 3skey on the page 'sign'`; nothing of what is typed or chosen."""
    place = f"on the page {step.page!r}"
    if cancels:
        return f"cancels {place}"
    done = []
    if step.fill:
        own = not step.fill.keys() & conduct.fill.keys()
        done.append("gives its login data" if own else "gives login data that are not its own")
    if step.device:
        done.append(_with_device(step, step.device, conduct))
    if step.select:
        done.append("makes its choice")
    word = conduct.choose.get(step.page, step.choose)
    return f"{' and '.join(done) or (f'presses {word!r}' if word else 'goes on')} {place}"


def _with_device(step: Step, device: str, conduct: Conduct) -> str:
    if conduct.proof is not None:
        return f"sends an earlier proof of {device} once more"
    usual = "signs with {}" if step.sign else "approves with {}"
    return _BESIDE.get(conduct.decision, usual).format(device)
