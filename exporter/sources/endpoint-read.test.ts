import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../clock.ts';
import { readEndpoint } from './endpoint-read.ts';
import type { EndpointTarget } from './endpoint-target.ts';
import { endpointTarget, listening } from './fixture.ts';

function readOnce(part: Partial<EndpointTarget>, headers: Record<string, string> = {}) {
  const target = endpointTarget(part);
  const credentials = { headers, tls: {}, secrets: [] };
  return readEndpoint({ target, credentials, clock: systemClock(), stop: new AbortController().signal });
}

async function answering(t: TestContext, listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listening(t, createServer(listener))}/metrics`;
}

const envoy = readFileSync(join(import.meta.dirname, 'testdata/envoy-stats-prometheus.txt'), 'utf8');

const ofEnvoy = {
  connections: 'envoy_http_downstream_cx_upgrades_active',
  total: 'envoy_http_downstream_cx_upgrades_total',
};

test('endpoint: the upgrades of Envoy, over all its connection managers or one', async (t) => {
  const url = await answering(t, (_request, response) => response.end(envoy));
  assert.deepEqual(await readOnce({ url, ...ofEnvoy }), { kind: 'counted', connections: 31, total: 912 });
  const labels = { envoy_http_conn_manager_prefix: 'admin' };
  assert.deepEqual(await readOnce({ url, ...ofEnvoy, labels }), {
    kind: 'counted',
    connections: 0,
    total: 0,
  });
});

test('endpoint: a counter that is not there is no zero', async (t) => {
  const url = await answering(t, (_request, response) => response.end('open 3\n'));
  assert.deepEqual(await readOnce({ url, total: 'all_total' }), {
    ...{ kind: 'counted', connections: 3, total: undefined },
  });
});

test('endpoint: headers reach it', async (t) => {
  const url = await answering(t, (request, response) =>
    response.end(request.headers.authorization === 'Bearer x' ? 'open 1' : 'open 0'),
  );
  assert.deepEqual(await readOnce({ url }, { authorization: 'Bearer x' }), {
    ...{ kind: 'counted', connections: 1, total: undefined },
  });
});

test('endpoint: an address where credentials are handed out is not asked unless allowed', async (t) => {
  const denied = await readOnce({ url: 'http://169.254.169.254/metrics' });
  assert.deepEqual(denied, {
    ...{ kind: 'failed', reason: 'denied' },
    why: '169.254.169.254: metadata and link-local addresses are not dialled unless allowed',
  });
  const port = await listening(
    t,
    createServer((_request, response) => response.end('open 2')),
  );
  const [url, allowAddresses] = [`http://localhost:${port}/metrics`, ['169.254.0.0/16']];
  assert.partialDeepStrictEqual(await readOnce({ url, allowAddresses }), { connections: 2 });
});

const line = Buffer.from(`${'x'.repeat(40)}{a="b"} 1\n`.repeat(1000));

const bad: readonly {
  readonly name: string;
  readonly listener: RequestListener;
  readonly reason: string;
  readonly why: RegExp;
}[] = [
  {
    name: 'answers nothing at all',
    listener: () => undefined,
    reason: 'timeout',
    why: /^no whole answer within 0\.3 s$/,
  },
  {
    name: 'begins to answer and stops',
    listener: (_request, response) => response.write('open 1\n'),
    reason: 'timeout',
    why: /^no whole answer/,
  },
  {
    name: 'answers an empty page',
    listener: (_request, response) => response.end(),
    reason: 'no_series',
    why: /^has no series open$/,
  },
  {
    name: 'answers HTML',
    listener: (_request, response) => response.end('<!DOCTYPE html>\n<html></html>'),
    reason: 'not_prometheus',
    why: /^line 1: no sample: "<!DOCTYPE html>"$/,
  },
  {
    name: 'answers without end',
    listener: (_request, response) => {
      const next = () => {
        while (!response.destroyed && response.write(line));
        response.once('drain', next);
      };
      next();
    },
    reason: 'too_large',
    why: /^sends more than 16777216 bytes$/,
  },
  {
    name: 'answers one line without end',
    listener: (_request, response) => {
      const next = () => {
        while (!response.destroyed && response.write('x'.repeat(50_000)));
        response.once('drain', next);
      };
      next();
    },
    reason: 'not_prometheus',
    why: /a line without end/,
  },
  {
    name: 'redirects',
    listener: (_request, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end('open 1'),
    reason: 'status',
    why: /^answered 302$/,
  },
  {
    name: 'breaks off in its answer',
    listener: (_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('open 1\n', () => response.destroy());
    },
    reason: 'unreachable',
    why: /./,
  },
];

for (const { name, listener, reason, why } of bad) {
  test(`endpoint: one that ${name} has no count: ${reason}`, async (t) => {
    const url = await answering(t, listener);
    const timeoutMs = reason === 'timeout' ? 300 : 10_000;
    const reply = await readOnce({ url, timeoutMs });
    assert.ok(reply.kind === 'failed');
    assert.equal(reply.reason, reason, reply.why);
    assert.match(reply.why, why);
  });
}

test('endpoint: nobody listens, or speaks no HTTP', async (t) => {
  const nobody = await readOnce({ url: 'http://127.0.0.1:1/' });
  assert.deepEqual(nobody.kind === 'failed' && nobody.reason, 'unreachable');
  const port = await listening(
    t,
    createTcpServer((socket) => socket.end('SSH-2.0\r\n')),
  );
  const other = await readOnce({ url: `http://127.0.0.1:${port}/` });
  assert.deepEqual(other.kind === 'failed' && other.reason, 'unreachable');
});
