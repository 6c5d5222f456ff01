// Serves oidc-provider as the bank of the document, one bank at a time: each line of standard input names the JSON file
// of the next, which takes the place of the one before.

import { Console } from 'node:console';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

import Provider from 'oidc-provider';

import { serveClock } from './clock.mjs';
import { certificateEndpoints, configure, MOUNT } from './configuration.mjs';
import { editDiscovery } from './edits.mjs';
import { listen, serveHost } from './listeners.mjs';
import { mutations } from './mutations.mjs';
import { decide, serveInteraction } from './pages.mjs';
import { createResource, Guard } from './resource.mjs';
import { forget } from './store.mjs';

globalThis.console = new Console(process.stderr); // stdout carries one line for each bank and nothing else

const browserPaths = [
  /^\/\.well-known\/openid-configuration$/,
  /^\/connect\/jwk_uri$/,
  /^\/authorize(\/[\w-]+)?$/,
  /^\/session\/end\/confirm$/, // where a browser goes whose session belongs to another PSU
];
const certificatePaths = [/^\/access_token$/, /^\/token\/revoke$/];

/** All that a mutation may change, before the provider is built (`configuration`, `tls`, `headers`) and after it. */
function described(settings) {
  return {
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
}

function built(bank) {
  const { settings } = bank;
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
  return provider;
}

async function serve(settings) {
  const bank = described(settings);
  const provider = built(bank);
  const sso = serveHost(provider, MOUNT, browserPaths, {
    headers: bank.headers,
    page: (request, response) => serveInteraction(bank, provider, request, response),
  });
  const cert = serveHost(provider, MOUNT, certificatePaths, {});
  return {
    sso: await listen(settings, bank.tls.sso, settings.ports.sso, sso),
    cert: await listen(settings, bank.tls.cert, settings.ports.cert, cert),
    api: await listen(settings, bank.tls.api, settings.ports.api, createResource(bank.guard)),
    clock: await serveClock(),
  };
}

/** Nothing of a bank is left when the next begins: neither what it issued, nor its time, nor its ports. */
function end(servers) {
  forget();
  Object.values(servers).forEach(({ server }) => { server.close(); server.closeAllConnections(); });
}

process.on('SIGTERM', () => process.exit(0));
let servers = {};
for await (const file of createInterface({ input: process.stdin })) {
  end(servers);
  try {
    servers = await serve(JSON.parse(readFileSync(file, 'utf8')));
    const { clock, ...hosts } = servers;
    const ports = Object.fromEntries(Object.entries(hosts).map(([name, { port }]) => [name, port]));
    process.stdout.write(`ready ${JSON.stringify({ ports, clock: clock.url })}\n`);
  } catch (error) {
    servers = {};
    process.stdout.write(`failed ${JSON.stringify(String(error))}\n`);
  }
}
process.exit(0);
