import { sleep } from '../../exporter/clock.ts';
import { leaseClient } from '../../exporter/kube/lease-client.ts';
import { formatMicroTime } from '../../exporter/kube/microtime.ts';
import { keepApiIdentity } from '../../simulator/actors/api-identity.ts';
import { between } from '../../simulator/random.ts';
import type { Parts } from './cast.ts';
import { signed } from './machine.ts';

const namespace = 'default';
const name = 'managed-cluster-lease';
const leaseDurationSeconds = 60;
const renewMs = 15_000;
const requestMs = 5000;

/** Leases by which somebody only says that it is there: nobody is elected, but silence is news. */
export async function keepBeating(parts: Parts, stop: AbortSignal): Promise<void> {
  const { clock, random, transport } = parts;
  await Promise.all([beat(parts, stop), keepApiIdentity({ transport, clock, random }, stop)]);
}

/** A heartbeat lease, named like its holder; its writer is away for a while now and then. */
async function beat({ clock, random, transport }: Parts, stop: AbortSignal): Promise<void> {
  const client = leaseClient({ transport: signed(transport, name), clock, timeoutMs: requestMs });
  let silentAt = between(random, 200_000, 600_000);
  while (!stop.aborted) {
    const renewTime = formatMicroTime(clock.now().wall);
    const spec = { holderIdentity: name, leaseDurationSeconds, renewTime };
    const got = await client.get(namespace, name, stop);
    if (got.kind === 'found') await client.update({ metadata: got.lease.metadata, spec }, stop);
    if (got.kind === 'not-found') await client.create({ metadata: { namespace, name }, spec }, stop);
    const isSilent = clock.now().mono >= silentAt;
    if (isSilent) silentAt = clock.now().mono + between(random, 300_000, 900_000);
    await sleep(clock, isSilent ? between(random, 40_000, 200_000) : renewMs, stop);
  }
}
