import { Agent, request } from 'undici';
import { connectTcp, placeOf, resolveHost, secure } from './probe-connect.ts';
import type { DialRequest } from './probe-dial.ts';
import { type Failed, failureOf, type Step } from './probe-failure.ts';

/** An answer to a poll. */
export interface Polled {
  readonly status: number;
  readonly text: string;
  readonly setCookies: readonly string[];
}

export interface Poll {
  readonly method: 'GET' | 'POST';
  /** http:// or https:// */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** HTTP over one connection that is kept between two polls, as a browser does. */
export interface Poller {
  /** Never rejects. */
  poll(poll: Poll): Promise<Step<Polled>>;
  close(): Promise<void>;
}

/** More than a server has to say when it opens a session. */
const mostBytes = 64 * 1024;

/** Dials as a probe does: only addresses that are allowed, and only servers that are trusted. */
export function poller(of: DialRequest): Poller {
  const { stop: signal } = of;
  const dispatcher = new Agent({
    connections: 1,
    connect: (_options, told) => {
      void connectAs(of).then((step) => {
        if ('got' in step) told(null, step.got);
        else told(new NotConnected(step), null);
      });
    },
  });
  return {
    async poll({ url, ...poll }) {
      try {
        const { statusCode, headers, body } = await request(url, { ...poll, signal, dispatcher });
        const text = await textOf(body);
        if (text === undefined)
          return { failure: 'flood', why: `sends more than ${mostBytes} bytes to a poll` };
        return { got: { status: statusCode, text, setCookies: [headers['set-cookie'] ?? []].flat() } };
      } catch (error) {
        return error instanceof NotConnected ? error.failed : failureOf(error, 'upgrade');
      }
    },
    close: () => dispatcher.destroy(),
  };
}

class NotConnected extends Error {
  readonly failed: Failed;
  constructor(failed: Failed) {
    super(failed.why);
    this.failed = failed;
  }
}

async function connectAs({ target, credentials, stop }: DialRequest) {
  const { host, port, tls } = placeOf(target.url);
  const addresses = await resolveHost(host, target.allowAddresses);
  if ('failure' in addresses) return addresses;
  const connected = await connectTcp(addresses.got, port, stop);
  if ('failure' in connected || !tls) return connected;
  const secured = await secure(connected.got, host, credentials.tls, stop);
  if ('failure' in secured) return secured;
  const { socket, distrust } = secured.got;
  if (distrust === undefined) return { got: socket };
  socket.destroy();
  return { failure: 'certificate', why: distrust } as const;
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
