import { applyChange } from '../change.ts';
import { extended, type History, type Message, toTables } from '../message.ts';
import { type Filter, filterFrom, queryOf } from '../shown/filter.ts';
import { tidings } from '../shown/tidings.ts';
import { noTables, type Tables } from '../tables.ts';
import { ServerClock } from './server-clock.ts';

/** All that is drawn. A part that did not change is the same object as before. */
export interface View {
  readonly tables: Tables;
  readonly history: History;
  readonly filter: Filter;
  /** `waiting`: nothing has come yet; `lost`: what is shown is what was last known. */
  readonly link: 'waiting' | 'live' | 'lost';
  /** Somebody wants to read in peace. */
  readonly paused: boolean;
}

export const clock = new ServerClock();

export interface Store {
  readonly view: View;
  see(message: Message): void;
  setLive(live: boolean): void;
  setFilter(part: Partial<Filter>): void;
  setPaused(paused: boolean): void;
}

export interface StoreOptions {
  readonly build: string;
  readonly onView: (view: View) => void;
  readonly onTidings: (sentences: readonly string[]) => void;
  /** Loads the page anew, since the program has another one now. */
  readonly reload: (build: string) => void;
}

export function createStore({ build, onView, onTidings, reload }: StoreOptions): Store {
  let view: View = {
    ...{ tables: noTables(), history: { at: [], series: {} } },
    ...{ filter: filterFrom(location.search), link: 'waiting', paused: false },
  };

  function become(part: Partial<View>): void {
    view = { ...view, ...part };
    onView(view);
  }

  function see(message: Message): void {
    const { tables, history, paused } = view;
    if (paused) return;
    if (message.kind === 'state') {
      if (message.build !== build) return reload(message.build);
      clock.reset();
      clock.hear(message.now);
      return become({ tables: toTables(message.tables), history: message.history, link: 'live' });
    }
    clock.hear(message.now);
    const next = message.tables === undefined ? tables : applyChange(tables, message.tables);
    const longer = message.sample === undefined ? history : extended(history, message.sample);
    onTidings(tidings(tables, next));
    if (next !== tables || longer !== history || view.link !== 'live')
      become({ tables: next, history: longer, link: 'live' });
  }

  addEventListener('popstate', () => become({ filter: filterFrom(location.search) }));
  return {
    get view() {
      return view;
    },
    see,
    setLive(live) {
      if (!live) clock.stop();
      if (view.link !== 'waiting') become({ link: live ? 'live' : 'lost' });
    },
    setPaused(paused) {
      if (paused) clock.stop();
      become({ paused });
    },
    setFilter(part) {
      const filter = { ...view.filter, ...part };
      history.replaceState(null, '', `${location.pathname}${queryOf(filter)}`);
      become({ filter });
    },
  };
}
