import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import type { ConfigProblem } from './config-problems.ts';
import { checkProblems, resolveSpread, socketIoUrl, spreadSchema } from './config-spread.ts';
import { resolveTls, tlsProblems, tlsShape } from './config-tls.ts';
import * as value from './config-values.ts';
import { type Parsed, tokenForm, written } from './config-values.ts';
import type { ProbeTarget } from './sources/probe-target.ts';

/** A name that becomes a label. */
export const targetName = written(
  { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$' },
  (input): Parsed<string> => {
    if (typeof input === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(input)) return { value: input };
    return { expected: 'a name of letters, digits, -, _ and ., at most 63 of them' };
  },
);

const webSocketUrl = written({ type: 'string' }, (input): Parsed<string> => {
  const url = typeof input === 'string' ? URL.parse(input) : null;
  if (url === null || !/^wss?:$/.test(url.protocol) || url.hash !== '') {
    return { expected: 'a ws:// or wss:// address' };
  }
  if (url.username !== '' || url.password !== '') {
    return { expected: 'an address without credentials: they belong into headerFiles' };
  }
  return { value: url.href };
});

const subprotocol = written({ type: 'string', pattern: tokenForm.source }, (input): Parsed<string> => {
  if (typeof input === 'string' && tokenForm.test(input)) return { value: input };
  return { expected: 'the name of a subprotocol, such as graphql-transport-ws' };
});

const status = written({ type: ['integer', 'string'] }, (input): Parsed<number> => {
  const number = Number(input);
  if (number === 101 || (Number.isInteger(number) && number >= 200 && number <= 599))
    return { value: number };
  return { expected: '101, or the HTTP status with which the server shall refuse' };
});

/** An address, or a network with the length of its prefix. */
export const network = written({ type: 'string' }, (input): Parsed<string> => {
  if (typeof input === 'string' && isNetwork(input)) return { value: input };
  return { expected: 'an IP address or a network, such as 169.254.20.10 or fe80::/64' };
});

function isNetwork(text: string): boolean {
  const [address = '', bits = '0', ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0 || !/^\d{1,3}$/.test(bits)) return false;
  try {
    new BlockList().addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
    return true;
  } catch {
    return false;
  }
}

/** The section `websockets.probes` of the file. */
export const probesSchema = z.array(
  z.strictObject({
    name: targetName.describe('The label target of its metrics.'),
    url: webSocketUrl.describe('The server: ws:// or wss://.'),
    interval: value.duration.optional().describe('From one handshake to the next, 30s.'),
    timeout: value.duration
      .optional()
      .describe('For a handshake up to the first pong, and for later pongs, 10s.'),
    pingInterval: value.duration.optional().describe('Between pings over the held connection, 5s.'),
    expectStatus: status.optional().describe('101, or the status with which the server shall refuse.'),
    subprotocols: z.array(subprotocol).optional().describe('Offered; the server has to choose one of them.'),
    headers: z.record(z.string(), value.headerValue).optional().describe('Sent with every handshake.'),
    headerFiles: z
      .record(z.string(), value.text)
      .optional()
      .describe('Headers whose values are in files, such as authorization: /etc/token.'),
    ...tlsShape,
    allowAddresses: z
      .array(network)
      .optional()
      .describe('Metadata and link-local addresses that may be dialled nevertheless.'),
    socketIo: value.flag
      .optional()
      .describe('Whether a session of Socket.IO that begins by polling becomes a WebSocket. false.'),
    spread: spreadSchema.optional().describe('Which backends answer; not asked, if left out.'),
  }),
);

type WrittenProbes = z.output<typeof probesSchema>;

export function resolveProbes(probes: WrittenProbes | undefined): readonly ProbeTarget[] {
  return (probes ?? []).map((probe) => ({
    name: probe.name,
    url: probe.socketIo === true ? socketIoUrl(probe.url) : probe.url,
    intervalMs: probe.interval ?? 30_000,
    timeoutMs: probe.timeout ?? Math.min(10_000, probe.interval ?? 10_000),
    pingIntervalMs: probe.pingInterval ?? 5000,
    expectStatus: probe.expectStatus ?? 101,
    subprotocols: [...new Set(probe.subprotocols)],
    headers: probe.headers ?? {},
    headerFiles: probe.headerFiles ?? {},
    ...resolveTls(probe),
    allowAddresses: probe.allowAddresses ?? [],
    socketIo: probe.socketIo ?? false,
    spread: resolveSpread(probe.spread),
  }));
}

/** What single values cannot tell. */
export function probeProblems(probes: readonly ProbeTarget[]): readonly ConfigProblem[] {
  return probes.flatMap((probe, index) => {
    const path = `websockets.probes[${index}]`;
    const tell = (key: string, message: string) => ({ path: `${path}.${key}`, value: '', message });
    const twice = probes.findIndex(({ name }) => name === probe.name);
    return [
      ...(twice < index ? [tell('name', `is the name of websockets.probes[${twice}] too`)] : []),
      ...(probe.timeoutMs > probe.intervalMs
        ? [tell('timeout', 'must not be longer than the interval')]
        : []),
      ...tlsProblems(path, probe),
      ...headerProblems(path, probe),
      ...checkProblems(path, probe),
    ];
  });
}

/** Headers that cannot be sent, or that are not for the user to set. */
export function headerProblems(
  path: string,
  target: Pick<ProbeTarget, 'headers' | 'headerFiles'>,
): readonly ConfigProblem[] {
  return (['headers', 'headerFiles'] as const).flatMap((key) =>
    Object.keys(target[key])
      .filter((name) => !tokenForm.test(name) || isOurs(name))
      .map((name) => ({
        path: `${path}.${key}`,
        value: '',
        message: `must not have ${JSON.stringify(name)}: ${whyNot(name)}`,
      })),
  );
}

/** Headers by which a connection or a handshake is made. */
function isOurs(name: string): boolean {
  return /^(connection|upgrade|content-length|transfer-encoding|sec-websocket-.*)$/i.test(name);
}

function whyNot(name: string): string {
  return isOurs(name) ? 'it belongs to the connection' : 'it is no name of a header';
}
