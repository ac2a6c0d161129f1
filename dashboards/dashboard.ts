import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type AnnotationQuery,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { type Datasource, datasourceVariables } from './datasources.ts';
import { inSight } from './in-sight.ts';
import { placed, type Shelf } from './layout.ts';
import { tag, toTheOthers } from './links.ts';
import { type Choice, choiceVariables, type OffersOf } from './variables.ts';

export interface Plan {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly sources: readonly Datasource[];
  /** Besides cluster, job and instance. */
  readonly choices: readonly Choice[];
  readonly offers?: OffersOf;
  readonly annotations: readonly Builder<AnnotationQuery>[];
  readonly shelves: readonly Shelf[];
}

/** A dashboard as Grafana takes it from a file or from a person: it names no datasource and asks for none. */
export function dashboard(plan: Plan): Dashboard {
  const builder = new DashboardBuilder(`leasewatch: ${plan.title}`)
    .uid(plan.uid)
    .description(plan.description)
    .tags([tag])
    .readonly()
    .refresh('30s')
    .time({ from: 'now-1h', to: 'now' })
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .link(inSight(toTheOthers()))
    .variables([...datasourceVariables(plan.sources), ...choiceVariables(plan.choices, plan.offers)])
    .annotations([...plan.annotations]);
  for (const panel of placed(plan.shelves)) builder.withPanel(panel);
  return builder.build();
}
