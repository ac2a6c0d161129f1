import type { Clock } from '../../exporter/clock.ts';
import type { LeaseSpec } from '../../exporter/kube/lease-client.ts';
import { formatMicroTime } from '../../exporter/kube/microtime.ts';
import type { KubeTransport } from '../../exporter/kube/transport.ts';
import type { Ledger } from '../../simulator/ledger.ts';
import { between, pick } from '../../simulator/random.ts';
import { type Machine, signed } from './machine.ts';
import { Member } from './member.ts';
import { type Setting, settings } from './settings.ts';
import { type Hand, hand, handWriter, type Team } from './team.ts';

export interface Parts {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly ledger: Ledger;
  readonly transport: KubeTransport;
  readonly machines: readonly Machine[];
}

const namespace = 'default';
const requestMs = 10_000;
const skewMs = 3_600_000;
const twoYearsMicros = 2 * 365 * 86_400 * 1e6;

/** A team for every setting, each on a lease of its own, with its replicas spread over the machines. */
export function teamsOf(parts: Parts, kinds: readonly Setting[]): Team[] {
  return kinds.map((setting, index) => {
    const lease = `election-${index}`;
    const members = Array.from({ length: setting.replicas }, (_, replica) => {
      const machine =
        parts.machines[(index + replica) % parts.machines.length] ?? pick(parts.random, parts.machines);
      return memberOf(parts, setting, lease, `${lease}-${replica}`, machine);
    });
    return { namespace, lease, setting, members, hand: handOn(parts, lease) };
  });
}

function memberOf(parts: Parts, setting: Setting, lease: string, pod: string, machine: Machine): Member {
  const { clock, random, ledger } = parts;
  const clockSkewMs = random() < 0.6 ? 0 : between(random, -skewMs, skewMs);
  return new Member({ clock, random, ledger, machine, namespace, lease, pod, setting, clockSkewMs });
}

/** The hand of an administrator, who is never cut off. */
export function handOn({ clock, transport, ledger }: Parts, lease: string, where = namespace): Hand {
  const channel = { transport: signed(transport, handWriter), clock, timeoutMs: requestMs };
  return hand(channel, where, lease, ledger);
}

/** Leases over which nobody is elected: no round of theirs can be true. */
export async function createQuietLeases(parts: Parts): Promise<void> {
  for (const [name, spec] of quietLeases(parts.clock.now().wall)) await handOn(parts, name).create(spec);
}

function quietLeases(wall: number): readonly (readonly [string, LeaseSpec])[] {
  const old = formatMicroTime(wall - twoYearsMicros);
  const leftover = { leaseDurationSeconds: 15, acquireTime: old, renewTime: old, leaseTransitions: 7 };
  return [
    ['leftover', { ...leftover, holderIdentity: forgotten }],
    ['leftover-released', { ...leftover, holderIdentity: '', leaseDurationSeconds: 1 }],
    ['lock', { holderIdentity: 'agent' }],
    ['never-held', {}],
  ];
}

/** Holder of leases that were left behind two years ago. */
export const forgotten = 'of-two-years-ago';

/** What a workload finds that was away for two years. */
export async function leaveBehind(parts: Parts, { lease, setting }: Team): Promise<void> {
  const old = formatMicroTime(parts.clock.now().wall - twoYearsMicros);
  const leaseDurationSeconds = setting.times.durationSeconds;
  const spec = { leaseDurationSeconds, acquireTime: old, renewTime: old, leaseTransitions: 7 };
  await handOn(parts, lease).create({ ...spec, holderIdentity: forgotten });
}

/** Settings in turn; the hour-long one only where there is time for it. */
export function settingsFor(lastsMs: number, count: number): Setting[] {
  const possible = settings.filter(({ times }) => times.durationSeconds * 8000 <= lastsMs);
  return Array.from({ length: count }, (_, index) => possible[index % possible.length]).filter(
    (setting) => setting !== undefined,
  );
}
