// What the PSU sees: a login form, then a consent form. Plain HTML, no script.

/** What a login with a password reaches, in the words of the document. */
export const ACR = 'L1';

const styles = 'body{font:16px/1.5 sans-serif;max-width:28rem;margin:3rem auto}label,input{display:block;width:100%}'
  + 'input{margin-bottom:1rem;padding:.4rem}button{padding:.4rem 1.2rem;margin-right:.5rem}';

function escape(text) {
  return String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function page(title, body) {
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title><style>${styles}</style></head>
<body><h1>${title}</h1>${body}</body>
</html>`;
}

export function errorPage(problem) {
  const rows = Object.entries(problem).map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`);
  return page('This cannot go on', `<dl>${rows.join('')}</dl>`);
}

function loginPage(uid, message = '') {
  return page('Sign in', `<p role="alert">${escape(message)}</p>
<form method="post" action="${escape(uid)}">
<label for="username">User name</label><input id="username" name="username" autocomplete="username">
<label for="password">Password</label><input id="password" name="password" type="password">
<button name="action" value="login">Sign in</button><button name="action" value="cancel">Cancel</button>
</form>`);
}

function consentPage(uid, clientId, scopes, account) {
  return page('Give access', `<p>${escape(account.name)}, the company ${escape(clientId)} asks for:</p>
<ul>${scopes.map((scope) => `<li>${escape(scope)}</li>`).join('')}</ul>
<p>Accounts:</p><ul>${account.ibans.map((iban) => `<li>${escape(iban)}</li>`).join('')}</ul>
<form method="post" action="${escape(uid)}">
<button name="action" value="accept">Accept</button><button name="action" value="refuse">Refuse</button>
</form>`);
}

async function readForm(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

function send(response, status, html) {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' }).end(html);
}

function requestedScopes(bank, details) {
  return details.params.scope.split(' ').filter((scope) => bank.configuration.scopes.includes(scope));
}

async function grantRequested(bank, provider, details) {
  const grant = new provider.Grant({ accountId: details.session.accountId, clientId: details.params.client_id });
  const scope = requestedScopes(bank, details).join(' ');
  grant.addOIDCScope(scope);
  if (details.params.resource) grant.addResourceScope(details.params.resource, scope);
  if (details.prompt.details.missingOIDCClaims) grant.addOIDCClaims(details.prompt.details.missingOIDCClaims);
  return grant.save();
}

function show(bank, details, response) {
  const account = bank.settings.accounts.find(({ id }) => id === details.session?.accountId);
  const html = details.prompt.name === 'login'
    ? loginPage(details.uid)
    : consentPage(details.uid, details.params.client_id, requestedScopes(bank, details), account);
  send(response, 200, html);
}

/** What the PSU's answer means to the provider; undefined when the credentials are wrong. */
export async function decide(bank, provider, details, form) {
  const action = form.get('action');
  if (action === 'cancel' || action === 'refuse') {
    return { error: 'access_denied', error_description: 'the PSU refused' };
  }
  if (details.prompt.name === 'consent') {
    return { consent: { grantId: await grantRequested(bank, provider, details) } };
  }
  const account = bank.settings.accounts.find((each) => (
    each.username === form.get('username') && each.password === form.get('password')));
  return account && { login: { accountId: account.id, acr: ACR, amr: ['pwd'] } };
}

/** Serves the page that an authorization request waits for, and takes the PSU's answer to it. */
export async function serveInteraction(bank, provider, request, response) {
  try {
    const details = await provider.interactionDetails(request, response);
    if (request.method !== 'POST') {
      show(bank, details, response);
      return;
    }
    const result = await bank.decide(bank, provider, details, await readForm(request));
    if (result) await provider.interactionFinished(request, response, result);
    else send(response, 200, loginPage(details.uid, 'User name or password is wrong.'));
  } catch (error) {
    send(response, error.statusCode ?? 500, errorPage({ error: error.message }));
  }
}
