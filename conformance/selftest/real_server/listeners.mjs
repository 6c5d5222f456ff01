// The TLS listeners, and which paths of the provider each host serves.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

/** Opens one HTTPS listener on the loopback address and gives it with its port. */
export function listen(settings, tls, port, handler) {
  const server = createServer({
    key: readFileSync(settings.tls.key),
    cert: readFileSync(settings.tls.certificate),
    ca: readFileSync(settings.tls.trust_anchor),
    minVersion: 'TLSv1.2',
    ...tls,
  }, (request, response) => {
    response.setHeader('Date', new Date(Date.now()).toUTCString()); // tests may have moved the clock
    handler(request, response);
  });
  server.keepAliveTimeout = 60_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve({ server, port: server.address().port }));
  });
}

/** A request handler that hands the named paths below the mount to the provider and knows no others. */
export function serveHost(provider, mount, paths, { headers = {}, page }) {
  const serveProvider = provider.callback();
  return (request, response) => {
    const [path] = request.url.split('?');
    const below = path.startsWith(`${mount}/`) ? path.slice(mount.length) : undefined;
    Object.entries(headers).forEach(([name, value]) => response.setHeader(name, value));
    if (page && below?.startsWith('/interaction/')) {
      page(request, response);
    } else if (below && paths.some((pattern) => pattern.test(below))) {
      request.originalUrl = request.url; // from which the provider learns where it is mounted
      request.url = request.url.slice(mount.length);
      serveProvider(request, response);
    } else {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not found\n');
    }
  };
}
