import { importance } from '../delivery/outbox.ts';
import type { IncidentEvent } from '../model/incident-event.ts';
import { linkTo } from './links.ts';
import { printable } from './safe-text.ts';
import type { FinishedSpan } from './tracer.ts';

/** One span, told when it is over, with a link to what happened beside it. */
export function incidentSpans(event: IncidentEvent): FinishedSpan[] {
  const { traceId, namespace, pod, port, change, before, extreme, began, closed, outcome, beside } = event;
  if (closed === undefined) return [];
  return [
    {
      ...{ traceId, span: 'incident', start: began, end: closed, importance: importance.outage },
      attributes: {
        ...(pod === '' ? {} : { 'k8s.namespace.name': printable(namespace), 'k8s.pod.name': printable(pod) }),
        ...(port === undefined ? {} : { 'server.port': port }),
        'leasewatch.change': change,
        'leasewatch.connections_before': before,
        'leasewatch.connections_extreme': extreme,
        'leasewatch.outcome': outcome ?? 'unknown',
        'leasewatch.beside': beside === undefined ? 'nothing that leasewatch saw' : printable(beside.name),
      },
      links:
        beside === undefined
          ? []
          : linkTo(beside.traceId, beside.what, beside.what === 'round' ? 'election round' : 'node outage'),
    },
  ];
}
