import { z } from 'zod';
import { configSchema } from './config-schema.ts';

/** The configuration file as a JSON Schema, for editors: what they complete, explain and underline. */
export function configJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input' });
  return `${JSON.stringify({ $schema, title: 'Configuration of leasewatch', ...schema }, null, 2)}\n`;
}
