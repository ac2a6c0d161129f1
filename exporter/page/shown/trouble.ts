import type { PortRow, Tables } from '../tables.ts';
import { count, counted, few } from './words.ts';

/** What stands above everything else. */
export interface Notice {
  readonly id: string;
  readonly level: 'bad' | 'warn';
  readonly title: string;
  readonly text: string;
  readonly traceId: string | null;
}

export function noticesOf(tables: Tables): Notice[] {
  return [
    ...silences(tables),
    ...blindness(tables),
    ...absences(tables),
    ...[...tables.ports.values()].flatMap(incidentsOf),
    ...unread(tables),
    ...refusals(tables),
  ];
}

function silences({ silences: rows }: Tables): Notice[] {
  return Array.from(rows.keys(), (kind) => ({
    ...{ id: `silence/${kind}`, level: 'bad' as const, traceId: null },
    title: `Half of all ${kind} leases fell silent at once`,
    text: 'Suspect the API server, etcd or the network, not each of them.',
  }));
}

function blindness({ sources }: Tables): Notice[] {
  return [...sources.values()]
    .filter(({ up }) => !up)
    .map(({ id, why, forbidden, synced }) => ({
      ...{ id: `source/${id}`, level: forbidden ? ('warn' as const) : ('bad' as const), traceId: null },
      title: synced || forbidden ? `${id} cannot be seen` : `${id} is not seen yet`,
      text: why,
    }));
}

function absences({ absences: rows }: Tables): Notice[] {
  return Array.from(rows.values(), ({ id, state, team }) => ({
    ...{ id: `absence/${id}`, level: 'bad' as const, traceId: null },
    title: `${id} is expected to have a holder`,
    text: `It is ${state}${team === null ? '' : `; it belongs to ${team}`}.`,
  }));
}

const changes = { fall: 'lost connections', surge: 'has many more connections', storm: 'is in a storm' };

function incidentsOf({ id, incident, storm }: PortRow): Notice[] {
  return [incident, storm]
    .filter((each) => each !== null)
    .map(({ change, before, extreme, beside, traceId }) => ({
      ...{
        id: `incident/${traceId}`,
        level: change === 'surge' ? ('warn' as const) : ('bad' as const),
        traceId,
      },
      title: `${id} ${changes[change]}`,
      text: `${numbers(change, before, extreme)}${beside === null ? '' : `, beside the ${beside}`}.`,
    }));
}

function numbers(change: keyof typeof changes, before: number, extreme: number): string {
  if (change === 'storm') return `${count(extreme)} clients a minute come and go, ${count(before)} are usual`;
  return `From ${count(before)} to ${count(extreme)}`;
}

function unread({ unread: rows }: Tables): Notice[] {
  const [first] = rows.values();
  if (first === undefined) return [];
  const title = `Connections of ${counted(rows.size, 'Pod')} cannot be counted`;
  return [
    { id: 'unread', level: 'warn', title, text: `${few([...rows.keys()])}: ${first.why}`, traceId: null },
  ];
}

function refusals({ outbox }: Tables): Notice[] {
  return [...outbox.values()]
    .filter(({ refusesCredentials }) => refusesCredentials)
    .map(({ id, pending }) => ({
      ...{ id: `refused/${id}`, level: 'bad' as const, traceId: null },
      title: `The receiver of ${id} refuses our credentials`,
      text: `Nothing is lost: ${counted(pending, 'record')} wait.`,
    }));
}
