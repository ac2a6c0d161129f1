import { promql } from '../exporter/promql.ts';
import { ofProcess } from './foreign.ts';
import { timeSeries, withLine } from './panels.ts';
import { over, rateInterval } from './targets.ts';

/** Panels about what the processes cost. Their ids are 18 to 20. */
export function processPanels() {
  const cpu = timeSeries({
    id: 18,
    title: 'CPU',
    description: 'Share of one core.',
    unit: 'percentunit',
    targets: [over(promql`rate(${ofProcess.cpu}[${rateInterval}])`, '{{instance}}')],
  });

  const memory = timeSeries({
    id: 19,
    title: 'Memory',
    description: 'What the processes take of the memory of their machines.',
    unit: 'bytes',
    targets: [over(ofProcess.memory, '{{instance}}')],
  });

  const loop = withLine(
    timeSeries({
      id: 20,
      title: 'Delay of the event loop',
      description:
        'The worst of a hundred looks at it, with the time between two of them: 0.01 s in mode cluster, 0.1 s in the others. Above the line a scrape or a verdict waits noticeably.',
      unit: 's',
      targets: [over(ofProcess.loopLag, '{{instance}}')],
    }),
    0.25,
  );

  return { cpu, memory, loop } as const;
}
