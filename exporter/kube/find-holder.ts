import { type Clock, sleep } from '../clock.ts';
import type { FindHolder, HolderObservation, HolderResult, Workload } from '../model/observation.ts';
import type { Failure } from './failure.ts';
import type { PodSketch } from './parse-pod.ts';
import { listPods, type PodList, type PodRead, type Refused, readPod } from './read-pods.ts';
import { RecentReads } from './recent-reads.ts';
import { type Rate, TokenBucket } from './token-bucket.ts';
import type { KubeTransport } from './transport.ts';
import { selectorOf, workloadAround } from './workload.ts';
import { workloadOf } from './workload-name.ts';

export interface HolderFinderOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  readonly rate?: Rate;
  /** Ends what waits: it is answered as failed. */
  readonly stop: AbortSignal;
}

/** A thousand holders at the start are a minute and a half of small reads: no API server notices them. */
const defaultRate: Rate = { perSecond: 10, burst: 10 };
/** How old an answer may be (ms) for a question that can wait, and for one that cannot. */
const patientAgeMs = 30_000;
const urgentAgeMs = 1000;
/** A namespace that is forbidden is not tried again for so long (ms). */
const forbiddenMs = 9 * 60_000;
/** Components with Pods of a namespace of their own keep their leases here, too. */
const sharedNamespace = 'kube-system';

/** Finds the Pods of holders, by reads that are spread in time, shared and remembered for a while. */
export class HolderFinder {
  readonly #options: HolderFinderOptions;
  readonly #bucket: TokenBucket;
  readonly #pods: RecentReads<PodRead>;
  readonly #lists: RecentReads<PodList>;
  /** What is forbidden, and until when it is not tried again (monotonic ms). */
  readonly #forbidden = new Map<string, { readonly until: number; readonly failure: Failure }>();
  #notBefore = 0;

  constructor(options: HolderFinderOptions) {
    this.#options = options;
    this.#bucket = new TokenBucket(options.clock, options.rate ?? defaultRate);
    this.#pods = new RecentReads(options.clock);
    this.#lists = new RecentReads(options.clock);
  }

  /** Never rejects for the network's sake; once stopped it answers that it failed. */
  async find(ask: FindHolder): Promise<HolderObservation> {
    const result = await this.#look(ask);
    return { kind: 'holder', ask, at: this.#options.clock.now(), result };
  }

  async #look(ask: FindHolder): Promise<HolderResult> {
    for (const name of ask.candidates) {
      const read = await this.#pod(ask, ask.namespace, name);
      if (read.kind !== 'absent') return this.#told(ask, read);
    }
    const elsewhere = await this.#elsewhere(ask);
    if (elsewhere !== undefined) return elsewhere;
    return { absent: true, ...(ask.verify ? { workload: await this.#remains(ask) } : {}) };
  }

  async #told(ask: FindHolder, read: PodRead): Promise<HolderResult> {
    if (read.kind === 'absent') return { absent: true };
    if (read.kind === 'refused') {
      const { reason, why } = read.failure;
      return reason === 'forbidden' ? { forbidden: why } : { failed: why };
    }
    return { found: read.pod, ...(await this.#workload(ask, read.sketch)) };
  }

  async #workload(
    ask: FindHolder,
    pod: PodSketch,
  ): Promise<{ readonly workload?: Workload; readonly unlisted?: string }> {
    const labelSelector = selectorOf(pod);
    if (labelSelector === undefined) return {};
    const list = await this.#list(ask, pod.namespace, { labelSelector });
    if (list.kind === 'refused') return unlisted(list.failure);
    const workload = workloadAround(pod, list.pods, list.complete);
    return workload === undefined ? {} : { workload };
  }

  /** The one Pod of that name in another namespace, for a lease in the namespace that many share. */
  async #elsewhere(ask: FindHolder): Promise<HolderResult | undefined> {
    const name = ask.candidates.find((candidate) => workloadOf(candidate) !== undefined);
    if (ask.namespace !== sharedNamespace || name === undefined) return undefined;
    // From the server's cache: no index knows names, and to look through all Pods in etcd would be rude.
    const query = { fieldSelector: `metadata.name=${name}`, resourceVersion: '0' };
    const list = await this.#list(ask, undefined, query);
    if (list.kind === 'refused') {
      const { reason, why } = list.failure;
      return reason === 'forbidden' ? undefined : { failed: why };
    }
    const [only, ...others] = list.pods;
    if (only === undefined || others.length > 0) return undefined;
    return this.#told(ask, await this.#pod(ask, only.namespace, name));
  }

  /** Whether the workload of a Pod that is gone has others; said only where that can be known. */
  async #remains(ask: FindHolder): Promise<'gone' | 'alive' | 'unknown'> {
    const workload = ask.candidates.map(workloadOf).find((name) => name !== undefined);
    if (workload === undefined || ask.namespace === sharedNamespace) return 'unknown';
    const list = await this.#list(ask, ask.namespace, {});
    if (list.kind === 'refused') return 'unknown';
    const alive = list.pods.some((pod) => !pod.deleting && workloadOf(pod.name) === workload);
    if (alive) return 'alive';
    return list.complete ? 'gone' : 'unknown';
  }

  #pod({ urgent }: FindHolder, namespace: string, name: string): Promise<PodRead> {
    const right = `get ${namespace}`;
    return this.#pods.get(`${right}/${name}`, ageOf(urgent), urgent, (sent) =>
      this.#inTurn(right, urgent, () => {
        sent();
        return readPod(this.#options, namespace, name);
      }),
    );
  }

  #list(
    { urgent }: FindHolder,
    namespace: string | undefined,
    query: Readonly<Record<string, string>>,
  ): Promise<PodList> {
    const right = `list ${namespace ?? '*'}`;
    return this.#lists.get(`${right} ${JSON.stringify(query)}`, ageOf(urgent), urgent, (sent) =>
      this.#inTurn(right, urgent, () => {
        sent();
        return listPods(this.#options, namespace, query);
      }),
    );
  }

  /** Sends when its turn has come, if it is still of use then. `right` is what may be forbidden as a whole. */
  async #inTurn<T>(right: string, urgent: boolean, send: () => Promise<T | Refused>): Promise<T | Refused> {
    const { clock, stop } = this.#options;
    const known = this.#refusal(right);
    if (known !== undefined) return known;
    if (!(await this.#bucket.take(urgent, stop))) return stopped;
    const pauseMs = this.#notBefore - clock.now().mono;
    if (pauseMs > 0) await sleep(clock, pauseMs, stop);
    // Others may have learned meanwhile that there is nothing to ask.
    const late = this.#refusal(right);
    if (late !== undefined) return late;
    const read = await send();
    if (isRefused(read)) this.#refused(right, read.failure);
    return read;
  }

  #refusal(right: string): Refused | undefined {
    const known = this.#forbidden.get(right);
    if (known === undefined || known.until <= this.#options.clock.now().mono) return undefined;
    return { kind: 'refused', failure: known.failure };
  }

  #refused(right: string, failure: Failure): void {
    const now = this.#options.clock.now().mono;
    if (failure.reason === 'forbidden') this.#forbidden.set(right, { until: now + forbiddenMs, failure });
    if (failure.retryAfterMs !== undefined) this.#notBefore = now + failure.retryAfterMs;
  }
}

const stopped: Refused = {
  kind: 'refused',
  failure: { reason: 'closed', why: 'stopped', relist: false },
};

function ageOf(urgent: boolean): number {
  return urgent ? urgentAgeMs : patientAgeMs;
}

function isRefused(read: unknown): read is Refused {
  return typeof read === 'object' && read !== null && 'kind' in read && read.kind === 'refused';
}

function unlisted({ reason, why }: Failure): { readonly unlisted?: string } {
  return reason === 'forbidden' ? { unlisted: why } : {};
}
