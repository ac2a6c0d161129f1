import { useState } from 'preact/hooks';
import type { AboutRow } from '../tables.ts';
import { memo } from './memo.ts';
import { SinceNews } from './since-news.tsx';
import type { View } from './store.ts';
import { chooseTheme, currentTheme } from './theme.ts';

export interface HeaderProps {
  readonly about: AboutRow | undefined;
  readonly link: View['link'];
  readonly paused: boolean;
  readonly pause: (paused: boolean) => void;
}

export const Header = memo(({ about, link, paused, pause }: HeaderProps) => (
  <header class="top">
    <a class="skip" href="#leases">
      Skip to the leases
    </a>
    <h1>
      <Mark />
      leasewatch
    </h1>
    <p class="place">{about !== undefined && placeOf(about)}</p>
    <div class="controls">
      <p class={`link is-${paused ? 'paused' : link}`} role="status">
        <span class="link-dot" aria-hidden="true" />
        <Link link={link} paused={paused} />
      </p>
      <button type="button" class="plain" onClick={() => pause(!paused)}>
        {paused ? 'Go on' : 'Pause'}
      </button>
      <ThemeButton />
    </div>
  </header>
));

function Link({ link, paused }: Pick<HeaderProps, 'link' | 'paused'>) {
  if (paused) return <>paused</>;
  if (link === 'lost') return <SinceNews />;
  return <>{link === 'live' ? 'live' : 'connecting'}</>;
}

function placeOf({ cluster, site, mode, version }: AboutRow): string {
  const where = [cluster === 'unknown' ? '' : cluster, site].filter((each) => each !== '').join(' · ');
  return `${where === '' ? '' : `${where} · `}mode ${mode} · ${version}`;
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="12" class="mark-ring" />
      <path d="M16 4a12 12 0 1 1-10.4 18" class="mark-left" />
      <circle cx="16" cy="16" r="3.5" class="mark-dot" />
    </svg>
  );
}

function ThemeButton() {
  const [theme, setTheme] = useState(currentTheme());
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      class="plain theme"
      onClick={() => {
        chooseTheme(other);
        setTheme(other);
      }}
    >
      {other === 'dark' ? 'Dark' : 'Light'}
      <span class="heard"> colours</span>
    </button>
  );
}
