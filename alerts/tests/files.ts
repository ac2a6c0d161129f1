import { leaderStories } from './leaders.ts';
import type { Story } from './story.ts';

/** Every file of tests, by its path. */
export const testFiles: readonly { readonly path: string; readonly stories: readonly Story[] }[] = [
  { path: 'alerts/tests/leaders.yaml', stories: leaderStories },
];
