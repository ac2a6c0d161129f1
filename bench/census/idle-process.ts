/** A process that does nothing but watch its own pauses: what it meets is the machine, not the census. */
import { type Pauses, watchPauses } from './pauses.ts';

let watch: (() => Pauses) | undefined;
process.on('message', (message) => {
  if (message === 'begin') {
    watch = watchPauses();
    process.send?.('watching');
  } else process.send?.(watch?.());
});
// Ends with its parent, also when that was killed.
process.on('disconnect', () => process.exit());
