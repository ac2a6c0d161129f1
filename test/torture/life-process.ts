import { systemClock } from '../../exporter/clock.ts';
import { lokiReceiver } from '../../exporter/delivery/loki.ts';
import { openOutbox } from '../../exporter/delivery/open-outbox.ts';
import { importance, type Outbox } from '../../exporter/delivery/outbox.ts';
import { alwaysPermitted } from '../../exporter/delivery/permission.ts';
import { runSender } from '../../exporter/delivery/sender.ts';

/**
 * One life of leasewatch's delivery: `life-process.ts PATH URL FIRST` appends records numbered from FIRST
 * on and sends them to URL, to be killed at any moment. With FIRST `drain` it appends nothing, and ends
 * once nothing is pending. A line of standard output is one JSON object: `acked`, or `stats`.
 */
const maxBatchBytes = 16 * 1024;
const appendEveryMs = 2;
const lookEveryMs = 50;

async function live(path: string, url: string, first: string): Promise<void> {
  const opened = await openOutbox({ path, maxBytes: 100_000_000, onError: (text) => console.error(text) });
  if (opened.kind === 'refused') throw new Error(opened.why);
  const { outbox } = opened;
  tell({ stats: await logStats(outbox) });
  const stop = new AbortController();
  const receiver = lokiReceiver({ url, headers: {} }, { clock: systemClock() });
  const sending = runSender(
    {
      outbox,
      route: 'logs',
      post: receiver.post,
      clock: systemClock(),
      random: Math.random,
      maxBytes: maxBatchBytes,
      permission: alwaysPermitted,
    },
    stop.signal,
  );
  if (first !== 'drain') return appendForEver(outbox, Number(first));
  await drained(outbox);
  stop.abort();
  await sending;
  tell({ stats: await logStats(outbox) });
  await receiver.close();
  await outbox.close();
}

function appendForEver(outbox: Outbox, first: number): void {
  let next = first;
  setInterval(() => {
    for (let i = 0; i < 5; i++) {
      const number = next++;
      const body = Buffer.from(`["${Date.now()}000000","record=${number};",{}]`);
      const stream = `{"site":"${number % 2 === 0 ? 'a' : 'b'}"}`;
      const record = { route: 'logs', stream, importance: importance.outage, body } as const;
      void outbox.append(record).then(() => tell({ acked: number }));
    }
  }, appendEveryMs);
}

async function drained(outbox: Outbox): Promise<void> {
  while ((await logStats(outbox))?.pending !== 0) {
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

async function logStats(outbox: Outbox) {
  return (await outbox.stats()).find((of) => of.route === 'logs');
}

/** A pipe is written at once: what was told is in the parent's hands even after SIGKILL. */
function tell(news: object): void {
  process.stdout.write(`${JSON.stringify(news)}\n`);
}

if (import.meta.main) {
  const [path = '', url = '', first = ''] = process.argv.slice(2);
  await live(path, url, first);
}
