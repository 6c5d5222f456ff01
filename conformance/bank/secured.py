"""The server's end of a TLS connection, which is closed also where the peer went away before TLS began."""

from __future__ import annotations

import ssl
from typing import Any


class Secured(ssl.SSLSocket):
    """What a server's context makes of a connection (its `sslsocket_class`).

    The standard library asks a new one who its peer is; where a reset has come instead of one, it raises, and what
    it had begun to make holds the connection until somebody collects the garbage.
    """

    def getpeername(self) -> Any:
        """The peer's address.

        Raises:
            ConnectionAbortedError: there is no peer any more; the connection is closed.
        """
        try:
            return super().getpeername()
        except OSError:
            self.close()
            raise ConnectionAbortedError("the peer has gone") from None
