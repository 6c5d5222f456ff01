"""Ends an exchange that a bank keeps alive by trickling: a read time-out alone would wait for ever."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_LONGEST_SLEEP = 1.0
_current = threading.local()


class Overdue(TimeoutError):
    """An exchange was ended because it took too long."""


@dataclass(eq=False)
class Guard:
    """One exchange, its sockets and the monotonic second by which it must have ended."""

    due: float
    sockets: list[socket.socket] = field(default_factory=list)
    twins: list[socket.socket] = field(default_factory=list)
    fired: bool = False

    def fire(self) -> None:
        """Shut the sockets down; the exchange ends in an exception."""
        self.fired = True
        for sock in (*self.sockets, *self.twins):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


class Watchdog:
    """One thread for the process; it looks when an exchange is due, and ends when nothing is under way."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._guards: set[Guard] = set()
        self._thread: threading.Thread | None = None
        self._wakes = 0.0

    @contextmanager
    def guard(self, seconds: float) -> Iterator[None]:
        """Bound what this thread exchanges in the block.

        Raises:
            Overdue: the seconds were over before the block was.
        """
        guard = _current.guard = Guard(time.monotonic() + seconds)
        self._add(guard)
        try:
            yield
        except Exception as error:
            if guard.fired:
                raise Overdue(f"no whole answer within {seconds:g} s") from error
            raise
        finally:
            _current.guard = None
            with self._condition:
                self._guards.discard(guard)
            for twin in guard.twins:
                twin.close()
        if guard.fired:
            raise Overdue(f"no whole answer within {seconds:g} s")

    @staticmethod
    def watch(sock: socket.socket, *, ours: bool = False) -> None:
        """Name a socket that the guarded exchange uses; `ours` where it is a duplicate to be closed after."""
        guard: Guard | None = getattr(_current, "guard", None)
        if guard is not None:
            (guard.twins if ours else guard.sockets).append(sock)
        elif ours:
            sock.close()

    def _add(self, guard: Guard) -> None:
        with self._condition:
            self._guards.add(guard)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                self._thread.start()
            elif guard.due < self._wakes:
                self._condition.notify()

    def _run(self) -> None:
        with self._condition:
            while self._guards:
                now = time.monotonic()
                for guard in self._guards:
                    if not guard.fired and guard.due <= now:
                        guard.fire()
                pending = [guard.due for guard in self._guards if not guard.fired]
                self._wakes = min([now + _LONGEST_SLEEP, *pending])
                self._condition.wait(self._wakes - now)
            self._thread = None


WATCHDOG = Watchdog()
