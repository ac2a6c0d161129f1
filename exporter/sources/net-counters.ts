import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NetCounters } from '../model/observation.ts';

export type CountersRead = NetCounters | { readonly failed: string };

/** Reads the counters of the network namespace of a process: `processRoot` is its folder in procfs. */
export function readCounters(processRoot: string): CountersRead {
  try {
    const text = ['net/snmp', 'net/netstat'].map((file) => readFileSync(join(processRoot, file), 'latin1'));
    return parseCounters(text.join('\n'));
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

const columns = {
  accepts: 'Tcp: PassiveOpens',
  resets: 'Tcp: EstabResets',
  timeouts: 'TcpExt: TCPAbortOnTimeout',
  listenOverflows: 'TcpExt: ListenOverflows',
} as const satisfies Record<keyof NetCounters, string>;

/**
 * Parses net/snmp and net/netstat: for every protocol a line of names and a line of numbers. Columns differ
 * from kernel to kernel, so that each is found by its name.
 */
export function parseCounters(text: string): CountersRead {
  const words = wordsByColumn(text);
  const missing = Object.values(columns).find((column) => !/^\d{1,20}$/.test(words.get(column) ?? ''));
  if (missing !== undefined) {
    const word = words.get(missing);
    const what = word === undefined ? 'is missing' : `is no number: ${JSON.stringify(word)}`;
    return { failed: `the counters of the network namespace: ${missing} ${what}` };
  }
  const counter = (column: string) => Number(words.get(column));
  return {
    accepts: counter(columns.accepts),
    resets: counter(columns.resets),
    timeouts: counter(columns.timeouts),
    listenOverflows: counter(columns.listenOverflows),
  };
}

/** By `Protocol: Name`. */
function wordsByColumn(text: string): ReadonlyMap<string, string> {
  const names = new Map<string, readonly string[]>();
  const words = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [protocol = '', ...fields] = line.trim().split(/\s+/);
    const columnNames = names.get(protocol);
    if (columnNames === undefined) names.set(protocol, fields);
    else {
      for (const [index, name] of columnNames.entries()) {
        const word = fields[index];
        if (word !== undefined) words.set(`${protocol} ${name}`, word);
      }
    }
  }
  return words;
}
