import { Allowance } from './allowance.ts';
import { News } from './news.ts';
import { SessionChecks, SpreadChecks } from './probe-checks.ts';
import type { ProbeClosed, ProbeHandshake, ProbeObservation } from './probe-observation.ts';
import type { Now } from './sink.ts';
import type { ProbeView } from './view-connections.ts';

/** So many lines in a row about the closes of a target; then one a minute. */
const linesAtOnce = 4;
const lineEveryMs = 60_000;

/** What is known of every probed target. */
export class Probes {
  readonly #rows = new Map<string, ProbeRow>();

  values(): Iterable<ProbeView> {
    return this.#rows.values();
  }

  see(seen: ProbeObservation, now: Now): void {
    const row = this.#rows.get(seen.target) ?? new ProbeRow(seen.target, seen.source);
    this.#rows.set(seen.target, row);
    row.see(seen, now);
  }

  /** A source that cannot work any more knows nothing of its targets. */
  blind(source: string): void {
    for (const row of this.#rows.values()) if (row.source === source) row.forget();
  }
}

class ProbeRow implements ProbeView {
  readonly target: string;
  readonly source: string;
  last: ProbeHandshake | undefined;
  readonly handshakes = new Map<string, { status: string; failure: string; count: number }>();
  readonly closes = new Map<string, { code: string; initiator: string; count: number }>();
  readonly sessions = new SessionChecks();
  readonly spread = new SpreadChecks();
  readonly #states = new News();
  readonly #ends = new Allowance(linesAtOnce, lineEveryMs);
  #untoldCloses = 0;

  constructor(target: string, source: string) {
    this.target = target;
    this.source = source;
  }

  forget(): void {
    this.last = undefined;
    this.spread.forget();
  }

  see(seen: ProbeObservation, now: Now): void {
    switch (seen.step) {
      case 'handshake':
        return this.#shookHands(seen, now);
      case 'pong':
        return this.#answered(seen.rttSeconds, now);
      case 'closed':
        return this.#closed(seen, now);
      case 'session':
        return this.sessions.see(this.target, seen, now);
      case 'spread':
        return this.spread.see(this.target, seen, now);
    }
  }

  #shookHands(seen: ProbeHandshake, now: Now): void {
    const { failure, why, phases } = seen;
    this.last = seen;
    // Nobody asks for backends where not even one client gets in.
    if (failure !== undefined) this.spread.forget();
    const labels = { status: statusLabel(seen.status), failure: failure ?? 'none' };
    count(this.handshakes, `${labels.status}/${labels.failure}`, labels);
    now.sink.event({ kind: 'probe', step: 'handshake', at: now.at, target: this.target, phases });
    const untold = this.#states.heard(failure ?? 'none', now.at.mono);
    if (untold === undefined) return;
    const about = { target: this.target, failure, why, untold };
    now.sink.event({ kind: 'probe', step: 'state', at: now.at, ...about });
  }

  #answered(rttSeconds: number, now: Now): void {
    now.sink.event({ kind: 'probe', step: 'pong', at: now.at, target: this.target, rttSeconds });
  }

  #closed(seen: ProbeClosed, now: Now): void {
    const { code, initiator, why, heldSeconds } = seen;
    const labels: { code: string; initiator: string } = { code: codeLabel(code), initiator };
    count(this.closes, `${labels.code}/${initiator}`, labels);
    if (!this.#ends.take(now.at.mono)) {
      this.#untoldCloses += 1;
      return;
    }
    const about = { target: this.target, code, initiator, why, heldSeconds, untold: this.#untoldCloses };
    this.#untoldCloses = 0;
    now.sink.event({ kind: 'probe', step: 'closed', at: now.at, ...about });
  }
}

function count<L extends Readonly<Record<string, string>>>(
  rows: Map<string, L & { count: number }>,
  key: string,
  labels: L,
): void {
  const row = rows.get(key);
  if (row === undefined) rows.set(key, { ...labels, count: 1 });
  else row.count += 1;
}

const usualStatuses = new Set([
  101, 200, 301, 302, 307, 308, 400, 401, 403, 404, 405, 408, 413, 426, 429, 500, 501, 502, 503, 504,
]);

/** A server chooses its status: what is unusual is told by its class alone, so that the label stays bounded. */
export function statusLabel(status: number | undefined): string {
  if (status === undefined) return 'none';
  return usualStatuses.has(status) ? String(status) : `${Math.floor(status / 100)}xx`;
}

/** A server chooses its close code, too. */
export function codeLabel(code: number): string {
  if (code >= 1000 && code <= 1015) return String(code);
  if (code >= 3000 && code <= 4999) return `${Math.floor(code / 1000)}xxx`;
  return 'other';
}
