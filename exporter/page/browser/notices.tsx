import { useMemo } from 'preact/hooks';
import { noticesOf } from '../shown/trouble.ts';
import type { Tables } from '../tables.ts';
import { Icon } from './icons.tsx';
import { TraceId } from './trace-id.tsx';

export function Notices({ tables, traceUrl }: { readonly tables: Tables; readonly traceUrl: string | null }) {
  const parts = [
    tables.silences,
    tables.sources,
    tables.absences,
    tables.ports,
    tables.unread,
    tables.outbox,
  ];
  const notices = useMemo(() => noticesOf(tables), parts);
  if (notices.length === 0) return null;
  return (
    <section aria-label="What needs attention">
      <ul class="notices">
        {notices.map(({ id, level, title, text, traceId }) => (
          <li key={id} class={`notice is-${level}`}>
            <Icon shape="alarm" />
            <p>
              <strong>{title}.</strong> {text}
            </p>
            {traceId !== null && <TraceId id={traceId} url={traceUrl} />}
          </li>
        ))}
      </ul>
    </section>
  );
}
