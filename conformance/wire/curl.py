"""The command that repeats a call, with placeholders where secrets were."""

from __future__ import annotations

import re
import shlex
from typing import Any

_LEFT_OUT = frozenset(["accept-encoding", "connection", "content-length", "host", "user-agent"])


def curl(request: dict[str, Any], client: str | None) -> str:
    """A curl line for one masked request.

    Args:
        request: method, url, headers and body as evidence holds them.
        client: name of the TPP whose certificate was offered; None leaves the certificate out.
    """
    words = ["curl", "-i"]
    if client:
        variable = re.sub(r"[^A-Z0-9]", "_", f"TPP_{client}".upper())
        words += ["--cert", f'"${variable}_CERTIFICATE"', "--key", f'"${variable}_KEY"']
    if request["method"] != "GET":
        words += ["-X", shlex.quote(request["method"])]
    words.append(shlex.quote(request["url"]))
    for name, value in request["headers"]:
        if name.lower() not in _LEFT_OUT:
            words += ["-H", shlex.quote(f"{name}: {value}")]
    if request["body"]:
        words += ["--data-raw", shlex.quote(request["body"])]
    return " ".join(words)
