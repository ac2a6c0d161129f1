import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Bench } from './kube-api.ts';
import { at, brief, type KubeClient, textAt } from './kube-api-client.ts';

const merge = 'application/merge-patch+json';

/** Watches: order, selectors, bookmarks, ends. */
export function describeWatches(bench: Bench): void {
  describe('watches', { concurrency: true }, () => {
    test('every write comes once, in order, with rising resourceVersions', async () => {
      const client = await bench.client();
      const watch = await client.watch(`resourceVersion=${await revisionOf(client)}`);
      await client.create('a', { holderIdentity: 'one' });
      await client.call('PATCH', `${client.path}/a`, { spec: { holderIdentity: 'two' } }, merge);
      await client.create('b');
      await client.call('DELETE', `${client.path}/a`);
      const events = [await watch.next(), await watch.next(), await watch.next(), await watch.next()];
      await watch.stop();
      const told = events.map((event) => (event === undefined ? 'end' : brief(event)));
      assert.deepEqual(told, ['ADDED a', 'MODIFIED a', 'ADDED b', 'DELETED a']);
      const revisions = events.map((event) => BigInt(textAt(event?.object, 'metadata.resourceVersion')));
      assert.deepEqual(
        revisions,
        revisions.toSorted((a, b) => (a < b ? -1 : 1)),
      );
      assert.equal(new Set(revisions).size, 4);
      assert.equal(at(events[0]?.object, 'kind'), 'Lease');
      assert.equal(at(events[3]?.object, 'spec.holderIdentity'), 'two');
    });

    test('a watch from the past gets what it missed', async () => {
      const client = await bench.client();
      const from = await revisionOf(client);
      await client.create('a');
      await client.call('DELETE', `${client.path}/a`);
      const watch = await client.watch(`resourceVersion=${from}&timeoutSeconds=1`);
      assert.deepEqual((await watch.rest()).map(brief), ['ADDED a', 'DELETED a']);
    });

    test('without a resourceVersion a watch begins with what there is, in order of name', async () => {
      const client = await bench.client();
      for (const name of ['c', 'a', 'b']) await client.create(name);
      const watch = await client.watch('timeoutSeconds=1');
      assert.deepEqual((await watch.rest()).map(brief), ['ADDED a', 'ADDED b', 'ADDED c']);
    });

    test('a watch from the future is silent', async () => {
      const client = await bench.client();
      const future = BigInt(await revisionOf(client)) + 100_000n;
      const watch = await client.watch(`resourceVersion=${future}&timeoutSeconds=1`);
      await client.create('a');
      assert.deepEqual([watch.status, await watch.rest()], [200, []]);
    });

    test('what starts or stops to be selected appears and disappears', async () => {
      const client = await bench.client();
      const from = await revisionOf(client);
      const label = (value: string) =>
        client.call('PATCH', `${client.path}/a`, { metadata: { labels: { in: value } } }, merge);
      await client.create('a', {}, { in: 'no' });
      await label('yes');
      await client.call('PATCH', `${client.path}/a`, { spec: { holderIdentity: 'x' } }, merge);
      await label('no');
      const watch = await client.watch(`resourceVersion=${from}&timeoutSeconds=1&labelSelector=in%3Dyes`);
      const events = await watch.rest();
      assert.deepEqual(events.map(brief), ['ADDED a', 'MODIFIED a', 'DELETED a']);
      assert.equal(at(events[2]?.object, 'metadata.labels.in'), 'yes');
    });

    test('one object can be watched by its name', async () => {
      const client = await bench.client();
      const from = await revisionOf(client);
      for (const name of ['a', 'b']) await client.create(name);
      const query = `resourceVersion=${from}&timeoutSeconds=1&fieldSelector=metadata.name%3Db`;
      assert.deepEqual((await (await client.watch(query)).rest()).map(brief), ['ADDED b']);
    });

    test('a bookmark comes before the end, with a revision and nothing else', async () => {
      const client = await bench.client();
      const from = await revisionOf(client);
      const watch = await client.watch(`resourceVersion=${from}&timeoutSeconds=5&allowWatchBookmarks=true`);
      const events = await watch.rest();
      assert.ok(events.length > 0);
      for (const { type, object } of events) {
        assert.equal(type, 'BOOKMARK');
        assert.equal(object.kind, 'Lease');
        assert.deepEqual(Object.keys(Object(object.metadata)), ['resourceVersion']);
        assert.ok(BigInt(textAt(object, 'metadata.resourceVersion')) >= BigInt(from));
      }
    });

    test('nobody who did not ask gets a bookmark', async () => {
      const client = await bench.client();
      const watch = await client.watch(`resourceVersion=${await revisionOf(client)}&timeoutSeconds=5`);
      assert.deepEqual(await watch.rest(), []);
    });

    test('the initial state is sent with a mark at its end, or refused as invalid', async () => {
      const client = await bench.client();
      await client.create('a');
      const query =
        'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1';
      const refusal = await client.call('GET', `${client.path}?watch=1&${query}`).catch(() => undefined);
      if (refusal?.status === 422) return assert.equal(refusal.body.reason, 'Invalid');
      const events = await (await client.watch(query)).rest();
      assert.deepEqual(events.map(brief), ['ADDED a', 'BOOKMARK']);
      const annotations: unknown = at(events[1]?.object, 'metadata.annotations');
      assert.deepEqual(annotations, { 'k8s.io/initial-events-end': 'true' });
    });
  });
}

async function revisionOf(client: KubeClient): Promise<string> {
  return textAt((await client.list('limit=1')).body, 'metadata.resourceVersion');
}
