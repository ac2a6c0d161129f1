import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualClock } from '../../simulator/scheduler.ts';
import { type KubeTransport, TransportError } from '../kube/transport.ts';
import { parseService, serviceTeller } from './service-teller.ts';

for (const [text, told] of [
  ['monitoring/leasewatch', { namespace: 'monitoring', name: 'leasewatch', port: 'http' }],
  ['monitoring/leasewatch:9465', { namespace: 'monitoring', name: 'leasewatch', port: '9465' }],
  ['leasewatch', undefined],
  ['a/b/c', undefined],
  ['a/../../secrets', undefined],
  ['a/b:1?x', undefined],
  ['/b', undefined],
] as const) {
  test(`a service named ${text}`, () => assert.deepEqual(parseService(text), told));
}

const service = { namespace: 'monitoring', name: 'leasewatch', port: 'http' };

function answering(
  status: number,
  body: string,
): { readonly transport: KubeTransport; readonly paths: string[] } {
  const paths: string[] = [];
  const transport: KubeTransport = {
    async request({ path }) {
      paths.push(path);
      const chunks = (async function* () {
        yield Buffer.from(body);
      })();
      return { status, headers: { 'content-type': 'application/json' }, body: chunks };
    },
  };
  return { transport, paths };
}

test('a leasewatch in the cluster is asked through the API server', async () => {
  const { transport, paths } = answering(200, '{"leases":[]}');
  const asked = await serviceTeller(transport, virtualClock(), service).ask('leases');
  assert.deepEqual(asked, { kind: 'ok', body: '{"leases":[]}' });
  assert.deepEqual(paths, ['/api/v1/namespaces/monitoring/services/leasewatch:http/proxy/api/leases']);
});

test('the API server says why not', async () => {
  const status = { kind: 'Status', message: 'services "leasewatch" is forbidden' };
  const { transport } = answering(403, JSON.stringify(status));
  const asked = await serviceTeller(transport, virtualClock(), service).ask('leases');
  assert.deepEqual(asked, {
    kind: 'failed',
    why: 'service monitoring/leasewatch: HTTP 403: services "leasewatch" is forbidden',
  });
  const gone: KubeTransport = {
    request: () => Promise.reject(new TransportError('http://x: connection refused (ECONNREFUSED)')),
  };
  const refused = await serviceTeller(gone, virtualClock(), service).ask('leases');
  assert.match(refused.kind === 'failed' ? refused.why : '', /^service monitoring\/leasewatch: .*refused/);
});
