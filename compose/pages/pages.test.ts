import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pageOf, readNotice } from './page.ts';
import { pagesServer } from './server.ts';

const runbooks = join(import.meta.dirname, '../../alerts/runbooks');

async function started(t: TestContext): Promise<string> {
  const server = pagesServer(runbooks);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  assert.ok(address !== null && typeof address !== 'string');
  return `http://127.0.0.1:${address.port}`;
}

const notice = {
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'LeaderLeaseExpired', severity: 'critical' },
      annotations: {
        description: 'lease a/b: held by <script>',
        dashboard_url: 'http://localhost:3000/d/x?a=1&b="2"',
        trace_url: 'javascript:alert(1)',
      },
    },
  ],
};

test('what came is shown, and what is in it cannot do anything', async (t) => {
  const url = await started(t);
  assert.match(await (await fetch(url)).text(), /Nothing came yet/);
  const took = await fetch(`${url}/pager`, { method: 'POST', body: JSON.stringify(notice) });
  assert.equal(took.status, 200);
  const page = await (await fetch(url)).text();
  assert.match(page, /<article class="firing critical">/);
  assert.match(page, /LeaderLeaseExpired/);
  assert.match(page, /held by &#60;script&#62;/);
  assert.match(page, /href="http:\/\/localhost:3000\/d\/x\?a=1&#38;b=&#34;2&#34;">Dashboard/);
  assert.doesNotMatch(page, /<script|javascript:/);
});

test('what is no notice is refused', async (t) => {
  const url = await started(t);
  for (const body of ['{', '[]', '{"alerts":1}', 'x'.repeat(2 * 1024 * 1024)]) {
    const { status } = await fetch(`${url}/pager`, { method: 'POST', body }).catch(() => ({ status: 400 }));
    assert.equal(status, 400);
  }
});

test('runbooks are served, and nothing else of the disk', async (t) => {
  const url = await started(t);
  const found = await fetch(`${url}/runbooks/LeaderLeaseExpired.md`);
  assert.match(await found.text(), /^# LeaderLeaseExpired\n/);
  for (const path of [
    '/runbooks/Nothing.md',
    '/runbooks/..%2FREADME.md',
    '/runbooks/../README.md',
    '/etc/passwd',
  ]) {
    assert.equal((await fetch(url + path)).status, 404, path);
  }
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
});

test('a notice with odd parts is read as far as it goes', () => {
  assert.equal(readNotice('null', 'pager', 'now'), undefined);
  const odd = readNotice('{"alerts":[1,{"status":"firing","labels":[]}]}', 'pager', 'now');
  assert.deepEqual(odd?.alerts, [{ status: 'firing', labels: {}, annotations: {} }]);
  assert.ok(odd !== undefined && pageOf([odd]).includes('firing'));
});
