import { setFlagsFromString } from 'node:v8';

/**
 * V8 notes of each place in the code whether what is made there lives long, and makes it among what is old from then
 * on. The records of the first list do, those of a hundred thousand events after it do not, and both are made in the
 * same place: without this they would pile up until all of the heap is looked through.
 */
export function makeAllYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
