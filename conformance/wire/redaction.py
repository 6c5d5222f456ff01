"""Masks by value: every secret becomes a keyed pseudonym, the same value always the same one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import re
import secrets
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

_SHORTEST = 4
_KEY = 32
_SHORT_TEXT = 128  # names and common values, which come again and again
_MANY_TEXTS = 4096
_MANY_ALIKE = 256  # texts that would have to be searched for each secret that begins as a part of them does
_JWT_START = "eyJ"
_LOWER_HEX = re.compile("%[0-9A-F]{2}")
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}[A-Z0-9]{11,30}(?![A-Z0-9])")
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){1,4}")


class CleanTexts:
    """Texts in which no secret stands; one that is learnt takes those away that hold it."""

    def __init__(self) -> None:
        self._texts: set[str] = set()
        self._by_start: dict[str, list[str]] = {}

    def __contains__(self, text: str) -> bool:
        return text in self._texts

    def add(self, text: str) -> None:
        """Remember a text that was searched, unless there are too many like it."""
        starts = {text[at : at + _SHORTEST] for at in range(len(text) - _SHORTEST + 1)}
        alike = max((len(self._by_start.get(start, ())) for start in starts), default=0)
        if len(self._texts) < _MANY_TEXTS and alike < _MANY_ALIKE:
            self._texts.add(text)
            for start in starts:
                self._by_start.setdefault(start, []).append(text)

    def discard(self, form: str) -> None:
        """Forget the texts that hold this form of a secret."""
        for text in self._by_start.get(form[:_SHORTEST], ()):
            if form in text:
                self._texts.discard(text)


class Redactor:
    """Knows the secrets of one run, and takes them out of every text.

    Values shorter than four characters are masked where their place says that they are secret, not elsewhere.

    Args:
        key: of the pseudonyms; a fresh one where none is given.
        accounts: whether account numbers are masked by their shape too, wherever they stand.
    """

    def __init__(self, key: bytes | None = None, *, accounts: bool = True) -> None:
        self._key = key or secrets.token_bytes(32)
        self._accounts = accounts
        self._pseudonyms: dict[str, str] = {}
        # by four letters and then by up to 32, in tables of keys of one length: many links begin alike
        self._by_start: dict[str, dict[int, dict[str, tuple[tuple[str, str], ...]]]] = {}
        self._indexed = 0
        self._clean = CleanTexts()

    def learn(self, kind: str, value: str) -> str:
        """Remember a secret and return its pseudonym.

        Args:
            kind: what it is, as `access_token`; the first kind that a value was learnt as stays.
            value: the secret itself.
        """
        if value not in self._pseudonyms:
            self._pseudonyms[value] = self.pseudonym(kind, value)
            for form in _forms(value):
                self._index(form, self._pseudonyms[value])
        return self._pseudonyms[value]

    def pseudonym(self, kind: str, value: object) -> str:
        """The pseudonym of a value that is masked here only, because elsewhere it means something else."""
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
        digest = hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return f"<{kind}:{digest[:4].hex()}>"

    def mask(self, text: str) -> str:
        """The text without any secret that is known, nor anything shaped as a JSON Web Token.

        Secrets that overlap are taken out together, under the pseudonym of the first.
        """
        if text in self._clean:
            return text
        indexed = self._indexed
        found = self._found(text)
        if not found:
            return self._remembered(text, indexed)
        pieces: list[str] = []
        begun = 0
        for start, end, pseudonym in _joined(found):
            pieces += (text[begun:start], pseudonym)
            begun = end
        return "".join((*pieces, text[begun:]))

    def knows(self, value: str) -> bool:
        """Whether the value has been learnt as a secret."""
        return value in self._pseudonyms

    @property
    def values(self) -> tuple[str, ...]:
        """Every secret learnt so far, for the search that proves that none leaked."""
        return tuple(self._pseudonyms)

    def _remembered(self, text: str, indexed: int) -> str:
        if len(text) <= _SHORT_TEXT:
            self._clean.add(text)
            if self._indexed != indexed:  # another thread learnt something meanwhile
                self._clean.discard(text)
        return text

    def _found(self, text: str) -> list[tuple[int, int, str]]:
        """Start, end and pseudonym of every secret in the text, also of those inside one another."""
        tokens = [
            (match.start(), match.end(), self.learn("token", match.group()))
            for match in (_JWT.finditer(text) if _JWT_START in text else ())
        ]
        if self._accounts:
            tokens += [
                (match.start(), match.end(), self.learn("iban", match.group()))
                for match in _IBAN.finditer(text)
                if _is_iban(match.group())
            ]
        known = self._by_start
        starts = [at for at in range(len(text) - _SHORTEST + 1) if text[at : at + _SHORTEST] in known]
        found = [
            (at, at + len(form), pseudonym)
            for at in starts
            for length, keys in known[text[at : at + _SHORTEST]].items()
            for form, pseudonym in keys.get(text[at : at + length], ())
            if text.startswith(form, at)
        ]
        return found + tokens

    def _index(self, form: str, pseudonym: str) -> None:
        if len(form) < _SHORTEST or _JWT.fullmatch(form):
            return  # a JSON Web Token is found by its shape
        start, key = form[:_SHORTEST], form[:_KEY]
        tables = self._by_start.get(start, {})
        if len(key) not in tables:  # new ones: another thread may be going through those that they replace
            tables = self._by_start[start] = {**tables, len(key): {}}
        keys = tables[len(key)]
        keys[key] = (*keys.get(key, ()), (form, pseudonym))
        self._indexed += 1
        self._clean.discard(form)


def _is_iban(text: str) -> bool:
    """Whether the check digits fit (ISO 13616)."""
    return int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97 == 1


def _joined(found: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Places in order, those that overlap as one; of two that begin together the longer names it."""
    begun, ended, named = 0, 0, ""
    for start, end, pseudonym in sorted(found, key=lambda place: (place[0], -place[1])):
        if named and start < ended:
            ended = max(ended, end)
            continue
        if named:
            yield begun, ended, named
        begun, ended, named = start, end, pseudonym
    if named:
        yield begun, ended, named


def _forms(text: str) -> set[str]:
    """How a value may stand in a file: raw, URL-encoded, base64, JSON-escaped, escaped in HTML."""
    raw = text.encode("utf-8", "surrogatepass")
    forms = {text, quote(raw, safe=""), quote_plus(raw), quote(raw), html.escape(text)}
    forms |= {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    forms |= {
        _LOWER_HEX.sub(lambda match: match.group().lower(), form) for form in list(forms) if "%" in form
    }
    if len(raw) >= _SHORTEST:
        forms |= {encode(raw).decode().rstrip("=") for encode in (base64.b64encode, base64.urlsafe_b64encode)}
    return forms
