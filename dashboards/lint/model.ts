import { z } from 'zod';

const datasource = z.object({ type: z.string(), uid: z.string() });
const step = z.object({ value: z.number().nullable(), color: z.string() });

const mapping = z.object({
  type: z.string(),
  options: z.looseObject({
    match: z.string().optional(),
    result: z.object({ color: z.string().optional() }).optional(),
  }),
});

const target = z.looseObject({
  refId: z.string(),
  datasource,
  expr: z.string().optional(),
  format: z.string().optional(),
  exemplar: z.boolean().optional(),
  queryType: z.string().optional(),
});

const property = z.object({ id: z.string(), value: z.unknown() });

const panel = z.looseObject({
  id: z.number().optional(),
  type: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  datasource: datasource.optional(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  targets: z.array(target).default([]),
  transformations: z.array(z.object({ id: z.string(), options: z.looseObject({}) })).default([]),
  fieldConfig: z.object({
    defaults: z.looseObject({
      unit: z.string().optional(),
      noValue: z.string().optional(),
      mappings: z.array(mapping).default([]),
      thresholds: z.object({ steps: z.array(step) }).optional(),
    }),
    overrides: z.array(z.object({ matcher: z.looseObject({}), properties: z.array(property) })).default([]),
  }),
});

const variable = z.looseObject({
  type: z.string(),
  name: z.string(),
  label: z.string().optional(),
  query: z.string(),
  datasource: datasource.optional(),
  multi: z.boolean().optional(),
  includeAll: z.boolean().optional(),
  allValue: z.string().optional(),
  refresh: z.number().optional(),
});

const annotation = z.looseObject({ name: z.string(), datasource, target });

/** What a linter reads of a dashboard's file. */
export const dashboardFile = z.looseObject({
  uid: z.string(),
  title: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  editable: z.boolean(),
  schemaVersion: z.number(),
  refresh: z.string(),
  links: z.array(
    z.looseObject({
      type: z.string(),
      tags: z.array(z.string()),
      includeVars: z.boolean(),
      keepTime: z.boolean(),
    }),
  ),
  templating: z.object({ list: z.array(variable) }),
  annotations: z.object({ list: z.array(annotation) }),
  panels: z.array(panel),
});

export type DashboardFile = z.output<typeof dashboardFile>;
export type PanelFile = DashboardFile['panels'][number];
export type TargetFile = PanelFile['targets'][number];
export type VariableFile = DashboardFile['templating']['list'][number];

/** Something that breaks a rule. */
export interface Problem {
  readonly rule: string;
  /** A panel, a variable or an annotation, by its name. */
  readonly where: string;
  readonly why: string;
}

export interface Told {
  readonly where: string;
  readonly target: TargetFile;
  /** Of annotations there is none. */
  readonly panel?: PanelFile;
}

/** Every query of panels and annotations. */
export function targetsOf({ panels, annotations }: DashboardFile): Told[] {
  return [
    ...panels.flatMap((panel) =>
      panel.targets.map((target) => ({ where: `${panel.title ?? '?'} (${target.refId})`, target, panel })),
    ),
    ...annotations.list.map(({ name, target }) => ({ where: name, target })),
  ];
}

/** A query as a parser reads it: Grafana's variables stand for durations outside of quotes. */
export function substituted(query: string, rate = '5m'): string {
  return query
    .replaceAll('$__rate_interval', rate)
    .replaceAll('$__interval', '1m')
    .replaceAll('$__range', '1h')
    .replaceAll('$__auto', rate);
}
