import { render } from 'preact';
import { App } from './app.tsx';
import { connect } from './connection.ts';
import { keep, recall } from './storage.ts';
import { clock, createStore, type View } from './store.ts';
import { applyTheme } from './theme.ts';
import { tick } from './ticking.ts';
import { createVoice } from './voice.ts';

applyTheme();
document.addEventListener('DOMContentLoaded', start, { once: true });

function start(): void {
  const place = document.getElementById('page');
  if (place === null) return;
  const pause = (paused: boolean): void => {
    store.setPaused(paused);
    // What was missed is not told again: the state is.
    if (!paused) connection.restart();
  };
  const draw = (view: View): void =>
    render(<App view={view} setFilter={store.setFilter} pause={pause} />, place);
  const store = createStore({
    build: document.querySelector<HTMLMetaElement>('meta[name=leasewatch-build]')?.content ?? '',
    onView: draw,
    onTidings: createVoice(document.getElementById('tidings')),
    reload: reloadOnce,
  });
  draw(store.view);
  const connection = connect({ onMessage: store.see, onLive: store.setLive });
  document.addEventListener('visibilitychange', () => {
    if (clock.running) tick();
  });
}

/** Another build is one reload away; where a cache on the way hands out the old page again, it would be reloaded for ever. */
function reloadOnce(build: string): void {
  const key = 'leasewatch-reloaded-for';
  if (recall(() => sessionStorage, key) === build) return;
  if (keep(() => sessionStorage, key, build)) location.reload();
}
