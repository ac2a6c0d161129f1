import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Bench } from './kube-api.ts';
import { at, type KubeClient, names, textAt } from './kube-api-client.ts';

/** Lists, reads, pages and selectors. */
export function describeLists(bench: Bench): void {
  describe('lists', { concurrency: true }, () => {
    test('objects come in order of name, without repeating their kind', async () => {
      const client = await withLeases(bench, ['b', 'c', 'a']);
      const { status, body } = await client.list();
      assert.equal(status, 200);
      assert.deepEqual([body.kind, body.apiVersion], ['LeaseList', 'coordination.k8s.io/v1']);
      assert.deepEqual(names({ status, body }), ['a', 'b', 'c']);
      assert.equal(at(body, 'items.0.kind'), undefined);
      assert.equal(at(body, 'metadata.continue'), undefined);
    });

    test('pages are of one moment, that of the first', async () => {
      const client = await withLeases(bench, ['a', 'b', 'c', 'd', 'e']);
      const first = await client.list('limit=2');
      assert.deepEqual([names(first), at(first.body, 'metadata.remainingItemCount')], [['a', 'b'], 3]);
      await client.create('aa');
      await client.call('DELETE', `${client.path}/d`);
      const second = await nextPage(client, first.body);
      assert.deepEqual([names(second), at(second.body, 'metadata.remainingItemCount')], [['c', 'd'], 1]);
      assert.equal(revision(second.body), revision(first.body));
      const last = await nextPage(client, second.body);
      assert.deepEqual([names(last), at(last.body, 'metadata.continue')], [['e'], undefined]);
    });

    test('resourceVersion 0 knows no pages', async () => {
      const client = await withLeases(bench, ['a', 'b', 'c']);
      // Any moment will do for such a read, so it may take a while to see the last write.
      const list = await until(
        () => client.list('limit=2&resourceVersion=0'),
        (found) => names(found).length === 3,
      );
      assert.equal(at(list.body, 'metadata.continue'), undefined);
    });

    test('a past moment can be read exactly, a later one is waited for in vain', async () => {
      const client = await withLeases(bench, ['a']);
      const past = revision((await client.list()).body);
      await client.create('b');
      const exact = await client.list(`resourceVersion=${past}&resourceVersionMatch=Exact`);
      assert.deepEqual([names(exact), revision(exact.body)], [['a'], past]);
      const newer = await client.list(`resourceVersion=${past}&resourceVersionMatch=NotOlderThan`);
      assert.ok(BigInt(revision(newer.body)) >= BigInt(past));
      const future = await client.list(`resourceVersion=${BigInt(past) + 100_000n}`);
      assert.deepEqual([future.status, future.body.reason], [504, 'Timeout']);
      assert.equal(at(future.body, 'details.retryAfterSeconds'), 1);
    });

    test('selectors by field and by label', async () => {
      const client = await withLeases(bench, ['a', 'b', 'c']);
      const found = async (query: string) => names(await client.list(query));
      assert.deepEqual(await found('fieldSelector=metadata.name%3Db'), ['b']);
      assert.deepEqual(await found('fieldSelector=metadata.name!%3Db'), ['a', 'c']);
      assert.deepEqual(await found('fieldSelector=metadata.namespace%3Dnope'), []);
      assert.deepEqual(await found('labelSelector=letter%3Da'), ['a']);
      assert.deepEqual(await found('labelSelector=letter!%3Da,letter'), ['b', 'c']);
      assert.deepEqual(await found('labelSelector=letter%20in%20(a,c)'), ['a', 'c']);
      assert.deepEqual(await found('labelSelector=letter%20notin%20(a,c)'), ['b']);
      assert.deepEqual(await found('labelSelector=!letter'), []);
      const page = await client.list('limit=1&labelSelector=letter');
      assert.equal(at(page.body, 'metadata.remainingItemCount'), undefined);
    });

    test('a namespace that does not exist is empty', async () => {
      const client = await bench.client();
      const answer = await client.call('GET', '/apis/coordination.k8s.io/v1/namespaces/no-such-one/leases');
      assert.deepEqual([answer.status, names(answer)], [200, []]);
    });

    test('all namespaces at once', async () => {
      const client = await withLeases(bench, ['a']);
      const answer = await client.call(
        'GET',
        '/apis/coordination.k8s.io/v1/leases?fieldSelector=metadata.name%3Da',
      );
      assert.ok(names(answer).length > 0);
    });

    test('a read of one object, now or from the cache', async () => {
      const client = await withLeases(bench, ['a']);
      const now = await client.call('GET', `${client.path}/a`);
      assert.deepEqual([now.status, now.body.kind], [200, 'Lease']);
      const cached = await until(
        () => client.call('GET', `${client.path}/a?resourceVersion=0`),
        (found) => found.status === 200,
      );
      assert.deepEqual(cached.body, now.body);
    });

    test('metadata only, where that is asked for', async () => {
      const client = await withLeases(bench, ['a']);
      const as = (kind: string) => ({ accept: `application/json;as=${kind};g=meta.k8s.io;v=v1` });
      const one = await client.call('GET', `${client.path}/a`, undefined, as('PartialObjectMetadata'));
      assert.deepEqual([one.body.kind, one.body.spec], ['PartialObjectMetadata', undefined]);
      const all = await client.call('GET', client.path, undefined, as('PartialObjectMetadataList'));
      assert.deepEqual([all.body.kind, names(all)], ['PartialObjectMetadataList', ['a']]);
      assert.equal(at(all.body, 'items.0.spec'), undefined);
      assert.equal(at(all.body, 'items.0.kind'), 'PartialObjectMetadata');
    });

    test('health, version and discovery', async () => {
      const client = await bench.client();
      const about = async (path: string) => (await client.call('GET', path)).body;
      assert.equal(at(await about('/version'), 'major'), '1');
      assert.deepEqual(at(await about('/api'), 'versions'), ['v1']);
      assert.equal((await about('/apis')).kind, 'APIGroupList');
      assert.equal((await about('/apis/coordination.k8s.io')).kind, 'APIGroup');
      const leases = await about('/apis/coordination.k8s.io/v1');
      assert.deepEqual([leases.kind, at(leases, 'resources.0.name')], ['APIResourceList', 'leases']);
      assert.equal((await about('/api/v1')).kind, 'APIResourceList');
    });
  });
}

async function withLeases(bench: Bench, created: readonly string[]): Promise<KubeClient> {
  const client = await bench.client();
  for (const name of created) assert.equal((await client.create(name, {}, { letter: name })).status, 201);
  return client;
}

function nextPage(client: KubeClient, page: unknown) {
  return client.list(`limit=2&continue=${encodeURIComponent(textAt(page, 'metadata.continue'))}`);
}

function revision(list: unknown): string {
  return textAt(list, 'metadata.resourceVersion');
}

async function until<T>(ask: () => Promise<T>, enough: (found: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const found = await ask();
    if (enough(found)) return found;
    assert.ok(tries < 200, 'never came true');
  }
}
