import { pagesServer } from './server.ts';

const server = pagesServer('/runbooks');
server.listen(8080);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
