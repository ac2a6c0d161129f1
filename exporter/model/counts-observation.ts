import type { Moment } from '../clock.ts';

/** Why an endpoint has no count; a bounded set, since it becomes a label. `file`: a file of ours cannot be read. */
export type CountsFailure =
  | 'unreachable'
  | 'denied'
  | 'timeout'
  | 'status'
  | 'too_large'
  | 'not_prometheus'
  | 'no_series'
  | 'file';

/** What a proxy or an application counts itself. */
export interface CountsObservation {
  readonly kind: 'counts';
  readonly source: string;
  readonly at: Moment;
  readonly target: string;
  readonly side: 'proxy' | 'app';
  readonly result:
    | { readonly connections: number; readonly total: number | undefined }
    | { readonly failed: CountsFailure };
}
