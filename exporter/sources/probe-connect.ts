import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Credentials } from '../credentials.ts';
import type { ProbeCertificates } from '../model/observation.ts';
import { diallable } from './probe-address.ts';
import { failureOf, type Step } from './probe-failure.ts';

/** Where a server is, by its address: ws:// or wss://. */
export function placeOf(address: string): {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
} {
  const url = new URL(address);
  const tls = url.protocol === 'wss:';
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || (tls ? 443 : 80), tls };
}

/** The addresses of a host that may be dialled. */
export async function resolveHost(host: string, allow: readonly string[]): Promise<Step<readonly string[]>> {
  let addresses: readonly string[] = [host];
  if (isIP(host) === 0) {
    try {
      addresses = (await lookup(host, { all: true })).map(({ address }) => address);
    } catch (error) {
      return failureOf(error, 'dns');
    }
  }
  const allowed = diallable(addresses, allow);
  if (allowed.length > 0) return { got: allowed };
  const where = isIP(host) === 0 ? `${host} is ${addresses.join(', ')}` : host;
  const why = `${where}: metadata and link-local addresses are not dialled unless allowed`;
  return { failure: 'denied', why };
}

/** What `net.connect` asks for addresses, when they are known: the name is not asked again. */
export function fixedLookup(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, _options, tell) => tell(null, all);
}

/** Connects to one of these addresses and to no other. */
export async function connectTcp(
  addresses: readonly string[],
  port: number,
  signal: AbortSignal,
): Promise<Step<Socket>> {
  const [only = ''] = addresses;
  const host = addresses.length === 1 ? only : 'one-of-many.invalid';
  const socket = connect({ host, port, noDelay: true, lookup: fixedLookup(addresses) });
  try {
    await once(socket, 'connect', { signal });
    return { got: socket };
  } catch (error) {
    socket.destroy();
    return failureOf(error, 'tcp');
  }
}

export interface Secured {
  readonly socket: TLSSocket;
  readonly certificates: ProbeCertificates | undefined;
  /** Why the server is not who it should be; `undefined` if it is. */
  readonly distrust: string | undefined;
}

/**
 * TLS over a connection. A server that is not trusted is told as such, with its certificates: an expired one
 * is what everybody wants to see. It is the caller who must not talk to it.
 */
export async function secure(
  connection: Socket,
  host: string,
  identity: Credentials['tls'],
  signal: AbortSignal,
): Promise<Step<Secured>> {
  const socket = connectTls({
    socket: connection,
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...identity,
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: false,
  });
  try {
    await once(socket, 'secureConnect', { signal });
  } catch (error) {
    socket.destroy();
    return failureOf(error, 'tls');
  }
  const distrust = socket.authorized ? undefined : String(socket.authorizationError);
  return { got: { socket, certificates: certificatesOf(socket), distrust } };
}

function certificatesOf(socket: TLSSocket): ProbeCertificates | undefined {
  const leaf = socket.getPeerX509Certificate();
  if (leaf === undefined) return undefined;
  let issuer = Number.POSITIVE_INFINITY;
  for (let above = leaf.issuerCertificate; above !== undefined; above = above.issuerCertificate) {
    issuer = Math.min(issuer, Date.parse(above.validTo) * 1000);
  }
  return { leaf: Date.parse(leaf.validTo) * 1000, issuer: Number.isFinite(issuer) ? issuer : undefined };
}
