import type { Credentials } from '../credentials.ts';
import type { ProbeSession, SessionFailure } from '../model/observation.ts';
import { cookiesOf, isUnknownSession, packets, parseOpen, probed, sessionUrl } from './engine-io.ts';
import { aborted, type DialRequest, dial } from './probe-dial.ts';
import { type Poller, poller } from './probe-poll.ts';

/** Begins one session as a client of Socket.IO does, and goes on with it. Never rejects. */
export type CheckSession = (request: DialRequest) => Promise<ProbeSession>;

interface Failed {
  readonly failure: SessionFailure;
  readonly why: string;
}

/**
 * A session begins with a poll, goes on with another one, and becomes a WebSocket: three requests, of which
 * the last comes over a connection of its own. Where they reach different backends, those that come later do
 * not know the session. All of it may take as long as a handshake.
 */
export const checkSession: CheckSession = async (request) => {
  const { clock, stop, target } = request;
  const timeout = new AbortController();
  const cancel = clock.after(target.timeoutMs, () => timeout.abort());
  const bounded = { ...request, stop: AbortSignal.any([timeout.signal, stop]) };
  const polls = poller(bounded);
  const failed = await failureIn(bounded, polls);
  cancel();
  await polls.close();
  if (failed === undefined) return { step: 'session', failure: undefined, why: '' };
  if (!timeout.signal.aborted) return { step: 'session', ...failed };
  return { step: 'session', failure: 'timeout', why: `not done within ${target.timeoutMs / 1000} s` };
};

/** What went wrong; `undefined`: the session was kept. */
async function failureIn(request: DialRequest, polls: Poller): Promise<Failed | undefined> {
  const session = await openSession(request, polls);
  if ('failure' in session) return session;
  return (await pollAgain(session, polls)) ?? (await goOn(request, session));
}

/** A session, and the headers by which a balancer may know where it is. */
interface Session {
  readonly pollUrl: string;
  readonly webSocketUrl: string;
  readonly credentials: Credentials;
}

async function openSession({ target, credentials }: DialRequest, polls: Poller): Promise<Session | Failed> {
  const { headers } = credentials;
  const polled = await polls.poll({ method: 'GET', url: sessionUrl(target.url, 'polling'), headers });
  if ('failure' in polled) return told('the first poll', polled);
  const { status, text, setCookies } = polled.got;
  if (status !== 200) return refused('the first poll', status, text);
  const open = parseOpen(text);
  if (open === undefined)
    return { failure: 'protocol', why: 'the first poll was not answered in Engine.IO 4' };
  if (!open.upgrades.includes('websocket')) {
    return { failure: 'protocol', why: 'the server does not let sessions become WebSockets' };
  }
  return {
    pollUrl: sessionUrl(target.url, 'polling', open.sid),
    webSocketUrl: sessionUrl(target.url, 'websocket', open.sid),
    credentials: { ...credentials, headers: withCookies(headers, cookiesOf(setCookies)) },
  };
}

async function pollAgain({ pollUrl, credentials }: Session, polls: Poller): Promise<Failed | undefined> {
  const headers = { ...credentials.headers, 'content-type': 'text/plain;charset=UTF-8' };
  const polled = await polls.poll({ method: 'POST', url: pollUrl, headers, body: packets.pong });
  if ('failure' in polled) return told('the second poll', polled);
  const { status, text } = polled.got;
  return status === 200 ? undefined : refused('the second poll', status, text);
}

/** Becomes a WebSocket, and says goodbye: the server has nothing to wait for. */
async function goOn(request: DialRequest, session: Session): Promise<Failed | undefined> {
  const { webSocketUrl: url, credentials } = session;
  const target = { ...request.target, url, subprotocols: [] };
  const { handshake, connection, answer } = await dial({
    ...request,
    target,
    credentials,
    readRefusal: true,
  });
  if (connection === undefined) {
    if (answer !== undefined && answer.status !== 101)
      return refused('the upgrade', answer.status, answer.body);
    return told('the upgrade', { failure: handshake.failure ?? 'protocol', why: handshake.why });
  }
  connection.say(packets.probe);
  const said = await Promise.race([connection.first, connection.ended, aborted(request.stop)]);
  if (said === probed) connection.say(packets.upgrade);
  connection.end();
  await connection.ended;
  if (said === probed) return undefined;
  const why = 'after the upgrade the server did not take the session over';
  return { failure: typeof said === 'object' ? 'closed' : 'protocol', why };
}

function refused(step: string, status: number, body: string): Failed {
  const why = `${step} was answered ${status}: ${body.slice(0, 200)}`;
  return { failure: isUnknownSession(status, body) ? 'session_lost' : 'status', why };
}

function told(step: string, { failure, why }: Failed): Failed {
  return { failure, why: `${step}: ${why}` };
}

/** As a browser does it: what the balancer gave joins what the configuration says. */
function withCookies(headers: Readonly<Record<string, string>>, cookies: string): Record<string, string> {
  if (cookies === '') return { ...headers };
  const name = Object.keys(headers).find((each) => each.toLowerCase() === 'cookie') ?? 'cookie';
  const own = headers[name];
  return { ...headers, [name]: own === undefined ? cookies : `${own}; ${cookies}` };
}
