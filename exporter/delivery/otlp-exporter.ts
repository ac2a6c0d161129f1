import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type CredentialSources, type Credentials, readCredentials } from '../credentials.ts';
import type { ProxySettings } from './access.ts';

/**
 * For the exporter of OpenTelemetry, which sends where there is no outbox: the same credentials and proxies
 * by its own options. Headers are read for each request, certificates once.
 */
export function exporterAccess(
  sources: CredentialSources,
  proxy: ProxySettings,
  warn: (message: string) => void,
) {
  let last: Credentials = { headers: sources.headers, tls: {}, secrets: [] };
  async function current(): Promise<Credentials> {
    const read = await readCredentials(sources);
    if (read.kind === 'failed') warn(`otlp: ${read.why}; what it held before is used`);
    else last = read.credentials;
    return last;
  }
  const proxyEnv = { HTTP_PROXY: proxy.http, HTTPS_PROXY: proxy.https, NO_PROXY: proxy.except };
  return {
    headers: async () => ({ ...(await current()).headers }),
    async httpAgentOptions(protocol: string) {
      if (protocol !== 'https:') return new HttpAgent({ keepAlive: true, proxyEnv });
      return new HttpsAgent({ keepAlive: true, proxyEnv, ...(await current()).tls });
    },
  };
}
