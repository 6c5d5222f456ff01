"""Answers with public documents, made up for the tests of checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.errors import NonConformance, NotApplicable, Unobservable
from conformance.exchange import Exchange
from conformance.selftest import token_answers


def answer(members: Any, **changed: Any) -> Exchange:
    """An exchange that brought these members; anything else of it may be changed."""
    return replace(token_answers.answer(200, members), **changed)


def outcome_of(check: Callable[..., Any], *judged: Any, **named: Any) -> type | None:
    """What a check raises."""
    try:
        check(*judged, **named)
    except (NonConformance, Unobservable, NotApplicable) as raised:
        return type(raised)
    return None
