"""Error answers: RFC 6749, section 5.2, RFC 6750, section 3, and pages for people."""

from __future__ import annotations

import json
from typing import Any

from werkzeug import Response

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class OAuthProblem(Exception):
    """A request that is refused with an error code.

    Args:
        error: the code of RFC 6749.
        description: for the developer; never a value that was sent.
    """

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        self.error = error
        self.description = description
        self.status = status
        super().__init__(f"{error}: {description}")


class PageProblem(Exception):
    """An authorization request that ends on a page of the bank, never at a redirect URI.

    RFC 6749, section 4.1.2.1.
    """

    def __init__(self, text: str, status: int = 400) -> None:
        self.text = text
        self.status = status
        super().__init__(text)


class BearerProblem(Exception):
    """A call to a resource that is refused with a challenge (RFC 6750, section 3)."""

    def __init__(self, status: int, error: str | None = None, description: str = "", scope: str = "") -> None:
        self.status = status
        self.error = error
        self.description = description
        self.scope = scope
        super().__init__(f"{status} {error}")


class ResourceProblem(Exception):
    """A call to a resource that is refused for another reason than its token."""

    def __init__(self, status: int, error: str, description: str) -> None:
        self.status = status
        self.error = error
        self.description = description
        super().__init__(f"{status} {error}: {description}")


def json_answer(
    body: Any, status: int = 200, headers: dict[str, str] | None = None, media_type: str = "application/json"
) -> Response:
    """An answer that is JSON."""
    answer = Response(json.dumps(body), status=status, headers=headers)
    answer.headers["Content-Type"] = media_type
    return answer
