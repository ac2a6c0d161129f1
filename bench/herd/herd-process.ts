/** A large cluster behind an API server that does nothing but lists, reads and watches. Ends with its parent. */
import { createServer } from 'node:http';
import { Herdsman } from './herdsman.ts';
import type { HerdSize, Order } from './orders.ts';
import { answerRequest } from './requests.ts';

const size: HerdSize = JSON.parse(process.argv[2] ?? '{}');
const herdsman = new Herdsman(size);
const server = createServer((request, response) => answerRequest(herdsman, request, response));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '');
});
process.on('message', (order: Order) => {
  void herdsman.obey(order).then((answer) => process.send?.(answer ?? 'done'));
});
process.on('disconnect', () => process.exit());
