"""Ends an exchange that a bank keeps alive by trickling: a read time-out alone would wait for ever."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_current = threading.local()


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
    """One thread for the process; it looks every second, and rests when nothing is under way."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._guards: set[Guard] = set()
        self._thread: threading.Thread | None = None

    @contextmanager
    def guard(self, seconds: float) -> Iterator[None]:
        """Bound what this thread exchanges in the block.

        Raises:
            TimeoutError: the seconds were over before the block was.
        """
        guard = _current.guard = Guard(time.monotonic() + seconds)
        self._add(guard)
        try:
            yield
        except Exception as error:
            if guard.fired:
                raise TimeoutError(f"no whole answer within {seconds:g} s") from error
            raise
        finally:
            _current.guard = None
            with self._condition:
                self._guards.discard(guard)
            for twin in guard.twins:
                twin.close()
        if guard.fired:
            raise TimeoutError(f"no whole answer within {seconds:g} s")

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

    def _run(self) -> None:
        with self._condition:
            while self._guards:
                for guard in self._guards:
                    if not guard.fired and guard.due <= time.monotonic():
                        guard.fire()
                self._condition.wait(1.0)
            self._thread = None


WATCHDOG = Watchdog()
