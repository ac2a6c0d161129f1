import { createReadStream } from 'node:fs';
import { z } from 'zod';
import type { Moment } from '../clock.ts';
import type { Observation } from '../model/observation.ts';
import { observationSchema, recordingHeader } from './recording-schema.ts';
import type { Source } from './source.ts';

export type RecordedLine =
  | { readonly kind: 'observation'; readonly line: number; readonly observation: Observation }
  | { readonly kind: 'problem'; readonly why: string };

/**
 * The observations of a recording, in the order in which they were made, and a problem for every line
 * that is none. Only a header that is missing or of another version ends the reading.
 */
export async function* readRecording(file: string): AsyncGenerator<RecordedLine> {
  let line = 0;
  try {
    for await (const text of linesOf(createReadStream(file, 'utf8'))) {
      line++;
      if (line > 1) yield parseLine(text, line);
      else {
        const problem = headerProblem(text);
        if (problem !== undefined) return yield { kind: 'problem', why: `replay: ${file}: ${problem}` };
      }
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    yield { kind: 'problem', why: `replay: ${file}: ${why}` };
    return;
  }
  if (line === 0) yield { kind: 'problem', why: `replay: ${file}: the file is empty` };
}

/** Not node:readline: to that, U+2028 ends a line too, and a holder's name may have one. */
async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** Hands over a whole recording at once, with the times of then. */
export function replaySource(file: string): Source {
  return {
    name: 'replay',
    async run(emit, stop) {
      let at: Moment = { mono: 0, wall: 0 };
      for await (const recorded of readRecording(file)) {
        if (stop.aborted) return;
        if (recorded.kind === 'problem') {
          emit({ kind: 'sight', source: 'replay', at, sight: 'blind', why: recorded.why });
        } else {
          at = recorded.observation.at;
          emit(recorded.observation);
        }
      }
    },
  };
}

/** One line of a recording, after the header. */
export function parseLine(text: string, line: number): RecordedLine {
  const json = parseJson(text);
  if (json === undefined) return { kind: 'problem', why: `replay: line ${line}: no JSON: ${shown(text)}` };
  const parsed = observationSchema.safeParse(json);
  if (parsed.success) return { kind: 'observation', line, observation: parsed.data };
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  return {
    kind: 'problem',
    why: `replay: line ${line}: ${where}${issue?.message ?? 'unreadable'}: ${shown(text)}`,
  };
}

const header = z.object({ recording: z.literal(recordingHeader.recording), version: z.number() });

function headerProblem(text: string): string | undefined {
  const parsed = header.safeParse(parseJson(text));
  if (!parsed.success) return `line 1: no recording of leasewatch: ${shown(text)}`;
  const { version } = parsed.data;
  if (version === recordingHeader.version) return undefined;
  return `line 1: version ${version}, and only version ${recordingHeader.version} can be read here`;
}

/** `undefined` for what is no JSON: no schema takes that. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Shortened, and safe to print whatever is in it. */
function shown(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
