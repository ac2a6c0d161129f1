import { createWriteStream } from 'node:fs';
import type { Observation } from '../model/observation.ts';
import { recordingHeader } from './recording-schema.ts';

export interface Recorder {
  /** Never blocks and never throws. */
  write(observation: Observation): void;
  /** Resolves when everything is in the file. */
  close(): Promise<void>;
}

/** What may wait in memory for a slow disk, in bytes. */
const mostWaiting = 64 * 2 ** 20;

/**
 * Writes observations into a new file, one JSON object a line. When that fails the recording ends there,
 * `failed` is told why, once, and nothing else is disturbed.
 */
export function recorder(file: string, failed: (why: string) => void): Recorder {
  const stream = createWriteStream(file, { flags: 'w', mode: 0o600 });
  let recording = true;
  const closed = new Promise<void>((resolve) => stream.once('close', resolve));
  stream.on('error', (error) => end(error.message));
  writeLine(recordingHeader);
  return {
    write: writeLine,
    close() {
      recording = false;
      stream.end();
      return closed;
    },
  };

  function writeLine(value: object): void {
    if (!recording) return;
    if (stream.writableLength > mostWaiting) return end('the disk is too slow');
    stream.write(`${JSON.stringify(value)}\n`);
  }

  function end(why: string): void {
    if (recording) failed(`record: ${file}: ${why}; the recording ends here`);
    recording = false;
    stream.destroy();
  }
}
