"""What a browser sends with a page of the bank: its cookies, and the form."""

from __future__ import annotations

import secrets

from werkzeug import Request, Response

from conformance.bank.parameters import Pairs, present
from conformance.bank.settings import REALM

SESSION_COOKIE = "bank_session"
BROWSER_COOKIE = "bank_browser"
_COOKIE_PATH = REALM.rpartition("/")[0]


class Form(dict[str, str]):
    """What a page's form sent: the first of several values, and all of them where they are asked for."""

    def __init__(self, pairs: Pairs) -> None:
        super().__init__(present(pairs))
        self._pairs = pairs

    def every(self, name: str) -> frozenset[str]:
        """All values of a field."""
        return frozenset(value for found, value in self._pairs if found == name)


def browser_of(request: Request) -> str:
    """The browser's identifier, a new one for a new browser."""
    return request.cookies.get(BROWSER_COOKIE) or secrets.token_urlsafe(24)


def set_cookie(answer: Response, name: str, value: str) -> None:
    """Set a cookie for all pages of the bank, and for no script."""
    answer.set_cookie(name, value, path=_COOKIE_PATH, secure=True, httponly=True, samesite="Lax")
