/** Resolves at SIGINT, at SIGTERM, or after `ms` when given. A second signal ends the process at once. */
export function untilStopped(ms?: number): Promise<'signal' | 'time'> {
  return new Promise((resolve) => {
    // A start that failed shall not wait for it.
    const timer = ms === undefined ? undefined : setTimeout(() => done('time'), ms).unref();
    const interrupted = () => done('signal');
    function done(why: 'signal' | 'time'): void {
      clearTimeout(timer);
      process.off('SIGINT', interrupted);
      process.off('SIGTERM', interrupted);
      resolve(why);
    }
    process.once('SIGINT', interrupted);
    process.once('SIGTERM', interrupted);
  });
}
