import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

type Headers = Readonly<Record<string, string>>;

/** A refusal in plain text. */
export function answerShortly(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Headers,
): void {
  const common = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
  response.writeHead(status, { ...common, 'cache-control': 'no-store', ...headers });
  response.end(body);
}

/** The same where there is no response to write it to; the connection ends. */
export function endWith(socket: Duplex, status: number, body: string, headers: Headers): void {
  const all = { ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`;
  socket.end(head + body, () => socket.destroy());
}

const malformedStatus = new Map([
  ['HPE_HEADER_OVERFLOW', 431],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 413],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
]);

/** How a request that cannot be read is answered, by the code of what Node says about it. */
export function statusOfMalformed(code: unknown): number {
  return malformedStatus.get(String(code)) ?? 400;
}
