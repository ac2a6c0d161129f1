import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Writable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { virtualClock } from '../../simulator/scheduler.ts';
import type { LeaseView } from '../model/view.ts';
import {
  at,
  leasePolicy,
  leaseView,
  missingLease,
  modelView,
  nodeView,
  policiesView,
} from '../signals/fixtures.ts';
import { nodeJson } from '../signals/json.ts';
import { leasesJson } from '../signals/json-leases.ts';
import { policiesJson } from '../signals/json-policies.ts';
import { createLeaseHistory } from '../signals/lease-history.ts';
import { explain } from './explain.ts';
import { type LeasesTask, leases } from './leases.ts';
import type { Whom } from './whom-to-ask.ts';

/** What a leasewatch would answer that knows these leases; `views` may be changed meanwhile. */
async function serving(t: TestContext, views: LeaseView[]) {
  const history = createLeaseHistory();
  const policy = leasePolicy();
  const answers = () => {
    const view = modelView({
      leases: views,
      policies: policiesView({
        all: [{ policy, matched: false, near: undefined }],
        expected: [missingLease({ policy })],
      }),
    });
    return {
      '/api/leases': leasesJson(view, history, at(0), at(3)),
      '/api/rounds': { rounds: [] },
      '/api/nodes': { nodes: [nodeJson(nodeView({ name: 'node-1', state: 'lost' }), at(3))] },
      '/api/policies': given.policies ?? { policies: policiesJson(view, at(3)) },
    };
  };
  const given: { policies?: unknown } = {};
  let down = false;
  const server = createServer((request, response) => {
    response.statusCode = down ? 503 : 200;
    const answer = Object.entries(answers()).find(([path]) => path === request.url);
    response.end(down ? 'starting' : JSON.stringify(answer?.[1]));
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return {
    whom: whom(`http://127.0.0.1:${address.port}`),
    /** Told instead of the answers above. */
    answers: given,
    setDown(now: boolean) {
      down = now;
    },
  };
}

function whom(url: string, part: Partial<Whom> = {}): Whom {
  const nobody = { user: undefined, passwordFile: undefined, tokenFile: undefined, caFile: undefined };
  return { url, ...nobody, certFile: undefined, keyFile: undefined, cluster: undefined, ...part };
}

/** A stream that is no terminal, and the lines that were warned of. */
function page() {
  const texts: string[] = [];
  const warned: string[] = [];
  const out = new Writable({
    write(chunk, _encoding, done) {
      texts.push(String(chunk));
      done();
    },
  });
  return {
    output: { out, warn: (line: string) => void warned.push(line) },
    text: () => texts.join(''),
    warned,
  };
}

function taskOf(from: Whom, part: Partial<LeasesTask> = {}): LeasesTask {
  const all = { namespace: undefined, names: [], states: [], classes: [], headers: true, watch: undefined };
  return { whom: from, ...all, format: 'table', clock: virtualClock(), ...part };
}

async function tell(from: Whom, part: Partial<LeasesTask> = {}) {
  const { output, text, warned } = page();
  const code = await leases(taskOf(from, part), output);
  return { code, text: text(), warned };
}

const hostile = '\u001b]0;owned\u0007\u001b[2J日本\nfake-row';
const three = () => [
  leaseView(),
  leaseView({
    namespace: 'default',
    name: 'ugly',
    class: 'lock',
    holder: hostile,
    durationSeconds: undefined,
  }),
  leaseView({ namespace: 'default', name: 'old', state: 'expired', observedMono: -30_000 }),
];

test('leases are a table in the order of their names, and no holder writes rows or escapes of its own', async (t) => {
  const { whom: from } = await serving(t, three());
  const { code, text, warned } = await tell(from);
  assert.deepEqual([code, warned], [0, []]);
  assert.deepEqual(text.split('\n'), [
    'NAMESPACE     LEASE       STATE     FOR    HOLDER                        RENEWED   LEFT',
    'default       old         expired   3.0s   scheduler-a                   33s       -18.0s',
    'default       ugly        held      3.0s   \ufffd]0;owned\ufffd\ufffd[2J日本\ufffdfake-row   1.4s      -',
    'kube-system   scheduler   held      3.0s   scheduler-a                   1.4s      13.6s',
    '',
  ]);
});

test('leases are chosen by namespace, name, state and class', async (t) => {
  const { whom: from } = await serving(t, three());
  const names = async (part: Partial<LeasesTask>) => (await tell(from, { format: 'name', ...part })).text;
  assert.equal(await names({}), 'default/old\ndefault/ugly\nkube-system/scheduler\n');
  assert.equal(await names({ namespace: 'default' }), 'default/old\ndefault/ugly\n');
  assert.equal(await names({ names: ['scheduler', 'old'] }), 'default/old\nkube-system/scheduler\n');
  assert.equal(await names({ states: ['expired', 'unknown'] }), 'default/old\n');
  assert.equal(await names({ classes: ['lock'] }), 'default/ugly\n');
  const bare = await tell(from, { namespace: 'kube-system', headers: false });
  assert.equal(bare.text, 'scheduler   held   3.0s   scheduler-a   1.4s   13.6s\n');
});

test('JSON and YAML are what the API tells', async (t) => {
  const { whom: from } = await serving(t, three());
  const api: unknown = await (await fetch(`${from.url}/api/leases`)).json();
  const { text } = await tell(from, { format: 'json', namespace: 'kube-system' });
  assert.ok(typeof api === 'object' && api !== null && 'leases' in api && Array.isArray(api.leases));
  assert.deepEqual(JSON.parse(text), { leases: [api.leases[0]] });
  const yaml = await tell(from, { format: 'yaml', namespace: 'default' });
  assert.match(yaml.text, /^leases:\n {2}- namespace: default\n {4}lease: old\n/);
  assert.doesNotMatch(yaml.text.replaceAll('\n', ''), /\p{Cc}/u);
});

test('what is not there is told', async (t) => {
  const { whom: from } = await serving(t, three());
  assert.deepEqual(await tell(from, { names: ['none'], namespace: 'default' }), {
    ...{ code: 3, text: '', warned: ['there is no lease none in namespace default'] },
  });
  assert.deepEqual((await tell(from, { namespace: 'empty' })).warned, ['no leases found in namespace empty']);
  const heartbeats = await tell(from, { namespace: 'kube-node-lease' });
  assert.match(heartbeats.warned.join(), /heartbeats of nodes/);
});

for (const [part, why] of [
  [{ url: 'localhost' }, /^--url must be like/],
  [{ url: 'ftp://x' }, /^--url must be like/],
  [{ url: 'http://ann:pw@localhost' }, /^--url must not hold a password/],
  [{ user: 'ann' }, /^--user and --password-file belong together/],
  [{ keyFile: 'k' }, /^--cert-file and --key-file belong together/],
  [{ cluster: { lookMs: 1, service: 'leasewatch' } }, /^--service must be NAMESPACE\/NAME/],
] as const) {
  test(`wrong usage ends with 2: ${JSON.stringify(part)}`, async () => {
    const { code, text, warned } = await tell(whom('http://localhost', part));
    assert.deepEqual([code, text, warned.length], [2, '', 1]);
    assert.match(warned[0] ?? '', why);
    assert.doesNotMatch(warned[0] ?? '', /pw/);
  });
}

test('a lease that is not there may be one that a policy ignores, and an older leasewatch knows no policies', async (t) => {
  const { whom: from, answers } = await serving(t, three());
  const ask = async () => {
    const { output, warned } = page();
    const code = await explain(
      { whom: from, namespace: 'no', name: 'such', json: false, timeZone: 'UTC' },
      output,
    );
    return [code, ...warned];
  };
  answers.policies = { policies: [{ policy: 'policies[1]', ignoredLeases: 2, expected: [] }] };
  assert.deepEqual(await ask(), [3, 'there is no lease no/such, or a policy ignores it']);
  answers.policies = 'There is nothing at this address.';
  assert.deepEqual(await ask(), [3, 'there is no lease no/such']);
});

test('nobody there ends with 3', async () => {
  const { code, warned } = await tell(whom('http://127.0.0.1:1'));
  assert.equal(code, 3);
  assert.match(warned.join(), /^cannot reach leasewatch at http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/);
});

test('--watch appends what changes and nothing else, and outlives a restart of leasewatch', async (t) => {
  const views = three();
  const { whom: from, setDown } = await serving(t, views);
  const { output, text, warned } = page();
  const clock = virtualClock();
  const stop = new AbortController();
  const task = taskOf(from, { namespace: 'default', watch: stop.signal, clock });
  let code: number | undefined;
  const watching = leases(task, output).then((ended) => {
    code = ended;
  });
  /** Virtual seconds pass, and real requests are answered. */
  const until = async (what: string, holds: () => boolean) => {
    for (let step = 0; !holds(); step++) {
      assert.ok(step < 500, `not in 500 steps: ${what}`);
      await clock.advance(1000);
      await fetch(`${from.url}/api/rounds`);
    }
  };
  await until('the table', () => text().split('\n').length === 4);
  setDown(true);
  await until('the trouble', () => warned.length === 1);
  views[2] = leaseView({ ...views[2], state: 'held', holder: 'b', observedMono: 1000 });
  setDown(false);
  await until('the change', () => text().split('\n').length === 5);
  assert.deepEqual(text().split('\n').slice(3), [
    'old     held      3.0s   b                             2.0s      13.0s',
    '',
  ]);
  assert.match(warned[0] ?? '', /answers 503: starting; trying again$/);
  assert.equal(warned[1], 'leasewatch answers again');
  stop.abort();
  await watching;
  assert.equal(code, 0);
});

test('explain ends with what scripts want to know', async (t) => {
  const views = [...three(), leaseView({ name: 'blind', state: 'unknown' })];
  const { whom: from } = await serving(t, views);
  const ask = async (namespace: string, name: string, json = false) => {
    const { output, text, warned } = page();
    const code = await explain({ whom: from, namespace, name, json, timeZone: 'UTC' }, output);
    return { code, text: text(), warned };
  };
  const held = await ask('kube-system', 'scheduler');
  assert.equal(held.code, 0);
  assert.match(
    held.text,
    /^kube-system\/scheduler: held by scheduler-a since 22:12, renewed 1\.4 s ago, 13\.6 s left\.\n/,
  );
  assert.equal((await ask('default', 'old')).code, 1);
  assert.equal((await ask('kube-system', 'blind')).code, 4);
  assert.deepEqual(await ask('no', 'such'), { code: 3, text: '', warned: ['there is no lease no/such'] });
  const missed = 'there is no lease shop/till, and policies[0] expects it to be held';
  assert.deepEqual(await ask('shop', 'till'), { code: 1, text: '', warned: [missed] });
  const node = await ask('kube-node-lease', 'node-1');
  assert.deepEqual([node.code, /^kube-node-lease\/node-1: LOST/.test(node.text)], [1, true]);
  assert.equal((await ask('kube-node-lease', 'none')).code, 3);
  const told: unknown = JSON.parse((await ask('default', 'ugly', true)).text);
  assert.ok(typeof told === 'object' && told !== null && 'verdict' in told && 'story' in told);
  assert.equal(told.verdict, 'held');
});
