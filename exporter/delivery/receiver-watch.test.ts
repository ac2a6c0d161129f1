import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../test/manual-clock.ts';
import type { Posted } from './posting.ts';
import { ReceiverWatch } from './receiver-watch.ts';

const accepted: Posted = { kind: 'accepted' };
const down: Posted = { kind: 'retry', why: 'ECONNREFUSED' };
const refused: Posted = { kind: 'retry', why: 'status 401: no', cause: 'credentials' };

test('refused credentials are told once when they begin and once when they end, whatever comes between', () => {
  const said: string[] = [];
  const watch = new ReceiverWatch('logs', new ManualClock(), (message) => said.push(message));
  const states = [accepted, refused, refused, down, refused, accepted, accepted].map((posted) => {
    watch.posted(posted);
    return watch.stats.refusesCredentials;
  });
  assert.deepEqual(states, [false, true, true, true, true, false, false]);
  assert.deepEqual(said, [
    'the receiver of logs refuses our credentials, and nothing is lost while it does; it is tried again when they change, or after a while: status 401: no',
    'the receiver of logs takes our credentials again',
  ]);
  assert.deepEqual(watch.stats.requests, { accepted: 3, retry: 4, rejected: 0 });
});

test('what happens again and again is one line a minute, and every time counts', () => {
  const said: string[] = [];
  const clock = new ManualClock();
  const watch = new ReceiverWatch('logs', clock, (message) => said.push(message));
  for (let second = 0; second < 90; second++) {
    watch.posted({ kind: 'rejected', why: `bad ${second}` });
    watch.unsent({ reason: 'too_old', words: 'too old' }, 2);
    watch.sent(10);
    clock.advance(1_000);
  }
  const { requests, unsent, sentBytes } = watch.stats;
  assert.deepEqual([requests.rejected, unsent, sentBytes], [90, { too_old: 180, in_future: 0 }, 900]);
  assert.deepEqual(said, [
    'the receiver of logs refused a request for good: bad 0',
    'records of logs are set aside without being sent: too old',
    'the receiver of logs refused a request for good: bad 60',
    'records of logs are set aside without being sent: too old',
  ]);
});
