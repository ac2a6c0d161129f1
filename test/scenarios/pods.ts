import { formatMicroTime } from '../../exporter/kube/microtime.ts';
import { type PodSketch, parsePod, parsePodMetadata } from '../../exporter/kube/parse-pod.ts';
import { selectorOf, workloadAround } from '../../exporter/kube/workload.ts';
import { workloadOf } from '../../exporter/kube/workload-name.ts';
import type { FindHolder, HolderResult } from '../../exporter/model/observation.ts';
import type { Command } from './script.ts';

/** Pods as a script writes them and as our parsers read them, and what a look-up finds among them. */
export class Pods {
  static readonly verbs: ReadonlySet<string> = new Set(['pod', 'gone', 'pods']);
  readonly #pods = new Map<string, object>();
  readonly #fields = new Map<string, Map<string, string>>();
  #trouble: HolderResult | undefined;
  #unlisted: string | undefined;
  #uids = 0;

  write({ verb, words, fields }: Command, now: number): void {
    const [first = '', ...rest] = words;
    if (verb === 'pod') return this.#pod(first, fields, now);
    if (verb === 'gone') {
      this.#pods.delete(first);
      this.#fields.delete(first);
      return;
    }
    const why = rest.join(' ');
    this.#trouble =
      first === 'forbidden' ? { forbidden: why } : first === 'unreadable' ? { failed: why } : undefined;
    this.#unlisted = first === 'unlisted' ? why : undefined;
  }

  find(ask: FindHolder): HolderResult {
    if (this.#trouble !== undefined) return this.#trouble;
    for (const name of ask.candidates) {
      const value = this.#pods.get(`${ask.namespace}/${name}`);
      const found = parsePod(value);
      const sketch = parsePodMetadata(value);
      if (found !== undefined && sketch !== undefined) return { found, ...this.#around(sketch) };
    }
    return ask.verify ? { absent: true, workload: this.#remains(ask) } : { absent: true };
  }

  #around(pod: PodSketch) {
    if (this.#unlisted !== undefined) return { unlisted: this.#unlisted };
    const workload = workloadAround(pod, this.#listed(pod.namespace), true);
    return selectorOf(pod) === undefined || workload === undefined ? {} : { workload };
  }

  #remains({ candidates, namespace }: FindHolder) {
    const workload = candidates.map(workloadOf).find((name) => name !== undefined);
    if (workload === undefined || this.#unlisted !== undefined) return 'unknown';
    return this.#listed(namespace).some(({ name }) => workloadOf(name) === workload) ? 'alive' : 'gone';
  }

  #listed(namespace: string): PodSketch[] {
    const all = [...this.#pods.values()].flatMap((value) => parsePodMetadata(value) ?? []);
    return all.filter((pod) => pod.namespace === namespace);
  }

  #pod(key: string, changes: ReadonlyMap<string, string>, now: number): void {
    const [namespace = '', name = ''] = key.split('/');
    const fields = this.#fields.get(key) ?? new Map([['uid', `pod-${++this.#uids}`]]);
    for (const [field, value] of changes) fields.set(field, value);
    if (changes.has('ended')) fields.set('endedAt', formatMicroTime(now));
    this.#fields.set(key, fields);
    this.#pods.set(key, podJson(namespace, name, fields, formatMicroTime(now)));
  }
}

/** As the API server sends it. */
function podJson(
  namespace: string,
  name: string,
  fields: ReadonlyMap<string, string>,
  now: string,
): Record<string, unknown> {
  const [kind, owner] = fields.get('owner')?.split('/') ?? [];
  const revision = fields.get('revision');
  const disruption = fields.get('disruption');
  const terminated = { exitCode: 137, reason: fields.get('ended'), finishedAt: fields.get('endedAt') };
  return {
    metadata: {
      ...{ namespace, name, uid: fields.get('uid') },
      labels: { app: 'test', ...(revision === undefined ? {} : { 'pod-template-hash': revision }) },
      ...(kind === undefined ? {} : { ownerReferences: [{ kind, name: owner, controller: true }] }),
      ...(fields.get('deleting') === 'yes' ? { deletionTimestamp: now } : {}),
    },
    spec: { nodeName: fields.get('node') },
    status: {
      reason: fields.get('reason'),
      conditions:
        disruption === undefined ? [] : [{ type: 'DisruptionTarget', status: 'True', reason: disruption }],
      containerStatuses: [
        {
          restartCount: Number(fields.get('restarts') ?? 0),
          lastState: fields.has('ended') ? { terminated } : {},
        },
      ],
    },
  };
}
