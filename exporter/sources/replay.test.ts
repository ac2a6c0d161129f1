import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { portCensus } from '../model/fixture.ts';
import type { LeaseRecord, Observation } from '../model/observation.ts';
import { recorder } from './record.ts';
import { parseLine, readRecording, replaySource } from './replay.ts';

function temporaryFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-record-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'observations.jsonl');
}

const at = { mono: 1234.5678, wall: 1_770_000_000_123_456 };
const lease: LeaseRecord = {
  namespace: 'shop',
  name: 'till',
  uid: 'u1',
  resourceVersion: '7',
  holder: 'line one\nline "two" \u2028 \ud83d\ude00',
  durationSeconds: 15,
  acquireTime: undefined,
  renewTime: 1_770_000_000_000_001,
  transitions: 0,
  strategy: undefined,
  preferredHolder: undefined,
  identityLabel: undefined,
  writer: 'kube-scheduler',
  labels: { app: 'till' },
};
const ask = { kind: 'read-lease', namespace: 'shop', name: 'till' } as const;

const everyKind: readonly Observation[] = [
  { kind: 'cluster', at, uid: 'c1' },
  { kind: 'list', source: 'leases', at, phase: 'begin', sentAt: at },
  { kind: 'lease', source: 'leases', at, change: 'listed', lease },
  { kind: 'list', source: 'leases', at, phase: 'end', sentAt: at },
  {
    kind: 'node',
    source: 'nodes',
    at,
    change: 'modified',
    node: {
      name: 'n1',
      uid: 'u2',
      resourceVersion: '8',
      bootId: undefined,
      ready: 'Unknown',
      readyHeartbeat: 1,
      readyTransition: undefined,
      terminating: false,
      cordoned: undefined,
    },
  },
  { kind: 'sight', source: 'leases', at, sight: 'blind', why: 'reset', restart: 'expired' },
  { kind: 'sight', source: 'leases', at, sight: 'sighted', why: '' },
  {
    kind: 'sockets',
    source: 'sockets',
    at,
    places: [
      {
        ...{ namespace: 'shop', pod: 'chat-0' },
        ports: [portCensus({ ages: { min: 1, p50: 2.5, p90: 3, max: 4 }, closed: 3, ended: [[60, 2]] })],
        counters: { accepts: 1, resets: 2, timeouts: 3, listenOverflows: 4 },
      },
      {
        namespace: '',
        pod: '',
        ports: [portCensus()],
        descriptors: [{ container: 'chat', open: 1, most: 2 }],
      },
    ],
    unread: [{ namespace: 'shop', pod: 'chat-1', reason: 'gone', why: 'ENOENT' }],
  },
  { kind: 'answer', ask, sentAt: at, at, result: { found: lease } },
  { kind: 'answer', ask, sentAt: at, at, result: { absent: true } },
  { kind: 'answer', ask, sentAt: at, at, result: { failed: 'timed out' } },
  {
    kind: 'revision',
    ask: { kind: 'read-revision', source: 'leases' },
    sentAt: at,
    at,
    result: { revision: '9' },
  },
  {
    kind: 'leases',
    ask: { kind: 'list-leases', source: 'leases' },
    sentAt: at,
    at,
    result: { listed: [lease] },
  },
  { kind: 'progress', source: 'leases', at, resourceVersion: '9' },
  { kind: 'remembered', at, awayMs: 2000.5, sameClock: true, memory: { of: 'cluster', at, uid: 'c1' } },
  { kind: 'time', at },
];

async function record(file: string, observations: readonly Observation[]): Promise<void> {
  const recording = recorder(file, (why) => assert.fail(why));
  for (const observation of observations) recording.write(observation);
  await recording.close();
}

/** As JSON, in which an absent key and one that is undefined are the same. */
function same(actual: readonly Observation[], expected: readonly Observation[]): void {
  assert.equal(JSON.stringify(actual, null, 1), JSON.stringify(expected, null, 1));
}

test('recording: every kind of observation comes back as it was', async (t) => {
  const file = temporaryFile(t);
  await record(file, everyKind);
  const back: Observation[] = [];
  await replaySource(file).run((observation) => back.push(observation), new AbortController().signal);
  same(back, everyKind);
});

test('recording: a header and one line an observation, whatever is in it', async (t) => {
  const file = temporaryFile(t);
  await record(file, everyKind);
  const lines = readFileSync(file, 'utf8').split('\n');
  assert.equal(lines[0], '{"recording":"leasewatch observations","version":1}');
  assert.equal(lines.length, everyKind.length + 2);
  assert.equal(lines.at(-1), '');
});

test('recording: a file that cannot be written is told once and disturbs nothing', async () => {
  const told: string[] = [];
  const recording = recorder('/nowhere/at/all.jsonl', (why) => told.push(why));
  recording.write({ kind: 'time', at });
  while (told.length === 0) await new Promise(setImmediate);
  recording.write({ kind: 'time', at });
  await recording.close();
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /^record: \/nowhere\/at\/all\.jsonl: ENOENT.*; the recording ends here$/);
});

test('recording: replaying ends when it is stopped', async (t) => {
  const file = temporaryFile(t);
  await record(file, everyKind);
  const stop = new AbortController();
  let seen = 0;
  await replaySource(file).run(() => {
    seen++;
    stop.abort();
  }, stop.signal);
  assert.equal(seen, 1);
});

const header = '{"recording":"leasewatch observations","version":1}\n';
const time = '{"kind":"time","at":{"mono":1,"wall":2}}\n';

const files: readonly (readonly [string, string, readonly string[]])[] = [
  ['an empty file', '', ['replay: FILE: the file is empty']],
  ['no recording', 'hello\n', ['replay: FILE: line 1: no recording of leasewatch: "hello"']],
  [
    'a later version',
    '{"recording":"leasewatch observations","version":2}\n',
    ['replay: FILE: line 1: version 2, and only version 1 can be read here'],
  ],
  [
    'a line cut short is told, and the rest is read',
    `${header}${time}{"kind":"ti\n${time}`,
    ['time', 'replay: line 3: no JSON: "{\\"kind\\":\\"ti"', 'time'],
  ],
];

for (const [name, text, expected] of files) {
  test(`replay: ${name}`, async (t) => {
    const file = temporaryFile(t);
    writeFileSync(file, text);
    const seen: string[] = [];
    for await (const line of readRecording(file)) {
      seen.push(line.kind === 'problem' ? line.why.replaceAll(file, 'FILE') : line.observation.kind);
    }
    assert.deepEqual(seen, expected);
  });
}

const lines = [
  ['', /^replay: line 7: no JSON: ""$/],
  ['{"kind":"weather"}', /^replay: line 7: kind: /],
  ['{"kind":"time","at":{"mono":"now","wall":2}}', /^replay: line 7: at\.mono: .*expected number/],
  ['{"kind":"time","at":{"mono":1,"wall":2},"more":1}', /Unrecognized key: "more"/],
] as const;

for (const [text, why] of lines) {
  test(`replay: the line ${text || '(empty)'} is named with its number and what is wrong`, () => {
    const parsed = parseLine(text, 7);
    assert.match(parsed.kind === 'problem' ? parsed.why : '', why);
  });
}

test('replay: a file that is not there is a problem, not an exception', async () => {
  const first = (await readRecording('/nowhere/x.jsonl').next()).value;
  assert.match(first?.kind === 'problem' ? first.why : '', /^replay: \/nowhere\/x\.jsonl: ENOENT/);
});
