import type { CandidateRecord } from '../model/observation.ts';
import { member, textOf } from './json.ts';
import { timeOf } from './parse-lease.ts';

/** Reads a LeaseCandidate of any version. Absurd fields become `undefined`; only an object without a name is none. */
export function parseCandidate(value: unknown): CandidateRecord | undefined {
  const metadata = member(value, 'metadata');
  const name = textOf(member(metadata, 'name'));
  if (name === undefined || name === '') return undefined;
  const spec = member(value, 'spec');
  return {
    namespace: textOf(member(metadata, 'namespace')) ?? '',
    name,
    resourceVersion: textOf(member(metadata, 'resourceVersion')) ?? '',
    lease: textOf(member(spec, 'leaseName')),
    renewTime: timeOf(member(spec, 'renewTime')),
  };
}
