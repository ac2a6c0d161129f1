import { type Clock, sleep } from '../clock.ts';
import { createBackoff } from '../kube/backoff.ts';
import { startDeadline } from '../kube/deadline.ts';
import { jsonDecoder } from '../kube/decode-json.ts';
import { type Failure, failureOfError, failureOfResponse } from '../kube/failure.ts';
import { itemsOf, member, parseJson } from '../kube/json.ts';
import { parseCandidate } from '../kube/parse-candidate.ts';
import { defaultLimits } from '../kube/reflection.ts';
import { reflect } from '../kube/reflector.ts';
import { Sight } from '../kube/sight.ts';
import { type KubeTransport, readText } from '../kube/transport.ts';
import type { Observation } from '../model/observation.ts';
import type { Source } from './source.ts';

export interface CandidateSourceOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

type Emit = (observation: Observation) => void;

const group = '/apis/coordination.k8s.io';
/** The newest first. v1alpha1 is not among them: it was gone before anybody was told to use it. */
const versions = ['v1beta1', 'v1alpha2'] as const;
/** Pause before a server that has no LeaseCandidates is asked again (ms): it would have to be upgraded first. */
const askAgain = 10 * 60_000;

/**
 * Watches the LeaseCandidates of coordinated elections, in the newest version that the server has. Most have
 * none, since the feature is off by default: then nothing is said, and they are asked again now and then.
 */
export function candidateSource(options: CandidateSourceOptions): Source {
  const name = 'candidates';
  return { name, run: (emit, stop) => follow(name, options, emit, stop) };
}

async function follow(
  name: string,
  options: CandidateSourceOptions,
  emit: Emit,
  stop: AbortSignal,
): Promise<void> {
  const { clock, random } = options;
  const { backoff, forbiddenMs } = defaultLimits;
  const pauses = createBackoff(random, backoff.minMs, backoff.maxMs);
  const sight = new Sight(name, clock, emit);
  while (!stop.aborted) {
    const found = await findVersion(options, stop);
    if (stop.aborted) return;
    if (found === 'none') await sleep(clock, askAgain, stop);
    else if (typeof found === 'string') {
      await watchVersion(name, found, options, emit, stop);
      await sleep(clock, pauses.next(), stop);
    } else {
      const refused = found.reason === 'forbidden' || found.reason === 'unauthorized';
      // What else is wrong with the server, the leases tell: whether it has candidates is not known yet.
      if (refused) sight.lost(found);
      await sleep(clock, refused ? forbiddenMs : Math.max(pauses.next(), found.retryAfterMs ?? 0), stop);
    }
  }
}

/** Mirrors the candidates until `stop`, or until the server does not have this version any more. */
async function watchVersion(
  source: string,
  version: string,
  { transport, clock, random }: CandidateSourceOptions,
  emit: Emit,
  stop: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  await reflect(
    {
      ...{ transport, clock, random, source, limits: defaultLimits },
      path: `${group}/${version}/leasecandidates`,
      decoder: jsonDecoder(parseCandidate),
      toObservation: (change, candidate, at) => ({ kind: 'candidate', source, at, change, candidate }),
    },
    (observation) => {
      emit(observation);
      if (observation.kind === 'sight' && observation.why.startsWith('HTTP 404')) gone.abort();
    },
    AbortSignal.any([stop, gone.signal]),
  );
}

async function findVersion(
  options: CandidateSourceOptions,
  stop: AbortSignal,
): Promise<(typeof versions)[number] | 'none' | Failure> {
  for (const version of versions) {
    const has = await hasVersion(version, options, stop);
    if (has === true) return version;
    if (has !== false) return has;
  }
  return 'none';
}

async function hasVersion(
  version: string,
  { transport, clock }: CandidateSourceOptions,
  stop: AbortSignal,
): Promise<boolean | Failure> {
  const deadline = startDeadline(clock, defaultLimits.answerMs, stop);
  try {
    const response = await transport.request({
      method: 'GET',
      path: `${group}/${version}`,
      headers: { accept: 'application/json' },
      signal: deadline.signal,
      idleMs: defaultLimits.answerMs,
    });
    if (response.status === 200) return listsCandidates(await readText(response.body));
    const failure = await failureOfResponse(response);
    return response.status === 404 ? false : failure;
  } catch (error) {
    return failureOfError(error, deadline.expired() ? 'timeout' : 'unreachable');
  } finally {
    deadline.clear();
  }
}

/** Whether an APIResourceList names LeaseCandidates; the group version may be served for something else. */
export function listsCandidates(text: string): boolean {
  const json = parseJson(text);
  const resources = 'value' in json ? itemsOf(member(json.value, 'resources')) : [];
  return resources.some((resource) => member(resource, 'name') === 'leasecandidates');
}
