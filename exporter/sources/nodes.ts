import type { Clock } from '../clock.ts';
import { jsonDecoder } from '../kube/decode-json.ts';
import { parseNode } from '../kube/parse-node.ts';
import { defaultLimits, type ReflectorLimits } from '../kube/reflection.ts';
import { reflect } from '../kube/reflector.ts';
import type { KubeTransport } from '../kube/transport.ts';
import type { Source } from './source.ts';

export interface NodeSourceOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** One Node by name; all of them when absent. */
  readonly name?: string;
  readonly limits?: Partial<ReflectorLimits>;
}

/** Watches Nodes. Its name is `nodes` or `nodes/NAME`. */
export function nodeSource(options: NodeSourceOptions): Source {
  const { name } = options;
  const source = name === undefined ? 'nodes' : `nodes/${name}`;
  return {
    name: source,
    run: (emit, stop) =>
      reflect(
        {
          transport: options.transport,
          clock: options.clock,
          random: options.random,
          path: '/api/v1/nodes',
          ...(name === undefined ? {} : { query: { fieldSelector: `metadata.name=${name}` } }),
          decoder: jsonDecoder(parseNode),
          source,
          toObservation: (change, node, at) => ({ kind: 'node', source, at, change, node }),
          limits: { ...defaultLimits, ...options.limits },
        },
        emit,
        stop,
      ),
  };
}
