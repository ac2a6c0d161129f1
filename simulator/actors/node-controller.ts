import { z } from 'zod';
import type { Clock } from '../../exporter/clock.ts';
import { type Channel, exchange } from '../../exporter/kube/exchange.ts';
import { leasePath } from '../../exporter/kube/lease-client.ts';
import { parseMicroTime } from '../../exporter/kube/microtime.ts';
import type { KubeTransport } from '../../exporter/kube/transport.ts';
import { repeat } from './loop.ts';
import { type NodeObject, nodePath, parseNodes, readyOf, timeOf, withReady } from './node-object.ts';

export interface NodeControllerOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** Silence after which Ready becomes Unknown, in milliseconds; 50 s, as since Kubernetes 1.32. */
  readonly graceMs?: number;
  readonly onNotReady?: (node: string) => void;
}

interface Health {
  readonly probedAt: number;
  readonly heartbeat: string;
  readonly renewedAt: number;
}

const lookMs = 5000;
const timeoutMs = 10_000;

const leaseListSchema = z.object({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string() }),
      spec: z.looseObject({ renewTime: z.string().nullish() }).default({}),
    }),
  ),
});

/**
 * Judges nodes as kube-controller-manager does: by the time on its own clock since it last saw a status
 * change or a node lease whose renewTime went up. The duration in the lease does not count.
 */
export class NodeController {
  readonly #options: NodeControllerOptions;
  readonly #channel: Channel;
  readonly #stop = new AbortController();
  readonly #health = new Map<string, Health>();
  #running: Promise<void> = Promise.resolve();

  constructor(options: NodeControllerOptions) {
    this.#options = options;
    this.#channel = { transport: options.transport, clock: options.clock, timeoutMs };
  }

  start(): void {
    const stop = this.#stop.signal;
    this.#running = repeat(
      this.#options.clock,
      stop,
      () => lookMs,
      () => this.#look(stop),
    );
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #look(signal: AbortSignal): Promise<void> {
    const nodes = await exchange(this.#channel, 'GET', nodePath(), signal);
    const leases = await exchange(this.#channel, 'GET', leasePath('kube-node-lease'), signal);
    if (nodes.kind === 'failed' || leases.kind === 'failed') return;
    const renewals = renewalsOf(leases.body);
    for (const node of parseNodes(nodes.body)) {
      this.#see(node, renewals.get(node.metadata.name) ?? 0);
      if (this.#overdue(node)) await this.#markUnknown(node, signal);
    }
  }

  #see(node: NodeObject, renewedAt: number): void {
    const { name } = node.metadata;
    const heartbeat = readyOf(node)?.lastHeartbeatTime ?? '';
    const before = this.#health.get(name);
    if (before?.heartbeat === heartbeat && renewedAt <= before.renewedAt) return;
    const newest = Math.max(renewedAt, before?.renewedAt ?? 0);
    this.#health.set(name, { probedAt: this.#mono, heartbeat, renewedAt: newest });
  }

  #overdue(node: NodeObject): boolean {
    const silentFor = this.#mono - (this.#health.get(node.metadata.name)?.probedAt ?? this.#mono);
    return silentFor > (this.#options.graceMs ?? 50_000) && readyOf(node)?.status !== 'Unknown';
  }

  async #markUnknown(node: NodeObject, signal: AbortSignal): Promise<void> {
    const ready = {
      ...readyOf(node),
      type: 'Ready',
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'no heartbeat within the grace period',
      lastTransitionTime: timeOf(this.#options.clock.now().wall),
    };
    const { name } = node.metadata;
    const path = `${nodePath(name)}/status`;
    const answer = await exchange(this.#channel, 'PUT', path, signal, withReady(node, ready));
    if (answer.kind === 'answered' && answer.status < 300) this.#options.onNotReady?.(name);
  }

  get #mono(): number {
    return this.#options.clock.now().mono;
  }
}

function renewalsOf(body: unknown): ReadonlyMap<string, number> {
  const items = leaseListSchema.safeParse(body).data?.items ?? [];
  return new Map(items.map((item) => [item.metadata.name, parseMicroTime(item.spec.renewTime ?? '') ?? 0]));
}
