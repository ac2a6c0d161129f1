import type { Clock } from '../clock.ts';
import { startDeadline } from '../kube/deadline.ts';
import { failureOfError, failureOfResponse } from '../kube/failure.ts';
import { type KubeTransport, readText } from '../kube/transport.ts';
import type { Asked, Teller } from '../terminal/teller.ts';

/** A Service by its names; the port by number or name, http unless told. */
export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
  readonly port: string;
}

const answerMs = 15_000;
const form =
  /^(?<namespace>[a-z0-9][-a-z0-9]*)\/(?<name>[a-z0-9][-a-z0-9]*)(?::(?<port>[a-z0-9][-a-z0-9]*))?$/;

/** `NAMESPACE/NAME` or `NAMESPACE/NAME:PORT`. */
export function parseService(text: string): ServiceName | undefined {
  const { namespace, name, port = 'http' } = form.exec(text)?.groups ?? {};
  return namespace === undefined || name === undefined ? undefined : { namespace, name, port };
}

/**
 * Asks a leasewatch in the cluster through the API server, as `kubectl get --raw` would: with the rights that
 * one has there, and without a port that is forwarded. The API server hands on no password for leasewatch itself.
 */
export function serviceTeller(transport: KubeTransport, clock: Clock, service: ServiceName): Teller {
  const { namespace, name, port } = service;
  const base = `/api/v1/namespaces/${namespace}/services/${name}:${port}/proxy`;
  return {
    ask: (what) => ask(transport, clock, `${base}/api/${what}`, service),
    close: async () => {},
  };
}

async function ask(
  transport: KubeTransport,
  clock: Clock,
  path: string,
  { namespace, name }: ServiceName,
): Promise<Asked> {
  const deadline = startDeadline(clock, answerMs, new AbortController().signal);
  const failed = (why: string): Asked => ({ kind: 'failed', why: `service ${namespace}/${name}: ${why}` });
  try {
    const headers = { accept: 'application/json' };
    const response = await transport.request({ method: 'GET', path, headers, signal: deadline.signal });
    if (response.status === 200) return { kind: 'ok', body: await readText(response.body) };
    return failed((await failureOfResponse(response)).why);
  } catch (error) {
    return failed(failureOfError(error, deadline.expired() ? 'timeout' : 'unreachable').why);
  } finally {
    deadline.clear();
  }
}
