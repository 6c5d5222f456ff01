"""The PSU's pages: login, approval on the device, consent, and errors."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from urllib.parse import urlsplit

from werkzeug import Response

from conformance.bank.component import Component
from conformance.bank.corporate.companies import Account
from conformance.bank.sessions import Interaction, Session
from conformance.bank.settings import REALM, Psu

STYLE = """
:root{color-scheme:light;--ink:#1d2433;--soft:#5b6475;--line:#d5dae3;--accent:#0b5d4e;--alert:#9c1c1c}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:#eef1f4;color:var(--ink);
font:1rem/1.5 system-ui,sans-serif}
main{width:min(28rem,calc(100vw - 2rem));background:#fff;border:1px solid var(--line);border-radius:.75rem;
padding:2rem;box-shadow:0 .5rem 2rem rgb(29 36 51/.08)}
.bank{margin:0 0 1.5rem;color:var(--accent);font-weight:700}
h1{margin:0 0 .5rem;font-size:1.4rem;line-height:1.25}
p{margin:0 0 1rem}
.soft{color:var(--soft)}
.alert{padding:.75rem 1rem;border-left:.25rem solid var(--alert);background:#fbeeee;color:var(--alert)}
label{display:block;margin:0 0 .25rem;font-weight:600}
input{width:100%;margin:0 0 1rem;padding:.65rem .75rem;border:1px solid #8a93a5;border-radius:.4rem;
font:inherit}
ul{margin:0 0 1.25rem;padding:0;list-style:none;border-top:1px solid var(--line)}
li{display:flex;justify-content:space-between;gap:1rem;padding:.6rem 0;border-bottom:1px solid var(--line)}
.buttons{display:flex;flex-direction:row-reverse;gap:.75rem}
button{flex:1;padding:.7rem 1rem;border:1px solid var(--accent);border-radius:.4rem;background:var(--accent);
color:#fff;font:inherit;font-weight:600;cursor:pointer}
button.other{background:#fff;color:var(--accent)}
:focus-visible{outline:3px solid #f0b429;outline-offset:2px}
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

_SCOPES = {
    "openid": "Confirm who you are",
    "api1.v1": "See your accounts and their balances",
    "api2.v1": "Prepare payments from your accounts",
    "api3.v1": "Ask whether an amount is available",
}

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - Example Bank</title>
<style>{style}</style>
</head>
<body>
<main id="{name}">
<p class="bank">Example Bank</p>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""

_FORM = """<form method="post" action="{action}">
<input type="hidden" name="interaction" value="{interaction}">
{fields}
<div class="buttons">
<button type="submit" name="action" value="{choose}">{choose_label}</button>
<button type="submit" name="action" value="{cancel}" class="other" formnovalidate>{cancel_label}</button>
</div>
</form>"""

_CREDENTIALS = """<label for="username">Username</label>
<input id="username" name="username" autocomplete="username" autocapitalize="none" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>"""


class Pages(Component):
    """Draws the pages."""

    def login(self, interaction: Interaction, alert: str = "") -> Response:
        """Ask for username and password."""
        client = escape(interaction.request.client.name)
        form = _form("login", interaction, _CREDENTIALS, ("login", "Sign in"), ("cancel", "Cancel"))
        body = f'{_alert(alert)}<p class="soft">to continue to {client}</p>\n{form}'
        return self.page("login", "Sign in", body, interaction=interaction)

    def approve(self, interaction: Interaction, psu: Psu, alert: str = "") -> Response:
        """Ask the PSU to approve on the device."""
        client = escape(interaction.request.client.name)
        form = _form("approve", interaction, "", ("continue", "I have approved"), ("cancel", "Cancel"))
        body = (
            f"{_alert(alert)}<p>We have sent a request to the Secure Access device of "
            f"<strong>{escape(psu.name)}</strong>: access by {client}.</p>\n"
            f'<p class="soft">Approve it there with your PIN, then continue here.</p>\n{form}'
        )
        return self.page("approve", "Approve on your phone", body, interaction=interaction)

    def consent(self, interaction: Interaction, session: Session) -> Response:
        """Ask the PSU what it allows."""
        asked = interaction.request
        scopes = "\n".join(f"<li>{escape(_SCOPES.get(scope, scope))}</li>" for scope in asked.scopes)
        listed = self.bank.corporate.entitlements.listed(self.bank.user_of(session.psu))
        accounts = "\n".join(_account(account) for account in listed)
        form = _form("consent", interaction, "", ("accept", "Allow"), ("refuse", "Refuse"))
        body = (
            f"<p><strong>{escape(asked.client.name)}</strong> asks you, {escape(session.psu.name)}, to:</p>\n"
            f'<ul>\n{scopes}\n</ul>\n<p class="soft">for these accounts</p>\n<ul>\n{accounts}\n</ul>\n{form}'
        )
        return self.page("consent", "Do you allow this?", body, interaction=interaction)

    def error(self, text: str, status: int = 400) -> Response:
        """Tell the PSU that this cannot go on."""
        body = (
            f'<p class="alert" role="alert">{escape(text)}</p>\n<p class="soft">You can close this page.</p>'
        )
        return self.page("error", "This did not work", body, status=status)

    def page(
        self, name: str, title: str, body: str, *, status: int = 200, interaction: Interaction | None = None
    ) -> Response:
        """A page that nobody stores, frames, or reads from elsewhere."""
        text = _PAGE.format(title=escape(title), style=STYLE, name=name, body=body)
        answer = Response(text, status=status, content_type="text/html; charset=utf-8")
        answer.headers.update(self.protection_headers(_origin(interaction)))
        answer.headers.update(self.framing_headers())
        return answer

    def protection_headers(self, destination: str) -> dict[str, str]:
        """No scripts, no foreign content, no traces; forms go to the bank and on to the client."""
        directives = (
            "default-src 'none'",
            f"style-src 'sha256-{_STYLE_HASH}'",
            f"form-action 'self' {destination}".rstrip(),
            "base-uri 'none'",
            *self.frame_directives(),
        )
        return {
            "Content-Security-Policy": "; ".join(directives),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }

    def framing_forbidden(self) -> bool:
        """No page of the bank is shown inside another (RFC 9700, section 4.16)."""
        return True

    def frame_directives(self) -> tuple[str, ...]:
        """The directive that forbids framing."""
        return ("frame-ancestors 'none'",) if self.framing_forbidden() else ()

    def framing_headers(self) -> dict[str, str]:
        """The header that forbids framing in older browsers."""
        return {"X-Frame-Options": "DENY"} if self.framing_forbidden() else {}


def _form(
    page: str, interaction: Interaction, fields: str, choose: tuple[str, str], cancel: tuple[str, str]
) -> str:
    return _FORM.format(
        action=f"{REALM}/{page}",
        interaction=escape(interaction.interaction_id),
        fields=fields,
        choose=choose[0],
        choose_label=choose[1],
        cancel=cancel[0],
        cancel_label=cancel[1],
    )


def _alert(text: str) -> str:
    return f'<p class="alert" role="alert">{escape(text)}</p>\n' if text else ""


def _account(account: Account) -> str:
    iban = " ".join(account.iban[start : start + 4] for start in range(0, len(account.iban), 4))
    return f"<li><span>{escape(account.name)}</span><span>{escape(iban)}</span></li>"


def _origin(interaction: Interaction | None) -> str:
    if interaction is None:
        return ""
    uri = urlsplit(interaction.request.redirect_uri)
    return f"{uri.scheme}://{uri.netloc}"
