"""3SKey: what is signed is what the page holds, with a key from a file or on a token that opens to its PIN only."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qs

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from conformance.errors import Unobservable
from conformance.oauth.landing import Ending, Landing
from conformance.pki.authority import Issued, Organization
from conformance.psu.conduct import Conduct, Decision
from conformance.psu.three_skey import Pkcs11Token, Pkcs12File, Signer, TokenRefused
from conformance.selftest.hostile import HostileServer, authority, http, serving
from conformance.selftest.test_psu_agent import BACK, REQUEST, agent, browser, psu
from conformance.target.model import Device
from conformance.target.people import Signing

CHALLENGE = "Pay EUR 1.01 to Fournisseur, DE89370400440532013000; 7fQ"
PASSWORD, PIN, SO_PIN = "a password", "482913", "00112233"
LIBRARIES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)
SIGN = http(
    200,
    f"<title>Sign</title><form method=post action=/sign><input type=hidden name=challenge value='{CHALLENGE}'>"
    "<input type=hidden name=signature><input type=hidden name=certificate>"
    "<button name=action value=sign>Sign</button><button name=action value=cancel>Cancel</button></form>",
)
STEP = {"page": "sign", "device": "3skey", "sign": Signing(), "choose": "sign", "cancel": "cancel"}


@pytest.fixture(scope="module")
def issued() -> Issued:
    return authority().qwac(Organization("Andrea Exemple", "PSDFR-ACPR-1"))


def archive(issued: Issued) -> str:
    sealed = BestAvailableEncryption(PASSWORD.encode())
    packed = pkcs12.serialize_key_and_certificates(b"a", issued.key, issued.certificate, None, sealed)
    return base64.b64encode(packed).decode()


def verify(signature: bytes, certificate: bytes, challenge: str) -> None:
    """Raises where the signature is not over the challenge, or not by the certificate's key."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, challenge.encode(), padding.PKCS1v15(), hashes.SHA256())
        return
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(signature, challenge.encode(), ec.ECDSA(hashes.SHA256()))


def test_an_archive_signs_the_challenge_with_the_owner_s_key(issued: Issued) -> None:
    signer = Pkcs12File(archive(issued), PASSWORD)

    verify(signer.sign(CHALLENGE.encode()), signer.certificate, CHALLENGE)


def test_an_archive_opens_to_its_password_only(issued: Issued) -> None:
    with pytest.raises(TokenRefused, match="does not open"):
        Pkcs12File(archive(issued), "another").sign(b"x")


def walk(issued: Issued, conduct: Conduct) -> tuple[Landing, HostileServer]:
    device = Device.model_construct(pkcs12=archive(issued), password=PASSWORD)
    with serving(SIGN, BACK) as server:
        return agent(psu(STEP, device=device)).play(browser(server), REQUEST, conduct=conduct), server


def sent(server: HostileServer) -> dict[str, list[str]]:
    return parse_qs(server.requests[-1].rpartition(b"\r\n\r\n")[2].decode(), keep_blank_values=True)


def test_the_page_s_challenge_is_signed_and_goes_back_with_signature_and_certificate(issued: Issued) -> None:
    landing, server = walk(issued, Conduct())
    form = sent(server)

    assert landing.ending is Ending.REDIRECT
    assert (landing.means, landing.shown, landing.authentications) == (("3skey",), (CHALLENGE,), 1)
    assert (landing.screens, landing.redirects, form["action"]) == (1, 1, ["sign"])
    verify(base64.b64decode(form["signature"][0]), base64.b64decode(form["certificate"][0]), CHALLENGE)


def test_a_wrong_signature_is_over_something_else(issued: Issued) -> None:
    form = sent(walk(issued, Conduct(decision=Decision.WRONG))[1])
    signature, certificate = (base64.b64decode(form[name][0]) for name in ("signature", "certificate"))

    with pytest.raises(InvalidSignature):
        verify(signature, certificate, CHALLENGE)


def test_an_earlier_proof_can_be_sent_again(issued: Issued) -> None:
    first, server = walk(issued, Conduct())
    signature = sent(server)["signature"]

    assert sent(walk(issued, Conduct(proof=first.proofs[0]))[1])["signature"] == signature


def test_who_signs_nothing_sends_no_signature_and_who_cancels_presses_cancel(issued: Issued) -> None:
    assert sent(walk(issued, Conduct(decision=Decision.IGNORE))[1])["signature"] == [""]
    cancelled, server = walk(issued, Conduct(cancel_at="sign"))

    assert sent(server)["action"] == ["cancel"]
    assert cancelled.authentications == 0


def test_a_psu_without_certificate_is_unobservable() -> None:
    with serving(SIGN, BACK) as server, pytest.raises(Unobservable, match="no certificate"):
        agent(psu(STEP)).play(browser(server), REQUEST)


# SoftHSM


def lacking(what: str) -> NoReturn:
    """Skip, or fail where the environment demands tokens."""
    if os.environ.get("CONFORMANCE_REQUIRE_SOFTHSM") == "1":
        pytest.fail(f"{what} is required (CONFORMANCE_REQUIRE_SOFTHSM=1), and is not installed")
    pytest.skip(f"{what} is not installed")


@pytest.fixture(scope="module")
def library() -> str:
    found = next((path for path in LIBRARIES if Path(path).exists()), None)
    return found if found and shutil.which("softhsm2-util") else lacking("SoftHSM")


@pytest.fixture(scope="module")
def p11() -> Any:
    return import_module("pkcs11") if find_spec("pkcs11") else lacking("the extra `pkcs11`")


@pytest.fixture(scope="module", params=["rsa", "ec"])
def token(
    request: pytest.FixtureRequest, library: str, p11: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A token with a key and its certificate; gives its label."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    label = f"3skey-{request.param}-{secrets.token_hex(3)}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        words = ["--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", SO_PIN]
        subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)
        _load(p11, library, label, request.param, folder)
        yield label


def _load(p11: Any, library: str, label: str, kind: str, folder: Path) -> None:
    """Put a key and a certificate on the token, as an issuer does."""
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    pem = folder / "key.pem"
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    words = ["--import", str(pem), "--token", label, "--label", "signing", "--id", "01", "--pin", PIN]
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)
    store = p11.lib(library)
    store.reinitialize()
    with store.get_token(token_label=label).open(user_pin=PIN, rw=True) as session:
        session.create_object(
            {
                p11.Attribute.CLASS: p11.ObjectClass.CERTIFICATE,
                p11.Attribute.CERTIFICATE_TYPE: p11.CertificateType.X_509,
                p11.Attribute.TOKEN: True,
                p11.Attribute.LABEL: "signing",
                p11.Attribute.SUBJECT: _certificate(key).subject.public_bytes(),
                p11.Attribute.VALUE: _certificate(key).public_bytes(Encoding.DER),
            }
        )


def _certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Andrea Exemple")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    return (
        builder.not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )


def test_a_token_signs_behind_its_pin(library: str, token: str) -> None:
    signer: Signer = Pkcs11Token(library, PIN, token)

    verify(signer.sign(CHALLENGE.encode()), signer.certificate, CHALLENGE)
    verify(signer.sign(b"again"), signer.certificate, "again")


def test_the_only_token_needs_no_label_and_the_key_may_be_named(library: str, token: str) -> None:
    assert Pkcs11Token(library, PIN).sign(b"x")
    assert Pkcs11Token(library, PIN, token, "signing").sign(b"x")
    with pytest.raises(Unobservable, match="0 objects"):
        Pkcs11Token(library, PIN, token, "another").sign(b"x")


def test_a_token_refuses_a_wrong_pin_and_says_no_pin(library: str, token: str) -> None:
    with pytest.raises(TokenRefused, match="refuses the PIN") as raised:
        Pkcs11Token(library, "999999", token).sign(b"x")

    assert "999999" not in str(raised.value)
    assert Pkcs11Token(library, PIN, token).sign(b"x")


@pytest.mark.usefixtures("token")
def test_a_token_that_is_not_there_is_unobservable(library: str) -> None:
    with pytest.raises(Unobservable, match="0 PKCS#11 tokens labelled nobody"):
        Pkcs11Token(library, PIN, "nobody").sign(b"x")


@pytest.mark.usefixtures("p11")
def test_a_library_that_is_none_is_unobservable(tmp_path: Path) -> None:
    with pytest.raises(Unobservable, match="cannot be used"):
        Pkcs11Token(str(tmp_path / "nothing.so"), PIN).sign(b"x")


def test_a_locked_token_says_so(p11: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_path: str) -> None:
        raise p11.exceptions.PinLocked

    monkeypatch.setattr(p11, "lib", locked)
    with pytest.raises(TokenRefused, match="locked") as raised:
        Pkcs11Token("any", PIN).sign(b"x")

    assert raised.value.locked
