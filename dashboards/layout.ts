import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { GridPos, Panel } from '@grafana/grafana-foundation-sdk/dashboard';

export type PlaceablePanel = Builder<Panel> & { gridPos(at: GridPos): unknown };

/** Panels beside each other, each with its width; a dashboard is 24 wide. */
export interface Shelf {
  readonly height: number;
  readonly panels: readonly (readonly [width: number, panel: PlaceablePanel])[];
}

export const fullWidth = 24;
/** What a laptop shows without scrolling, below the bar with the variables. */
export const firstScreen = 18;

/** Puts shelves below each other. */
export function placed(shelves: readonly Shelf[]): readonly PlaceablePanel[] {
  let y = 0;
  return shelves.flatMap(({ height, panels }) => {
    let x = 0;
    for (const [width, panel] of panels) {
      panel.gridPos({ x, y, w: width, h: height });
      x += width;
    }
    if (x !== fullWidth) throw new Error(`dashboards: a shelf is ${x} wide, not ${fullWidth}`);
    y += height;
    return panels.map(([, panel]) => panel);
  });
}
