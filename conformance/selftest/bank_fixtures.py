"""What the tests of the bank share: a keyring for the process, a bank for the module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.keyring import Keyring
from conformance.selftest.plain_client import Visitor

_SHARED: list[Keyring] = []


def shared_keyring() -> Keyring:
    """One keyring for all banks of this process."""
    if not _SHARED:
        _SHARED.append(Keyring())
    return _SHARED[0]


@pytest.fixture(scope="module")
def bank() -> Iterator[EmbeddedBank]:
    """A running reference bank; afterwards, no handler of it may have failed."""
    with EmbeddedBank(keys=shared_keyring()) as running:
        yield running
        failed = [error for listener in running.bank.listeners.values() for error in listener.handler_errors]
    assert failed == []


@pytest.fixture
def main(bank: EmbeddedBank) -> Iterator[Visitor]:
    """The main TPP, with a fresh browser."""
    visitor = Visitor(bank)
    yield visitor
    visitor.close()


@pytest.fixture
def other(bank: EmbeddedBank) -> Iterator[Visitor]:
    """The other TPP, with a fresh browser."""
    visitor = Visitor(bank, "other")
    yield visitor
    visitor.close()
