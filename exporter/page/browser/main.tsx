import { render } from 'preact';
import { App } from './app.tsx';
import { connect } from './connection.ts';
import { clock, createStore, type View } from './store.ts';
import { applyTheme } from './theme.ts';
import { tick } from './ticking.ts';
import { createVoice } from './voice.ts';

applyTheme();
document.addEventListener('DOMContentLoaded', start, { once: true });

function start(): void {
  const place = document.getElementById('page');
  if (place === null) return;
  const draw = (view: View): void => render(<App view={view} setFilter={store.setFilter} />, place);
  const store = createStore({
    build: document.querySelector<HTMLMetaElement>('meta[name=leasewatch-build]')?.content ?? '',
    onView: draw,
    onTidings: createVoice(document.getElementById('tidings')),
    reload: () => location.reload(),
  });
  draw(store.view);
  connect({ onMessage: store.see, onLive: store.setLive });
  document.addEventListener('visibilitychange', () => {
    if (clock.running) tick();
  });
}
