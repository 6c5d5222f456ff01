"""The terminal at which a person plays the PSU: what is wanted, the seconds left, and what the person answers."""

from __future__ import annotations

import contextlib
import io
import os
import re
import select
import shutil
import termios
import textwrap
import time
import tty
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from conformance.errors import Unobservable

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e]")
_ERASE = ("\x7f", "\x08")
_PASTED = re.compile(r"\x1b\[20[01]~")
_LONGEST = 65_536


class TimeOver(Exception):
    """The person has not answered in time."""


class Console:
    """The controlling terminal, whatever standard input and output are.

    Args:
        path: of the terminal.
    """

    def __init__(self, path: str = "/dev/tty") -> None:
        self._path = path

    def tell(self, lines: Sequence[str]) -> None:
        """Say something, wrapped at words; control characters of a bank's URL stay inert."""
        with self._open() as handle:
            columns = _columns(handle)
            wrapped = [part for line in lines for part in _wrapped(_CONTROL.sub("?", line), columns)]
            _write(handle, "\r\n".join(("\r\x1b[K", *wrapped, "")))

    def show_code(self, url: str) -> None:
        """Show a URL as a QR code, where the terminal is wide enough for it."""
        import segno

        code = segno.make(url, error="l")
        drawn = io.StringIO()
        code.terminal(drawn, compact=True)
        with self._open() as handle:
            if code.symbol_size()[0] < _columns(handle):
                _write(handle, "\r\x1b[K\r\n" + drawn.getvalue().replace("\n", "\r\n"))

    def ask(self, words: str, seconds: float, otherwise: Callable[[], str | None] = lambda: None) -> str:
        """What the person types or pastes; Ctrl-C stops the clock until the person goes on or ends the run.

        Args:
            words: what is awaited.
            seconds: how long.
            otherwise: an answer that comes by another way; asked now and then.

        Raises:
            TimeOver: nothing came in time.
            KeyboardInterrupt: the person ends the run.
        """
        until = time.monotonic() + seconds
        with self._open() as handle, _by_the_key(handle):
            while True:
                try:
                    return _line(handle, words, until, otherwise)
                except KeyboardInterrupt:
                    until += _paused(handle)

    @contextmanager
    def _open(self) -> Iterator[int]:
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_NOCTTY)
        except OSError:
            raise Unobservable("agent `operator`: nobody is at a terminal") from None
        try:
            yield handle
        finally:
            os.close(handle)


@contextmanager
def _by_the_key(handle: int) -> Iterator[None]:
    """Every key at once: a line of the terminal's own holds 4095 characters, a redirect may have more."""
    before = termios.tcgetattr(handle)
    tty.setcbreak(handle)
    try:
        yield
    finally:
        termios.tcsetattr(handle, termios.TCSADRAIN, before)


def _line(handle: int, words: str, until: float, otherwise: Callable[[], str | None]) -> str:
    typed, shown = "", -1
    while True:
        left = until - time.monotonic()
        found = otherwise()
        if found is not None or left <= 0:
            _write(handle, "\r\x1b[K")
            if found is None:
                raise TimeOver
            return found
        if int(left) != shown:
            shown = int(left)
            _write(handle, "\r\x1b[K" + _prompt(f"{shown} s left · {words} > ", typed, _columns(handle)))
        if not select.select([handle], [], [], 0.2)[0]:
            continue
        typed += os.read(handle, 4096).decode("utf-8", "replace")
        if "\n" in typed or "\r" in typed:
            _write(handle, "\r\n")
            return _CONTROL.sub("", _PASTED.sub("", _edited(re.split(r"[\r\n]", typed)[0]))).strip()
        typed, shown = _edited(typed), -1


def _prompt(words: str, typed: str, columns: int) -> str:
    """One line of the terminal, as a second one could not be written over; the end of what was typed is shown."""
    shown = words if len(words) < columns - 10 else f"{words[: columns - 14]}… > "
    return shown + typed[-max(1, min(20, columns - len(shown) - 1)) :]


def _wrapped(line: str, columns: int) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 3)
    return textwrap.wrap(
        line,
        max(columns - 1, 20),
        subsequent_indent=indent,
        drop_whitespace=True,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]


def _columns(handle: int) -> int:
    try:
        found = os.get_terminal_size(handle).columns
    except OSError:
        found = 0
    return found or shutil.get_terminal_size().columns


def _edited(typed: str) -> str:
    """Without what was erased."""
    while any(key in typed for key in _ERASE):
        typed = re.sub(r"[^\x7f\x08]?[\x7f\x08]", "", typed, count=1)
    return typed[:_LONGEST]


def _paused(handle: int) -> float:
    """The seconds for which the person has stopped the clock."""
    begun = time.monotonic()
    _write(handle, "\r\x1b[Kstopped: Enter goes on, q or Ctrl-C ends the run (no grant is kept) > ")
    key = os.read(handle, 1)
    if key in (b"q", b"\x04", b""):
        raise KeyboardInterrupt
    return time.monotonic() - begun


def _write(handle: int, text: str) -> None:
    rest = text.encode()
    with contextlib.suppress(BlockingIOError):
        while rest:
            rest = rest[os.write(handle, rest) :]
