import { styleText } from 'node:util';
import type { Event, Round } from '../model/event.ts';
import { sentenceOf } from '../signals/sentences.ts';
import { probeWords } from '../signals/sentences-probes.ts';

type Style = Parameters<typeof styleText>[0];

export interface NarratorOptions {
  readonly out: NodeJS.WritableStream;
  /** Wall time of second 0, in Unix microseconds. */
  readonly start: number;
}

const barWidth = 40;

/** Tells the demo in the terminal: what was done to the cluster, what leasewatch says, and each round. */
export function createNarrator({ out, start }: NarratorOptions) {
  const paint = (style: Style, text: string) => styleText(style, text, { stream: out });
  const say = (wall: number, tag: string, style: Style, text: string) => {
    const seconds = ((wall - start) / 1e6).toFixed(1).padStart(6);
    out.write(`${paint('dim', `${seconds} s`)}  ${paint(style, tag.padEnd(8))}  ${text}\n`);
  };
  return {
    /** What the simulator did; leasewatch does not know of it. */
    fault: (wall: number, text: string) => say(wall, 'FAULT', 'magenta', text),
    event(event: Event): void {
      const sentence = sentenceOf(event);
      if (sentence === undefined) return;
      const [tag, style] = tagOf(event);
      say(event.at.wall, tag, style, sentence.text);
      if (event.kind === 'round' && event.step === 'closed') {
        for (const line of waterfall(event.round)) out.write(`${' '.repeat(20)}${paint('dim', line)}\n`);
      }
    },
    status: (wall: number, text: string) => say(wall, 'now', 'dim', text),
    line: (text: string) => void out.write(`${text}\n`),
  };
}

function tagOf(event: Event): readonly [string, Style] {
  switch (event.kind) {
    case 'round':
      return event.step === 'closed' ? ['ROUND', 'green'] : ['round', 'yellow'];
    case 'lease-state':
      return ['lease', event.to === 'expired' || event.to === 'deleted' ? 'red' : 'cyan'];
    case 'node-state':
    case 'node-outage':
    case 'heartbeat':
      return ['node', 'cyan'];
    case 'mass-silence':
      return ['silence', 'red'];
    case 'overlap':
      return ['overlap', 'red'];
    case 'round-fate':
      return ['round', 'yellow'];
    case 'holder-restarted':
      return ['holder', 'yellow'];
    case 'late-renewal':
      return ['late', 'yellow'];
    case 'missed-rounds':
      return ['missed', 'yellow'];
    case 'expectation':
      return ['policy', event.to === 'absent' ? 'red' : 'cyan'];
    case 'policy-unmatched':
      return ['policy', 'yellow'];
    case 'incident':
      return ['sockets', event.step === 'opened' ? 'red' : 'green'];
    case 'pod-unread':
    case 'idle-timeout':
      return ['sockets', 'yellow'];
    case 'replica':
      return ['replica', 'cyan'];
    case 'probe':
      return ['probe', probeWords(event)?.good === true ? 'cyan' : 'red'];
    case 'source':
      return ['source', event.to === 'up' ? 'cyan' : 'red'];
  }
}

/** The spans of a round under each other, on one scale. */
export function waterfall(round: Round): string[] {
  const { lastRenewal, vacated, acquired, closed } = round;
  if (closed === undefined || closed <= lastRenewal) return [];
  const parts: [string, number, number][] = [
    ['silence', lastRenewal, vacated],
    ['leaderless', vacated, acquired ?? closed],
    ['settle', acquired ?? closed, closed],
  ];
  const scale = barWidth / (closed - lastRenewal);
  return parts
    .filter(([, from, to]) => to > from)
    .map(([name, from, to]) => {
      const before = Math.round((from - lastRenewal) * scale);
      const length = Math.max(1, Math.round((to - from) * scale));
      const bar = `${' '.repeat(Math.min(before, barWidth - 1))}${'█'.repeat(length)}`.slice(0, barWidth);
      return `${name.padEnd(10)} ${bar.padEnd(barWidth)} ${((to - from) / 1e6).toFixed(1)} s`;
    });
}
