/**
 * Golden transcripts: a script above the line `----`, what came out below it. `npm run scenarios:rewrite`
 * writes the transcripts anew; read the difference before you commit it.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { logEvents, metrics, spans } from '../../exporter/catalogue.ts';
import { type Played, play } from './stage.ts';

const line = '----\n';
const rewrite = process.env.REWRITE === '1';
const files = globSync('*.txt', { cwd: import.meta.dirname }).sort();

function read(file: string): { script: string; expected: string } {
  const [script = '', expected = ''] = readFileSync(join(import.meta.dirname, file), 'utf8').split(line);
  return { script, expected };
}

describe('scenarios', () => {
  for (const file of files) {
    test(file.replace('.txt', '').replaceAll('-', ' '), async () => {
      const { script, expected } = read(file);
      const { transcript } = await play(script);
      if (rewrite) writeFileSync(join(import.meta.dirname, file), script + line + transcript);
      else assert.equal(transcript, expected, differences(file, expected, transcript));
    });
  }
});

/** The lines that are gone and the lines that are new, with their numbers in the transcript. */
function differences(file: string, expected: string, actual: string): string {
  const before = expected.split('\n');
  const after = actual.split('\n');
  const gone = before.flatMap((text, index) => (after.includes(text) ? [] : [`- ${index + 1}: ${text}`]));
  const come = after.flatMap((text, index) => (before.includes(text) ? [] : [`+ ${index + 1}: ${text}`]));
  const what = [...gone, ...come].join('\n') || 'the same lines in another order';
  return `${file} tells another story (npm run scenarios:rewrite, if that is meant):\n${what}`;
}

describe('every entry of the catalogue is produced by a scenario', async () => {
  const all: Played[] = [];
  for (const file of files) all.push(await play(read(file).script));
  const missing = (names: readonly string[], of: (played: Played) => ReadonlySet<string>) =>
    names.filter((name) => !all.some((played) => of(played).has(name)));

  test('metrics', () => {
    assert.deepEqual(
      missing(Object.keys(metrics), (played) => played.metrics),
      [],
    );
  });
  test('spans', () => {
    const names = Object.values(spans).map(({ name }) => name);
    assert.deepEqual(
      missing(names, (played) => played.spans),
      [],
    );
  });
  test('log events', () => {
    assert.deepEqual(
      missing(Object.keys(logEvents), (played) => played.logs),
      [],
    );
  });
});
