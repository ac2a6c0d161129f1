import type { Clock } from '../clock.ts';
import { openSettings, readWebSettings, type WebSettings } from './web-settings.ts';

export interface WebFileOptions {
  readonly clock: Clock;
  /** Told when a changed file cannot be used, and when it can again. */
  readonly warn: (message: string) => void;
  readonly info: (message: string) => void;
}

export interface WebFileStats {
  /** Whether what the files hold now is in force; `undefined` where there is no file. */
  readonly good: boolean | undefined;
}

/** A flood of connections must not become a flood of reads; a new certificate is in force as fast as one can look. */
const rereadMs = 100;

export type OpenedWebFile =
  | { readonly kind: 'open'; readonly web: WebFile }
  | { readonly kind: 'failed'; readonly why: string };

/** The settings of the server, read again when a connection or a request comes and the last look is 100 ms old. */
export class WebFile {
  readonly #file: string | undefined;
  readonly #options: WebFileOptions;
  #settings: WebSettings = openSettings;
  #text = '';
  #trouble = '';
  #looked = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  private constructor(file: string | undefined, options: WebFileOptions) {
    this.#file = file;
    this.#options = options;
  }

  /** At the start what is wrong is an error; later the last good settings stay in force. */
  static async open(file: string | undefined, options: WebFileOptions): Promise<OpenedWebFile> {
    const web = new WebFile(file, options);
    if (file === undefined) return { kind: 'open', web };
    const read = await readWebSettings(file);
    if (read.kind === 'failed') return { kind: 'failed', why: read.problems.join('\nleasewatch: ') };
    web.#settings = read.settings;
    web.#text = read.text;
    for (const remark of read.settings.remarks) options.info(`${file}: ${remark}`);
    return { kind: 'open', web };
  }

  async current(): Promise<WebSettings> {
    if (this.#file === undefined) return this.#settings;
    const now = this.#options.clock.now().mono;
    if (this.#looking === undefined && now - this.#looked >= rereadMs) {
      this.#looked = now;
      this.#looking = this.#look(this.#file).finally(() => {
        this.#looking = undefined;
      });
    }
    await this.#looking;
    return this.#settings;
  }

  stats(): WebFileStats {
    return { good: this.#file === undefined ? undefined : this.#trouble === '' };
  }

  async #look(file: string): Promise<void> {
    const read = await readWebSettings(file);
    if (read.kind === 'failed') {
      const why = read.problems.join('; ');
      if (why !== this.#trouble)
        this.#options.warn(`web configuration: ${why}; what was good before stays in force`);
      this.#trouble = why;
      return;
    }
    if (read.text !== this.#text || this.#trouble !== '') {
      this.#options.info(`web configuration: ${file} was read again and is in force`);
    }
    this.#trouble = '';
    if (read.text === this.#text) return;
    this.#text = read.text;
    this.#settings = read.settings;
  }
}
