import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Clock } from '../clock.ts';
import { floodBytes, type HeldConnection, heldConnection } from './probe-connection.ts';
import { type Failed, failureOf, type Step } from './probe-failure.ts';
import type { ProbeTarget } from './probe-target.ts';

export interface Answered {
  readonly status: number;
  /** `undefined` where the server refused, as expected. */
  readonly connection: HeldConnection | undefined;
}

export interface UpgradeRequest {
  readonly target: ProbeTarget;
  readonly socket: Socket;
  /** With the credentials in them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: Clock;
}

/** Asks for the upgrade over a connection. Whoever gives up meanwhile destroys the socket. */
export function upgrade(request: UpgradeRequest): Promise<Step<Answered>> {
  const { target, socket, clock } = request;
  const webSocket = new WebSocket(target.url, [...target.subprotocols], {
    createConnection: () => socket,
    headers: { 'user-agent': 'leasewatch', ...request.headers },
    // What a server compresses could grow here to any size.
    perMessageDeflate: false,
    maxPayload: floodBytes,
  });
  let answer: IncomingMessage | undefined;
  return new Promise((resolve) => {
    webSocket.once('upgrade', (response) => {
      answer = response;
    });
    webSocket.once('unexpected-response', (_request, response) => {
      const { statusCode: status = 0 } = response;
      // Its body may be endless.
      socket.destroy();
      resolve(judge(target, { status, connection: undefined }));
    });
    webSocket.on('error', (error) => resolve(refusal(target, answer, error)));
    webSocket.once('open', () => {
      const connection = heldConnection(webSocket, socket, clock);
      const judged = judge(target, { status: 101, connection });
      if ('failure' in judged) connection.end();
      resolve(judged);
    });
  });
}

function judge({ expectStatus }: ProbeTarget, answered: Answered): Step<Answered> {
  const { status } = answered;
  if (status === expectStatus) return { got: answered };
  const why = `answered ${status} where ${expectStatus} was expected`;
  return { failure: 'status', why, status };
}

/** An answer of 101 that ws does not take for one has a wrong key, or a subprotocol that was not offered. */
function refusal({ subprotocols }: ProbeTarget, answer: IncomingMessage | undefined, error: Error): Failed {
  const failed = failureOf(error, 'upgrade');
  if (answer === undefined) return failed;
  const chosen = answer.headers['sec-websocket-protocol'];
  const asOffered = chosen === undefined ? subprotocols.length === 0 : subprotocols.includes(chosen);
  return { ...failed, status: 101, failure: asOffered ? failed.failure : 'subprotocol' };
}
