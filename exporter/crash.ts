/** Objects that are worth being told as the cause of a cause. */
const deepest = 5;

/**
 * What is printed when a bug ends the program: the stack of the error and of its causes, and no more. Node would
 * print every property of the error too, and those of libraries carry requests with their headers.
 */
export function crashText(error: unknown): string {
  const stacks: string[] = [];
  let each = error;
  while (each !== undefined && stacks.length < deepest) {
    if (!(each instanceof Error)) {
      stacks.push(`a thrown ${typeof each}`);
      break;
    }
    stacks.push(withoutUserinfo(each.stack ?? each.message));
    each = each.cause;
  }
  return `leasewatch: a bug: ${stacks.join('\ncaused by: ')}\n`;
}

function withoutUserinfo(text: string): string {
  return text.replace(/\/\/[^/\s@]*@/g, '//(hidden)@');
}

/** Ends the program with exit code 70 when something is thrown that nobody expects. */
export function tellCrashes(): void {
  process.on('uncaughtException', (error) => {
    process.stderr.write(crashText(error));
    process.exit(70);
  });
}
