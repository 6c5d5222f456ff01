"""3SKey: a personal certificate and its key, in a PKCS#12 file or on a PKCS#11 token, signs a challenge."""

from __future__ import annotations

import base64
import threading
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from conformance.errors import Unobservable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates

_ONE_AT_A_TIME = threading.RLock()


class Signer(Protocol):
    """A key that signs, with the certificate that names its owner."""

    def sign(self, challenge: bytes) -> bytes:
        """The signature over a challenge: RSA with PKCS#1 v1.5 or ECDSA in DER, with SHA-256.

        Raises:
            TokenRefused: it does not open: wrong PIN, or locked after too many.
            Unobservable: it cannot be used.
        """

    @property
    def certificate(self) -> bytes:
        """The owner's certificate, DER."""


class TokenRefused(Unobservable):
    """The token or archive did not open to the PIN or password.

    Args:
        reason: in a few words, without the PIN.
        locked: whether no PIN opens it any more.
    """

    def __init__(self, reason: str, *, locked: bool = False) -> None:
        self.locked = locked
        super().__init__(reason)


class Pkcs12File:
    """A key in a PKCS#12 archive.

    Args:
        archive: in base64.
        password: opens it.
    """

    def __init__(self, archive: str, password: str) -> None:
        self._archive = archive
        self._password = password

    @cached_property
    def _opened(self) -> PKCS12KeyAndCertificates:
        from cryptography.hazmat.primitives.serialization import pkcs12

        try:
            found = pkcs12.load_pkcs12(base64.b64decode(self._archive), self._password.encode())
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise TokenRefused("the PKCS#12 archive does not open with its password") from None
        if found.key is None or found.cert is None:
            raise Unobservable("the PKCS#12 archive holds no key with its certificate")
        return found

    @property
    def certificate(self) -> bytes:
        """The certificate beside the key."""
        found = self._opened.cert
        assert found is not None
        return found.certificate.public_bytes(Encoding.DER)

    def sign(self, challenge: bytes) -> bytes:
        """Sign with the key."""
        key = self._opened.key
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(challenge, padding.PKCS1v15(), hashes.SHA256())
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(challenge, ec.ECDSA(hashes.SHA256()))
        raise Unobservable("the key of the PKCS#12 archive is neither RSA nor EC")


class Pkcs11Token:
    """A key on a token that only signs, behind a PIN.

    Args:
        module: path of the token's library.
        pin: of its user.
        token: its label; the only token where none is named.
        key: label of the key; the only one where none is named.
    """

    def __init__(self, module: str, pin: str, token: str | None = None, key: str | None = None) -> None:
        self._module = module
        self._pin = pin
        self._token = token
        self._key = key

    @cached_property
    def certificate(self) -> bytes:
        """The certificate beside the key, else the only one of the token."""
        return bytes(self._within(lambda session, p11: self._certificate(session, p11)))

    def sign(self, challenge: bytes) -> bytes:
        """Sign on the token; the key never leaves it."""
        return bytes(self._within(lambda session, p11: self._sign(session, p11, challenge)))

    def _within(self, use: Any) -> Any:
        """Use the token in a session of its own, and leave it closed."""
        p11 = _library()
        with _ONE_AT_A_TIME:
            try:
                library = p11.lib(self._module)
                with suppress(p11.exceptions.PKCS11Error, AttributeError):
                    library.reinitialize()
                with self._slot(library, p11).open(user_pin=self._pin) as session:
                    return use(session, p11)
            except p11.exceptions.PinLocked:
                raise TokenRefused("the PKCS#11 token is locked", locked=True) from None
            except (p11.exceptions.PinIncorrect, p11.exceptions.PinLenRange, p11.exceptions.PinInvalid):
                raise TokenRefused("the PKCS#11 token refuses the PIN") from None
            except (p11.exceptions.PKCS11Error, RuntimeError, OSError) as error:
                raise Unobservable(f"the PKCS#11 token cannot be used: {type(error).__name__}") from None

    def _slot(self, library: Any, p11: Any) -> Any:
        tokens = [
            slot.get_token()
            for slot in library.get_slots(token_present=True)
            if slot.get_token().flags & p11.TokenFlag.TOKEN_INITIALIZED
        ]
        named = [token for token in tokens if self._token in (None, token.label.strip("\0 "))]
        if len(named) != 1:
            wanted = f"labelled {self._token}" if self._token else "at all, where one is wanted"
            raise Unobservable(f"there are {len(named)} PKCS#11 tokens {wanted}")
        return named[0]

    def _sign(self, session: Any, p11: Any, challenge: bytes) -> bytes:
        key = self._only(session, p11, p11.ObjectClass.PRIVATE_KEY)
        if key.key_type == p11.KeyType.RSA:
            return bytes(key.sign(challenge, mechanism=p11.Mechanism.SHA256_RSA_PKCS))
        digest = hashes.Hash(hashes.SHA256())
        digest.update(challenge)
        raw = bytes(key.sign(digest.finalize(), mechanism=p11.Mechanism.ECDSA))
        half = len(raw) // 2
        return encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))

    def _certificate(self, session: Any, p11: Any) -> bytes:
        found = self._only(session, p11, p11.ObjectClass.CERTIFICATE)
        der = bytes(found[p11.Attribute.VALUE])
        try:
            x509.load_der_x509_certificate(der)
        except ValueError:
            raise Unobservable("the PKCS#11 token holds no readable certificate") from None
        return der

    def _only(self, session: Any, p11: Any, kind: Any) -> Any:
        wanted = {p11.Attribute.CLASS: kind, **({p11.Attribute.LABEL: self._key} if self._key else {})}
        found = list(session.get_objects(wanted))
        if len(found) != 1:
            name = "key" if kind == p11.ObjectClass.PRIVATE_KEY else "certificate"
            raise Unobservable(
                f"the PKCS#11 token holds {len(found)} objects that may be the {name}, not one"
            )
        return found[0]


def _library() -> Any:
    try:
        import pkcs11
    except ImportError:
        raise Unobservable("the extra pkcs11 is not installed") from None
    return pkcs11
