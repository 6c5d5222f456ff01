// The API: resources that a bearer token opens, over the certificate to which the token is bound.

import { createHash, createPublicKey } from 'node:crypto';

import { jwtVerify } from 'jose';

const resources = {
  '/api/v1/data': { scope: undefined, body: { status: 'available' } },
  '/api/v1/accounts': { scope: 'api1.v1', body: { accounts: [{ resourceId: 'ACC-1', currency: 'EUR' }] } },
  '/api/v1/payment-requests': { scope: 'api2.v1', body: { paymentRequests: [] } },
};

/** Each decision about a bearer token in a method of its own; a mutation replaces one of them. */
export class Guard {
  constructor(settings) {
    this.settings = settings;
  }

  /** The token of the Authorization header, or undefined: RFC 6750, 2.1. */
  presented(request) {
    return /^bearer +([\w.~+/-]+=*) *$/i.exec(request.headers.authorization ?? '')?.[1];
  }

  async find(value) {
    return this.settings.access_tokens === 'jwt' ? this.verify(value) : this.lookUp(value);
  }

  async lookUp(value) {
    const token = await this.provider.AccessToken.find(value);
    return token && { scopes: token.scopes, thumbprint: token['x5t#S256'] };
  }

  async verify(value) {
    try {
      const { payload } = await jwtVerify(value, this.publicKey, {
        algorithms: ['RS256'],
        audience: `https://${this.settings.hosts.api}`,
        currentDate: this.now(),
        issuer: this.settings.issuer,
        typ: 'at+jwt',
      });
      return { scopes: new Set((payload.scope ?? '').split(' ')), thumbprint: payload.cnf?.['x5t#S256'] };
    } catch {
      return undefined;
    }
  }

  now() {
    return new Date(Date.now());
  }

  publicKey = ({ kid }) => createPublicKey({
    key: this.settings.keys.find((key) => key.kid === kid) ?? {}, format: 'jwk',
  });

  /** RFC 8705, 3: the thumbprint in the token is that of the certificate of this connection. */
  isBound(token, certificate) {
    return certificate !== undefined
      && token.thumbprint === createHash('sha256').update(certificate.raw).digest('base64url');
  }

  hasScope(token, scope) {
    return scope ? token.scopes.has(scope) : this.settings.scopes.some((each) => token.scopes.has(each));
  }

  /** RFC 6750, 3: no error code where no credentials were sent. */
  challenge(error) {
    return error ? `Bearer realm="api", error="${error}"` : 'Bearer realm="api"';
  }

  async refusal(request, scope) {
    const value = this.presented(request);
    if (value === undefined) {
      const malformed = /^bearer\b/i.test(request.headers.authorization ?? '');
      return malformed ? { status: 400, error: 'invalid_request' } : { status: 401 };
    }
    const token = await this.find(value);
    if (!token || !this.isBound(token, request.socket.getPeerX509Certificate())) {
      return { status: 401, error: 'invalid_token' };
    }
    return this.hasScope(token, scope) ? undefined : { status: 403, error: 'insufficient_scope' };
  }
}

function sendJson(response, status, body, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers })
    .end(JSON.stringify(body));
}

/** A request handler for the API host. */
export function createResource(guard) {
  return async (request, response) => {
    const resource = resources[request.url.split('?')[0]];
    if (!resource || request.method !== 'GET') {
      sendJson(response, resource ? 405 : 404, { error: resource ? 'method not allowed' : 'not found' });
      return;
    }
    const refusal = await guard.refusal(request, resource.scope);
    if (!refusal) {
      sendJson(response, 200, resource.body);
      return;
    }
    const challenge = guard.challenge(refusal.error);
    sendJson(response, refusal.status, { error: refusal.error ?? 'unauthorized' },
      challenge ? { 'WWW-Authenticate': challenge } : {});
  };
}
