"""A WebSocket server of nothing but the standard library of Python: it answers pings and says goodbye.

Without arguments it prints a port of its own, on loopback. With HOST and PORT it says `listening`, and the
host `*` is all addresses. Every line of its standard input is answered with how many WebSockets it holds, and
how many came or went; then the same of TCP connections. It serves until that input ends.
"""

import asyncio
import base64
import hashlib
import sys

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
PING, PONG, CLOSE = 0x9, 0xA, 0x8


async def handshake(reader, writer):
    request = await reader.readuntil(b"\r\n\r\n")
    headers = dict(
        line.split(b": ", 1) for line in request.split(b"\r\n")[1:] if b": " in line
    )
    headers = {name.lower(): value for name, value in headers.items()}
    digest = hashlib.sha1(headers[b"sec-websocket-key"] + GUID).digest()
    writer.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n"
    )


async def read_frame(reader):
    """Control frames of a client: short, and masked."""
    first, second = await reader.readexactly(2)
    mask = await reader.readexactly(4)
    payload = await reader.readexactly(second & 0x7F)
    return first & 0xF, bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


class Held:
    def __init__(self):
        self.count = self.changes = 0

    def add(self, change):
        self.count += change
        self.changes += 1


web_sockets, connections = Held(), Held()


async def serve(reader, writer):
    connections.add(1)
    shaken = False
    try:
        await handshake(reader, writer)
        shaken = True
        web_sockets.add(1)
        while True:
            opcode, payload = await read_frame(reader)
            answer = {PING: PONG, CLOSE: CLOSE}.get(opcode)
            if answer is not None:
                writer.write(bytes([0x80 | answer, len(payload)]) + payload)
                await writer.drain()
            if opcode == CLOSE:
                return
    except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
        pass
    finally:
        if shaken:
            web_sockets.add(-1)
        connections.add(-1)
        writer.close()


async def tell():
    # What the kernel had told before the question is taken in first.
    await asyncio.sleep(0)
    print(web_sockets.count, web_sockets.changes, connections.count, connections.changes, flush=True)


def answer_lines(loop):
    for _ in sys.stdin:
        asyncio.run_coroutine_threadsafe(tell(), loop).result()


async def main():
    host, port = sys.argv[1:] or ("127.0.0.1", 0)
    server = await asyncio.start_server(serve, None if host == "*" else host, port)
    print("listening" if port else server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, answer_lines, loop)


asyncio.run(main())
