// oidc-provider configured as the bank's document describes: each line that the document asks for says where.

import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';

import { ACR, errorPage } from './pages.mjs';
import { Store } from './store.mjs';

export const MOUNT = '/sgconnect/oauth2';

const FIVE_MINUTES = 300;
const TEN_MINUTES = 600;
const DAY = 24 * 60 * 60;

/** Gives the configuration; the settings gain signing keys, and each account an identifier that is no login name. */
export function configure(settings) {
  settings.accounts.forEach((account) => { account.id = randomUUID(); });
  settings.keys = [signingKey('first'), signingKey('second')];
  return {
    adapter: Store,
    clients: settings.clients.map(asClient),
    jwks: { keys: settings.keys },
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      long: { httpOnly: true, sameSite: 'none', secure: true }, // 'none' is what POST to /authorize asks for
      short: { httpOnly: true, sameSite: 'lax', secure: true },
    },

    // "Retrieve the root of the authorization endpoint", "Call the access_token endpoint".
    routes: {
      authorization: '/authorize',
      token: '/access_token',
      jwks: '/connect/jwk_uri',
      revocation: '/token/revoke',
    },
    enableHttpPostMethods: true, // OpenID Connect Core 1.0, 3.1.2.1
    scopes: ['openid', ...settings.scopes],
    acrValues: [ACR],
    claims: { openid: ['sub'], acr: null, auth_time: null, iss: null, sid: null },
    responseTypes: ['code'],
    subjectTypes: ['public'],
    pkce: { required: () => false }, // the documented flow has none
    allowOmittingSingleRegisteredRedirectUri: false, // "the exact same redirect URI": never left out

    // "Use your EIDAS QWAC certificate": RFC 8705 with a certificate of the PKI.
    clientAuthMethods: ['tls_client_auth'],
    features: {
      ...features(settings),
      mTLS: {
        enabled: true,
        tlsClientAuth: true,
        certificateBoundAccessTokens: true,
        getCertificate: (ctx) => ctx.socket.getPeerX509Certificate(),
        certificateAuthorized: (ctx) => ctx.socket.authorized,
        certificateSubjectMatches: (ctx, property, expected) => (
          property === 'tls_client_auth_san_dns' && dnsNames(ctx.socket.getPeerX509Certificate()).includes(expected)),
      },
    },

    // "a short validity period (10 minutes)", "the refresh token is long lasting", "once used ... disabled".
    ttl: {
      AccessToken: 599,
      AuthorizationCode: TEN_MINUTES,
      IdToken: 3600,
      Interaction: FIVE_MINUTES, // a page that nobody answers: RTS (EU) 2018/389, Art. 4(3)(d)
      Session: DAY,
      RefreshToken: 400 * DAY,
      Grant: 400 * DAY,
    },
    rotateRefreshToken: true,
    issueRefreshToken: async () => true, // the documented request asks for no offline_access
    expiresWithSession: async () => false, // "when user is no more present"

    // The PSU is asked for consent each time, and each consent is a grant of its own.
    loadExistingGrant: async (ctx) => {
      const grantId = ctx.oidc.result?.consent?.grantId;
      return grantId ? ctx.oidc.provider.Grant.find(grantId) : undefined;
    },
    interactions: { url: async (_ctx, interaction) => `${MOUNT}/interaction/${interaction.uid}` },
    findAccount: async (_ctx, id) => {
      const account = settings.accounts.find((each) => each.id === id);
      return account && { accountId: id, claims: async () => ({ sub: id }) };
    },
    renderError: async (ctx, out) => {
      ctx.type = 'html';
      ctx.body = errorPage(out);
    },
  };
}

function asClient({ client_id, redirect_uris, san_dns }) {
  return {
    client_id,
    redirect_uris,
    token_endpoint_auth_method: 'tls_client_auth',
    tls_client_auth_san_dns: san_dns,
    tls_client_certificate_bound_access_tokens: true,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    id_token_signed_response_alg: 'RS256',
  };
}

function features({ access_tokens: format, hosts, scopes }) {
  const api = `https://${hosts.api}`;
  return {
    claimsParameter: { enabled: true },
    revocation: { enabled: true },
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
    resourceIndicators: { // a JWT access token must have an audience: the API, without being asked for
      enabled: format === 'jwt',
      defaultResource: async () => api,
      useGrantedResource: async () => true,
      getResourceServerInfo: async () => ({
        audience: api,
        scope: ['openid', ...scopes].join(' '),
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  };
}

/** The endpoints of the certificate host, which the provider itself would place on the browser host: RFC 8705, 5. */
export function certificateEndpoints({ hosts }) {
  const certificateHost = `https://${hosts.cert}${MOUNT}`;
  const token_endpoint = `${certificateHost}/access_token`;
  const revocation_endpoint = `${certificateHost}/token/revoke`;
  return { token_endpoint, revocation_endpoint, mtls_endpoint_aliases: { token_endpoint, revocation_endpoint } };
}

function signingKey(kid) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
}

function dnsNames(certificate) {
  return (certificate?.subjectAltName ?? '').split(', ').filter((name) => name.startsWith('DNS:'))
    .map((name) => name.slice('DNS:'.length));
}
