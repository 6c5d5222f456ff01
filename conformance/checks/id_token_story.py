"""What ID tokens tell of time, of the PSU and of its authentication (OpenID Connect Core 1.0, 2 and 12.2)."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from conformance.checks.id_tokens import IdToken, Number
from conformance.checks.reading import cut
from conformance.errors import NotApplicable, Unobservable

SKEW = timedelta(seconds=60)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


def expect_plausible_times(token: IdToken) -> None:
    """iat is the moment of issue, exp is later and still to come (OIDC Core 1.0, 2 and 3.1.3.7 items 9 and 10).

    Raises:
        Unobservable: this machine's clock contradicts the bank's, and nobody says which is wrong.
    """
    issued, expires = token.number("iat"), token.number("exp")
    received = token.exchange.received_at_target
    if not _near(issued, received):
        _expect_clocks_agree(token, issued, received)
        token.deviates(
            expected="iat within 60 s of the moment of issue", received=f"iat {_told(issued, received)}"
        )
    if expires <= issued:
        token.deviates(expected="exp after iat", received=f"exp {_told(expires, received)}")
    if expires <= (received - SKEW).timestamp():
        token.deviates(expected="exp in the future", received=f"exp {_told(expires, received)}")


def _expect_clocks_agree(token: IdToken, issued: Number, received: datetime) -> None:
    date = token.exchange.date
    if date and _near(issued, date):
        apart = round((received - date).total_seconds())
        raise Unobservable(f"the bank's clock and this machine's are {apart} s apart: one of them is wrong")


def expect_acr_reported(token: IdToken, documented: Sequence[str]) -> None:
    """acr is one of the documented classes (OIDC Core 1.0, 2 and 5.5.1.1).

    Raises:
        NotApplicable: the bank documents none, so none was asked for.
    """
    if not documented:
        raise NotApplicable("the profile documents no acr_values")
    acr = token.claims.get("acr")
    if acr not in documented:
        received = f"acr {cut(repr(acr))}" if "acr" in token.claims else "no acr"
        token.deviates(expected=f"acr {' or '.join(documented)}", received=received)


def expect_acr_reached(
    token: IdToken, documented: Sequence[str], *, played: Collection[str], on_device: Collection[str]
) -> None:
    """The strongest class is not reported of a login by password alone (OIDC Core 1.0, 2).

    Args:
        documented: the classes in order of strength.
        played: the steps that the PSU did.
        on_device: the steps of its journey that prove possession.

    Raises:
        NotApplicable: the journey has no such step, or a weaker class is reported.
        Unobservable: the PSU was asked for nothing.
    """
    if not on_device:
        raise NotApplicable("the PSU's journey in the profile has no step on a device")
    if not documented or token.claims.get("acr") != documented[-1]:
        raise NotApplicable("the ID token does not report the strongest documented class")
    if not played:
        raise Unobservable("the PSU did not authenticate on the way")
    if not set(played) & set(on_device):
        received = f"acr {documented[-1]} after the steps {', '.join(played)}"
        token.deviates(
            expected="that class only after strong authentication on the device", received=received
        )


def expect_authentication_time(token: IdToken, *, begun: datetime, max_age: timedelta, asked: bool) -> None:
    """With max_age, auth_time tells when the PSU was authenticated, within the limit (OIDC Core 1.0, 2).

    Args:
        begun: when the PSU was sent to the bank, by the target's clock.
        max_age: what was asked.
        asked: whether the PSU was asked for its credentials then.

    Raises:
        Unobservable: the clocks of the bank and of this machine contradict one another.
    """
    if "auth_time" not in token.claims:
        token.deviates(expected="auth_time, for max_age was sent", received="no auth_time")
    received = token.exchange.received_at_target
    if not _near(token.number("iat"), received):
        raise Unobservable("iat does not fit this machine's clock, so auth_time cannot be compared with it")
    earliest = begun - SKEW - (timedelta() if asked else max_age)
    told = token.claims["auth_time"]
    if isinstance(told, bool) or not isinstance(told, int | float):
        token.deviates(expected="auth_time as a number", received=f"a {type(told).__name__}")
    if not earliest.timestamp() <= told <= (received + SKEW).timestamp():
        wanted = "auth_time at the login" if asked else "auth_time within max_age"
        token.deviates(expected=wanted, received=f"auth_time {_told(told, received)}")


# the PSU


def expect_same_subject(first: IdToken, second: IdToken) -> None:
    """Two authorizations of one PSU give one sub (OIDC Core 1.0, 2)."""
    if first.text("sub") != second.text("sub"):
        second.deviates(expected="the sub of the PSU's earlier authorization", received="another sub")


def expect_another_subject(first: IdToken, other: IdToken) -> None:
    """Two PSUs never share a sub (OIDC Core 1.0, 2)."""
    if first.text("sub") == other.text("sub"):
        other.deviates(expected="a sub that no other PSU has", received="the sub of another PSU")


def expect_opaque_subject(token: IdToken, typed: Collection[str]) -> None:
    """sub is neither what the PSU types to log in nor an account number.

    Args:
        typed: everything that the PSU types into the bank's pages.
    """
    subject = token.text("sub")
    if subject.casefold() in {value.casefold() for value in typed}:
        token.deviates(expected="an opaque sub", received="the PSU's login name")
    if _is_iban(subject):
        token.deviates(expected="an opaque sub", received="an IBAN")


def _is_iban(text: str) -> bool:
    """Form and check digits (ISO 13616)."""
    iban = text.replace(" ", "").upper()
    if not _IBAN.fullmatch(iban):
        return False
    return int("".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])) % 97 == 1


# after a refresh


def expect_same_parties(first: IdToken, renewed: IdToken) -> None:
    """The ID token of a refresh has the iss, sub and audience of the first (OIDC Core 1.0, 12.2)."""
    wrong = [name for name in ("iss", "sub") if renewed.claims.get(name) != first.text(name)]
    audience = renewed.claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if any(value not in audiences for value in first.audience):
        wrong.append("aud")
    if wrong:
        received = f"another {', another '.join(wrong)}"
        renewed.deviates(expected="iss, sub and aud of the first ID token", received=received)


def expect_newer(first: IdToken, renewed: IdToken, *, after: timedelta = timedelta(seconds=1)) -> None:
    """The ID token of a refresh says when it was issued itself (OIDC Core 1.0, 12.2).

    Args:
        after: time between the two answers from which iat must be later, not only not earlier.
    """
    issued, before = renewed.number("iat"), first.number("iat")
    apart = renewed.exchange.sent_at_target - first.exchange.received_at_target
    if issued < before or (apart >= after and issued == before):
        received = "an earlier iat" if issued < before else "the same iat"
        renewed.deviates(expected="an iat later than the first ID token's", received=received)


def expect_same_authentication_time(first: IdToken, renewed: IdToken) -> None:
    """auth_time stays that of the PSU's authentication (OIDC Core 1.0, 12.2).

    Raises:
        NotApplicable: one of the two has none.
    """
    if "auth_time" not in first.claims or "auth_time" not in renewed.claims:
        raise NotApplicable("auth_time is not in both ID tokens")
    if first.claims["auth_time"] != renewed.claims["auth_time"]:
        renewed.deviates(expected="the auth_time of the first ID token", received="another auth_time")


# time


def _near(told: Number, moment: datetime) -> bool:
    return (moment - SKEW).timestamp() <= told <= (moment + SKEW).timestamp()


def _told(told: Number, moment: datetime) -> str:
    """A NumericDate as a person would say it."""
    if not -1e11 < told < 1e11:
        return "that is no number of seconds since 1970"
    apart = round(told - moment.timestamp())
    return f"{abs(apart)} s {'after' if apart >= 0 else 'before'} its receipt"
