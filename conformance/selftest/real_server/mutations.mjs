// Each of these breaks one rule of the bank. The comment names what must turn red.

import { createHash, generateKeyPairSync } from 'node:crypto';

import { editDiscovery, editFound, editKeys, editRedirect, editTokenResponse } from './edits.mjs';

const s256 = (verifier) => createHash('sha256').update(verifier).digest('base64url');

export const mutations = {
  // discovery-issuer-matches-url
  'issuer-with-default-port': (bank) => {
    bank.settings.issuer = bank.settings.issuer.replace(bank.settings.hosts.sso, '$&:443');
  },

  // discovery-mtls-token-endpoint: only the browser host is published
  'certificate-host-unpublished': (bank) => {
    editDiscovery(bank, (document) => {
      document.token_endpoint = document.token_endpoint.replace(bank.settings.hosts.cert, bank.settings.hosts.sso);
      delete document.mtls_endpoint_aliases;
    });
  },

  // discovery-jwks
  'duplicate-key-id': (bank) => {
    editKeys(bank, (keys) => keys.map((key) => ({ ...key, kid: keys[0].kid })));
  },

  // discovery-jwks: a private member is published
  'private-key-published': (bank) => {
    editKeys(bank, (keys) => keys.map((key, index) => ({ ...key, d: bank.settings.keys[index].d })));
  },

  // authorization-get-and-post
  'get-only': (bank) => { bank.configuration.enableHttpPostMethods = false; },

  // authorization-redirect-uri-exact
  'redirect-uri-by-prefix': (bank) => {
    bank.prepare.push((provider) => {
      provider.Client.prototype.redirectUriAllowed = function allowed(value) {
        return this.redirectUris.some((registered) => value?.startsWith(registered));
      };
    });
  },

  // authorization-redirect-uri-unregistered
  'redirect-uri-unchecked': (bank) => {
    bank.prepare.push((provider) => { provider.Client.prototype.redirectUriAllowed = () => true; });
  },

  // authorization-state-echo
  'state-dropped': (bank) => { editRedirect(bank, (url) => url.searchParams.delete('state')); },

  // authorization-response-iss, discovery-iss-parameter-flag
  'iss-dropped': (bank) => { editRedirect(bank, (url) => url.searchParams.delete('iss')); },

  // authorization-response-iss
  'iss-with-default-port': (bank) => {
    const { issuer, hosts } = bank.settings;
    editRedirect(bank, (url) => url.searchParams.set('iss', issuer.replace(hosts.sso, '$&:443')));
  },

  // authorization-unknown-scope, token-scope-granted: what was asked for is reported as granted
  'scope-echoed': (bank) => {
    const asked = new Map();
    bank.middleware.push((ctx, next) => {
      if (ctx.path.endsWith('/authorize')) asked.set(ctx.query.nonce, ctx.query.scope);
      return next();
    });
    editTokenResponse(bank, (body, ctx) => {
      body.scope = asked.get(ctx.oidc.entities.AuthorizationCode?.nonce) ?? body.scope;
    });
  },

  // authorization-access-denied: the PSU who refuses is granted all the same
  'refusal-ignored': (bank) => {
    const { decide } = bank;
    bank.decide = async (...args) => {
      args[3].set('action', args[3].get('action') === 'refuse' ? 'accept' : args[3].get('action'));
      return decide(...args);
    };
  },

  // authorization-prompt-and-session: an existing session satisfies prompt=login
  'prompt-login-ignored': (bank) => {
    bank.middleware.push((ctx, next) => {
      if (ctx.query.prompt === 'login') ctx.query = { ...ctx.query, prompt: undefined };
      return next();
    });
  },

  // authorization-front-channel-hardening
  'framing-allowed': (bank) => {
    delete bank.headers['Content-Security-Policy'];
    delete bank.headers['X-Frame-Options'];
  },

  // token-requires-certificate, refresh-requires-certificate
  'clients-unauthenticated': (bank) => {
    bank.tls.cert.rejectUnauthorized = false;
    bank.configuration.clientAuthMethods.push('none');
    bank.configuration.clients.forEach((client) => Object.assign(client, {
      token_endpoint_auth_method: 'none', tls_client_certificate_bound_access_tokens: false,
    }));
    bank.guard.isBound = () => true;
  },

  // token-client-certificate-match, refresh-bound-to-client
  'any-trusted-certificate': (bank) => {
    bank.configuration.features.mTLS.certificateSubjectMatches = () => true;
  },

  // sca-session-inactivity: the consent of a PSU who was away for long is taken
  'page-open-for-an-hour': (bank) => { bank.configuration.ttl.Interaction = 3600; },

  // token-response-headers
  'token-response-cacheable': (bank) => {
    editTokenResponse(bank, (_body, ctx) => ctx.set('Cache-Control', 'private, max-age=600'));
  },

  // token-response-members
  'expires-in-string': (bank) => {
    editTokenResponse(bank, (body) => { body.expires_in = String(body.expires_in); });
  },

  // token-type-bearer
  'token-type-jwt': (bank) => { editTokenResponse(bank, (body) => { body.token_type = 'JWT'; }); },

  // token-access-lifetime
  'access-token-for-an-hour': (bank) => { bank.configuration.ttl.AccessToken = 3600; },

  // token-code-single-use
  'code-reusable': (bank) => {
    editFound(bank, 'AuthorizationCode', (code) => { code.consumed = undefined; });
  },

  // token-code-reuse-revokes, refresh-reuse-detection
  'reuse-without-consequence': (bank) => {
    bank.configuration.revokeGrantPolicy = () => false;
    bank.prepare.push(({ AccessToken, RefreshToken }) => {
      AccessToken.revokeByGrantId = async () => {};
      RefreshToken.revokeByGrantId = async () => {};
    });
  },

  // token-code-expiry
  'code-for-a-day': (bank) => { bank.configuration.ttl.AuthorizationCode = 24 * 60 * 60; },

  // token-code-bound-to-client
  'code-of-any-client': (bank) => {
    for (const model of ['AuthorizationCode', 'Grant']) {
      editFound(bank, model, (found, { client }) => { if (client) found.clientId = client.clientId; });
    }
  },

  // token-redirect-uri-identical
  'redirect-uri-not-compared': (bank) => {
    editFound(bank, 'AuthorizationCode', (code, { params }) => { code.redirectUri = params.redirect_uri; });
  },

  // token-redirect-uri-identical: the provider's own default lets a client with a single registered URI leave it out
  'redirect-uri-omittable': (bank) => {
    bank.configuration.allowOmittingSingleRegisteredRedirectUri = true;
  },

  // token-pkce-enforced
  'pkce-ignored': (bank) => {
    editFound(bank, 'AuthorizationCode', (code, { params }) => {
      code.codeChallenge = params.code_verifier && s256(params.code_verifier);
      code.codeChallengeMethod = 'S256';
    });
  },

  // refresh-rotation, refresh-single-use
  'rotation-off': (bank) => { bank.configuration.rotateRefreshToken = false; },

  // refresh-single-use: rotated, and the used one still works
  'used-refresh-token-accepted': (bank) => {
    editFound(bank, 'RefreshToken', (token) => { token.consumed = undefined; });
  },

  // refresh-bound-to-client
  'refresh-token-of-any-client': (bank) => {
    for (const model of ['RefreshToken', 'Grant']) {
      editFound(bank, model, (found, { client }) => { if (client) found.clientId = client.clientId; });
    }
  },

  // refresh-survives-certificate-renewal
  'refresh-token-bound-to-certificate': (bank) => {
    bank.prepare.push(({ RefreshToken, constructor }) => {
      const { save } = RefreshToken.prototype;
      RefreshToken.prototype.save = function bindAndSave() {
        this.setThumbprint('x5t', constructor.ctx.socket.getPeerX509Certificate());
        return save.call(this);
      };
    });
  },

  // refresh-revocation-endpoint
  'revocation-without-effect': (bank) => {
    bank.configuration.features.revocation.allowedPolicy = async () => false;
  },

  // refresh-revocation-endpoint
  'revocation-by-any-client': (bank) => {
    bank.configuration.features.revocation.allowedPolicy = async () => true;
  },

  // bearer-requires-qwac
  'api-without-certificate': (bank) => {
    bank.tls.api.rejectUnauthorized = false;
    const { isBound } = bank.guard;
    bank.guard.isBound = (token, certificate) => !certificate || isBound(token, certificate);
  },

  // bearer-certificate-binding, discovery-client-auth-methods
  'tokens-unbound': (bank) => { bank.guard.isBound = () => true; },

  // bearer-missing-token
  'challenge-missing': (bank) => { bank.guard.challenge = () => undefined; },

  // bearer-expired-token
  'expired-token-accepted': (bank) => {
    const { guard } = bank;
    guard.now = () => new Date(0);
    guard.lookUp = async (value) => {
      const token = await guard.provider.AccessToken.find(value, { ignoreExpiration: true });
      return token && { scopes: token.scopes, thumbprint: token['x5t#S256'] };
    };
  },

  // bearer-scope-separation
  'scope-unchecked': (bank) => { bank.guard.hasScope = () => true; },

  // bearer-transport-methods
  'token-in-query': (bank) => {
    const { presented } = bank.guard;
    bank.guard.presented = (request) => presented(request)
      ?? new URLSearchParams(request.url.split('?')[1]).get('access_token') ?? undefined;
  },

  // refresh-token-not-bearer
  'refresh-token-opens-api': (bank) => {
    const { guard } = bank;
    const find = guard.find.bind(guard);
    guard.find = async (value) => {
      const token = await guard.provider.RefreshToken.find(value);
      return token ? { scopes: token.scopes, thumbprint: 'any' } : find(value);
    };
    const isBound = guard.isBound.bind(guard);
    guard.isBound = (token, certificate) => token.thumbprint === 'any' || isBound(token, certificate);
  },

  // id-token-signed: the published keys are others than the one that signed
  'unpublished-signing-key': (bank) => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { n } = publicKey.export({ format: 'jwk' });
    editKeys(bank, (keys) => keys.map((key) => ({ ...key, n })));
  },

  // id-token-nonce
  'nonce-dropped': (bank) => {
    bank.prepare.push(({ IdToken }) => {
      const { set } = IdToken.prototype;
      IdToken.prototype.set = function setOthers(name, value) {
        if (name !== 'nonce') set.call(this, name, value);
      };
    });
  },

  // id-token-subject: the subject differs at each login
  'subject-per-login': (bank) => {
    const { decide } = bank;
    bank.decide = async (...args) => {
      const result = await decide(...args);
      if (result?.login) result.login.accountId = newAlias(bank.settings.accounts, result.login.accountId);
      return result;
    };
  },
};

function newAlias(accounts, id) {
  const alias = `${id}-${accounts.length}`;
  accounts.push({ ...accounts.find((account) => account.id === id), id: alias });
  return alias;
}
