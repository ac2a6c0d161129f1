import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { leases } from './leases.ts';
import { nodes } from './nodes.ts';
import { overview } from './overview.ts';
import { self } from './self.ts';
import { websockets } from './websockets.ts';

/** All dashboards; each becomes the file `json/<uid>.json`. */
export const dashboards: readonly Dashboard[] = [overview, leases, nodes, websockets, self];
