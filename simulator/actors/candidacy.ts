import type { Clock } from '../../exporter/clock.ts';
import { formatMicroTime, parseMicroTime } from '../../exporter/kube/microtime.ts';
import type { KubeTransport } from '../../exporter/kube/transport.ts';
import { Freezer } from './freezer.ts';
import { Informer } from './informer.ts';
import {
  type CandidateClient,
  candidateClient,
  candidatePath,
  type LeaseCandidate,
  parseLeaseCandidate,
  type ServedVersion,
} from './lease-candidate.ts';
import { WorkQueue } from './work-queue.ts';

export interface CandidacyOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly namespace: string;
  readonly lease: string;
  /** Of its elector, and so the name of its LeaseCandidate. */
  readonly identity: string;
  readonly served: ServedVersion;
  readonly binaryVersion: string;
  readonly emulationVersion: string;
  readonly clockSkewMs?: number;
}

const renewMs = 300_000;
const requestMs = 10_000;
/** client-go waits twice as long after each failure, and never forgets one. */
const retry = { firstMs: 5, longestMs: 1_000_000 };

/**
 * Stands for a coordinated election, with the steps of client-go's LeaseCandidate: makes its object, renews it
 * every five minutes and whenever it is pinged. Nobody takes the object away when the process ends.
 */
export class Candidacy {
  readonly #options: CandidacyOptions;
  readonly #client: CandidateClient;
  readonly #informer: Informer<LeaseCandidate>;
  readonly #queue: WorkQueue;
  readonly #freezer = new Freezer();
  readonly #stop = new AbortController();
  #failures = 0;
  #running: Promise<void> | undefined;

  constructor(options: CandidacyOptions) {
    this.#options = options;
    const { transport, clock, random, namespace, identity, served } = options;
    this.#client = candidateClient({ transport, clock, timeoutMs: requestMs }, served);
    const gate = () => this.#freezer.pass();
    this.#queue = new WorkQueue(clock, gate, () => this.#ensure());
    this.#informer = new Informer({
      ...{ transport, clock, random, gate, path: candidatePath(served, namespace) },
      query: { fieldSelector: `metadata.name=${identity}` },
      parse: parseLeaseCandidate,
      onChange: (object, what) => what === 'updated' && isPinged(object) && this.#queue.add(identity),
    });
  }

  start(): void {
    this.#running ??= this.#informer.run(this.#stop.signal, () => this.#queue.add(this.#options.identity));
  }

  hang(): void {
    this.#freezer.freeze();
  }

  resume(): void {
    this.#freezer.thaw();
  }

  /** Its process is gone. */
  async end(): Promise<void> {
    this.#stop.abort();
    this.#freezer.thaw();
    await this.#queue.close();
    await this.#running;
  }

  async #ensure(): Promise<void> {
    const { identity } = this.#options;
    if (await this.#write()) return this.#queue.addAfter(identity, renewMs);
    this.#queue.addAfter(identity, Math.min(retry.longestMs, retry.firstMs * 2 ** this.#failures));
    this.#failures += 1;
  }

  /** What it knows of its object may be old: then the server refuses. */
  #write(): Promise<boolean> {
    const { clock, namespace, identity, clockSkewMs = 0 } = this.#options;
    const renewTime = formatMicroTime(clock.now().wall + clockSkewMs * 1000);
    const known = this.#informer.get(namespace, identity);
    const { signal } = this.#stop;
    if (known === undefined) return this.#client.create(this.#newObject(renewTime), signal);
    return this.#client.update({ ...known, spec: { ...known.spec, renewTime } }, signal);
  }

  #newObject(renewTime: string): LeaseCandidate {
    const { namespace, identity, lease, binaryVersion, emulationVersion } = this.#options;
    const strategy = 'OldestEmulationVersion';
    const spec = { leaseName: lease, binaryVersion, emulationVersion, strategy, renewTime };
    return { metadata: { namespace, name: identity }, spec };
  }
}

function isPinged({ spec }: LeaseCandidate): boolean {
  const pinged = parseMicroTime(spec.pingTime ?? '');
  return pinged !== undefined && pinged > (parseMicroTime(spec.renewTime ?? '') ?? 0);
}
