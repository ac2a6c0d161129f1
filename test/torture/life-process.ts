import { type Clock, systemClock } from '../../exporter/clock.ts';
import { lokiReceiver } from '../../exporter/delivery/loki.ts';
import { openOutbox } from '../../exporter/delivery/open-outbox.ts';
import { otlpReceiver } from '../../exporter/delivery/otlp.ts';
import type { Outbox } from '../../exporter/delivery/outbox.ts';
import { alwaysPermitted } from '../../exporter/delivery/permission.ts';
import { runSender } from '../../exporter/delivery/sender.ts';
import { recordOf } from './records.ts';

/**
 * One life of leasewatch's delivery: `life-process.ts PATH URL FIRST JUMP` appends records numbered from FIRST
 * on and sends them to URL, to be killed at any moment; its wall clock jumps by JUMP milliseconds again and
 * again. With FIRST `drain` it appends nothing, and ends once nothing is pending. A line of standard output is
 * one JSON object: `acked`, `stats`, or `openedMs`.
 */
const maxBytes = 100_000_000;
const maxBatchBytes = 16 * 1024;
const appendEveryMs = 2;
const appendedAtOnce = 6;
const lookEveryMs = 50;
const jumpEveryMs = 130;

async function live(path: string, url: string, first: string, jumpMs: number): Promise<void> {
  const clock = jumpingClock(jumpMs);
  const began = performance.now();
  const opened = await openOutbox({ path, maxBytes, clock, onError: (text) => console.error(text) });
  if (opened.kind === 'refused') throw new Error(opened.why);
  const { outbox } = opened;
  await tellStats(outbox);
  tell({ openedMs: performance.now() - began });
  const stop = new AbortController();
  const receivers = {
    logs: lokiReceiver({ url, headers: {} }, { clock }),
    traces: otlpReceiver({ url, headers: {} }, { clock }),
  };
  const sending = (['logs', 'traces'] as const).map((route) => {
    const { post } = receivers[route];
    const how = { clock, random: Math.random, maxBytes: maxBatchBytes, permission: alwaysPermitted };
    return runSender({ outbox, route, post, ...how }, stop.signal);
  });
  if (first !== 'drain') return appendForEver(outbox, Number(first), clock);
  await drained(outbox);
  stop.abort();
  await Promise.all(sending);
  await tellStats(outbox);
  await Promise.all([receivers.logs.close(), receivers.traces.close()]);
  await outbox.close();
}

function appendForEver(outbox: Outbox, first: number, clock: Clock): void {
  let next = first;
  setInterval(() => {
    for (let i = 0; i < appendedAtOnce; i++) {
      const number = next++;
      void outbox.append(recordOf(number, clock.now().wall / 1000)).then(() => tell({ acked: number }));
    }
  }, appendEveryMs);
  setInterval(() => void tellStats(outbox), lookEveryMs);
}

/** The wall clock of a machine that somebody sets again and again, forwards and back. */
function jumpingClock(jumpMs: number): Clock {
  const clock = systemClock();
  const jumped = (mono: number) => (Math.floor(mono / jumpEveryMs) % 2 === 1 ? jumpMs : 0);
  return {
    ...clock,
    now() {
      const { mono, wall } = clock.now();
      return { mono, wall: wall + jumped(mono) * 1000 };
    },
  };
}

async function drained(outbox: Outbox): Promise<void> {
  for (;;) {
    const stats = await outbox.stats();
    if (stats.length > 0 && stats.every(({ pending }) => pending === 0)) return;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

/** Nothing while the disk does not answer. */
async function tellStats(outbox: Outbox): Promise<void> {
  const stats = await outbox.stats();
  if (stats.length > 0) tell({ stats });
}

/** A pipe is written at once: what was told is in the parent's hands even after SIGKILL. */
function tell(news: object): void {
  process.stdout.write(`${JSON.stringify(news)}\n`);
}

if (import.meta.main) {
  const [path = '', url = '', first = '', jump = '0'] = process.argv.slice(2);
  await live(path, url, first, Number(jump));
}
