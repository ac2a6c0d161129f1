import { styleText } from 'node:util';
import { displayWidth, padded } from './display-width.ts';

export type Style = Parameters<typeof styleText>[0];
/** A cell, with the colour that it has on a terminal. */
export type Cell = string | readonly [text: string, style: Style];
export type Paint = (style: Style, text: string) => string;

/** Colours for a stream: only where it is a terminal, or as NO_COLOR and FORCE_COLOR want it. */
export function painter(stream: NodeJS.WritableStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}

/** Aligns rows under each other. Rows that come later never make a column narrower. */
export class Columns {
  readonly #paint: Paint;
  readonly #widths: number[] = [];

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  /** One line a row, without the spaces at its end. */
  lines(rows: readonly (readonly Cell[])[]): string[] {
    for (const row of rows) {
      for (const [column, cell] of row.entries()) {
        this.#widths[column] = Math.max(this.#widths[column] ?? 0, displayWidth(textOf(cell)));
      }
    }
    return rows.map((row) => this.#line(row));
  }

  #line(row: readonly Cell[]): string {
    const last = row.findLastIndex((cell) => textOf(cell) !== '');
    return row
      .slice(0, last + 1)
      .map((cell, column) => {
        const text = textOf(cell);
        const width = column === last ? 0 : (this.#widths[column] ?? 0);
        return typeof cell === 'string' ? padded(text, width) : this.#painted(cell, width);
      })
      .join('   ');
  }

  /** Only the text is painted: a colour must not hide how wide a column is. */
  #painted([text, style]: readonly [string, Style], width: number): string {
    return this.#paint(style, text) + padded(text, width).slice(text.length);
  }
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell[0];
}
