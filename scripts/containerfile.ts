/** One instruction of a Containerfile, with lines that go on put together. */
export interface Instruction {
  readonly word: string;
  readonly rest: string;
}

export function instructionsIn(text: string): readonly Instruction[] {
  return text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, word = '', rest = ''] = /^\s*(\S+)\s*(.*)$/.exec(line) ?? [];
      return { word: word.toUpperCase(), rest: rest.trim() };
    });
}

/** What is run while the image is built. */
export function runLines(text: string): readonly string[] {
  return instructionsIn(text)
    .filter(({ word }) => word === 'RUN')
    .map(({ rest }) => rest);
}
