import type { Rows, TableName, Tables } from './tables.ts';

/** How a table differs from what it was: what is new, what of the others is different, what is gone. */
export interface TableChange<R> {
  readonly add?: readonly R[];
  /** The new values of fields, by the id of the row. */
  readonly set?: Readonly<Record<string, Partial<R>>>;
  readonly gone?: readonly string[];
}

export type TablesChange = { readonly [N in TableName]?: TableChange<Rows[N]> };

interface Row {
  readonly id: string;
}

/** What has to be told for `before` to become `after`; undefined when nothing. */
export function tablesChange(before: Tables, after: Tables): TablesChange | undefined {
  const told: { [N in TableName]?: TableChange<Rows[N]> } = {};
  for (const name of namesOf(after)) tellTable(told, name, before, after);
  return Object.keys(told).length === 0 ? undefined : told;
}

function tellTable<N extends TableName>(
  told: { [K in N]?: TableChange<Rows[K]> },
  name: N,
  before: Tables,
  after: Tables,
): void {
  const change = tableChange<Rows[N]>(before[name], after[name]);
  if (change !== undefined) told[name] = change;
}

export function tableChange<R extends Row>(
  before: ReadonlyMap<string, R>,
  after: ReadonlyMap<string, R>,
): TableChange<R> | undefined {
  const add: R[] = [];
  const set = new Map<string, Partial<R>>();
  for (const [id, row] of after) {
    const old = before.get(id);
    if (old === undefined) add.push(row);
    else if (old !== row) notePatch(set, id, patch(old, row));
  }
  const gone =
    before.size + add.length === after.size ? [] : [...before.keys()].filter((id) => !after.has(id));
  if (add.length + set.size + gone.length === 0) return undefined;
  return {
    ...(add.length === 0 ? {} : { add }),
    ...(set.size === 0 ? {} : { set: Object.fromEntries(set) }),
    ...(gone.length === 0 ? {} : { gone }),
  };
}

/** The fields of `row` that `old` has otherwise. */
function patch<R extends Row>(old: R, row: R): Partial<R> | undefined {
  let found: Partial<R> | undefined;
  for (const key in row) {
    if (same(old[key], row[key])) continue;
    found ??= {};
    found[key] = row[key];
  }
  return found;
}

function notePatch<R>(set: Map<string, Partial<R>>, id: string, part: Partial<R> | undefined): void {
  if (part !== undefined) set.set(id, part);
}

/** Rows hold few parts of their own, and small ones. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The tables after a change; those that it does not name are the same objects as before. */
export function applyChange(tables: Tables, change: TablesChange): Tables {
  const next: { -readonly [N in TableName]: Tables[N] } = { ...tables };
  for (const name of namesOf(tables)) applyTo(next, name, change);
  return next;
}

function applyTo<N extends TableName>(
  tables: { [K in N]: ReadonlyMap<string, Rows[K]> },
  name: N,
  change: { readonly [K in N]?: TableChange<Rows[K]> },
): void {
  const told = change[name];
  if (told === undefined) return;
  const rows = new Map<string, Rows[N]>(tables[name]);
  for (const row of told.add ?? []) rows.set(row.id, row);
  for (const [id, part] of Object.entries<Partial<Rows[N]>>(told.set ?? {})) {
    const old = rows.get(id);
    if (old !== undefined) rows.set(id, { ...old, ...part });
  }
  for (const id of told.gone ?? []) rows.delete(id);
  tables[name] = rows;
}

function namesOf(tables: Tables): readonly TableName[] {
  return Object.keys(tables).filter((name): name is TableName => name in tables);
}
