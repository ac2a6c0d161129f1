import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Bench } from './kube-api.ts';
import { at, brief, names, textAt } from './kube-api-client.ts';

/** What happens to readers whose revision is too old. */
export function describeHistory(bench: Bench): void {
  describe('forgotten history', { concurrency: false }, () => {
    test('an old watch is refused with 410, as its status or as its only event', async (t) => {
      const client = await bench.client();
      const from = textAt((await client.list()).body, 'metadata.resourceVersion');
      await client.create('a');
      if (!(await forget(t, bench))) return;
      const watch = await client.watch(`resourceVersion=${from}&timeoutSeconds=5`);
      if (watch.status === 410) return watch.stop();
      const [event, ...more] = await watch.rest();
      assert.deepEqual([event?.type, more], ['ERROR', []]);
      assert.deepEqual([at(event?.object, 'code'), at(event?.object, 'reason')], [410, 'Expired']);
      assert.match(String(at(event?.object, 'message')), /^too old resource version: \d+ \(\d+\)$/);
    });

    test('a list of the past is refused with 410, one of now is not', async (t) => {
      const client = await bench.client();
      const past = textAt((await client.list()).body, 'metadata.resourceVersion');
      await client.create('a');
      if (!(await forget(t, bench))) return;
      const { status, body } = await client.list(`resourceVersion=${past}&resourceVersionMatch=Exact`);
      assert.deepEqual([status, body.reason], [410, 'Expired']);
      assert.equal(body.message, 'The resourceVersion for the provided list is too old.');
      assert.deepEqual(
        names(await client.list(`resourceVersion=${past}&resourceVersionMatch=NotOlderThan`)),
        ['a'],
      );
    });

    test('an old continue token is refused with one for the inconsistent rest', async (t) => {
      const client = await bench.client();
      for (const name of ['a', 'b', 'c']) await client.create(name);
      const token = textAt((await client.list('limit=1')).body, 'metadata.continue');
      await client.create('bb');
      if (!(await forget(t, bench))) return;
      const { status, body } = await client.list(`limit=1&continue=${encodeURIComponent(token)}`);
      assert.deepEqual([status, body.reason], [410, 'Expired']);
      const other = encodeURIComponent(textAt(body, 'metadata.continue'));
      assert.deepEqual(names(await client.list(`continue=${other}`)), ['b', 'bb', 'c']);
    });

    test('a watch from a list made afterwards works', async (t) => {
      const client = await bench.client();
      if (!(await forget(t, bench))) return;
      const from = textAt((await client.list()).body, 'metadata.resourceVersion');
      await client.create('a');
      const watch = await client.watch(`resourceVersion=${from}&timeoutSeconds=1`);
      assert.deepEqual((await watch.rest()).map(brief), ['ADDED a']);
    });
  });
}

async function forget(t: TestContext, bench: Bench): Promise<boolean> {
  const { forgetHistory } = bench.api();
  if (forgetHistory === undefined) {
    t.skip('skipped: nothing can make this server forget its history');
    return false;
  }
  await forgetHistory();
  return true;
}
