"""3SKey: the PSU signs a challenge with the personal certificate that is enrolled for him."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from conformance.bank.corporate.codes import Challenge
from conformance.bank.means import Outcome, Question, StrongMeans, named
from conformance.bank.settings import Psu

if TYPE_CHECKING:
    from conformance.bank.app import Bank

_KEPT = 50


class ThreeSKey(StrongMeans):
    """The PSUs' tokens."""

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self._questions: dict[str, list[Question]] = {}

    def ask(self, psu: Psu, challenge: Challenge, caller: str) -> Question:
        """Make a challenge that nobody has seen before, with what the PSU agrees to."""
        text = self.text(challenge, caller)
        question = Question(text, psu.username, text, challenge.challenge_id, self.clock.now())
        self._questions[psu.username] = [*self._questions.get(psu.username, [])[-_KEPT:], question]
        return question

    def text(self, challenge: Challenge, caller: str) -> str:
        """What is signed: purpose, amount and payee, and a random number; one line, as forms change line ends."""
        return f"{self.purpose_text(challenge.link, caller)}; challenge {secrets.token_hex(16)}"

    def answer(self, psu: Psu, question: Question, form: Mapping[str, str]) -> tuple[Outcome, Question]:
        """Verify the signature of the challenge that the form names."""
        found = named(self._questions.get(psu.username, []), form.get("challenge", question.reference))
        if found is None or not self._proves(psu, found, form):
            self.bank.corporate.attempts.failed(psu.username)
            return Outcome.FAILED, question
        return Outcome.PROVEN, found

    def withdraw(self, question: Question) -> None:
        """Forget a challenge."""
        kept = [known for known in self._questions.get(question.username, []) if known is not question]
        self._questions[question.username] = kept

    def enrolled(self, psu: Psu, certificate: x509.Certificate) -> bool:
        """Whether a certificate is the PSU's own, and not another's of the same authority."""
        return psu.certificate is not None and psu.certificate == certificate

    def in_force(self, certificate: x509.Certificate) -> bool:
        """Whether a certificate is valid at the bank's time."""
        return certificate.not_valid_before_utc <= self.clock.now() <= certificate.not_valid_after_utc

    def issued_by_authority(self, certificate: x509.Certificate) -> bool:
        """Whether the authority of the tokens issued a certificate."""
        return any(_issued(certificate, authority) for authority in self.settings.personal_authorities)

    def signature_verifies(self, certificate: x509.Certificate, signature: bytes, text: str) -> bool:
        """Whether the certificate's key signed this very text (RTS Art. 5(1)(b)-(d))."""
        key, signed = certificate.public_key(), text.encode()
        try:
            if isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
            elif isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
            else:
                return False
        except InvalidSignature:
            return False
        return True

    def _proves(self, psu: Psu, question: Question, form: Mapping[str, str]) -> bool:
        signature, certificate = (
            _decoded(form.get("signature", "")),
            _certificate(form.get("certificate", "")),
        )
        if not signature or certificate is None:
            return False
        return (
            self.enrolled(psu, certificate)
            and self.in_force(certificate)
            and self.issued_by_authority(certificate)
            and self.signature_verifies(certificate, signature, question.text)
        )


def _issued(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        return b""


def _certificate(text: str) -> x509.Certificate | None:
    der = _decoded(text)
    try:
        return x509.load_der_x509_certificate(der) if der else None
    except ValueError:
        return None


def certificate_text(certificate: x509.Certificate) -> str:
    """A certificate as the page takes it: base64 of its DER."""
    return base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()
