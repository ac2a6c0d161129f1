import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { fromBrowser, hostAllowed, originAllowed } from './origin.ts';
import type { Passwords } from './passwords.ts';
import { RequestRate } from './rate.ts';
import { tokenHash, type WebSettings } from './web-settings.ts';

/** A request, as far as it decides about being answered. */
export interface Caller {
  /** Without the query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: {
    readonly [name: string]: string | readonly string[] | undefined;
    readonly host?: string | undefined;
    readonly origin?: string | undefined;
    readonly authorization?: string | undefined;
  };
  readonly address: string;
  readonly encrypted: boolean;
  /** Whether a request on the same connection was admitted before. */
  readonly known: boolean;
}

export type RefusalReason = 'unauthorized' | 'busy' | 'rate_limit' | 'host' | 'origin';

export interface Refusal {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  readonly status: 401 | 403 | 421 | 429 | 503;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type Admission = { readonly kind: 'admitted' } | Refusal;

export interface GatekeeperOptions {
  readonly clock: Clock;
  readonly passwords: Passwords;
  readonly settings: () => Promise<WebSettings>;
  /** Origins of pages, besides our own, that may open a WebSocket. */
  readonly origins: readonly string[];
  /** Names, besides those that are ours without doubt, by which a browser may call us. */
  readonly hosts: readonly string[];
}

/** Who runs us asks here whether we live; a probe of Kubernetes has no password. */
export const openPaths: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** Decides who is answered, the same for every path and for upgrades. */
export class Gatekeeper {
  readonly #options: GatekeeperOptions;
  /** Apart, so that strangers cannot spend what belongs to those who made themselves known. */
  readonly #rates = { known: new RequestRate(), strangers: new RequestRate() };

  constructor(options: GatekeeperOptions) {
    this.#options = options;
  }

  async admit(caller: Caller): Promise<Admission> {
    if (openPaths.has(caller.path)) return admitted;
    const settings = await this.#options.settings();
    const rate = caller.known ? this.#rates.known : this.#rates.strangers;
    if (!rate.allows(settings.rateLimit, this.#options.clock.now().mono)) return refusals.rate_limit;
    if (!this.#rightHost(caller, settings)) return refusals.host;
    return this.#authenticate(caller, settings);
  }

  /** The same for a request that wants to become a WebSocket. */
  async admitUpgrade(caller: Caller): Promise<Admission> {
    const { host, origin } = caller.headers;
    if (!originAllowed({ host, origin }, this.#options.origins)) return refusals.origin;
    return this.admit(caller);
  }

  /** Where there is a password or a certificate, a page under a name of its own has neither. */
  #rightHost({ headers, encrypted }: Caller, settings: WebSettings): boolean {
    if (encrypted || needsLogin(settings) || !fromBrowser(headers)) return true;
    return hostAllowed(headers.host, this.#options.hosts);
  }

  async #authenticate({ headers, address }: Caller, settings: WebSettings): Promise<Admission> {
    if (!needsLogin(settings)) return admitted;
    const given = headers.authorization ?? '';
    const token = /^bearer +(\S+) *$/i.exec(given)?.[1];
    if (token !== undefined && hasToken(settings.tokens, token)) return admitted;
    const login = basicLogin(given);
    if (login === undefined || settings.users.size === 0) return unauthorized(settings);
    const verdict = await this.#options.passwords.check(settings.users, { ...login, address });
    if (verdict === 'busy') return refusals.busy;
    return verdict === 'right' ? admitted : unauthorized(settings);
  }
}

const admitted: Admission = { kind: 'admitted' };

function needsLogin({ users, tokens }: WebSettings): boolean {
  return users.size > 0 || tokens.length > 0;
}

/** Every token is compared, and all of each: the time taken says nothing about any of them. */
function hasToken(tokens: readonly Buffer[], token: string): boolean {
  const hash = tokenHash(token);
  return tokens.map((each) => timingSafeEqual(each, hash)).includes(true);
}

function basicLogin(authorization: string): { readonly user: string; readonly password: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=]+) *$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function unauthorized({ users, tokens }: WebSettings): Refusal {
  const ways = [
    ...(users.size > 0 ? ['Basic realm="leasewatch", charset="UTF-8"'] : []),
    ...(tokens.length > 0 ? ['Bearer realm="leasewatch"'] : []),
  ];
  const headers = { 'www-authenticate': ways.join(', ') };
  return { kind: 'refused', reason: 'unauthorized', status: 401, body: 'Who are you?\n', headers };
}

const refusals = {
  rate_limit: {
    ...{ kind: 'refused', reason: 'rate_limit', status: 429, headers: { 'retry-after': '1' } },
    body: 'Too many requests: rate_limit in the web configuration.\n',
  },
  busy: {
    ...{ kind: 'refused', reason: 'busy', status: 503, headers: { 'retry-after': '1' } },
    body: 'Too many passwords wait to be looked at.\n',
  },
  host: {
    ...{ kind: 'refused', reason: 'host', status: 421, headers: {} },
    body: 'A browser called this leasewatch by a name that it does not know as its own. Without a password or TLS it answers only to names that no stranger can register; web.hosts in its configuration adds others.\n',
  },
  origin: {
    ...{ kind: 'refused', reason: 'origin', status: 403, headers: {} },
    body: 'A page of another origin may not open this WebSocket; web.origins in the configuration of leasewatch adds some.\n',
  },
} as const satisfies Record<string, Refusal>;
