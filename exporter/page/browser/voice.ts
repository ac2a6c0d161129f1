/** Sentences are gathered for so long, and said together: a storm of changes is one interruption. */
const pauseMs = 2000;
const mostSentences = 4;

/** Says sentences to those who hear the page, through a polite live region. */
export function createVoice(place: HTMLElement | null): (sentences: readonly string[]) => void {
  let waiting: string[] = [];
  let timer = 0;
  function speak(): void {
    timer = 0;
    const more = waiting.length - mostSentences;
    const said = waiting.slice(0, mostSentences).join('. ');
    if (place !== null) place.textContent = more > 0 ? `${said}. And ${more} more changes.` : `${said}.`;
    waiting = [];
  }
  return (sentences) => {
    if (sentences.length === 0) return;
    waiting.push(...sentences);
    if (timer === 0) timer = setTimeout(speak, pauseMs);
  };
}
