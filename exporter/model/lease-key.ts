/** Under what a lease is kept: no name of Kubernetes has a slash in it. */
export function leaseKeyOf({
  namespace,
  name,
}: {
  readonly namespace: string;
  readonly name: string;
}): string {
  return `${namespace}/${name}`;
}
