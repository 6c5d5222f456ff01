"""The smallest profile of a bank: a hostile server behind one host."""

from __future__ import annotations

from pathlib import Path

from conformance.selftest.hostile import HOST, trust_pem

SOME_FILE = "file:trust.pem"
_PROFILE = """
name = "A bank"
environment = "sandbox"

[authorization_server]
discovery_url = "https://{host}/.well-known/openid-configuration"

[api]
base_url = "https://{host}"
probe = "/data"

[tpp.main]
client_id = "client-1"
authentication = "client_secret_post"
client_secret = "{secret}"
redirect_uris = ["https://tpp.example/cb"]
scopes = {{ aisp = ["openid"] }}

[network]
trust_anchors = ["file:trust.pem"]
resolve = {{ "{host}:443" = "127.0.0.1:{port}" }}
{more}
"""


def write_profile(folder: Path, port: int, secret: str = SOME_FILE, more: str = "") -> Path:
    """Write the profile and its trust anchor.

    Args:
        folder: where.
        port: of the server, on the loopback interface.
        secret: what stands for the client's secret; by default a file that is there.
        more: further tables.
    """
    (folder / "trust.pem").write_text(trust_pem(), encoding="utf-8")
    path = folder / "bank.toml"
    path.write_text(_PROFILE.format(host=HOST, port=port, secret=secret, more=more), encoding="utf-8")
    return path
