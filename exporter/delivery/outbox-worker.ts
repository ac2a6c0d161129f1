import { isMainThread, type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { FromWorker, Request, WorkerInput } from './outbox-protocol.ts';
import { StoreKeeper } from './store-keeper.ts';

/**
 * The thread that owns the outbox's database: it answers requests in their order, one transaction
 * each. What the main thread gathered while one was being written comes as the next one.
 */
function serve(port: MessagePort, input: WorkerInput): void {
  const send = (message: FromWorker) => port.postMessage(message);
  const keeper = new StoreKeeper(input, (message) => send({ kind: 'notice', message }));
  port.on('message', ({ id, ...call }: Request) => {
    send({ kind: 'reply', id, reply: keeper.answer(call) });
    if (call.kind === 'close') port.close();
  });
}

function isInput(value: unknown): value is WorkerInput {
  return (
    typeof value === 'object' && value !== null && 'leasewatch' in value && value.leasewatch === 'outbox'
  );
}

if (!isMainThread && parentPort !== null && isInput(workerData)) serve(parentPort, workerData);
