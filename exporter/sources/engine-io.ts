import { z } from 'zod';

/**
 * As much of Engine.IO 4, the protocol below Socket.IO, as it takes to begin a session by polling and to go
 * on as a WebSocket.
 */

/** What the client says. A pong that nobody has asked for changes nothing for the server. */
export const packets = { pong: '3', probe: '2probe', upgrade: '5' } as const;
/** What the server says every 25 s, unless it is told otherwise; who does not answer is given up. */
export const ping = '2';
/** What the server says to `packets.probe`. */
export const probed = '3probe';

export interface OpenPacket {
  readonly sid: string;
  readonly upgrades: readonly string[];
}

const openPacket = z.object({
  sid: z.string().regex(/^[\x21-\x7e]{1,256}$/),
  upgrades: z.array(z.string()).max(16),
});

/** The packet by which a server opens a session, from an answer that may have more of them behind it. */
export function parseOpen(text: string): OpenPacket | undefined {
  const [first = ''] = text.split('\x1e', 1);
  if (!first.startsWith('0')) return undefined;
  try {
    return openPacket.safeParse(JSON.parse(first.slice(1))).data;
  } catch {
    return undefined;
  }
}

const refusal = z.object({ code: z.number().optional(), message: z.string().optional() });
const unknownSession = 1;

/**
 * Whether a server refuses because it does not know the session. Socket.IO says so with a code; servers in
 * other languages have words of their own, such as "Invalid session".
 */
export function isUnknownSession(status: number, body: string): boolean {
  if (status !== 400 && status !== 404) return false;
  try {
    const said = refusal.safeParse(JSON.parse(body)).data;
    if (said?.code !== undefined) return said.code === unknownSession;
  } catch {
    // No JSON: the words decide.
  }
  return /\b(unknown|invalid)\s+(session|sid)\b|\bsession\s+(id\s+)?(is\s+)?(unknown|not\s+found|invalid)\b/i.test(
    body,
  );
}

const mostCookies = 16;
const mostCookieBytes = 4096;

/** What a browser would send back for these `Set-Cookie` headers, as one `Cookie`; empty for none. */
export function cookiesOf(setCookies: readonly string[]): string {
  const pairs = setCookies.flatMap((text) => /^\s*([^;=\s]+=[^;]*)/.exec(text)?.[1]?.trim() ?? []);
  const cookies = pairs.slice(0, mostCookies).join('; ');
  return /^[\x20-\x7e]*$/.test(cookies) && cookies.length <= mostCookieBytes ? cookies : '';
}

/** The address of a session, or of a new one, from the address of the server: ws:// for one of the transports. */
export function sessionUrl(server: string, transport: 'polling' | 'websocket', sid?: string): string {
  const url = new URL(server);
  if (transport === 'polling') url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
  url.searchParams.set('EIO', '4');
  url.searchParams.set('transport', transport);
  if (sid !== undefined) url.searchParams.set('sid', sid);
  return url.href;
}
