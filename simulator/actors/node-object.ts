import { z } from 'zod';

const conditionSchema = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  lastHeartbeatTime: z.string().nullish(),
  lastTransitionTime: z.string().nullish(),
});

const statusSchema = z.looseObject({
  conditions: z.array(conditionSchema).default([]),
  nodeInfo: z.looseObject({ bootID: z.string() }).optional(),
});

const nodeSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), uid: z.string() }),
  status: statusSchema.default({ conditions: [] }),
});

export type NodeObject = z.infer<typeof nodeSchema>;
export type NodeCondition = z.infer<typeof conditionSchema>;

/** A Node as the API server sent it, or undefined when it is none. */
export function parseNode(body: unknown): NodeObject | undefined {
  return nodeSchema.safeParse(body).data;
}

/** The Nodes of a list; whatever is none is left out. */
export function parseNodes(body: unknown): readonly NodeObject[] {
  const list = z.object({ items: z.array(z.unknown()) }).safeParse(body).data;
  return (list?.items ?? []).flatMap((item) => parseNode(item) ?? []);
}

export function nodePath(name?: string): string {
  return name === undefined ? '/api/v1/nodes' : `/api/v1/nodes/${name}`;
}

export function readyOf(node: NodeObject): NodeCondition | undefined {
  return node.status.conditions.find((condition) => condition.type === 'Ready');
}

/** A Node as its kubelet registers it. `bootId` tells one start of the machine from the next. */
export function newNode(name: string, bootId: string, ready: NodeCondition): object {
  const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    status: { conditions: [ready], nodeInfo: nodeInfo(name, bootId) },
  };
}

function nodeInfo(name: string, bootID: string): object {
  return {
    machineID: name,
    systemUUID: name,
    bootID,
    kernelVersion: '6.12.0',
    osImage: 'leasewatch simulator',
    containerRuntimeVersion: 'containerd://2.1.0',
    kubeletVersion: 'v1.35.0',
    kubeProxyVersion: '',
    operatingSystem: 'linux',
    architecture: 'amd64',
  };
}

/** The object with another Ready condition (and boot id, where one is given). */
export function withReady(node: NodeObject, ready: NodeCondition, bootID?: string): NodeObject {
  const others = node.status.conditions.filter((condition) => condition.type !== 'Ready');
  const info = node.status.nodeInfo;
  const nodeInfo = info === undefined || bootID === undefined ? info : { ...info, bootID };
  return { ...node, status: { ...node.status, conditions: [...others, ready], nodeInfo } };
}

/** Time as the status of a Node has it: RFC 3339 in whole seconds. */
export function timeOf(wallMicros: number): string {
  return `${new Date(Math.floor(wallMicros / 1e6) * 1000).toISOString().slice(0, 19)}Z`;
}
