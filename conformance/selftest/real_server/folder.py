"""What the folder of a run holds: certificates, credentials, and the profile that refers to them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.pki.authority import Authority, Issued, Organization, pem

HOSTS = {"sso": "sso.bank.example", "cert": "sso-cert.bank.example", "api": "my-api.bank.example"}
ISSUER = f"https://{HOSTS['sso']}/sgconnect/oauth2"

_TPPS = {
    "main": Organization("Exemple TPP SAS", "PSDFR-ACPR-12345"),
    "other": Organization("Beispiel TPP GmbH", "PSDDE-BAFIN-67890", "tpp.example.net", "DE"),
}
_CLIENTS = {
    "main": {
        "client_id": "adf3e4aa-c431-4a80-a2ac-31e9fa7efcf4",
        "redirect_uris": [
            "https://tpp.example.com/post-authentication",
            "https://tpp.example.com/second",
            "https://tpp.example.com/query?tenant=a%20b",
        ],
    },
    "other": {
        "client_id": "5b1f0c52-7d43-4c1d-9b1e-2a64c2f1d7aa",
        "redirect_uris": ["https://tpp.example.net/post-authentication"],
    },
}
_ACCOUNTS = {
    "treasurer": {"name": "Camille Dupont", "ibans": ["FR7630006000011234567890189"]},
    "accountant": {"name": "Alex Martin", "ibans": ["FR7630006000011234567890189"]},
}


def prepare(folder: Path) -> None:
    """Make the keys, certificates and credentials of a run, readable by nobody else."""
    for each in (folder, folder / "tpp", folder / "psu"):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    _issue_certificates(folder)
    _write_credentials(folder)


def settings(folder: Path) -> dict[str, Any]:
    """The part of the server's configuration that says whom it knows and what it presents."""
    return {
        "issuer": ISSUER,
        "hosts": HOSTS,
        "ports": dict.fromkeys(HOSTS, 0),
        "tls": {
            "key": str(folder / "server.key"),
            "certificate": str(folder / "server.pem"),
            "trust_anchor": str(folder / "trust.pem"),
        },
        "clients": [client | {"san_dns": _TPPS[name].host} for name, client in _CLIENTS.items()],
        "scopes": ["api1.v1", "api2.v1"],
        "accounts": [
            account | {"username": name, "password": _password(folder, name)}
            for name, account in _ACCOUNTS.items()
        ],
    }


def _issue_certificates(folder: Path) -> None:
    root = Authority("Root CA")
    issuing = Authority("Issuing CA", root)
    (folder / "trust.pem").write_bytes(pem(root.certificate))
    _write_pair(folder / "server", issuing.server(*HOSTS.values()))
    for name, organization in _TPPS.items():
        _write_pair(folder / "tpp" / name, issuing.qwac(organization))
    _write_pair(folder / "tpp" / "renewed", issuing.qwac(_TPPS["main"]))


def _write_pair(stem: Path, issued: Issued) -> None:
    stem.with_suffix(".pem").write_bytes(issued.chain_pem)
    stem.with_suffix(".key").write_bytes(issued.key_pem)


def _write_credentials(folder: Path) -> None:
    for name, client in _CLIENTS.items():
        (folder / "tpp" / f"{name}.client_id").write_text(str(client["client_id"]), encoding="utf-8")
    for name in _ACCOUNTS:
        (folder / "psu" / f"{name}.username").write_text(name, encoding="utf-8")
        (folder / "psu" / f"{name}.password").write_text(os.urandom(12).hex(), encoding="utf-8")


def _password(folder: Path, psu: str) -> str:
    return (folder / "psu" / f"{psu}.password").read_text(encoding="utf-8")


def profile(ports: Mapping[str, int], clock: str) -> str:
    """The profile of this server: what it documents, who calls it, how it is reached."""
    resolve = ", ".join(f'"{HOSTS[host]}:443" = "127.0.0.1:{port}"' for host, port in ports.items())
    renewed = 'renewed_certificate = "file:tpp/renewed.pem"\nrenewed_key = "file:tpp/renewed.key"\n'
    return f"""name = "oidc-provider"
environment = "sandbox"
synthetic_data = true

[authorization_server]
discovery_url = "{ISSUER}/.well-known/openid-configuration"
token_endpoint = "https://{HOSTS["cert"]}/sgconnect/oauth2/access_token"
acr_values = ["L1"]
access_token_lifetime = 600
code_lifetime = 600
refresh_rotation = "strict"
redirect_parameters = ["iss"]

[api]
base_url = "https://{HOSTS["api"]}"
probe = "/api/v1/data"
[api.probes]
aisp = {{ method = "GET", path = "/api/v1/accounts" }}
pisp = {{ method = "GET", path = "/api/v1/payment-requests" }}

{_tpp_table("main", renewed)}
{_tpp_table("other")}
{"".join(_psu_table(name) for name in _ACCOUNTS)}
[network]
trust_anchors = ["file:trust.pem"]
resolve = {{ {resolve} }}

[waiting]
allowed = true
clock_control = "{clock}"
"""


def _tpp_table(name: str, more: str = "") -> str:
    return f"""[tpp.{name}]
client_id = "file:tpp/{name}.client_id"
authentication = "tls_client_auth"
certificate = "file:tpp/{name}.pem"
key = "file:tpp/{name}.key"
{more}redirect_uris = {json.dumps(_CLIENTS[name]["redirect_uris"])}
scopes = {{ aisp = ["openid", "api1.v1"], pisp = ["openid", "api2.v1"] }}
"""


def _psu_table(name: str) -> str:
    fill = f'username = "file:psu/{name}.username", password = "file:psu/{name}.password"'
    return f"""[psu.{name}]
agent = "form"
means = "password"
journey = [
  {{ page = "login", fill = {{ {fill} }}, choose = "login", cancel = "cancel" }},
  {{ page = "consent", choose = "accept", cancel = "refuse" }},
]
"""
