import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadKubeAccess } from './credentials.ts';
import { readText } from './transport.ts';

const forever = new AbortController().signal;
const getVersion = { method: 'GET', path: '/version', signal: forever } as const;

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'leasewatch-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

function kubeconfig(file: string, server: string, user: unknown): string {
  const config = {
    'current-context': 'main',
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'somebody', user }],
    contexts: [
      { name: 'main', context: { cluster: 'c', user: 'somebody', namespace: 'shop' } },
      { name: 'bare', context: { cluster: 'c', user: 'nobody' } },
      { name: 'broken', context: { cluster: 'gone', user: 'somebody' } },
    ],
  };
  // YAML takes JSON.
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** Answers with the authorization that it got; refuses all but `accepted`, when that is set. */
async function echo(t: TestContext) {
  const state: { accepted?: string; requests: number } = { requests: 0 };
  const server = createServer((request, response) => {
    state.requests += 1;
    const got = request.headers.authorization ?? 'nobody';
    response.statusCode = state.accepted === undefined || got === state.accepted ? 200 : 401;
    response.end(got);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { url: `http://127.0.0.1:${address.port}`, state };
}

async function access(t: TestContext, file: string, context?: string) {
  const loaded = await loadKubeAccess({ kubeconfig: file, ...(context === undefined ? {} : { context }) });
  assert.ok(loaded.kind === 'ok', loaded.kind === 'error' ? loaded.why : '');
  t.after(() => loaded.access.close());
  return loaded.access;
}

test('says where the cluster is and who we are; plain HTTP works', async (t) => {
  const { url } = await echo(t);
  const found = await access(t, kubeconfig(join(folder(t), 'config'), url, { token: 'secret' }));
  assert.deepEqual([found.server, found.namespace, found.user], [url, 'shop', 'somebody']);
  const answer = await found.transport().request(getVersion);
  assert.equal(await readText(answer.body), 'Bearer secret');
});

test('another context, with no user and no namespace', async (t) => {
  const { url } = await echo(t);
  const found = await access(t, kubeconfig(join(folder(t), 'config'), url, {}), 'bare');
  assert.deepEqual([found.namespace, found.user], ['default', 'anonymous']);
  assert.equal(await readText((await found.transport().request(getVersion)).body), 'nobody');
});

test('a name and a password', async (t) => {
  const { url } = await echo(t);
  const file = kubeconfig(join(folder(t), 'config'), url, { username: 'u', password: 'p' });
  const answer = await (await access(t, file)).transport().request(getVersion);
  assert.equal(await readText(answer.body), `Basic ${btoa('u:p')}`);
});

test('a token from a file loses its newline', async (t) => {
  const { url } = await echo(t);
  const dir = folder(t);
  writeFileSync(join(dir, 'token'), 'from-file\n');
  const provider = { name: 'tokenFile', config: { tokenFile: join(dir, 'token') } };
  const file = kubeconfig(join(dir, 'config'), url, { 'auth-provider': provider });
  const answer = await (await access(t, file)).transport().request(getVersion);
  assert.equal(await readText(answer.body), 'Bearer from-file');
});

test('an exec plugin is asked, and asked again after a 401', async (t) => {
  const { url, state } = await echo(t);
  const dir = folder(t);
  const plugin = join(dir, 'plugin');
  const speak = (token: string) =>
    writeFileSync(plugin, `#!/bin/sh\necho '${JSON.stringify({ status: { token } })}'\n`);
  speak('first');
  chmodSync(plugin, 0o755);
  const file = kubeconfig(join(dir, 'config'), url, { exec: { command: plugin } });
  const transport = (await access(t, file)).transport();
  assert.equal(await readText((await transport.request(getVersion)).body), 'Bearer first');
  speak('second');
  state.accepted = 'Bearer second';
  assert.equal(await readText((await transport.request(getVersion)).body), 'Bearer second');
});

test('a kubeconfig that is written anew counts after a 401, and a lasting 401 is handed on', async (t) => {
  const { url, state } = await echo(t);
  const file = kubeconfig(join(folder(t), 'config'), url, { token: 'old' });
  const transport = (await access(t, file)).transport();
  state.accepted = 'Bearer new';
  kubeconfig(file, url, { token: 'new' });
  assert.equal((await transport.request(getVersion)).status, 200);
  state.accepted = 'Bearer newer';
  assert.equal((await transport.request(getVersion)).status, 401);
  assert.equal(state.requests, 3);
});

test('an exec plugin that fails is a TransportError with one line', async (t) => {
  const file = kubeconfig(join(folder(t), 'config'), 'http://127.0.0.1:1', { exec: { command: 'false' } });
  const { transport } = await access(t, file);
  await assert.rejects(transport().request(getVersion), {
    name: 'TransportError',
    message: /^credentials: /,
  });
});

const broken: readonly (readonly [string, (dir: string) => Parameters<typeof loadKubeAccess>[0], RegExp])[] =
  [
    ['no file', (dir) => ({ kubeconfig: join(dir, 'none') }), /^cannot find a cluster: ENOENT.*none/],
    [
      'an unknown context',
      (dir) => ({ kubeconfig: kubeconfig(join(dir, 'c'), 'http://x', {}), context: 'other' }),
      /the kubeconfig has no context "other"$/,
    ],
    [
      'a context without its cluster',
      (dir) => ({ kubeconfig: kubeconfig(join(dir, 'c'), 'http://x', {}), context: 'broken' }),
      /names a cluster that is not in the kubeconfig$/,
    ],
    [
      'no YAML',
      (dir) => {
        writeFileSync(join(dir, 'c'), '{{{');
        return { kubeconfig: join(dir, 'c') };
      },
      /^cannot find a cluster: /,
    ],
    [
      'an empty file',
      (dir) => {
        writeFileSync(join(dir, 'c'), '');
        return { kubeconfig: join(dir, 'c') };
      },
      /^cannot find a cluster: /,
    ],
  ];

for (const [what, options, why] of broken) {
  test(`${what} is an answer, not an exception`, async (t) => {
    const loaded = await loadKubeAccess(options(folder(t)));
    assert.ok(loaded.kind === 'error');
    assert.match(loaded.why, why);
    assert.ok(!loaded.why.includes('\n'));
  });
}
