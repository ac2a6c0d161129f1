/** Every scenario once more, with a restart at many moments of it: the checkpoint hides it from the story. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parseScript } from './script.ts';
import { play } from './stage.ts';

/** Moments of one scenario at which leasewatch is killed, one at a time. */
const moments = 12;

function script(file: string): string {
  return readFileSync(join(import.meta.dirname, file), 'utf8').split('----\n')[0] ?? '';
}

/** Some of the seconds between the begin and the end of a script, none of them that of a command. */
function momentsOf(text: string): number[] {
  const last = parseScript(text).at(-1)?.at ?? 0;
  return Array.from({ length: moments }, (_, index) => ((index + 0.37) * last) / moments);
}

function restartedAt(text: string, second: number): string {
  const sources = ['leases', 'nodes'].filter((source) =>
    new RegExp(`^\\S+ +list ${source}$`, 'm').test(text),
  );
  const lists = sources.map((source) => `${second} list ${source}`);
  return [text, `${second} kill`, `${second} start`, ...lists].join('\n');
}

/** What was delivered as a span, without its attributes: `child silence 0d6148 from 24 to 39`. */
function spansIn(transcript: string): string[] {
  return [...transcript.matchAll(/^ *[\d.]+ {2}span {2}(.*? to [\d.-]+)/gm)].map(([, span]) => span ?? '');
}

/** Trace and length: where a round lies on the wall clock depends on when it was opened, should that jump. */
function roundsIn(spans: readonly string[]): string[] {
  return spans.flatMap((span) => {
    const [, trace, from, to] = /^election round (\w+) from ([\d.-]+) to ([\d.-]+)$/.exec(span) ?? [];
    return trace === undefined ? [] : [`${trace} ${(Number(to) - Number(from)).toFixed(3)} s`];
  });
}

/** In these a list at any moment would show what the story hides, or a question come at another time. */
const hides = /^\S+ +(kill|blind|late|forbidden|unreadable|pods +unreadable)/m;

describe('a restart at any moment', () => {
  for (const file of globSync('*.txt', { cwd: import.meta.dirname }).sort()) {
    const text = script(file);
    if (hides.test(text)) continue;
    test(`of ${file}: no span comes twice, and no round is told otherwise`, async () => {
      const rounds = roundsIn(spansIn((await play(text)).transcript));
      for (const second of momentsOf(text)) {
        const spans = spansIn((await play(restartedAt(text, second))).transcript);
        assert.deepEqual(spans.toSorted(), [...new Set(spans)].toSorted(), `killed at ${second} s`);
        const invented = roundsIn(spans).filter((round) => !rounds.includes(round));
        assert.deepEqual(invented, [], `killed at ${second} s`);
      }
    });
  }
});
