"""A WebSocket server of nothing but the standard library of Python: it answers pings and says goodbye.

Prints its port, and serves until its standard input ends.
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


async def serve(reader, writer):
    try:
        await handshake(reader, writer)
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
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
