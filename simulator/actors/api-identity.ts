import type { Clock } from '../../exporter/clock.ts';
import { leaseClient } from '../../exporter/kube/lease-client.ts';
import { formatMicroTime } from '../../exporter/kube/microtime.ts';
import type { KubeTransport } from '../../exporter/kube/transport.ts';
import { seededUuid } from '../random.ts';
import { repeat } from './loop.ts';

export interface ApiIdentityOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

const namespace = 'kube-system';
const leaseDurationSeconds = 3600;
const renewMs = 10_000;

/**
 * The lease that every API server keeps to say that it is there: it lasts an hour and is renewed every
 * 10 s, so that silence shows long before the duration is over.
 */
export function keepApiIdentity(options: ApiIdentityOptions, stop: AbortSignal): Promise<void> {
  const { transport, clock, random } = options;
  const client = leaseClient({ transport, clock, timeoutMs: renewMs });
  const id = seededUuid(random);
  const name = `apiserver-${id.replaceAll('-', '').slice(0, 26)}`;
  const labels = { 'apiserver.kubernetes.io/identity': 'kube-apiserver' };
  const keep = async (): Promise<void> => {
    const renewTime = formatMicroTime(clock.now().wall);
    const spec = { holderIdentity: `${name}_${id}`, leaseDurationSeconds, renewTime };
    const held = await client.get(namespace, name, stop);
    if (held.kind === 'found') await client.update({ metadata: held.lease.metadata, spec }, stop);
    if (held.kind === 'not-found') await client.create({ metadata: { namespace, name, labels }, spec }, stop);
  };
  return repeat(clock, stop, () => renewMs, keep);
}
