import { z } from 'zod';
import { type Channel, exchange } from '../../exporter/kube/exchange.ts';
import type { CandidateVersion } from '../apiserver/resources.ts';

const schema = z.looseObject({
  metadata: z.looseObject({
    namespace: z.string(),
    name: z.string(),
    creationTimestamp: z.string().optional(),
  }),
  spec: z.looseObject({
    leaseName: z.string(),
    /** MicroTime, as is the next one. */
    pingTime: z.string().nullish(),
    renewTime: z.string().nullish(),
    binaryVersion: z.string().default(''),
    emulationVersion: z.string().default(''),
    strategy: z.string().default(''),
  }),
});

/** Who stands for a coordinated election, as the server keeps it. */
export type LeaseCandidate = z.infer<typeof schema>;

export function parseLeaseCandidate(value: unknown): LeaseCandidate | undefined {
  return schema.safeParse(value).data;
}

export type ServedVersion = Exclude<CandidateVersion, 'none'>;

export function candidatePath(version: ServedVersion, namespace: string, name?: string): string {
  const collection = `/apis/coordination.k8s.io/${version}/namespaces/${namespace}/leasecandidates`;
  return name === undefined ? collection : `${collection}/${name}`;
}

/** Writes LeaseCandidates; each answers whether it was done. */
export interface CandidateClient {
  create(candidate: LeaseCandidate, signal: AbortSignal): Promise<boolean>;
  update(candidate: LeaseCandidate, signal: AbortSignal): Promise<boolean>;
  remove(namespace: string, name: string, signal: AbortSignal): Promise<boolean>;
}

export function candidateClient(channel: Channel, version: ServedVersion): CandidateClient {
  const kind = { apiVersion: `coordination.k8s.io/${version}`, kind: 'LeaseCandidate' };
  const send = async (
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    signal: AbortSignal,
    body?: object,
  ) => {
    const answer = await exchange(channel, method, path, signal, body);
    return answer.kind === 'answered' && answer.status < 300;
  };
  return {
    create: (candidate, signal) =>
      send('POST', candidatePath(version, candidate.metadata.namespace), signal, { ...candidate, ...kind }),
    update: (candidate, signal) => {
      const { namespace, name } = candidate.metadata;
      return send('PUT', candidatePath(version, namespace, name), signal, { ...candidate, ...kind });
    },
    remove: (namespace, name, signal) => send('DELETE', candidatePath(version, namespace, name), signal),
  };
}
