"""Secrets enter by reference only: `env:NAME` or `file:PATH`, never as a value in a profile."""

from __future__ import annotations

import os
from pathlib import Path

SCHEMES = ("env:", "file:")


class ReferenceProblem(Exception):
    """A reference that leads nowhere; says what was found and wanted, never a value."""

    def __init__(self, found: str, wanted: str) -> None:
        self.found = found
        self.wanted = wanted
        super().__init__(f"found {found}, wanted {wanted}")


class Secret(str):
    """A value that came by reference; it prints as nothing but the reference."""

    __slots__ = ("reference",)
    reference: str

    def __new__(cls, value: str, reference: str) -> Secret:
        secret = super().__new__(cls, value)
        secret.reference = reference
        return secret

    def __repr__(self) -> str:
        return f"Secret({self.reference!r})"


def is_reference(text: str) -> bool:
    """Whether the text refers to a value that stands elsewhere."""
    return text.startswith((*SCHEMES, "pkcs11:"))


def read_reference(reference: str, folder: Path) -> Secret:
    """Read the value that a reference leads to.

    Args:
        reference: `env:NAME`, or `file:PATH`, relative to `folder`; a file's closing line break is dropped.
        folder: where relative paths start.

    Raises:
        ReferenceProblem: nothing is there, or the scheme is unknown.
    """
    scheme, _, rest = reference.partition(":")
    if scheme == "env" and rest:
        return Secret(_environment(rest), reference)
    if scheme == "file" and rest:
        return Secret(_file(folder / Path(rest).expanduser()), reference)
    if scheme == "pkcs11":
        raise ReferenceProblem(
            "a pkcs11: reference", "env:NAME or file:PATH; this version reads no PKCS#11 token"
        )
    raise ReferenceProblem("an inline value", "a reference: env:NAME or file:PATH")


def _environment(name: str) -> str:
    try:
        value = os.environ[name]
    except KeyError:
        raise ReferenceProblem(f"the environment variable {name} unset", f"{name} set to the value") from None
    if not value:
        raise ReferenceProblem(f"the environment variable {name} empty", f"{name} set to the value")
    return value


def _file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise ReferenceProblem(
            f"{path.name} unreadable ({error.strerror})", f"a readable file at {path}"
        ) from None
    except UnicodeDecodeError:
        raise ReferenceProblem(
            f"{path.name} holding binary data", "a text file (PEM for certificates)"
        ) from None
