import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endpointProblems, resolveEndpoints } from './config-endpoints.ts';
import { type Environment, environmentSettings } from './config-environment.ts';
import { type FlagValues, flagSettings } from './config-flags.ts';
import { type Layer, mergeLayers, readYaml } from './config-layers.ts';
import { modeProblems } from './config-modes.ts';
import { type PageConfig, resolvePage } from './config-page.ts';
import { policyProblems, resolvePolicies } from './config-policies.ts';
import { policyListProblems } from './config-policy-list.ts';
import { probeProblems, resolveProbes } from './config-probes.ts';
import { type ConfigProblem, problemsOf } from './config-problems.ts';
import {
  type ProxyConfig,
  type ReceiverConfig,
  receiverProblems,
  resolveProxy,
  resolveReceiver,
} from './config-receivers.ts';
import { configSchema, type WrittenConfig } from './config-schema.ts';
import { newerVersion } from './config-version.ts';
import { resolveWeb, type WebServerConfig } from './config-web.ts';
import type { Policy } from './model/policy.ts';
import type { EndpointTarget } from './sources/endpoint-target.ts';
import type { ProbeTarget } from './sources/probe-target.ts';

export type Mode = 'sidecar' | 'node' | 'cluster';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What is to be done, with every default filled in. Deeply frozen. */
export interface Config {
  readonly mode: Mode;
  readonly listen: { readonly host: string; readonly port: number };
  readonly web: WebServerConfig;
  readonly kubernetes: {
    /** A file; `undefined`: KUBECONFIG, ~/.kube/config, or the service account of the pod. */
    readonly kubeconfig: string | undefined;
    readonly context: string | undefined;
    readonly namespaces: 'all' | readonly string[];
    /** Only leases of these names; `undefined`: all of them. An empty list: none at all. */
    readonly leases: readonly string[] | undefined;
    /** Whether Nodes are watched. */
    readonly nodes: boolean;
    /** Only this Node, where `nodes` is set; `undefined`: all of them. */
    readonly node: string | undefined;
    /** Whether the Pods of holders are looked up. */
    readonly pods: boolean;
  };
  /** Where we run ourselves; empty where it is not known. */
  readonly pod: { readonly namespace: string; readonly name: string };
  /** `undefined`: this is the only one, and it pushes. */
  readonly replicas: ReplicaConfig | undefined;
  readonly websockets: {
    readonly ports: readonly number[];
    /** Whether the connections of the Pods of our node are counted; in mode node alone. */
    readonly pods: boolean;
    /** Whether ports of Pods are counted that nobody has declared; in mode node alone. */
    readonly find: boolean;
    readonly intervalMs: number;
    readonly probes: readonly ProbeTarget[];
    readonly endpoints: readonly EndpointTarget[];
  };
  /** `tracesUrl` is the whole address, `/v1/traces` included. */
  readonly otlp: ReceiverConfig & {
    readonly tracesUrl: string | undefined;
    /** Of the rounds in which nothing went wrong. */
    readonly sample: number;
  };
  /** `pushUrl` is the whole address, `/loki/api/v1/push` included. */
  readonly loki: ReceiverConfig & {
    readonly pushUrl: string | undefined;
    readonly tenant: string | undefined;
    /** What Loki would refuse for its time is not sent. */
    readonly limits: { readonly maxAgeMs: number; readonly maxFutureMs: number };
    readonly ingestBytesPerSecond: number;
  };
  /** Between us and the receivers. */
  readonly proxy: ProxyConfig;
  /** `path` is a file, or `off`. */
  readonly outbox: {
    readonly path: string;
    readonly maxBytes: number;
    /** Of all receivers together; `undefined`: everything. */
    readonly bytesPerSecond: number | undefined;
  };
  readonly service: { readonly name: string; readonly attributes: Readonly<Record<string, string>> };
  /** `undefined`: the UID of the namespace kube-system. */
  readonly cluster: string | undefined;
  readonly site: string | undefined;
  readonly log: { readonly level: LogLevel; readonly format: 'text' | 'json' };
  readonly page: PageConfig;
  /** A file to which every observation is written. */
  readonly record: string | undefined;
  /** In the order in which they are asked: the first that matches applies. */
  readonly policies: readonly Policy[];
}

/** The Lease by which several replicas agree on who pushes. It is the only thing that is ever written. */
export interface ReplicaConfig {
  readonly namespace: string;
  readonly lease: string;
  /** `undefined`: the name of the machine tells the replicas apart. */
  readonly pod: string | undefined;
}

export interface ConfigInput {
  readonly flags: FlagValues;
  readonly env: Environment;
  /** A YAML file. */
  readonly file?: string | undefined;
}

export type LoadedConfig =
  | { readonly kind: 'ok'; readonly config: Config }
  | { readonly kind: 'invalid'; readonly problems: readonly ConfigProblem[] };

/** Flags win over variables, and these over the file. Reports everything that is wrong at once. */
export function loadConfig({ flags, env, file }: ConfigInput): LoadedConfig {
  const yaml: Layer<unknown> = file === undefined ? { found: {}, problems: [] } : readFile(file);
  const environment = environmentSettings(env);
  const merged = mergeLayers(file ?? 'configuration', yaml.found, [
    ...environment.found,
    ...flagSettings(flags),
  ]);
  const newer = newerVersion(merged.raw, merged.origin);
  if (newer !== undefined) return { kind: 'invalid', problems: [newer] };
  const parsed = configSchema.safeParse(merged.raw);
  const config = parsed.success ? resolve(parsed.data, env) : undefined;
  const problems = [
    ...yaml.problems,
    ...environment.problems,
    ...(parsed.success ? [] : problemsOf(parsed.error, merged.raw, merged.origin)),
    ...modeProblems(merged),
    ...policyProblems(merged),
    ...(config === undefined ? [] : policyListProblems(config)),
    ...(config === undefined ? [] : probeProblems(config.websockets.probes)),
    ...(config === undefined ? [] : endpointProblems(config.websockets.endpoints)),
    ...(config === undefined ? [] : receiverProblems('otlp', config.otlp.tracesUrl, config.otlp)),
    ...(config === undefined ? [] : receiverProblems('loki', config.loki.pushUrl, config.loki)),
  ];
  if (config === undefined || problems.length > 0) return { kind: 'invalid', problems };
  return { kind: 'ok', config: freeze(config) };
}

function readFile(file: string): Layer<unknown> {
  try {
    return readYaml(file, readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { found: {}, problems: [{ path: file, value: '', message: `cannot be read: ${why}` }] };
  }
}

function resolve(written: WrittenConfig, env: Environment): Config {
  const { websockets, otlp, loki, outbox, service, log } = written;
  return {
    mode: written.mode ?? 'cluster',
    listen: written.listen ?? { host: '0.0.0.0', port: 9465 },
    web: resolveWeb(written.web),
    kubernetes: resolveKubernetes(written),
    pod: { namespace: written.pod?.namespace ?? '', name: written.pod?.name ?? '' },
    replicas: resolveReplicas(written),
    websockets: {
      ports: [...new Set(websockets?.ports)],
      pods: websockets?.pods ?? written.mode === 'node',
      find: websockets?.find ?? written.mode === 'node',
      intervalMs: websockets?.interval ?? 5000,
      probes: resolveProbes(websockets?.probes),
      endpoints: resolveEndpoints(websockets?.endpoints),
    },
    otlp: {
      tracesUrl: otlp?.tracesEndpoint ?? withPath(otlp?.endpoint, 'v1/traces'),
      sample: otlp?.sample ?? 1,
      ...resolveReceiver(otlp),
    },
    loki: {
      pushUrl: withPath(loki?.url, 'loki/api/v1/push'),
      tenant: loki?.tenant,
      limits: { maxAgeMs: loki?.maxAge ?? 7 * 24 * 3_600_000, maxFutureMs: loki?.maxFuture ?? 600_000 },
      ingestBytesPerSecond: loki?.ingestBytesPerSecond ?? 2 * 2 ** 20,
      ...resolveReceiver(loki),
    },
    proxy: resolveProxy(written.proxy),
    outbox: {
      path: outbox?.path ?? outboxPath(env),
      maxBytes: outbox?.maxBytes ?? 256 * 2 ** 20,
      bytesPerSecond: outbox?.bytesPerSecond,
    },
    service: {
      name: service?.name ?? service?.attributes?.['service.name'] ?? 'leasewatch',
      attributes: service?.attributes ?? {},
    },
    cluster: written.cluster,
    site: written.site,
    log: { level: log?.level ?? 'info', format: log?.format ?? 'text' },
    page: resolvePage(written.page),
    record: written.record,
    policies: resolvePolicies(written.policies),
  };
}

/** What each mode watches when nothing else is said. */
function resolveKubernetes({ mode, kubernetes = {}, pod = {} }: WrittenConfig): Config['kubernetes'] {
  const access = { kubeconfig: kubernetes.kubeconfig, context: kubernetes.context };
  const { namespaces, leases, nodes, pods = false } = kubernetes;
  if (mode === 'sidecar') {
    const own = pod.namespace === undefined ? [] : [pod.namespace];
    const named = { namespaces: namespaces ?? own, leases: leases ?? [] };
    return { ...access, ...named, nodes: false, node: undefined, pods };
  }
  if (mode === 'node') {
    const own = pod.node === undefined ? [] : [pod.node];
    const beats = { namespaces: ['kube-node-lease'], leases: own };
    return { ...access, ...beats, nodes: nodes ?? true, node: pod.node, pods: false };
  }
  const all = { namespaces: namespaces ?? 'all', leases } as const;
  return { ...access, ...all, nodes: nodes ?? true, node: undefined, pods: kubernetes.pods ?? true };
}

/** Off unless asked for: who only looks at a cluster must not write to it. */
function resolveReplicas({ replicas, pod }: WrittenConfig): ReplicaConfig | undefined {
  const namespace = replicas?.namespace ?? pod?.namespace;
  if (replicas?.lease === undefined || namespace === undefined) return undefined;
  return { namespace, lease: replicas.lease, pod: pod?.name };
}

/** The whole address of a receiver of which the base was given; the whole address is taken as it is. */
function withPath(base: string | undefined, path: string): string | undefined {
  if (base === undefined) return undefined;
  const url = new URL(base);
  const given = url.pathname.replace(/\/+$/, '');
  url.pathname = given.endsWith(`/${path}`) ? given : `${given}/${path}`;
  return url.href;
}

/** The user's state folder; a container without a home has only its temporary one. */
function outboxPath(env: Environment): string {
  if (env.XDG_STATE_HOME) return join(env.XDG_STATE_HOME, 'leasewatch/outbox.db');
  if (env.HOME) return join(env.HOME, '.local/state/leasewatch/outbox.db');
  return join(tmpdir(), 'leasewatch/outbox.db');
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(freeze);
  return Object.freeze(value);
}
