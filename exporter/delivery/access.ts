import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import type { Clock } from '../clock.ts';
import { sleep } from '../clock.ts';
import { type CredentialSources, type Credentials, readCredentials } from '../credentials.ts';

/** Ways out of the network, as the environment variables of these names tell them; empty: none. */
export interface ProxySettings {
  readonly http: string;
  readonly https: string;
  /** Hosts that are reached without a proxy, as in NO_PROXY. */
  readonly except: string;
}

export interface AccessOptions {
  readonly clock: Clock;
  /** Real milliseconds: the timers of undici are not ours. */
  readonly connectMs: number;
  readonly answerMs: number;
  readonly proxy?: ProxySettings | undefined;
  /** Told when files that were good before cannot be used any more. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** What a request needs. */
export interface Admission {
  readonly credentials: Credentials;
  readonly dispatcher: Dispatcher;
}

export type Admitted =
  | { readonly kind: 'admitted'; readonly admission: Admission }
  | { readonly kind: 'failed'; readonly why: string };

/** Kubernetes renews a mounted secret within a minute or so: looking more often would gain nothing. */
const rereadMs = 5_000;

/**
 * The credentials of one receiver and the connections made with them. Files are read again when they were
 * read more than 5 s ago; what cannot be used then leaves the last good ones in force.
 */
export class Access {
  readonly #sources: CredentialSources;
  readonly #options: AccessOptions;
  #current: { readonly admission: Admission; readonly text: string } | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #trouble = '';

  constructor(sources: CredentialSources, options: AccessOptions) {
    this.#sources = sources;
    this.#options = options;
  }

  async admission(): Promise<Admitted> {
    const now = this.#options.clock.now().mono;
    if (this.#current === undefined || now - this.#readAt >= rereadMs) {
      const why = await this.#read();
      if (this.#current === undefined) return { kind: 'failed', why };
      this.#readAt = now;
    }
    return { kind: 'admitted', admission: this.#current.admission };
  }

  /** Resolves when the files hold something else than was used last, or at `stop`. */
  async renewed(stop: AbortSignal): Promise<void> {
    const used = this.#current?.text;
    while (!stop.aborted) {
      await sleep(this.#options.clock, rereadMs, stop);
      if (stop.aborted) return;
      await this.#read();
      if (this.#current?.text !== used) return;
    }
  }

  async close(): Promise<void> {
    await this.#current?.admission.dispatcher.destroy();
  }

  /** Says why not, when the files cannot be used. */
  async #read(): Promise<string> {
    const read = await readCredentials(this.#sources);
    if (read.kind === 'failed') {
      if (this.#trouble !== read.why && this.#current !== undefined)
        this.#options.warn?.(`${read.why}; what it held before is used`);
      this.#trouble = read.why;
      return read.why;
    }
    this.#trouble = '';
    this.#use(read.credentials);
    return '';
  }

  #use(credentials: Credentials): void {
    const text = JSON.stringify(credentials);
    const before = this.#current;
    if (before?.text === text) return;
    const same = JSON.stringify(before?.admission.credentials.tls) === JSON.stringify(credentials.tls);
    const dispatcher =
      same && before !== undefined ? before.admission.dispatcher : this.#connect(credentials);
    this.#current = { admission: { credentials, dispatcher }, text };
    // A request that is under way ends on the connections that it began on.
    if (before !== undefined && before.admission.dispatcher !== dispatcher)
      void before.admission.dispatcher.close();
  }

  #connect({ tls }: Credentials): Dispatcher {
    const { connectMs, answerMs, proxy } = this.#options;
    const given = Object.fromEntries(Object.entries(tls).filter(([, pem]) => pem !== undefined));
    const bounds = {
      connect: { ...given, timeout: connectMs },
      headersTimeout: answerMs,
      bodyTimeout: answerMs,
    };
    if (proxy === undefined) return new Agent(bounds);
    return new EnvHttpProxyAgent({
      ...bounds,
      connectTimeout: connectMs,
      requestTls: given,
      httpProxy: proxy.http,
      httpsProxy: proxy.https,
      noProxy: proxy.except,
    });
  }
}
