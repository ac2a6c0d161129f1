import type { z } from 'zod';
import { type AnswerName, type ParsedAnswer, parseAnswer } from './answers.ts';

/** Whoever answers as `/api/NAME` does: a running leasewatch, or a judge of our own beside the cluster. */
export interface Teller {
  /** Never rejects. */
  ask(name: AnswerName): Promise<Asked>;
  close(): Promise<void>;
}

export type Asked =
  | { readonly kind: 'ok'; readonly body: string }
  | { readonly kind: 'failed'; readonly why: string };

/** Asks, and reads the answer. */
export async function askFor<T>(
  teller: Teller,
  name: AnswerName,
  schema: z.ZodType<T>,
): Promise<ParsedAnswer<T>> {
  const asked = await teller.ask(name);
  return asked.kind === 'failed' ? asked : parseAnswer(name, schema, asked.body);
}
