import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Config, type ConfigInput, loadConfig } from './config.ts';
import { configFlags } from './config-flags.ts';
import { describeProblem } from './config-problems.ts';

function valid({ flags, env = {} }: Pick<ConfigInput, 'flags'> & Partial<ConfigInput>): Config {
  const loaded = loadConfig({ flags, env });
  if (loaded.kind === 'invalid') throw new Error(loaded.problems.map(describeProblem).join('\n'));
  return loaded.config;
}

test('config: every flag puts its value where it belongs', () => {
  const values: Record<string, string> = {
    mode: 'cluster',
    listen: ':0',
    'web.config.file': '/web.yml',
    kubeconfig: 'k',
    context: 'c',
    namespaces: 'a, b',
    leases: 'x,y',
    ports: '80,443',
    otlpEndpoint: 'http://o',
    lokiUrl: 'http://l/loki/api/v1/push',
    outbox: '/o.db',
    replicaLease: 'leasewatch',
    cluster: 'east',
    site: 's',
    logLevel: 'warn',
    logFormat: 'json',
    record: 'r',
  };
  assert.deepEqual(configFlags.map((flag) => flag.key).sort(), Object.keys(values).sort());
  const config = valid({ flags: { ...values, for: '30s' }, env: { POD_NAMESPACE: 'mine' } });
  assert.deepEqual(config.listen, { host: '0.0.0.0', port: 0 });
  assert.equal(config.web.configFile, '/web.yml');
  assert.deepEqual(config.kubernetes.namespaces, ['a', 'b']);
  assert.deepEqual(config.kubernetes.leases, ['x', 'y']);
  assert.deepEqual(config.websockets.ports, [80, 443]);
  assert.equal(config.loki.pushUrl, 'http://l/loki/api/v1/push');
  assert.equal(config.outbox.path, '/o.db');
  assert.equal(valid({ flags: { outbox: 'off' } }).outbox.path, 'off');
  assert.deepEqual(config.replicas, { namespace: 'mine', lease: 'leasewatch', pod: undefined });
  assert.equal(valid({ flags: { namespaces: 'all' } }).kubernetes.namespaces, 'all');
});
