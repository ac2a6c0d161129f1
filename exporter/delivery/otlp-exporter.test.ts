import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { authority } from '../../test/certificates.ts';
import { exporterAccess } from './otlp-exporter.ts';

async function urlOf(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const address: AddressInfo | string | null = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return `https://localhost:${address.port}/v1/traces`;
}

test('without an outbox the exporter of OpenTelemetry shows the same certificate, and a renewed token', async (t) => {
  const ours = authority(t);
  if (ours === undefined) return;
  const { key, cert } = ours.issue('server');
  const { certFile, keyFile } = ours.issue('client');
  const tokens: unknown[] = [];
  const options = { key, cert, ca: ours.ca, requestCert: true, rejectUnauthorized: true };
  const server = createServer(options, (request, response) => {
    tokens.push(request.headers.authorization);
    request.resume().on('end', () => response.writeHead(200).end('{}'));
  });
  const url = await urlOf(t, server);
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-exporter-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const tokenFile = join(folder, 'token');
  const sources = { headers: {}, tokenFile, caFile: ours.caFile, certFile, keyFile };
  const warnings: string[] = [];
  const access = exporterAccess(sources, { http: '', https: '', except: '' }, (message) =>
    warnings.push(message),
  );
  const exporter = new OTLPTraceExporter({ url, ...access });
  t.after(() => exporter.shutdown());
  const send = () => new Promise<number>((resolve) => exporter.export([], ({ code }) => resolve(code)));
  writeFileSync(tokenFile, 'first');
  const codes = [await send()];
  writeFileSync(tokenFile, 'second');
  codes.push(await send());
  rmSync(tokenFile);
  codes.push(await send());
  assert.deepEqual(codes, [0, 0, 0]);
  assert.deepEqual(tokens, ['Bearer first', 'Bearer second', 'Bearer second']);
  assert.match(warnings.join(), /^otlp: .*token cannot be read: ENOENT.*; what it held before is used$/);
});
