"""Starts the embedded bank, and writes the folder with its profile, keys and secrets."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives import serialization

from conformance.bank import deviants
from conformance.bank.app import Bank
from conformance.bank.clock import Clock
from conformance.bank.component import Component
from conformance.bank.corporate import seed
from conformance.bank.corporate.companies import Means, User
from conformance.bank.settings import Client, Hosts, Psu, Settings
from conformance.pki.authority import thumbprint
from conformance.selftest.keyring import MAIN, OTHER, Keyring, PersonalToken
from conformance.shipped import PROFILES

MAIN_CLIENT = "5d0c7f0e-2a53-4c8b-9d1e-6f1b8a4c2e01"
OTHER_CLIENT = "c1a9e6d4-7b1f-4f6a-8a57-0d2f3b9e5c02"
_SCOPES = frozenset({"openid", "api1.v1", "api2.v1", "api3.v1", "extended_transaction_history"})
MAIN_URIS = (
    "https://tpp.example.com/post-authentication",
    "https://tpp.example.com/second",
    "https://tpp.example.com/query?tenant=a%20b",
)
_OTHER_URIS = ("https://other-tpp.example.com/return", "https://other-tpp.example.com/second")


class EmbeddedBank:
    """A running bank of the document's kind, with everything a run against it needs.

    Args:
        deviant: the id of the deviant to serve, None for the reference bank.
        latency: seconds added to each answer.
        hosts: the names under which it is reached.
        keys: a keyring shared with other banks; a fresh one by default.
        folder: where the profile goes; a temporary one, removed at the end, by default.
        redirect_uris: those of the main TPP, if not those of the shipped profile.
        authentication: the main TPP's method at the token endpoint.
        id_token_algorithm: RS256 or ES256.
        components: subclasses that take the place of components, where no deviant is served.
    """

    def __init__(
        self,
        deviant: str | None = None,
        *,
        latency: float = 0,
        hosts: Hosts | None = None,
        keys: Keyring | None = None,
        folder: Path | None = None,
        redirect_uris: Sequence[str] = MAIN_URIS,
        authentication: str = "tls_client_auth",
        id_token_algorithm: str = "RS256",  # noqa: S107 (an algorithm)
        components: Sequence[type[Component]] = (),
    ) -> None:
        self.hosts = hosts or Hosts()
        self.keys = keys or Keyring()
        self.clock = Clock()
        self.psus = {user.user_id: self._psu(user) for user in seed.users({})}
        self.clients = self._clients(tuple(redirect_uris), authentication)
        others = (deviants.load()[deviant].component,) if deviant else tuple(components)
        self.bank = Bank(self._settings(latency, id_token_algorithm), *others)
        self._temporary = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="embedded-bank-"))

    @property
    def profile(self) -> Path:
        """The profile of this bank, ready for use while it runs."""
        return self.folder / "profile.toml"

    @property
    def resolve(self) -> dict[str, str]:
        """Where the hosts are found: `host:443` to `127.0.0.1:port`."""
        names = {"sso": self.hosts.sso, "cert": self.hosts.cert, "api": self.hosts.api}
        ports = {name: self.bank.listeners[name].port for name in names}
        return {f"{host}:443": f"127.0.0.1:{ports[name]}" for name, host in names.items()}

    @property
    def clock_control(self) -> str:
        """Where the clock is moved."""
        return self._control(self.bank.control.clock_path)

    @property
    def administration(self) -> str:
        """Where subscriptions, rights and accounts are changed."""
        return self._control(self.bank.control.administration_path)

    def device_url(self, role: str) -> str:
        """Where the device of a PSU is played."""
        return self._control(self.bank.control.device_path(self.psus[role]))

    def secrets(self) -> set[str]:
        """Every secret and personal datum that the bank knows or has handed out, for leak tests."""
        found = set(self.bank.handed_out)
        for role, psu in self.psus.items():
            found |= {psu.username, psu.password, psu.pin, psu.name, psu.subject, self.device_url(role)}
        found |= {company.name for company in self.bank.corporate.directory.companies.values()}
        for account in self.bank.corporate.directory.accounts.values():
            found |= {account.iban, account.card_number, str(account.opening.amount)} - {"", "0.00"}
        found |= {token.password for token in self.tokens.values()}
        found |= {client.secret for client in self.clients.values() if client.secret}
        for issued in (self.keys.main, self.keys.renewed, self.keys.other):
            found |= {line for line in issued.key_pem.decode().splitlines() if not line.startswith("-----")}
        return found

    def __enter__(self) -> Self:
        self.bank.start()
        try:
            self._write()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.bank.stop()
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _control(self, path: str) -> str:
        return f"http://127.0.0.1:{self.bank.listeners['control'].port}{path}"

    @property
    def tokens(self) -> dict[str, PersonalToken]:
        """The 3SKey tokens of those who own one."""
        owners = [role for role, psu in self.psus.items() if psu.certificate is not None]
        return {role: self.keys.token(role, self.psus[role].name) for role in owners}

    def _psu(self, user: User) -> Psu:
        owns_token = Means.THREE_S_KEY in user.means
        token = self.keys.token(user.user_id, user.name) if owns_token else None
        return Psu(
            username=f"{user.user_id}-{secrets.token_hex(4)}",
            password=secrets.token_urlsafe(16),
            pin=f"{secrets.randbelow(10**10):010}",
            name=user.name,
            subject=secrets.token_urlsafe(16),
            company=user.company,
            user_id=user.user_id,
            certificate=token.issued.certificate if token else None,
        )

    def _clients(self, redirect_uris: tuple[str, ...], authentication: str) -> dict[str, Client]:
        self.main_certificate = self.keys.main
        if authentication == "self_signed_tls_client_auth":
            self.main_certificate = self.keys.self_signed
        main = Client(
            client_id=MAIN_CLIENT,
            name=MAIN.name,
            organization_identifier=MAIN.identifier,
            common_name=MAIN.host,
            redirect_uris=redirect_uris,
            scopes=_SCOPES,
            authentication=authentication,
            secret=secrets.token_urlsafe(32) if authentication.startswith("client_secret") else None,
            public_keys=(_public_pem(self.keys),),
            thumbprint=thumbprint(self.main_certificate.certificate),
        )
        other = Client(
            client_id=OTHER_CLIENT,
            name=OTHER.name,
            organization_identifier=OTHER.identifier,
            common_name=OTHER.host,
            redirect_uris=_OTHER_URIS,
            scopes=_SCOPES,
            thumbprint=thumbprint(self.keys.other.certificate),
        )
        return {"main": main, "other": other}

    def _settings(self, latency: float, id_token_algorithm: str) -> Settings:
        self_signed = self.main_certificate is not self.keys.main
        trusted = (self.main_certificate.certificate,) if self_signed else ()
        return Settings(
            hosts=self.hosts,
            keys=self.keys.keys,
            tls=lambda host, handshake: self.keys.tls(host, handshake, trusted),
            trust_anchors=(self.keys.root.certificate,),
            issuing_authorities=(self.keys.issuing.certificate,),
            personal_authorities=(self.keys.personal.certificate,),
            clients={client.client_id: client for client in self.clients.values()},
            psus={psu.username: psu for psu in self.psus.values()},
            clock=self.clock,
            latency=latency,
            id_token_algorithm=id_token_algorithm,
        )

    # the folder

    def _write(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        for part in ("tpp", "psu"):
            (self.folder / part).mkdir(mode=0o700, exist_ok=True)
        self._put("trust.pem", self.keys.trust_pem)
        certificates = {"main": self.main_certificate, "renewed": self.keys.renewed, "other": self.keys.other}
        for name, issued in certificates.items():
            self._put(f"tpp/{name}.pem", issued.chain_pem)
            self._put(f"tpp/{name}.key", issued.key_pem)
        for name, client in self.clients.items():
            self._put(f"tpp/{name}.client_id", client.client_id)
            if client.secret:
                self._put(f"tpp/{name}.client_secret", client.secret)
        for role, psu in self.psus.items():
            self._put(f"psu/{role}.username", psu.username)
            self._put(f"psu/{role}.password", psu.password)
            self._put(f"psu/{role}.pin", psu.pin)
            self._put(f"psu/{role}.device_url", self.device_url(role))
        for role, token in self.tokens.items():
            self._put(f"psu/{role}.p12", token.pkcs12)
            self._put(f"psu/{role}.p12.b64", base64.b64encode(token.pkcs12))
            self._put(f"psu/{role}.p12_password", token.password)
        self._put("admin_url", self.administration)
        self._put("profile.toml", self._profile_text())

    def _put(self, name: str, content: bytes | str) -> None:
        path = os.open(self.folder / name, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(path, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)

    def _profile_text(self) -> str:
        text = (PROFILES / "embedded.toml").read_text("utf-8")
        for member in fields(Hosts):
            default = str(getattr(Hosts(), member.name))
            text = text.replace(f"https://{default}/", f"https://{getattr(self.hosts, member.name)}/")
            text = text.replace(f'https://{default}"', f'https://{getattr(self.hosts, member.name)}"')
        text = text.replace('authentication = "tls_client_auth"', self._authentication_lines(), 1)
        history = self.bank.corporate.directory.accounts["acc-main"]
        oldest = self.bank.corporate.opened - timedelta(days=history.history[0])
        resolve = ", ".join(f'"{name}" = "{address}"' for name, address in self.resolve.items())
        return (
            f'{text}\n[accounts.known_history]\niban = "{history.iban}"\noldest = {oldest.isoformat()}\n'
            f'\n[network]\ntrust_anchors = ["file:trust.pem"]\nresolve = {{ {resolve} }}\n'
            f'\n[waiting]\nallowed = true\nclock_control = "{self.clock_control}"\n'
        )

    def _authentication_lines(self) -> str:
        main = self.clients["main"]
        secret = '\nclient_secret = "file:tpp/main.client_secret"' if main.secret else ""
        return f'authentication = "{main.authentication}"{secret}'


def _public_pem(keys: Keyring) -> str:
    public = keys.main.key.public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return public.public_bytes(serialization.Encoding.PEM, form).decode()


if __name__ == "__main__":
    from conformance.selftest.serving import main

    sys.exit(main())
