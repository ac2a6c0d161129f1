import { z } from 'zod';
import { type Answer, type Channel, exchange } from './exchange.ts';
import { member, textOf } from './json.ts';

const metadataSchema = z.looseObject({
  namespace: z.string(),
  name: z.string(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  ownerReferences: z.array(z.unknown()).optional(),
});

const specSchema = z.looseObject({
  holderIdentity: z.string().optional(),
  leaseDurationSeconds: z.number().optional(),
  /** MicroTime, as is the next one. */
  acquireTime: z.string().nullish(),
  renewTime: z.string().nullish(),
  leaseTransitions: z.number().optional(),
  strategy: z.string().optional(),
  preferredHolder: z.string().optional(),
});

const leaseSchema = z.looseObject({ metadata: metadataSchema, spec: specSchema.default({}) });

export type LeaseSpec = z.infer<typeof specSchema>;
export type LeaseMetadata = z.infer<typeof metadataSchema>;

export interface LeaseObject {
  readonly metadata: LeaseMetadata;
  readonly spec: LeaseSpec;
}

/** `conflict` covers both a stale resourceVersion and a create of what is already there. */
export type LeaseResult =
  | { readonly kind: 'found'; readonly lease: LeaseObject }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'conflict' }
  /** `status` is that of HTTP; absent where no answer came. */
  | { readonly kind: 'failed'; readonly reason: string; readonly status?: number };

export interface LeaseClient {
  get(namespace: string, name: string, signal: AbortSignal): Promise<LeaseResult>;
  create(lease: LeaseObject, signal: AbortSignal): Promise<LeaseResult>;
  /** Replaces the lease of that resourceVersion; an update without one overwrites blindly. */
  update(lease: LeaseObject, signal: AbortSignal): Promise<LeaseResult>;
}

/** Reads and writes coordination.k8s.io/v1 Leases as plain JSON. */
export function leaseClient(channel: Channel): LeaseClient {
  return {
    get: async (namespace, name, signal) =>
      read(await exchange(channel, 'GET', leasePath(namespace, name), signal)),
    create: async (lease, signal) => {
      const path = leasePath(lease.metadata.namespace);
      const answer = await exchange(channel, 'POST', path, signal, typed(lease));
      // It is the namespace that was not found.
      return answer.kind === 'answered' && answer.status === 404 ? refused(answer) : read(answer);
    },
    update: async (lease, signal) => {
      const { namespace, name } = lease.metadata;
      return read(await exchange(channel, 'PUT', leasePath(namespace, name), signal, typed(lease)));
    },
  };
}

export function parseLease(value: unknown): LeaseObject | undefined {
  return leaseSchema.safeParse(value).data;
}

/** The path of one Lease, or of the collection of a namespace. */
export function leasePath(namespace: string, name?: string): string {
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  return name === undefined ? collection : `${collection}/${name}`;
}

function typed(lease: LeaseObject): object {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: lease.metadata,
    spec: lease.spec,
  };
}

function read(answer: Answer): LeaseResult {
  if (answer.kind === 'failed') return answer;
  if (answer.status === 404) return { kind: 'not-found' };
  if (answer.status === 409) return { kind: 'conflict' };
  if (answer.status >= 300) return refused(answer);
  const lease = leaseSchema.safeParse(answer.body);
  return lease.success
    ? { kind: 'found', lease: lease.data }
    : { kind: 'failed', reason: 'the answer is not a Lease' };
}

function refused({ status, body }: Extract<Answer, { kind: 'answered' }>): LeaseResult {
  const said = textOf(member(body, 'message'), 300);
  return { kind: 'failed', reason: `HTTP ${status}${said === undefined ? '' : `: ${said}`}`, status };
}
