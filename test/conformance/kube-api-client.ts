import assert from 'node:assert/strict';
import { type KubeRequest, type KubeTransport, readText } from '../../exporter/kube/transport.ts';

type Json = Readonly<Record<string, unknown>>;

/** A status code and the parsed body. */
export interface Answer {
  readonly status: number;
  readonly body: Json;
}

export interface WatchEvent {
  readonly type: string;
  readonly object: Json;
}

/** What the suite does with a server: JSON requests on the leases of one namespace, and watches. */
export interface KubeClient {
  readonly path: string;
  /** A text in place of headers is the content type. */
  call(
    method: KubeRequest['method'],
    path: string,
    body?: unknown,
    headers?: string | Readonly<Record<string, string>>,
  ): Promise<Answer>;
  create(name: string, spec?: unknown, labels?: Readonly<Record<string, string>>): Promise<Answer>;
  list(query?: string): Promise<Answer>;
  watch(query: string): Promise<Watching>;
}

export interface Watching {
  readonly status: number;
  /** The next event, or undefined after the end. */
  next(): Promise<WatchEvent | undefined>;
  /** Everything up to the end. */
  rest(): Promise<readonly WatchEvent[]>;
  stop(): Promise<void>;
}

export function kubeClient(transport: KubeTransport, namespace: string): KubeClient {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  async function call(
    method: KubeRequest['method'],
    to: string,
    body?: unknown,
    headers: string | Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const payload = body === undefined ? {} : { body: text };
    const { signal } = new AbortController();
    const extra = typeof headers === 'string' ? { 'content-type': headers } : headers;
    const all = { accept: 'application/json', 'content-type': 'application/json', ...extra };
    const response = await transport.request({ method, path: to, headers: all, ...payload, signal });
    const answer = await readText(response.body);
    return {
      status: response.status,
      body: response.status === 404 && !answer.startsWith('{') ? {} : parse(answer),
    };
  }
  return {
    path,
    call,
    create: (name, spec = {}, labels = {}) => call('POST', path, { metadata: { name, labels }, spec }),
    list: (query = '') => call('GET', `${path}?${query}`),
    watch: (query) => openWatch(transport, `${path}?watch=1&${query}`),
  };
}

async function openWatch(transport: KubeTransport, path: string): Promise<Watching> {
  const stop = new AbortController();
  const response = await transport.request({ method: 'GET', path, signal: stop.signal });
  const events = readEvents(response.body);
  const next = async (): Promise<WatchEvent | undefined> => {
    const step = await events.next();
    return step.done === true ? undefined : step.value;
  };
  return {
    status: response.status,
    next,
    async rest() {
      const all: WatchEvent[] = [];
      for await (const event of events) all.push(event);
      return all;
    },
    async stop() {
      stop.abort();
      await events.next().catch(() => {});
    },
  };
}

async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent, undefined> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) yield readEvent(line);
  }
  return undefined;
}

function readEvent(line: string): WatchEvent {
  const { type, object } = parse(line);
  assert.ok(typeof type === 'string' && isJson(object), `no watch event: ${line}`);
  return { type, object };
}

function parse(text: string): Json {
  const value: unknown = JSON.parse(text);
  assert.ok(isJson(value), `no JSON object: ${text}`);
  return value;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The field at a path such as `metadata.name`; undefined where there is none. */
export function at(value: unknown, path: string): unknown {
  let found = value;
  for (const step of path.split('.')) {
    if (Array.isArray(found)) found = found[Number(step)];
    else found = isJson(found) ? found[step] : undefined;
  }
  return found;
}

/** The same, where it must be text. */
export function textAt(value: unknown, path: string): string {
  const found = at(value, path);
  assert.ok(typeof found === 'string', `no text at ${path}: ${JSON.stringify(value)}`);
  return found;
}

/** The names of a list's items. */
export function names(answer: Answer): readonly string[] {
  const { items } = answer.body;
  assert.ok(Array.isArray(items), `no list: ${JSON.stringify(answer.body)}`);
  return items.map((item: unknown) => textAt(item, 'metadata.name'));
}

/** What matters of an event: `ADDED name`. */
export function brief(event: WatchEvent): string {
  const name = at(event.object, 'metadata.name');
  return typeof name === 'string' ? `${event.type} ${name}` : event.type;
}
