import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Clock } from '../clock.ts';
import { floodBytes, type HeldConnection, heldConnection } from './probe-connection.ts';
import { type Failed, failureOf, type Step } from './probe-failure.ts';
import type { ProbeTarget } from './probe-target.ts';

/** What a server answered when it was asked for the upgrade. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The beginning of the page with which it refused, where that was asked for. */
  readonly body: string;
}

export interface UpgradeRequest {
  readonly target: ProbeTarget;
  readonly socket: Socket;
  /** With the credentials in them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly readRefusal: boolean;
  /** Called before the upgrade is judged. */
  readonly onAnswer: (answer: HttpAnswer) => void;
}

/**
 * Asks for the upgrade over a connection; it comes to no connection where the server refused, as expected.
 * Whoever gives up meanwhile destroys the socket.
 */
export function upgrade(request: UpgradeRequest): Promise<Step<HeldConnection | undefined>> {
  const { target, socket, clock, onAnswer } = request;
  const webSocket = new WebSocket(target.url, [...target.subprotocols], {
    createConnection: () => socket,
    headers: { 'user-agent': 'leasewatch', ...request.headers },
    // What a server compresses could grow here to any size.
    perMessageDeflate: false,
    maxPayload: floodBytes,
  });
  let answer: HttpAnswer | undefined;
  return new Promise((resolve) => {
    webSocket.once('upgrade', ({ headers }) => {
      answer = { status: 101, headers, body: '' };
      onAnswer(answer);
    });
    webSocket.once('unexpected-response', async (_request, response) => {
      const body = request.readRefusal ? await beginningOf(response, clock) : '';
      // The rest of it may be endless.
      socket.destroy();
      const { statusCode: status = 0, headers } = response;
      onAnswer({ status, headers, body });
      resolve(judge(target, status, undefined));
    });
    webSocket.on('error', (error) => resolve(refusal(target, answer, error)));
    webSocket.once('open', () => {
      const connection = heldConnection(webSocket, socket, clock, target.socketIo);
      const judged = judge(target, 101, connection);
      if ('failure' in judged) connection.end();
      resolve(judged);
    });
  });
}

function judge<T>({ expectStatus }: ProbeTarget, status: number, got: T): Step<T> {
  if (status === expectStatus) return { got };
  return { failure: 'status', why: `answered ${status} where ${expectStatus} was expected` };
}

/** An answer of 101 that ws does not take for one has a wrong key, or a subprotocol that was not offered. */
function refusal({ subprotocols }: ProbeTarget, answer: HttpAnswer | undefined, error: Error): Failed {
  const failed = failureOf(error, 'upgrade');
  if (answer === undefined) return failed;
  const chosen = answer.headers['sec-websocket-protocol'];
  const asOffered = chosen === undefined ? subprotocols.length === 0 : subprotocols.includes(chosen);
  return { ...failed, failure: asOffered ? failed.failure : 'subprotocol' };
}

const mostOfRefusal = 1024;
const refusalPatienceMs = 250;

/** What there is of a page within a moment. */
function beginningOf(page: IncomingMessage, clock: Clock): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const cancel = clock.after(refusalPatienceMs, done);
    function done(): void {
      cancel();
      resolve(text.slice(0, mostOfRefusal));
    }
    page.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.length >= mostOfRefusal) done();
    });
    for (const end of ['end', 'close', 'error']) page.once(end, done);
  });
}
