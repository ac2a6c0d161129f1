import { useState } from 'preact/hooks';

/** The id of a trace: a link where it is known what shows traces, and something to copy. */
export function TraceId({ id, url }: { readonly id: string; readonly url: string | null }) {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    void copyText(id).then((done) => {
      setCopied(done);
      setTimeout(() => setCopied(false), 1500);
    });
  };
  const short = id.slice(0, 8);
  return (
    <span class="trace">
      {url === null ? (
        <code title={`trace ${id}`}>{short}</code>
      ) : (
        <a href={url.replaceAll('{traceId}', id)} title={`trace ${id}`} target="_blank" rel="noreferrer">
          {short}
        </a>
      )}
      <button type="button" class="copy" onClick={copy} aria-label={`Copy the trace id ${id}`}>
        {copied ? 'copied' : 'copy'}
      </button>
    </span>
  );
}

/** A page that came without encryption has no clipboard; there a selection is copied. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

function copySelected(text: string): boolean {
  const place = document.createElement('textarea');
  place.value = text;
  place.className = 'heard';
  document.body.append(place);
  place.select();
  const done = document.execCommand('copy');
  place.remove();
  return done;
}
