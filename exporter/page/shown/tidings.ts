import type { Tables } from '../tables.ts';
import { isElection } from './order.ts';
import { few } from './words.ts';

/** What changed, in sentences for somebody who hears the page; few, since each one interrupts. */
export function tidings(before: Tables, after: Tables): string[] {
  if (before.leases === after.leases && before.nodes === after.nodes) return [];
  return [...ofLeases(before, after), ...ofNodes(before, after)];
}

function ofLeases(before: Tables, after: Tables): string[] {
  const changed = new Map<string, string[]>();
  const leaders: string[] = [];
  for (const row of after.leases.values()) {
    const old = before.leases.get(row.id);
    if (old === undefined || old === row) continue;
    if (old.state !== row.state) group(changed, row.state).push(row.id);
    else if (isElection(row.class) && old.holder !== row.holder && row.state === 'held')
      leaders.push(`${row.pod ?? row.holder} leads ${row.id}`);
  }
  return [
    ...Array.from(changed, ([state, names]) => `${few(names)} ${names.length === 1 ? 'is' : 'are'} ${state}`),
    ...(leaders.length > 3 ? [`${leaders.length} leases have another leader`] : leaders),
  ];
}

function ofNodes(before: Tables, after: Tables): string[] {
  const changed = new Map<string, string[]>();
  for (const row of after.nodes.values()) {
    const old = before.nodes.get(row.id);
    if (old !== undefined && old.state !== row.state) group(changed, row.state).push(row.id);
  }
  return Array.from(
    changed,
    ([state, names]) => `${names.length === 1 ? 'node' : 'nodes'} ${few(names)} ${state}`,
  );
}

function group(groups: Map<string, string[]>, key: string): string[] {
  const list = groups.get(key) ?? [];
  groups.set(key, list);
  return list;
}
