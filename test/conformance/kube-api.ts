import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { KubeTransport } from '../../exporter/kube/transport.ts';
import { describeCandidates } from './kube-api-candidates.ts';
import { type KubeClient, kubeClient, textAt } from './kube-api-client.ts';
import { describeFormats } from './kube-api-formats.ts';
import { describeHistory } from './kube-api-history.ts';
import { describeLists } from './kube-api-list.ts';
import { describeRefusals } from './kube-api-refusals.ts';
import { describeWatches } from './kube-api-watch.ts';
import { describeWrites } from './kube-api-write.ts';

/** A server to be judged. */
export interface KubeApi {
  readonly transport: KubeTransport;
  /** Makes every revision up to now too old; absent where nobody can bring that about. */
  forgetHistory?(): Promise<void>;
  close(): Promise<void>;
}

/** What a test needs: a client in a namespace that no other test uses. */
export interface Bench {
  client(): Promise<KubeClient>;
  readonly api: () => KubeApi;
}

/**
 * What leasewatch relies on in a Kubernetes API server, as kube-apiserver 1.35 does it. The suite is the
 * same for the real server and for the simulated one, over a socket or not. `skip` says why it cannot run.
 */
export function describeKubeApi(name: string, setup: () => Promise<KubeApi>, skip?: string): void {
  if (skip !== undefined) {
    test(`Kubernetes API: ${name}`, { skip }, () => {});
    return;
  }
  describe(`Kubernetes API: ${name}`, { concurrency: false }, () => {
    let api: KubeApi | undefined;
    before(async () => {
      api = await setup();
    });
    after(() => api?.close());
    const current = (): KubeApi => {
      assert.ok(api !== undefined);
      return api;
    };
    const bench: Bench = { api: current, client: () => clientInNewNamespace(current().transport) };
    describeLists(bench);
    describeWatches(bench);
    describeWrites(bench);
    describeRefusals(bench);
    describeFormats(bench);
    describeCandidates(bench);
    describeHistory(bench);
  });
}

async function clientInNewNamespace(transport: KubeTransport): Promise<KubeClient> {
  const body = { metadata: { generateName: 'conformance-' } };
  const { body: created } = await kubeClient(transport, '').call('POST', '/api/v1/namespaces', body);
  return kubeClient(transport, textAt(created, 'metadata.name'));
}
