import { member, textOf } from './json.ts';
import { parsePodMetadata } from './parse-pod.ts';
import { workloadNameOf } from './workload.ts';

/** A Pod of a node, as far as its connections are to be counted. */
export interface NodePod {
  readonly namespace: string;
  readonly name: string;
  /** What its cgroup is named after: its UID, or the hash of its manifest when it is static. */
  readonly cgroupUid: string;
  /** The name of what made it, such as that of its Deployment; `undefined` where nothing did. */
  readonly workload: string | undefined;
  /** Ports of WebSocket servers by the annotation; `undefined` without one. */
  readonly ports: readonly number[] | undefined;
  /** What is wrong with the annotation. */
  readonly problem: string | undefined;
}

export const portsAnnotation = 'leasewatch.dev/websocket-ports';

/** Reads a Pod, or a PartialObjectMetadata of one; `undefined` when it has no name or no UID. */
export function parseNodePod(value: unknown): NodePod | undefined {
  const metadata = member(value, 'metadata');
  const namespace = textOf(member(metadata, 'namespace'), 253) ?? '';
  const name = textOf(member(metadata, 'name'), 253) ?? '';
  // The kubelet names the cgroup of a static Pod before the API server gives its mirror a UID of its own.
  const hash = textOf(member(metadata, 'annotations', 'kubernetes.io/config.hash'), 64);
  const uid = hash ?? textOf(member(metadata, 'uid'), 64) ?? '';
  if (name === '' || uid === '') return undefined;
  const annotation = textOf(member(metadata, 'annotations', portsAnnotation), 1024);
  const sketch = parsePodMetadata(value);
  const parsed = annotation === undefined ? { ports: undefined } : parsePorts(annotation);
  return {
    ...{ namespace, name, cgroupUid: uid },
    workload: sketch === undefined ? undefined : workloadNameOf(sketch),
    ports: 'problem' in parsed ? undefined : parsed.ports,
    problem: 'problem' in parsed ? parsed.problem : undefined,
  };
}

/** `8080` or `8080, 9000`. One wrong word spoils the whole: half of the ports would look like all of them. */
export function parsePorts(
  text: string,
): { readonly ports: readonly number[] } | { readonly problem: string } {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const wrong = words.find((word) => !/^\d{1,5}$/.test(word) || Number(word) < 1 || Number(word) > 65_535);
  if (wrong !== undefined) {
    return { problem: `${portsAnnotation}: ${JSON.stringify(wrong)} is no port number from 1 to 65535` };
  }
  if (words.length === 0) return { problem: `${portsAnnotation} names no port` };
  return { ports: [...new Set(words.map(Number))] };
}
