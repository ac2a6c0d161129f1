import { itemsOf, member, textOf } from './json.ts';

const lists = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;

/** Names of the containers of a Pod by their IDs of 64 hexadecimal digits, without the runtime's name before them. */
export function parseContainers(pod: unknown): ReadonlyMap<string, string> {
  const statuses = lists.flatMap((list) => itemsOf(member(pod, 'status', list)));
  return new Map(
    statuses.flatMap((status): readonly (readonly [string, string])[] => {
      const id = /^[a-z-]+:\/\/([0-9a-f]{64})$/.exec(textOf(member(status, 'containerID'), 128) ?? '')?.[1];
      const name = textOf(member(status, 'name'), 63) ?? '';
      return id === undefined || name === '' ? [] : [[id, name]];
    }),
  );
}
