import { connect, type Socket } from 'node:net';

/**
 * Attacks a server from a process of its own, so that what it needs itself is not counted as the server's:
 * `node hostile-client.ts PORT ATTACK COUNT [KEPT]`. When an attack is over, or of its connections all but KEPT were
 * ended by the server, it prints one line of JSON; it goes on holding them until its standard input ends.
 */

const [port = 0, attack = '', count = 0, kept = 0] = process.argv
  .slice(2)
  .map((word, index) => (index === 1 ? word : Number(word)));

/** What came back, as far as it is looked at. */
interface Heard {
  readonly text: string;
  /** By whom the connection was ended, or nobody yet. */
  readonly ended: boolean;
}

/** Half of the attackers come from the address of the scraper, the others from nine of their own. */
function dial(index: number): Socket {
  const localAddress = index % 2 === 0 ? '127.0.0.1' : `127.0.0.${2 + (index % 9)}`;
  const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress });
  socket.on('error', () => undefined);
  return socket;
}

function hearing(socket: Socket, ms: number): Promise<Heard> {
  return new Promise((resolve) => {
    let text = '';
    const limit = setTimeout(() => done(false), ms);
    const done = (ended: boolean) => {
      clearTimeout(limit);
      resolve({ text, ended });
    };
    socket.on('data', (chunk) => {
      if (text.length < 10_000) text += chunk;
    });
    socket.on('close', () => done(true));
  });
}

async function say(index: number, bytes: string | Buffer, ms = 3_000): Promise<Heard> {
  const socket = dial(index);
  socket.write(bytes);
  const heard = await hearing(socket, ms);
  socket.destroy();
  return heard;
}

const crlf = (...lines: readonly string[]) => `${lines.join('\r\n')}\r\n\r\n`;

const malformed: readonly (string | Buffer)[] = [
  Buffer.from([0, 1, 2, 3, 255, 254, 10, 10]),
  Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]),
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'GET\r\n\r\n',
  '\r\n\r\n\r\n',
  crlf('GET /metrics'),
  crlf('GET /metrics HTTP/1.1'),
  crlf('GET /metrics HTTP/3.0', 'host: x'),
  crlf('GET /metrics HTTP/1.1', 'host: x', 'content-length: -1'),
  crlf('GET /metrics HTTP/1.1', 'host: x', 'content-length: 99999999999999999999'),
  crlf('GET /metrics HTTP/1.1', 'host: x', 'content-length: 1', 'transfer-encoding: chunked'),
  `${crlf('POST /metrics HTTP/1.1', 'host: x', 'transfer-encoding: chunked')}ffffffffffffffff\r\n`,
  crlf('POST /metrics HTTP/1.1', 'host: x', 'content-length: 1000000'),
  crlf('GET /metrics HTTP/1.1', 'host: x', 'x: a\r\n folded'),
  crlf('GET /metrics HTTP/1.1', 'host: x', 'a\u0000b: c'),
  crlf('GET /metrics HTTP/1.1', 'host: x', 'authorization: Basic \u0000\u0001'),
  crlf(
    'GET /metrics HTTP/1.1',
    'host: x',
    `authorization: Basic ${Buffer.from('a'.repeat(9000)).toString('base64')}`,
  ),
  crlf('GET /metrics HTTP/1.1', 'host: x', 'accept-encoding: gzip;q=1e999, *;q=-1, zstd;q=abc'),
  crlf('GET /live HTTP/1.1', 'host: x', 'connection: upgrade', 'upgrade: websocket', 'sec-websocket-key: x'),
  crlf('CONNECT x:80 HTTP/1.1', 'host: x'),
  crlf('TRACE /metrics HTTP/1.1', 'host: x'),
  crlf('DELETE /api/leases HTTP/1.1', 'host: x'),
  crlf('OPTIONS * HTTP/1.1', 'host: x'),
  crlf('GET http://169.254.169.254/latest/meta-data HTTP/1.1', 'host: x'),
  crlf(`GET /${'a'.repeat(15_000)} HTTP/1.1`, 'host: x'),
  crlf('GET /metrics HTTP/1.1', 'host: x', 'expect: 100-continue'),
  crlf('GET /metrics HTTP/1.1', 'host: x', 'expect: 200-nonsense'),
];

const traversals = [
  '/../../etc/passwd',
  '/..%2f..%2fetc/passwd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/..\\..\\etc\\passwd',
  '//etc/passwd',
  '/healthz/../metrics',
  '/healthz/..%2fmetrics',
  '/healthz%2f..%2fmetrics',
  '/healthz;/../metrics',
  '/healthz%00',
  '/healthz\u00e9',
  '/./metrics',
  '//metrics',
  '/metrics/',
  '/METRICS',
  '/%6detrics',
  '/api/__proto__',
  '/api/constructor',
  '/__proto__',
  '/assets/../../package.json',
  '/api/leases/../../../package.json',
  'file:///etc/passwd',
  'healthz',
  '*',
];

const attacks: Record<string, () => Promise<object>> = {
  /** What is no HTTP, or none that is answered. */
  async malformed() {
    const heard: Heard[] = [];
    for (let round = 0; round < Number(count); round++)
      heard.push(...(await Promise.all(malformed.map((bytes, index) => say(index, bytes, 1_000)))));
    return { sent: heard.length, heard: samples(heard) };
  },
  /** Headers without an end. */
  async headers() {
    const heard = await Promise.all(
      Array.from({ length: Number(count) }, async (_, index) => {
        const socket = dial(index);
        const answer = hearing(socket, 5_000);
        socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n');
        for (let line = 0; line < 1_000 && socket.writable; line++)
          socket.write(`x-${line}: ${'y'.repeat(1_000)}\r\n`);
        const told = await answer;
        socket.destroy();
        return told;
      }),
    );
    return { sent: heard.length, ended: heard.filter(({ ended }) => ended).length, heard: samples(heard) };
  },
  async traversal() {
    const heard = await Promise.all(
      traversals.map((path, index) =>
        say(index, crlf(`GET ${path} HTTP/1.1`, 'host: x', 'connection: close')),
      ),
    );
    return { sent: heard.length, heard: heard.map(({ text }, index) => `${traversals[index]} ${text}`) };
  },
  /** Guesses of passwords, each on a connection of its own. */
  async passwords() {
    const heard: Heard[] = [];
    for (let sent = 0; sent < Number(count); sent += 50)
      heard.push(
        ...(await Promise.all(
          Array.from({ length: 50 }, (_, index) => {
            const guess = Buffer.from(`prometheus:guess ${sent + index}`).toString('base64');
            return say(
              index,
              crlf('GET /metrics HTTP/1.1', 'host: x', 'connection: close', `authorization: Basic ${guess}`),
            );
          }),
        )),
      );
    return { sent: heard.length, heard: samples(heard) };
  },
  /** Many requests at once on one connection, and nobody reads what is answered. */
  async ahead() {
    const sockets = Array.from({ length: Number(count) }, (_, index) => {
      const socket = dial(index).pause();
      socket.write(crlf('GET /healthz HTTP/1.1', 'host: x').repeat(1_000));
      return socket;
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (const socket of sockets) socket.destroy();
    return { sent: sockets.length };
  },
  /** Heads of which a letter comes every second, until all of them were cut off. */
  async loris() {
    let ended = 0;
    const sockets = Array.from({ length: Number(count) }, (_, index) => {
      const socket = dial(index).on('close', () => ended++);
      socket.write('GET /metrics HTTP/1.1\r\nhost: ');
      return socket;
    });
    const dripping = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write('x');
    }, 1_000);
    await until(() => ended === sockets.length);
    clearInterval(dripping);
    for (const socket of sockets) socket.destroy();
    return { sent: sockets.length, ended };
  },
  /** Connections that are held open, and say nothing or a letter a second. */
  async hold() {
    let open = 0;
    let ended = 0;
    const sockets: Socket[] = [];
    for (let index = 0; index < Number(count); index++) {
      const socket = dial(index);
      sockets.push(socket);
      socket.resume().on('close', () => ended++);
      socket.on('connect', () => {
        open++;
        if (index % 2 === 0) socket.write('GET /metrics HTTP/1.1\r\n');
      });
      // More would wait in the queue of the kernel, and not with the program.
      await until(() => index - open < 200);
    }
    const dripping = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write('x');
    }, 1_000);
    process.stdin.on('end', () => {
      clearInterval(dripping);
      for (const socket of sockets) socket.destroy();
    });
    process.stdin.resume();
    await until(() => open === Number(count) && ended >= Number(count) - Number(kept));
    return { sent: Number(count), open, ended };
  },
};

/** One of each kind of answer. */
function samples(heard: readonly Heard[]): readonly string[] {
  return [...new Map(heard.map(({ text }) => [text.split('\r\n')[0], text])).values()];
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
}

const result = await attacks[String(attack)]?.();
process.stdout.write(`${JSON.stringify(result)}\n`);
