import { createHash } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { withoutEcho } from './echo.ts';
import { type KubeRequest, type KubeResponse, type KubeTransport, TransportError } from './transport.ts';
import { agentOptions, errorCode, isTlsCode, undiciTransport } from './undici.ts';

/** Where requests go and what proves who we are, as it is at this moment. */
export interface Applied {
  readonly server: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connection: Connection;
}

export type Tls = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'servername'>;

export interface Connection {
  readonly tls: Tls;
  /** URL of an HTTP proxy. */
  readonly proxy?: string;
}

export interface Credentials {
  /** Reads tokens and certificates anew. Rejects when one cannot be had. */
  apply(): Promise<Applied>;
}

interface Pool {
  readonly key: string;
  readonly dispatcher: Dispatcher;
  readonly transport: KubeTransport;
}

/** Shortest time between two reloads, in milliseconds: exec plugins may be slow and may ask people. */
const reloadMs = 10_000;

/**
 * Applies credentials to each request. A changed certificate gets a pool of connections of its own; after
 * a refusal (401, TLS) everything is loaded again, the kubeconfig and exec plugins included.
 */
export class CredentialTransport implements KubeTransport {
  #credentials: Credentials;
  readonly #reload: () => Promise<Credentials>;
  #reloadedAt = Number.NEGATIVE_INFINITY;
  #pool: Pool | undefined;

  constructor(credentials: Credentials, reload: () => Promise<Credentials>) {
    this.#credentials = credentials;
    this.#reload = reload;
  }

  async request(asked: KubeRequest): Promise<KubeResponse> {
    try {
      const answer = await this.#send(asked);
      if (answer.status !== 401 || !(await this.#renew())) return answer;
      for await (const _ of answer.body); // an unread body would keep its connection
    } catch (error) {
      if (!isTlsCode(errorCode(error)) || !(await this.#renew())) throw error;
    }
    return this.#send(asked);
  }

  async close(): Promise<void> {
    await this.#pool?.dispatcher.destroy();
  }

  async #send(asked: KubeRequest): Promise<KubeResponse> {
    const { server, headers, connection } = await this.#apply();
    const { transport } = this.#poolFor(server, connection);
    const answer = await transport.request({ ...asked, headers: { ...headers, ...asked.headers } });
    return withoutEcho(answer, headers);
  }

  async #apply(): Promise<Applied> {
    try {
      return await this.#credentials.apply();
    } catch (error) {
      throw new TransportError(`credentials: ${lineOf(error)}`, error);
    }
  }

  #poolFor(server: string, connection: Connection): Pool {
    const key = keyOf(server, connection);
    if (this.#pool?.key === key) return this.#pool;
    // Watches on the old certificate may end in their own time.
    void this.#pool?.dispatcher.close();
    const dispatcher = dispatcherFor(connection);
    const transport = undiciTransport({ server, dispatcher, headers: async () => ({}) });
    this.#pool = { key, dispatcher, transport };
    return this.#pool;
  }

  async #renew(): Promise<boolean> {
    const now = performance.now();
    if (now - this.#reloadedAt < reloadMs) return false;
    this.#reloadedAt = now;
    try {
      this.#credentials = await this.#reload();
      return true;
    } catch {
      // The file may be half written; the answer that we have says more than this would.
      return false;
    }
  }
}

function keyOf(server: string, connection: Connection): string {
  return createHash('sha256')
    .update(JSON.stringify([server, connection]))
    .digest('base64');
}

function dispatcherFor({ tls, proxy }: Connection): Dispatcher {
  if (proxy !== undefined) return new ProxyAgent({ ...agentOptions, uri: proxy, requestTls: tls });
  return new Agent({ ...agentOptions, connect: { ...agentOptions.connect, ...tls } });
}

function lineOf(error: unknown): string {
  // It would quote what a plugin printed, and that may be a token.
  if (error instanceof SyntaxError) return 'what the plugin printed is no JSON';
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s+/g, ' ').trim().slice(0, 300);
}
