import { z } from 'zod';
import type { ConfigProblem } from './config-problems.ts';
import { type Parsed, tokenForm, written } from './config-values.ts';
import type { BackendPlace, ProbeTarget, SpreadTarget } from './sources/probe-target.ts';

/** More would be a load of our own making, at every interval. */
const mostConnections = 32;

const connections = written({ type: ['integer', 'string'] }, (input): Parsed<number> => {
  const number = Number(input);
  if (Number.isInteger(number) && number >= 2 && number <= mostConnections) return { value: number };
  return { expected: `a number of connections from 2 to ${mostConnections}` };
});

const headerName = written({ type: 'string', pattern: tokenForm.source }, (input): Parsed<string> => {
  if (typeof input === 'string' && tokenForm.test(input)) return { value: input };
  return { expected: 'the name of a header, such as x-served-by' };
});

const message = written({ type: 'string', pattern: '^[^*]*\\*[^*]*$' }, (input): Parsed<BackendPlace> => {
  const [before, after, ...more] = typeof input === 'string' ? input.split('*') : [];
  if (before !== undefined && after !== undefined && more.length === 0 && before + after !== '') {
    return { value: { message: { before, after } } };
  }
  return { expected: 'a text with one * where the name of the backend stands, such as "welcome to *!"' };
});

/** The key `spread` of a probe. */
export const spreadSchema = z
  .strictObject({
    connections: connections.describe('How many are opened at once, 2 to 32.'),
    header: headerName.optional().describe('The header of the answer that names the backend.'),
    message: message.optional().describe('Else the first message: a text with one * where the name stands.'),
  })
  .refine(({ header, message }) => (header === undefined) !== (message === undefined), {
    error: 'must name the backend, by either a header or a message',
  });

type WrittenSpread = z.output<typeof spreadSchema>;

export function resolveSpread(spread: WrittenSpread | undefined): SpreadTarget | undefined {
  if (spread === undefined) return undefined;
  const { connections, header, message } = spread;
  return { connections, backend: message ?? { header: header ?? '' } };
}

/** The address of a Socket.IO server with what its clients put into it. */
export function socketIoUrl(address: string): string {
  const url = new URL(address);
  if (url.pathname === '/') url.pathname = '/socket.io/';
  for (const [name, text] of [
    ['EIO', '4'],
    ['transport', 'websocket'],
  ] as const) {
    if (!url.searchParams.has(name)) url.searchParams.set(name, text);
  }
  return url.href;
}

/** What single values cannot tell of what is asked after a handshake. */
export function checkProblems(
  path: string,
  { socketIo, spread, expectStatus, url }: ProbeTarget,
): readonly ConfigProblem[] {
  const tell = (key: string, message: string) => ({ path: `${path}.${key}`, value: '', message });
  const refused = 'has no meaning where the handshake shall be refused (expectStatus)';
  const { searchParams } = new URL(url);
  const other = searchParams.get('EIO') !== '4' || searchParams.get('transport') !== 'websocket';
  return [
    ...(socketIo && expectStatus !== 101 ? [tell('socketIo', refused)] : []),
    ...(socketIo && other
      ? [tell('url', 'must say EIO=4 and transport=websocket, or neither, with socketIo')]
      : []),
    ...(spread !== undefined && expectStatus !== 101 ? [tell('spread', refused)] : []),
  ];
}
