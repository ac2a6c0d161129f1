import type { LeaseRow, Tables } from '../tables.ts';
import { isElection } from './order.ts';
import { count, counted, few } from './words.ts';

/** An answer to one of the three questions, for the first glance. */
export interface Headline {
  readonly mood: 'good' | 'bad' | 'unsure' | 'none';
  readonly figure: string;
  readonly text: string;
  readonly more: string;
}

const gone: ReadonlySet<LeaseRow['state']> = new Set(['orphaned', 'deleted']);

/** Who leads? */
export function leadersHeadline({ leases }: Tables): Headline {
  const elections = [...leases.values()].filter((row) => isElection(row.class) && !gone.has(row.state));
  if (elections.length === 0)
    return { mood: 'none', figure: 'No', text: 'election is watched', more: ledOtherwise(leases.size) };
  const led = elections.filter(({ state }) => state === 'held');
  const without = elections.filter(({ state }) => state !== 'held' && state !== 'unknown');
  const unknown = elections.length - led.length - without.length;
  const parts = [
    ...(without.length > 0 ? [`nobody leads ${few(without.map(({ id }) => id))}`] : []),
    ...(unknown > 0 ? [`of ${count(unknown)} nobody knows`] : []),
  ];
  return {
    mood: without.length > 0 ? 'bad' : unknown > 0 ? 'unsure' : 'good',
    figure: `${count(led.length)} of ${count(elections.length)}`,
    text: elections.length === 1 ? 'election has a leader' : 'elections have a leader',
    more: parts.join('; ') || 'every election has its leader',
  };
}

function ledOtherwise(leases: number): string {
  return leases === 0 ? 'no lease has been seen' : `${counted(leases, 'lease')} of other kinds`;
}

/** Who went silent? */
export function silentHeadline({ leases, nodes }: Tables): Headline {
  const expired = [...leases.values()].filter(({ state }) => state === 'expired').map(({ id }) => id);
  const lost = [...nodes.values()].filter(({ state }) => state === 'lost').map(({ id }) => id);
  const late = [...nodes.values()].filter(({ state }) => state === 'late').map(({ id }) => id);
  const unknown = [...leases.values(), ...nodes.values()].filter(({ state }) => state === 'unknown').length;
  const silent = expired.length + lost.length;
  const parts = [
    ...(lost.length > 0 ? [`no heartbeat of ${few(lost)}`] : []),
    ...(expired.length > 0 ? [`no renewal of ${few(expired)}`] : []),
    ...(late.length > 0 ? [`${few(late)} ${late.length === 1 ? 'is' : 'are'} late`] : []),
    ...(unknown > 0 ? [`of ${count(unknown)} nobody knows`] : []),
  ];
  return {
    mood:
      silent > 0
        ? 'bad'
        : unknown + late.length > 0
          ? 'unsure'
          : leases.size + nodes.size > 0
            ? 'good'
            : 'none',
    figure: silent === 0 ? 'Nobody' : count(silent),
    text: 'went silent',
    more: parts.join('; ') || heard(leases.size, nodes.size),
  };
}

function heard(leases: number, nodes: number): string {
  if (leases + nodes === 0) return 'nothing has been heard yet';
  const parts = [...(nodes > 0 ? [counted(nodes, 'node')] : []), counted(leases, 'lease')];
  return `${parts.join(' and ')}, and all are heard`;
}

/** Who is still on the line? */
export function lineHeadline({ ports, probes }: Tables): Headline {
  const rows = [...ports.values()];
  const open = rows.reduce((sum, { established }) => sum + established, 0);
  const ghosts = rows.reduce((sum, { ghost }) => sum + ghost, 0);
  const stalled = rows.reduce((sum, { stalled: each }) => sum + each, 0);
  const shut = [...probes.values()].filter(({ up }) => up === false).map(({ id }) => id);
  const troubled = rows.some(({ incident, storm }) => incident !== null || storm !== null);
  const parts = [
    ...(shut.length > 0 ? [`no new client gets in at ${few(shut)}`] : []),
    ...(ghosts > 0 ? [`${count(ghosts)} do not answer`] : []),
    ...(stalled > 0 ? [`${count(stalled)} do not read`] : []),
  ];
  if (rows.length === 0 && probes.size === 0)
    return { mood: 'none', figure: '–', text: 'connections', more: 'no port and no probe is watched' };
  return {
    mood: shut.length > 0 || troubled ? 'bad' : ghosts + stalled > 0 ? 'unsure' : 'good',
    figure: count(open),
    text: open === 1 ? 'connection is open' : 'connections are open',
    more: parts.join('; ') || welcome(rows.length, probes.size),
  };
}

function welcome(ports: number, probes: number): string {
  const at = `on ${counted(ports, 'port')}`;
  return probes > 0 ? `${at}, and new clients get in` : at;
}
