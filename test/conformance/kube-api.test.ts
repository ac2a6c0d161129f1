import { describe } from 'node:test';
import { systemClock } from '../../exporter/clock.ts';
import { undiciTransport } from '../../exporter/kube/undici.ts';
import { createApiServer, inProcessTransport } from '../../simulator/apiserver/api.ts';
import { listen } from '../../simulator/apiserver/http.ts';
import { describeKubeApi } from './kube-api.ts';
import { startRealServer } from './real-server.ts';

function simulated() {
  const api = createApiServer({ clock: systemClock() });
  const forgetHistory = async (): Promise<void> => {
    api.store.skip(1);
    api.store.compact();
  };
  return { api, forgetHistory };
}

// Side by side, since most of their time is spent on watches that wait for their end.
describe('simulated API server', { concurrency: true }, () => {
  describeKubeApi('simulated, in process', async () => {
    const { api, forgetHistory } = simulated();
    return { transport: inProcessTransport(api), forgetHistory, close: async () => {} };
  });

  describeKubeApi('simulated, over HTTP', async () => {
    const { api, forgetHistory } = simulated();
    const server = await listen(api);
    const transport = undiciTransport({ server: server.url, headers: async () => ({}) });
    async function close(): Promise<void> {
      await transport.close();
      await server.close();
    }
    return { transport, forgetHistory, close };
  });
});

const assets = process.env.KUBEBUILDER_ASSETS ?? '';
const noAssets = 'skipped: KUBEBUILDER_ASSETS names no folder with kube-apiserver and etcd';

describeKubeApi(
  'kube-apiserver',
  async () => {
    const server = await startRealServer(assets, [
      '--feature-gates=CoordinatedLeaderElection=true',
      '--runtime-config=coordination.k8s.io/v1beta1=true',
    ]);
    const transport = server.transport();
    async function close(): Promise<void> {
      await transport.close();
      await server.close();
    }
    return { transport, forgetHistory: server.forgetHistory, close };
  },
  assets === '' ? noAssets : undefined,
);
