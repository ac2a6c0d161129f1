import { formatMicroTime } from '../kube/microtime.ts';
import { Model } from '../model/model.ts';
import type { Policy } from '../model/policy.ts';
import type { Sink } from '../model/sink.ts';
import { sentenceOf } from '../signals/sentences.ts';
import { readRecording } from '../sources/replay.ts';

/** `leasewatch replay`: a recording through the judge with these policies, its verdicts as text. Returns the exit code. */
export async function replay(
  file: string,
  policies: readonly Policy[],
  out: (line: string) => void,
): Promise<number> {
  const model = new Model({ sources: [], nodes: { graceMs: 50_000 }, policies });
  const sink: Sink = {
    event(event) {
      const sentence = sentenceOf(event);
      if (sentence !== undefined) out(`${formatMicroTime(event.at.wall)} ${sentence.text}`);
    },
    // The answers are in the recording: what was asked then is not asked again.
    ask: () => {},
  };
  let problems = 0;
  for await (const recorded of readRecording(file)) {
    if (recorded.kind === 'observation') model.see([recorded.observation], sink);
    else {
      problems += 1;
      process.stderr.write(`leasewatch: ${recorded.why}\n`);
    }
  }
  return problems === 0 ? 0 : 1;
}
