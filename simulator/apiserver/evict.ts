import { type Context, type Reply, refuse } from './context.ts';
import { isFields } from './json.ts';
import { terminate } from './remove.ts';
import { pods } from './resources.ts';
import * as say from './status.ts';
import { type KubeObject, timestamp } from './store.ts';

const graceSeconds = 30;

/** POST of an Eviction: the Pod says in its status why it goes, and goes with its grace period. No budgets. */
export function evict(context: Context, namespace: string | undefined, name: string): Reply {
  const pod = context.store.get(pods, namespace, name);
  if (pod === undefined) return refuse(say.notFound(pods, name));
  const told = context.store.replace(pods, pod, { ...pod, status: disrupted(pod, context.clock.now().wall) });
  terminate(context, told, graceSeconds);
  const { kind, apiVersion, metadata } = say.failure(0, undefined, '');
  return { status: 201, body: { kind, apiVersion, metadata, status: 'Success', code: 201 } };
}

function disrupted(pod: KubeObject, wallMicros: number): object {
  const status = isFields(pod.status) ? pod.status : {};
  const others = Array.isArray(status.conditions) ? status.conditions : [];
  const target = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
    lastTransitionTime: timestamp(wallMicros),
  };
  return { ...status, conditions: [...others.filter((each) => each.type !== target.type), target] };
}
