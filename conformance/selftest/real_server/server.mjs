// Starts oidc-provider as the bank of the document, from the JSON file named on the command line.

import { Console } from 'node:console';
import { readFileSync } from 'node:fs';

import Provider from 'oidc-provider';

import { serveClock } from './clock.mjs';
import { certificateEndpoints, configure, MOUNT } from './configuration.mjs';
import { editDiscovery } from './edits.mjs';
import { listen, serveHost } from './listeners.mjs';
import { mutations } from './mutations.mjs';
import { decide, serveInteraction } from './pages.mjs';
import { createResource, Guard } from './resource.mjs';

globalThis.console = new Console(process.stderr); // stdout carries the ready line and nothing else

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'));

// All that a mutation may change, before the provider is built (`configuration`, `tls`, `headers`) and after it.
const bank = {
  settings,
  configuration: configure(settings),
  guard: new Guard(settings),
  decide,
  headers: { // the pages of the bank may not be framed: RFC 9700, 4.16
    'Content-Security-Policy': "frame-ancestors 'none'",
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  },
  tls: {
    sso: { requestCert: false },
    cert: { requestCert: true, rejectUnauthorized: true },
    api: { requestCert: true, rejectUnauthorized: true },
  },
  middleware: [],
  prepare: [],
};

if (settings.mutation) {
  const mutate = mutations[settings.mutation];
  if (!mutate) throw new Error(`no mutation is called ${settings.mutation}`);
  mutate(bank);
}
editDiscovery(bank, (document) => Object.assign(document, certificateEndpoints(settings)));

const provider = new Provider(settings.issuer, bank.configuration);
bank.guard.provider = provider;
bank.prepare.forEach((prepare) => prepare(provider));
// The last one used is the innermost: what a mutation edits is edited after what the bank publishes.
bank.middleware.forEach((middleware) => provider.use(middleware));

const browserPaths = [
  /^\/\.well-known\/openid-configuration$/,
  /^\/connect\/jwk_uri$/,
  /^\/authorize(\/[\w-]+)?$/,
  /^\/session\/end\/confirm$/, // where a browser goes whose session belongs to another PSU
];
const certificatePaths = [/^\/access_token$/, /^\/token\/revoke$/];

const sso = serveHost(provider, MOUNT, browserPaths, {
  headers: bank.headers,
  page: (request, response) => serveInteraction(bank, provider, request, response),
});
const cert = serveHost(provider, MOUNT, certificatePaths, {});

const ports = {
  sso: await listen(settings, bank.tls.sso, settings.ports.sso, sso),
  cert: await listen(settings, bank.tls.cert, settings.ports.cert, cert),
  api: await listen(settings, bank.tls.api, settings.ports.api, createResource(bank.guard)),
};
const clock = await serveClock();

process.stdin.on('end', () => process.exit(0)).resume();
process.on('SIGTERM', () => process.exit(0));
process.stdout.write(`ready ${JSON.stringify({ ports, clock })}\n`);
