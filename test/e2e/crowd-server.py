"""A TCP server of nothing but the standard library of Python. It listens on all addresses, IPv4 and IPv6.

Commands come by standard input, one a line, and each is answered with one line:
  count            how many connections it holds, and how many came or went since the start
  accept on|off    goes on accepting, or leaves newcomers to the kernel
  send BYTES       sends so much to everybody, as far as the kernel takes it
  keepalive        switches TCP keep-alive on, with a probe every second
"""

import selectors
import socket
import sys

port, backlog = int(sys.argv[1]), int(sys.argv[2])
selector = selectors.DefaultSelector()
listener = socket.create_server(
    ("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=backlog
)
listener.setblocking(False)
connections = set()
changes = 0


def accept():
    global changes
    try:
        connection, _ = listener.accept()
    except BlockingIOError:
        return
    connection.setblocking(False)
    connections.add(connection)
    changes += 1
    selector.register(connection, selectors.EVENT_READ, lambda: read(connection))


def read(connection):
    global changes
    try:
        if connection.recv(65536):
            return
    except BlockingIOError:
        return
    except OSError:
        pass
    selector.unregister(connection)
    connections.discard(connection)
    connection.close()
    changes += 1


def send(size):
    for connection in connections:
        left = size
        try:
            while left > 0:
                left -= connection.send(b"x" * min(left, 65536))
        except BlockingIOError:
            pass


def keep_alive():
    for connection in connections:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL):
            connection.setsockopt(socket.IPPROTO_TCP, option, 1)


def command():
    words = sys.stdin.readline().split()
    if not words:
        sys.exit()
    if words[0] == "accept" and words[1] == "on":
        selector.register(listener, selectors.EVENT_READ, accept)
    elif words[0] == "accept":
        selector.unregister(listener)
    elif words[0] == "send":
        send(int(words[1]))
    elif words[0] == "keepalive":
        keep_alive()
    print(len(connections), changes, flush=True)


selector.register(listener, selectors.EVENT_READ, accept)
selector.register(sys.stdin, selectors.EVENT_READ, command)
print("listening", flush=True)
while True:
    for key, _ in selector.select():
        key.data()
