import { z } from 'zod';
import { type Parsed, written } from './config-values.ts';

/** What the status page may lead to. */
export interface PageConfig {
  /** The address of a trace, with `{traceId}` where its id goes; `undefined`: ids are only shown. */
  readonly traceUrl: string | undefined;
}

const traceUrl = written({ type: 'string', pattern: '\\{traceId\\}' }, (input): Parsed<string> => {
  const parsed = typeof input === 'string' ? URL.parse(input.replaceAll('{traceId}', 'id')) : null;
  const isWeb = parsed?.protocol === 'http:' || parsed?.protocol === 'https:';
  if (typeof input === 'string' && isWeb && input.includes('{traceId}')) return { value: input };
  return { expected: 'an http:// or https:// address with {traceId} in it' };
});

export const pageSchema = z.strictObject({
  traceUrl: traceUrl.optional().describe('Where a trace is shown, with {traceId} in it.'),
});

export function resolvePage(page: z.output<typeof pageSchema> | undefined): PageConfig {
  return { traceUrl: page?.traceUrl };
}
