/**
 * From the text that a holder wrote to the names that its Pod may have. The text is untrusted and of no
 * form that anybody promised: what does not look like a name is no candidate.
 */

const uuidSuffix = /_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const longestIdentity = 1000;

/** The holder without the `_uuid` that client-go appends. */
export function holderName(holder: string): string {
  return holder.length > longestIdentity ? holder : holder.replace(uuidSuffix, '');
}

/** Their Pods are static ones: the identity begins with the name of the node, and so ends that of the Pod. */
const staticPods: ReadonlySet<string> = new Set([
  'kube-scheduler',
  'kube-controller-manager',
  'cloud-controller-manager',
]);

/** `POD-external-COMPONENT`, as cert-manager writes it. */
const external = /^(.+?)-external-[a-z0-9-]+$/;
const objectName = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/** Names that the Pod of a holder may have, the likeliest first; none when the text is no such name. */
export function podNames(holder: string, namespace: string, lease: string): readonly string[] {
  const name = holderName(holder);
  const inner = external.exec(name)?.[1];
  const isStatic = namespace === 'kube-system' && staticPods.has(lease);
  const names = [...(inner === undefined ? [] : [inner]), ...(isStatic ? [`${lease}-${name}`] : []), name];
  return names.filter((candidate) => candidate.length <= 253 && objectName.test(candidate));
}
