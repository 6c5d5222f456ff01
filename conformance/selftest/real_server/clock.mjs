// A clock that tests may move forward: whatever waits for ten minutes in a bank need not wait here.

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

const now = Date.now;
let advancedMilliseconds = 0;

Date.now = () => now() + advancedMilliseconds;

async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

/** Serves POST {"advance_seconds": N} on the loopback address, below a path that cannot be guessed, from now on. */
export function serveClock() {
  advancedMilliseconds = 0;
  const path = `/${randomUUID()}/clock`;
  const server = createServer(async (request, response) => {
    if (request.method !== 'POST' || request.url !== path) {
      response.writeHead(404).end();
      return;
    }
    const { advance_seconds: seconds } = await readJson(request).catch(() => ({}));
    const valid = Number.isFinite(seconds) && seconds >= 0;
    if (valid) advancedMilliseconds += seconds * 1000;
    response.writeHead(valid ? 204 : 400).end();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ server, url: `http://127.0.0.1:${server.address().port}${path}` }));
  });
}
