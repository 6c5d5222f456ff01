"""The PSU's pages: their frame, login, consent, and errors."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import urlsplit

from werkzeug import Response

from conformance.bank.component import Component
from conformance.bank.corporate.companies import Account
from conformance.bank.sessions import Interaction, Session, Visit

STYLE = """
:root{color-scheme:light;--ink:#1d2433;--soft:#555e70;--line:#d5dae3;--accent:#0b5d4e;--alert:#9c1c1c}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:#eef1f4;color:var(--ink);
font:1rem/1.5 system-ui,sans-serif}
main{width:min(30rem,calc(100vw - 2rem));margin:1rem 0;background:#fff;border:1px solid var(--line);
border-radius:.75rem;padding:2rem;box-shadow:0 .5rem 2rem rgb(29 36 51/.08)}
.bank{margin:0 0 1.5rem;color:var(--accent);font-weight:700}
h1{margin:0 0 .75rem;font-size:1.4rem;line-height:1.25}
h2{margin:1.5rem 0 .5rem;font-size:1rem}
p{margin:0 0 1rem}
.soft{color:var(--soft)}
.small{font-size:.875rem}
.alert{padding:.75rem 1rem;border-left:.25rem solid var(--alert);background:#fbeeee;color:var(--alert)}
.notice{padding:.75rem 1rem;border-left:.25rem solid var(--accent);background:#eaf4f1;color:#0a4a3e}
.amount{margin:0 0 .75rem;font-size:2rem;font-weight:700;line-height:1.2;font-variant-numeric:tabular-nums}
.signed{margin:0 0 1rem;padding:.75rem 1rem;border:1px solid var(--line);border-radius:.4rem;background:#f6f7f9;
overflow-wrap:anywhere}
label,legend{display:block;margin:0 0 .25rem;padding:0;font-weight:600}
fieldset{min-width:0;margin:0 0 1.25rem;padding:0;border:0}
legend{margin:0 0 .5rem}
input,select,textarea{width:100%;margin:0 0 1rem;padding:.65rem .75rem;border:1px solid #6f788a;
border-radius:.4rem;background:#fff;color:inherit;font:inherit}
textarea{min-height:5rem;font:.875rem/1.4 ui-monospace,monospace}
.box{display:flex;gap:.75rem;align-items:baseline;margin:0;padding:.6rem 0;border-bottom:1px solid var(--line);
font-weight:400}
.box span{min-width:0}
.box input{width:1.1rem;height:1.1rem;margin:0;flex:none;accent-color:var(--accent)}
ul,dl{margin:0 0 1.25rem;padding:0;list-style:none;border-top:1px solid var(--line)}
li,.row{display:flex;justify-content:space-between;gap:1rem;padding:.6rem 0;border-bottom:1px solid var(--line)}
dt{color:var(--soft)}
dd{margin:0;text-align:right;overflow-wrap:anywhere}
.number{font-size:.875rem;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.buttons{display:flex;flex-direction:row-reverse;flex-wrap:wrap;gap:.75rem;margin:1.5rem 0 0}
.buttons.stacked{flex-direction:column}
.card{margin:0 0 1rem;padding:0 1rem 1rem;border:1px solid var(--line);border-radius:.5rem}
.card dl{border-top:0}
button{flex:1 1 auto;min-width:8rem;padding:.7rem 1rem;border:1px solid var(--accent);border-radius:.4rem;
background:var(--accent);color:#fff;font:inherit;font-weight:600;cursor:pointer}
button.other{background:#fff;color:var(--accent)}
:focus-visible{outline:3px solid #1a56c4;outline-offset:2px}
@media(max-width:26rem){main{padding:1.25rem}li,.row{flex-direction:column;gap:0}dd{text-align:left}
button{min-width:7rem}}
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
<div class="buttons{layout}">
{buttons}
</div>
</form>"""

_CREDENTIALS = """<label for="username">Username</label>
<input id="username" name="username" autocomplete="username" autocapitalize="none" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<p class="soft small">After five failed attempts we block the access for an hour.</p>"""

Button = tuple[str, str]


class Pages(Component):
    """Draws the pages."""

    def login(self, visit: Visit, alert: str = "") -> Response:
        """Ask for username and password."""
        fields = form(visit, "login", _CREDENTIALS, ("login", "Sign in"), ("cancel", "Cancel"))
        body = f'{alert_text(alert)}<p class="soft">to continue to {escape(visit.caller)}</p>\n{fields}'
        return self.page("login", "Sign in", body, interaction=visit)

    def consent(self, interaction: Interaction, session: Session, alert: str = "") -> Response:
        """Ask the PSU what it allows."""
        asked = interaction.request
        scopes = "\n".join(f"<li>{escape(_SCOPES.get(scope, scope))}</li>" for scope in asked.scopes)
        buttons = ("accept", "Allow"), ("refuse", "Refuse")
        fields = form(interaction, "consent", self.accounts(interaction, session), *buttons)
        body = (
            f"{alert_text(alert)}<p><strong>{escape(asked.client.name)}</strong> asks you, "
            f"{escape(session.psu.name)}, to:</p>\n<ul>\n{scopes}\n</ul>\n{fields}"
        )
        return self.page("consent", "Do you allow this?", body, interaction=interaction)

    def accounts(self, interaction: Interaction, session: Session) -> str:
        """The accounts that a consent is about; those for funds confirmations are chosen (PSD2 Art. 65)."""
        user, server = self.bank.user_of(session.psu), self.bank.authorization_server
        parts = []
        if any(scope in interaction.request.scopes for scope in ("api1.v1", "api2.v1")):
            listed = "\n".join(_account(account) for account in self.bank.corporate.entitlements.listed(user))
            parts.append(f'<p class="soft">for these accounts</p>\n<ul>\n{listed}\n</ul>')
        if "api3.v1" in interaction.request.scopes:
            boxes = "\n".join(_box(account) for account in server.funds_accounts(user))
            legend = "Answer yes or no about the funds of"
            parts.append(f"<fieldset>\n<legend>{legend}</legend>\n{boxes}\n</fieldset>")
        return "\n".join(parts)

    def error(self, text: str, status: int = 400) -> Response:
        """Tell the PSU that this cannot go on."""
        body = (
            f'<p class="alert" role="alert">{escape(text)}</p>\n<p class="soft">You can close this page.</p>'
        )
        return self.page("error", "This did not work", body, status=status)

    def page(
        self, name: str, title: str, body: str, *, status: int = 200, interaction: Visit | None = None
    ) -> Response:
        """A page that nobody stores, frames, or reads from elsewhere."""
        text = _PAGE.format(title=escape(title), style=STYLE, name=name, body=body)
        answer = Response(text, status=status, content_type="text/html; charset=utf-8")
        answer.headers.update(
            self.protection_headers(_origins(interaction.destinations if interaction else ()))
        )
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


def form(
    visit: Visit, step: str, fields: str, *buttons: Button, stacked: bool = False, onward: bool = True
) -> str:
    """A form of a visit.

    Args:
        step: what it leads to.
        fields: as HTML.
        buttons: values and words.
        stacked: whether they stand one below the other.
        onward: whether the first is the one that goes on.
    """
    return _FORM.format(
        action=f"{visit.base}/{step}",
        interaction=escape(visit.interaction_id),
        fields=fields,
        layout=" stacked" if stacked else "",
        buttons="\n".join(_button(*button, first=onward and not i) for i, button in enumerate(buttons)),
    )


def alert_text(text: str) -> str:
    """A sentence that screen readers read out at once."""
    return f'<p class="alert" role="alert">{escape(text)}</p>\n' if text else ""


def grouped(iban: str) -> str:
    """An IBAN in groups of four."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


def rows(pairs: Sequence[tuple[str, str]]) -> str:
    """Names and values, one below the other; a value may have several lines."""
    each = (f'<div class="row"><dt>{escape(n)}</dt><dd>{_lines(v)}</dd></div>' for n, v in pairs)
    return "<dl>\n{}\n</dl>".format("\n".join(each))


def _lines(value: str) -> str:
    return "<br>".join(escape(line) for line in value.split("\n"))


def _button(value: str, words: str, *, first: bool) -> str:
    kind = "" if first else ' class="other" formnovalidate'
    return f'<button type="submit" name="action" value="{escape(value)}"{kind}>{escape(words)}</button>'


def _account(account: Account) -> str:
    number = grouped(account.iban) or f"card ending in {account.card_number[-4:]}"
    return (
        f'<li><span>{escape(account.name)}<br><span class="soft number">{escape(number)}</span></span></li>'
    )


def _box(account: Account) -> str:
    return (
        f'<label class="box"><input type="checkbox" name="account" value="{escape(account.resource_id)}" checked>'
        f'<span>{escape(account.name)}<br><span class="soft number">{escape(grouped(account.iban))}</span></span>'
        "</label>"
    )


def _origins(addresses: Iterable[str]) -> str:
    parts = [urlsplit(address) for address in addresses if address]
    return " ".join(dict.fromkeys(f"{part.scheme}://{part.netloc}" for part in parts))
