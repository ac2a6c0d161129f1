/**
 * leasewatch as `run` wires it, watching the server at argv[2] with the configuration at argv[3]: tells its address, and when the parent asks, when it
 * called whom expired, and how long its main thread came to nothing meanwhile.
 */
import { startExporter } from '../../exporter/assemble.ts';
import { systemClock } from '../../exporter/clock.ts';
import { loadConfig } from '../../exporter/config.ts';
import { undiciTransport } from '../../exporter/kube/undici.ts';
import type { Event } from '../../exporter/model/event.ts';
import { type Pauses, watchPauses } from '../census/pauses.ts';

/** One verdict. Times in milliseconds. */
export interface Expiry {
  /** `namespace/name`. */
  readonly lease: string;
  /** Unix time at which the verdict was there, and every signal of it. */
  readonly at: number;
  /** From the moment when the evidence was there. */
  readonly afterEvidence: number;
}

export interface FromJudge {
  readonly expiries: readonly Expiry[];
  readonly pauses: Pauses;
}

const [server = '', file = ''] = process.argv.slice(2);
const config = loadConfig({ flags: {}, env: {}, file });
if (config.kind !== 'ok') throw new Error(JSON.stringify(config.problems));
const clock = systemClock();
const expiries: Expiry[] = [];
const started = await startExporter({
  ...{ config: config.config, version: 'bench', clock, random: Math.random, console: 'text' },
  transport: undiciTransport({ server, headers: async () => ({}) }),
  onEvent(event) {
    const lease = silentIn(event);
    if (lease === undefined) return;
    const at = performance.timeOrigin + performance.now();
    expiries.push({ lease, at, afterEvidence: clock.now().mono - event.at.mono });
  },
});
if (started.kind === 'failed') throw new Error(started.why);
let pauses = watchPauses();
process.on('message', (asked) => {
  if (asked === 'begin') {
    pauses();
    pauses = watchPauses();
    process.send?.('begun');
  } else process.send?.({ expiries, pauses: pauses() });
});
process.on('disconnect', () => process.exit());
process.send?.(started.exporter.url);

function silentIn(event: Event): string | undefined {
  if (event.kind === 'lease-state' && event.to === 'expired') return `${event.namespace}/${event.lease}`;
  if (event.kind === 'node-state' && event.to === 'lost') return `kube-node-lease/${event.node}`;
  return undefined;
}
