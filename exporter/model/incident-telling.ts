import type { IncidentEvent } from './incident-event.ts';
import type { Now } from './sink.ts';

type Told = Omit<IncidentEvent, 'kind' | 'at' | 'began' | 'closed'>;

/** Tells an incident on one time line: its end is as long after its beginning as the monotonic clock says. */
export function tellIncident(
  told: Told,
  began: { readonly mono: number; readonly wall: number },
  now: Now,
): void {
  const lastedMs = now.at.mono - began.mono;
  const closed = told.step === 'opened' ? undefined : began.wall + Math.round(lastedMs * 1000);
  now.sink.event({ kind: 'incident', at: now.at, ...told, began: began.wall, closed });
}
