import { z } from 'zod';
import type { Moment } from '../clock.ts';
import type { Memory } from '../model/memory.ts';
import type { RememberedObservation } from '../model/observation.ts';
import { memorySchema } from './memory-schema.ts';
import { absent } from './record-schemas.ts';

/** Raised when an older or a newer leasewatch would misread a memory; one of another version is not read. */
const version = 1;

/** A memory and the boot of the machine that had it: within one boot the monotonic clock goes on. */
export interface KeptMemory {
  readonly memory: Memory;
  readonly boot: string | undefined;
}

export type ParsedMemory =
  | { readonly kind: 'memory'; readonly kept: KeptMemory }
  | { readonly kind: 'problem'; readonly why: string };

export function memoryText({ memory, boot }: KeptMemory): string {
  return JSON.stringify({ version, boot, memory });
}

const versioned = z.looseObject({ version: z.number() });
const envelope = z.strictObject({
  version: z.literal(version),
  boot: absent(z.string()),
  memory: memorySchema,
});

/** Never throws: what cannot be read is a problem with its place in the text. */
export function parseMemory(text: string): ParsedMemory {
  const json = parseJson(text);
  if (json === undefined) return { kind: 'problem', why: 'it is no JSON' };
  const written = versioned.safeParse(json);
  if (written.success && written.data.version !== version) {
    return {
      kind: 'problem',
      why: `it is of version ${written.data.version}, and this leasewatch reads ${version}`,
    };
  }
  const parsed = envelope.safeParse(json);
  const older = parsed.success ? parsed : envelope.safeParse(withoutRetired(json));
  if (older.success) {
    const { memory, boot } = older.data;
    return { kind: 'memory', kept: { memory, boot } };
  }
  const [issue] = older.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  return { kind: 'problem', why: `${place}${issue?.message ?? 'unreadable'}` };
}

const loose = z.looseObject({ memory: z.looseObject({}) });

/** What an earlier leasewatch kept and nobody needs any more is no reason to forget the rest. */
function withoutRetired(json: unknown): unknown {
  const parsed = loose.safeParse(json);
  if (!parsed.success) return json;
  const { firstRenewTime: _, ...memory } = parsed.data.memory;
  return { ...parsed.data, memory };
}

/**
 * The memory as the model is shown it. The monotonic clock tells how long we were away if it still is the
 * same one; otherwise the wall clock does, which may have jumped meanwhile: no verdict hangs on it.
 */
export function rememberedAt(at: Moment, boot: string | undefined, kept: KeptMemory): RememberedObservation {
  const { memory } = kept;
  const sameClock = boot !== undefined && boot === kept.boot && at.mono >= memory.at.mono;
  const awayMs = sameClock ? at.mono - memory.at.mono : Math.max(0, at.wall - memory.at.wall) / 1000;
  return { kind: 'remembered', at, awayMs, sameClock, memory };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
