"""Masks by value: every secret becomes a keyed pseudonym, the same value always the same one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from urllib.parse import quote, quote_plus

_SHORTEST = 4
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){1,4}")


class Redactor:
    """Knows the secrets of one run, and takes them out of every text.

    Values shorter than four characters are masked where their place says that they are secret, not elsewhere.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)
        self._pseudonyms: dict[str, str] = {}
        self._by_start: dict[str, list[tuple[str, str]]] = {}

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
        digest = hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        return f"<{kind}:{digest[:8]}>"

    def mask(self, text: str) -> str:
        """The text without any secret that is known, nor anything shaped as a JSON Web Token."""
        text = _JWT.sub(lambda match: self.learn("token", match.group()), text)
        pieces: list[str] = []
        start = position = 0
        while position <= len(text) - _SHORTEST:
            hit = self._match(text, position)
            if hit is None:
                position += 1
                continue
            pieces += (text[start:position], hit[1])
            start = position = position + len(hit[0])
        return "".join((*pieces, text[start:]))

    def knows(self, value: str) -> bool:
        """Whether the value has been learnt as a secret."""
        return value in self._pseudonyms

    @property
    def values(self) -> tuple[str, ...]:
        """Every secret learnt so far, for the search that proves that none leaked."""
        return tuple(self._pseudonyms)

    def _match(self, text: str, position: int) -> tuple[str, str] | None:
        candidates = self._by_start.get(text[position : position + _SHORTEST])
        if not candidates:
            return None
        return next((pair for pair in candidates if text.startswith(pair[0], position)), None)

    def _index(self, form: str, pseudonym: str) -> None:
        if len(form) < _SHORTEST:
            return
        candidates = self._by_start.setdefault(form[:_SHORTEST], [])
        candidates.append((form, pseudonym))
        candidates.sort(key=lambda pair: len(pair[0]), reverse=True)


def _forms(text: str) -> set[str]:
    """How a value may stand in a file: raw, URL-encoded, base64, JSON-escaped."""
    raw = text.encode("utf-8", "surrogatepass")
    forms = {text, json.dumps(text)[1:-1], quote(raw, safe=""), quote_plus(raw), quote(raw)}
    if len(raw) >= 6:
        forms |= {base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("=")}
    return forms
