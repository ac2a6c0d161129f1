import { type Clock, sleep } from '../../exporter/clock.ts';
import { type Answer, type Channel, exchange } from '../../exporter/kube/exchange.ts';
import {
  type LeaseClient,
  type LeaseMetadata,
  type LeaseObject,
  leaseClient,
  leasePath,
} from '../../exporter/kube/lease-client.ts';
import { formatMicroTime } from '../../exporter/kube/microtime.ts';
import type { KubeTransport } from '../../exporter/kube/transport.ts';
import { seededUuid } from '../random.ts';
import { type Link, link } from './link.ts';
import { repeat } from './loop.ts';
import {
  type NodeCondition,
  type NodeObject,
  newNode,
  nodePath,
  parseNode,
  readyOf,
  timeOf,
  withReady,
} from './node-object.ts';

export interface KubeletOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly name: string;
  /** How far the machine's wall clock is ahead; only the times that it writes are affected. */
  readonly clockSkewMs?: number;
}

const leaseNamespace = 'kube-node-lease';
const leaseDurationSeconds = 40;
const renewMs = 10_000;
const renewJitter = 0.04;
const statusLookMs = 10_000;
const statusReportMs = 300_000;
const timeoutMs = 10_000;
const renewTries = 5;

/** The heartbeat side of a kubelet: registers a Node, renews its Lease, reports its status now and then. */
export class Kubelet {
  readonly #options: KubeletOptions;
  readonly #channel: Channel;
  readonly #leases: LeaseClient;
  /** The machine's way to the API server: what runs on the node may share it, and its fate. */
  readonly link: Link;
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #bootId: string;
  #lease: LeaseObject | undefined;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(options: KubeletOptions) {
    this.#options = options;
    this.#bootId = seededUuid(options.random);
    this.link = link(options.transport);
    this.#channel = { transport: this.link, clock: options.clock, timeoutMs };
    this.#leases = leaseClient(this.#channel);
  }

  get name(): string {
    return this.#options.name;
  }

  get bootId(): string {
    return this.#bootId;
  }

  start(): void {
    this.#stop = new AbortController();
    this.#lease = undefined;
    this.#reportedAt = Number.NEGATIVE_INFINITY;
    this.#running = this.#run(this.#stop.signal);
  }

  /** Registers first, so that the lease finds the Node that is to own it. */
  async #run(stop: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    await this.#lookAtStatus(stop);
    const waitMs = () => renewMs * (1 + random() * renewJitter);
    await Promise.all([
      repeat(
        clock,
        stop,
        () => statusLookMs,
        () => this.#lookAtStatus(stop),
      ),
      repeat(clock, stop, waitMs, () => this.#renew(stop)),
    ]);
  }

  /** Ends without a word, as a machine that loses its power. The Node and its Lease stay behind. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** The machine is cut off: the kubelet goes on and gets no answer. */
  cut(): void {
    this.link.cut();
  }

  mend(): void {
    this.link.mend();
  }

  /** Goes down for `downMs`, with all that shares its link, and comes back with a new boot id. */
  async reboot(downMs: number, signal: AbortSignal): Promise<void> {
    this.cut();
    await this.stop();
    await sleep(this.#options.clock, downMs, signal);
    if (signal.aborted) return;
    this.mend();
    this.#bootId = seededUuid(this.#options.random);
    this.start();
  }

  /** Ends and takes the Node and its Lease away, as an autoscaler and the garbage collector do. */
  async remove(signal: AbortSignal): Promise<void> {
    await this.stop();
    await exchange(this.#channel, 'DELETE', nodePath(this.name), signal);
    await exchange(this.#channel, 'DELETE', leasePath(leaseNamespace, this.name), signal);
  }

  async #lookAtStatus(signal: AbortSignal): Promise<void> {
    const got = await exchange(this.#channel, 'GET', nodePath(this.name), signal);
    if (got.kind === 'failed') return;
    const node = parseNode(got.body);
    if (got.status === 404) await this.#register(signal);
    else if (node !== undefined && this.#due(node)) await this.#report(node, signal);
  }

  async #register(signal: AbortSignal): Promise<void> {
    const node = newNode(this.name, this.#bootId, this.#ready(undefined));
    this.#keepReported(await exchange(this.#channel, 'POST', nodePath(), signal, node));
  }

  async #report(node: NodeObject, signal: AbortSignal): Promise<void> {
    const changed = withReady(node, this.#ready(readyOf(node)), this.#bootId);
    const path = `${nodePath(this.name)}/status`;
    this.#keepReported(await exchange(this.#channel, 'PUT', path, signal, changed));
  }

  #keepReported(answer: Answer): void {
    if (answer.kind === 'answered' && answer.status < 300) this.#reportedAt = this.#mono;
  }

  /** A change is reported at once, and five minutes without one are reported too. */
  #due(node: NodeObject): boolean {
    const changed = readyOf(node)?.status !== 'True' || node.status.nodeInfo?.bootID !== this.#bootId;
    return changed || this.#mono - this.#reportedAt >= statusReportMs;
  }

  #ready(before: NodeCondition | undefined): NodeCondition {
    const now = timeOf(this.#wall);
    const since = before?.status === 'True' ? before.lastTransitionTime : now;
    return {
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      message: 'the simulated kubelet is ready',
      lastHeartbeatTime: now,
      lastTransitionTime: since ?? now,
    };
  }

  /** Renews what it last saw and reads again only when that failed, up to five times in a row. */
  async #renew(signal: AbortSignal): Promise<void> {
    for (let tries = 0; tries < renewTries && !signal.aborted; tries++) {
      this.#lease ??= await this.#ensureLease(signal);
      if (this.#lease === undefined) return;
      const spec = { ...this.#lease.spec, renewTime: formatMicroTime(this.#wall) };
      const metadata = await this.#owned(this.#lease.metadata, signal);
      const result = await this.#leases.update({ metadata, spec }, signal);
      this.#lease = result.kind === 'found' ? result.lease : undefined;
      if (result.kind === 'found') return;
    }
  }

  async #ensureLease(signal: AbortSignal): Promise<LeaseObject | undefined> {
    const got = await this.#leases.get(leaseNamespace, this.name, signal);
    if (got.kind === 'found') return got.lease;
    if (got.kind !== 'not-found') return undefined;
    const created = await this.#leases.create(await this.#newLease(signal), signal);
    return created.kind === 'found' ? created.lease : undefined;
  }

  async #newLease(signal: AbortSignal): Promise<LeaseObject> {
    const metadata = await this.#owned({ namespace: leaseNamespace, name: this.name }, signal);
    const spec = { holderIdentity: this.name, leaseDurationSeconds, renewTime: formatMicroTime(this.#wall) };
    return { metadata, spec };
  }

  /** Names the Node as the owner as soon as there is one. */
  async #owned(metadata: LeaseMetadata, signal: AbortSignal): Promise<LeaseMetadata> {
    if (metadata.ownerReferences !== undefined) return metadata;
    const got = await exchange(this.#channel, 'GET', nodePath(this.name), signal);
    const node = got.kind === 'answered' ? parseNode(got.body) : undefined;
    if (node === undefined) return metadata;
    const owner = { apiVersion: 'v1', kind: 'Node', name: this.name, uid: node.metadata.uid };
    return { ...metadata, ownerReferences: [owner] };
  }

  get #mono(): number {
    return this.#options.clock.now().mono;
  }

  get #wall(): number {
    return this.#options.clock.now().wall + (this.#options.clockSkewMs ?? 0) * 1000;
  }
}
