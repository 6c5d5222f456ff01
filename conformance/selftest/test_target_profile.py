"""A profile is refused with every error at once, each naming file, key, found and wanted, never a secret."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from conformance.errors import Problem, UsageError
from conformance.pki.authority import Authority, Issued, Organization, Validity
from conformance.selftest.hostile import authority, trust_pem
from conformance.target.profile import Overrides, Target, load_target

_TPP = Organization("Exemple TPP SAS", "PSDFR-ACPR-12345")
_HUNTER = "hunter2-inline-secret"
PROFILE = """
name = "A bank"
environment = "sandbox"

[authorization_server]
discovery_url = "https://bank.example/.well-known/openid-configuration"

[api]
base_url = "https://api.bank.example"
probe = "/data"

[tpp.main]
client_id = "client-1"
certificate = "file:main.pem"
key = "file:main.key"
redirect_uris = ["https://tpp.example/cb"]
scopes = { aisp = ["openid", "api1"] }

[psu.someone]
journey = [{ page = "login", fill = { username = "env:PSU_NAME", password = "file:password" }, choose = "login" }]

[network]
trust_anchors = ["file:trust.pem"]
"""


def issue(folder: Path, issued: Issued | None = None) -> None:
    issued = issued or authority().qwac(_TPP)
    (folder / "main.pem").write_bytes(issued.chain_pem)
    (folder / "main.key").write_bytes(issued.key_pem)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a good profile and all that it refers to."""
    monkeypatch.setenv("PSU_NAME", "treasurer")
    issue(tmp_path)
    (tmp_path / "trust.pem").write_text(trust_pem())
    (tmp_path / "password").write_text("something\n")
    (tmp_path / "bank.toml").write_text(PROFILE)
    return tmp_path


def load(folder: Path, *changes: tuple[str, str], overrides: Overrides | None = None) -> Target:
    text = PROFILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "bank.toml").write_text(text)
    return load_target(str(folder / "bank.toml"), overrides)


def problems(
    folder: Path, *changes: tuple[str, str], overrides: Overrides | None = None
) -> tuple[Problem, ...]:
    with pytest.raises(UsageError) as raised:
        load(folder, *changes, overrides=overrides)
    assert _HUNTER not in str(raised.value)
    assert all(problem.found and problem.wanted for problem in raised.value.problems)
    return raised.value.problems


def test_a_good_profile_is_read(folder: Path) -> None:
    target = load(folder)

    assert target.slug == "bank"
    assert target.profile.psu["someone"].journey[0].fill["password"] == "something"
    assert target.profile.tpp["main"].identity is not None


@pytest.mark.parametrize(
    "change",
    [
        (PROFILE[PROFILE.index("[psu.someone]") : PROFILE.index("[network]")], ""),
        ('scopes = { aisp = ["openid", "api1"] }', 'scopes = { cbpii = ["openid"] }'),
        ('trust_anchors = ["file:trust.pem"]', ""),
    ],
    ids=["without a PSU", "of one role only", "with the public roots"],
)
def test_a_small_profile_is_valid(folder: Path, change: tuple[str, str]) -> None:
    assert load(folder, change).profile.tpp.keys() == {"main"}


def test_every_error_is_told_at_once(folder: Path) -> None:
    found = problems(
        folder,
        ('name = "A bank"', ""),
        ("probe =", "prob ="),
        ("redirect_uris =", "redirect_urls ="),
        ('"https://api.bank.example"', '"http://api.bank.example"'),
        ('"sandbox"', '"sandpit"'),
        ("env:PSU_NAME", "env:PSU_UNSET"),
    )

    assert {problem.key for problem in found} >= {
        "name",
        "api.prob",
        "api.probe",
        "tpp.main.redirect_urls",
        "tpp.main.redirect_uris",
        "api.base_url",
        "environment",
        "psu.someone.journey[0].fill.username",
    }
    hints = {problem.key: problem.hint for problem in found}
    assert hints["api.prob"] == "did you mean probe?"
    assert hints["tpp.main.redirect_urls"] == "did you mean redirect_uris?"
    assert all(problem.file.endswith("bank.toml") for problem in found)


_MISTAKES: dict[str, tuple[tuple[str, str], str, str]] = {
    "an inline secret": (
        ('"file:password"', f'"{_HUNTER}"'),
        "psu.someone.journey[0].fill.password",
        "an inline value",
    ),
    "an inline key": (('"file:main.key"', f'"{_HUNTER}"'), "tpp.main.key", "an inline value"),
    "a secret where a table belongs": (
        ("journey = [", f'device = "{_HUNTER}"\njourney = ['),
        "psu.someone.device",
        "text",
    ),
    "a number as a reference": (('"file:main.key"', "42"), "tpp.main.key", "a int"),
    "an unset variable": (
        ("env:PSU_NAME", "env:PSU_UNSET"),
        "psu.someone.journey[0].fill.username",
        "PSU_UNSET",
    ),
    "a file that is not there": (("file:password", "file:missing"), "psu.someone.journey[0]", "missing"),
    "a folder as a file": (("file:password", "file:."), "psu.someone.journey[0]", "unreadable"),
    "a PKCS#11 reference": (('"file:main.key"', '"pkcs11:x"'), "tpp.main.key", "pkcs11"),
    "no key beside the certificate": (('key = "file:main.key"', ""), "tpp.main.key", "nothing"),
    "no certificate beside the key": (
        ('certificate = "file:main.pem"', ""),
        "tpp.main.certificate",
        "nothing",
    ),
    "neither certificate nor key": (
        ('certificate = "file:main.pem"\nkey = "file:main.key"', ""),
        "tpp.main.certificate",
        "nothing",
    ),
    "half of a renewed pair": (
        ('client_id = "client-1"', 'client_id = "client-1"\nrenewed_key = "file:main.key"'),
        "tpp.main.renewed_certificate",
        "nothing",
    ),
    "no client secret": (
        ('client_id = "client-1"', 'client_id = "client-1"\nauthentication = "client_secret_post"'),
        "tpp.main.client_secret",
        "nothing",
    ),
    "an unknown method": (
        ('client_id = "client-1"', 'client_id = "client-1"\nauthentication = "none"'),
        "tpp.main.authentication",
        "'none'",
    ),
    "no role": (('{ aisp = ["openid", "api1"] }', "{}"), "tpp.main.scopes", "a table"),
    "an unknown role": (("aisp =", "asip ="), "tpp.main.scopes.asip", "asip"),
    "no redirect URI": (('["https://tpp.example/cb"]', "[]"), "tpp.main.redirect_uris", "an array"),
    "a relative redirect URI": (('"https://tpp.example/cb"', '"/cb"'), "tpp.main.redirect_uris[0]", "'/cb'"),
    "a broken URL": (('"https://api.bank.example"', '"https://[::1"'), "api.base_url", "https://[::1"),
    "a broken port": (('"https://api.bank.example"', '"https://api:x/"'), "api.base_url", "https://api:x/"),
    "a table that is a list": (("[network]", "[[network]]"), "network", "an array"),
    "a proxy that is none": (
        ("[network]", '[network]\nproxy = "proxy.example:8080"'),
        "network.proxy",
        "something",
    ),
    "an address without port": (
        ("[network]", '[network]\nresolve = { "bank.example:443" = "127.0.0.1" }'),
        "network.resolve.bank.example:443",
        "'127.0.0.1'",
    ),
    "a host without port": (
        ("[network]", '[network]\nresolve = { "bank.example" = "127.0.0.1:1" }'),
        "network.resolve.bank.example",
        "'bank.example'",
    ),
    "a port that is none": (
        ("[network]", '[network]\nresolve = { "b:443" = "127.0.0.1:99999" }'),
        "network.resolve.b:443",
        "99999",
    ),
    "a time-out of nothing": (
        ("[network]", "[network]\nread_timeout = 0"),
        "network.read_timeout",
        "0",
    ),
    "an anchor that is not there": (
        ("file:trust.pem", "file:nowhere.pem"),
        "network.trust_anchors[0]",
        "nowhere.pem",
    ),
    "an anchor without certificate": (
        ("file:trust.pem", "file:password"),
        "network.trust_anchors[0]",
        "file:password",
    ),
    "a key as an anchor": (("file:trust.pem", "file:main.key"), "network.trust_anchors[0]", "file:main.key"),
}


@pytest.mark.parametrize(("change", "key", "found"), _MISTAKES.values(), ids=_MISTAKES.keys())
def test_a_mistake_is_named(folder: Path, change: tuple[str, str], key: str, found: str) -> None:
    told = problems(folder, change)

    assert any(problem.key.startswith(key) and found in problem.found + problem.key for problem in told), told


def _encrypted(folder: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    (folder / "main.key").write_bytes(text)


def _other_key(folder: Path) -> None:
    (folder / "main.key").write_bytes(authority().qwac(_TPP).key_pem)


def _no_certificate(folder: Path) -> None:
    (folder / "main.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")


def _binary(folder: Path) -> None:
    (folder / "main.pem").write_bytes(b"\x30\x82\xff\xfe")


def _swapped(folder: Path) -> None:
    (folder / "main.pem").write_bytes((folder / "main.key").read_bytes())


def _expired(folder: Path) -> None:
    issue(folder, authority().qwac(_TPP, validity=Validity.expired()))


def _not_yet(folder: Path) -> None:
    good = Validity.days(3)
    issue(folder, authority().qwac(_TPP, validity=Validity(good.end, Validity.days(9).end)))


@pytest.mark.parametrize(
    ("spoil", "key", "found"),
    [
        (_encrypted, "key", "no readable private key"),
        (_other_key, "key", "the key of another certificate"),
        (_no_certificate, "certificate", "no readable certificate"),
        (_binary, "certificate", "binary"),
        (_swapped, "certificate", "no readable certificate"),
        (_expired, "certificate", "expired on"),
        (_not_yet, "certificate", "valid only from"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_named(
    folder: Path, spoil: Callable[[Path], None], key: str, found: str
) -> None:
    spoil(folder)

    (problem,) = problems(folder)

    assert problem.key == f"tpp.main.{key}"
    assert found in problem.found


@pytest.mark.parametrize(
    ("overrides", "key"),
    [
        (Overrides(settings={"waiting.allowed": "yes"}), "waiting.allowed"),
        (Overrides(settings={"waiting.allowed": '"yes"'}), "waiting.allowed"),
        (Overrides(settings={"waiting.alowed": "true"}), "waiting.alowed"),
        (Overrides(settings={"name.deeper": "1"}), "name.deeper"),
        (Overrides(settings={"tpp.main.client_secret": f'"{_HUNTER}"'}), "tpp.main.client_secret"),
        (Overrides(resolve={"bank": "127.0.0.1:1"}), "network.resolve.bank"),
        (Overrides(resolve={"bank:443": "nowhere"}), "network.resolve.bank:443"),
        (Overrides(settings={"network.resolve": "[]"}, resolve={"b:1": "c:2"}), "network.resolve"),
        (Overrides(trust_anchors=(Path("missing.pem"),)), "network.trust_anchors[0]"),
    ],
)
def test_a_mistake_on_the_command_line_is_named(folder: Path, overrides: Overrides, key: str) -> None:
    assert [problem.key for problem in problems(folder, overrides=overrides)] == [key]


def test_the_command_line_changes_the_profile(folder: Path) -> None:
    other = folder / "other.pem"
    other.write_bytes(Authority("Other").qwac(_TPP).chain_pem)
    overrides = Overrides((other,), {"Bank.Example:443": "127.0.0.1:8443"}, {"waiting.allowed": "true"})

    profile = load(folder, overrides=overrides).profile

    assert profile.waiting.allowed is True
    assert profile.network.resolve == {"bank.example:443": "127.0.0.1:8443"}
    assert profile.network.trust_anchors[0] == other.read_text().rstrip()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"name = ", "a TOML error"),
        (b"\xff\xfe", "not UTF-8"),
        (b'name = "a"\nname = "b"', "a TOML error"),
        (b"", "nothing"),
    ],
)
def test_a_malformed_file_is_named(tmp_path: Path, content: bytes, found: str) -> None:
    path = tmp_path / "bank.toml"
    path.write_bytes(content)

    with pytest.raises(UsageError) as raised:
        load_target(str(path))

    assert str(path) in str(raised.value)
    assert found in str(raised.value)


@pytest.mark.parametrize(
    ("name", "hint"), [("embeded", "did you mean embedded?"), ("x/y.toml", "shipped profiles")]
)
def test_a_profile_that_is_not_there_is_named(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match="no such file") as raised:
        load_target(name)

    assert hint in str(raised.value)


def test_an_identity_prints_neither_key_nor_secret(folder: Path) -> None:
    profile = load(folder).profile

    assert "PRIVATE" not in repr(profile)
    assert "something" not in repr(profile)
    assert "file:password" in repr(profile)
