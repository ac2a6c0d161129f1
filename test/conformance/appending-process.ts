import { openOutbox } from '../../exporter/delivery/open-outbox.ts';
import { record } from './outbox.ts';

/**
 * Appends numbered records for ever and writes each number that was acknowledged to standard output, to
 * be killed at any moment. What it could not print any more counts as not acknowledged. Started by the durability test, with the path of the outbox.
 */
async function appendForEver(path: string): Promise<void> {
  const opened = await openOutbox({
    path,
    maxBytes: 100_000_000,
    onError: (message) => console.error(message),
  });
  if (opened.kind === 'refused') throw new Error(opened.why);
  for (let next = 0; ; ) {
    const group = Array.from({ length: 7 }, () => {
      const number = next++;
      return opened.outbox.append(record(`${number}`)).then(() => process.stdout.write(`${number}\n`));
    });
    await Promise.race(group);
  }
}

if (import.meta.main) await appendForEver(process.argv[2] ?? '');
