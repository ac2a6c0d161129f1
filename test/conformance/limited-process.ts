import { openOutbox } from '../../exporter/delivery/open-outbox.ts';
import { record } from './outbox.ts';

/**
 * Appends numbered records of a kilobyte for ever, and prints a line of JSON at every tenth of a second: how
 * many were acknowledged, and the counts of logs. Started by the test of I/O errors, with the path of the outbox.
 */
async function appendForEver(path: string): Promise<void> {
  const opened = await openOutbox({ path, maxBytes: 100_000_000, onError: (text) => console.error(text) });
  if (opened.kind === 'refused') throw new Error(opened.why);
  const { outbox } = opened;
  let acked = 0;
  let next = 0;
  setInterval(() => {
    for (let i = 0; i < 10; i++) {
      void outbox.append(record(`${next++} ${'x'.repeat(1_000)}`)).then(() => {
        acked += 1;
      });
    }
  }, 5);
  setInterval(async () => {
    const logs = (await outbox.stats()).find(({ route }) => route === 'logs');
    process.stdout.write(`${JSON.stringify({ acked, logs })}\n`);
  }, 100);
}

if (import.meta.main) await appendForEver(process.argv[2] ?? '');
