import type { Event } from './event.ts';
import type { Happening } from './incident-event.ts';

interface Heard extends Happening {
  readonly mono: number;
  /** Of the lease; `undefined` for an outage. */
  readonly namespace: string | undefined;
}

/** As long before a change of connections as after it: a lease expires some time after its holder died. */
const besideMs = 120_000;
const mostHeard = 64;

/** What happened lately that may explain a change of connections. */
export class Happenings {
  readonly #heard: Heard[] = [];

  hear(event: Event): void {
    const heard = heardOf(event);
    if (heard === undefined) return;
    this.#heard.push(heard);
    if (this.#heard.length > mostHeard) this.#heard.shift();
  }

  /**
   * The happening nearest to `mono` that concerns connections of this namespace. An outage concerns them only
   * when there is but one node to look at: the one on which we are.
   */
  beside(mono: number, namespace: string, oneNode: boolean): Happening | undefined {
    const near = this.#heard.filter((each) => {
      const concerns = each.namespace === undefined ? oneNode : each.namespace === namespace;
      return concerns && Math.abs(each.mono - mono) <= besideMs;
    });
    const [first] = near.sort((a, b) => Math.abs(a.mono - mono) - Math.abs(b.mono - mono));
    if (first === undefined) return undefined;
    const { what, traceId, name, cause } = first;
    return { what, traceId, name, cause };
  }
}

function heardOf(event: Event): Heard | undefined {
  const { mono } = event.at;
  if (event.kind === 'round' && event.step === 'opened' && event.round.cause !== 'created') {
    const { traceId, namespace, lease, cause } = event.round;
    return { what: 'round', traceId, name: `${namespace}/${lease}`, cause, mono, namespace };
  }
  if (event.kind === 'node-outage' && event.step === 'opened') {
    const { traceId, node: name } = event;
    return { what: 'outage', traceId, name, cause: 'node_outage', mono, namespace: undefined };
  }
  return undefined;
}
