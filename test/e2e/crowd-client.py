"""Clients of a TCP server that never read. Commands come by standard input and are answered with one line:

  open HOST PORT COUNT          opens connections, and waits until they stand or two seconds are over
  close COUNT                   closes the oldest
  churn HOST PORT RATE SECONDS  opens and closes RATE connections a second, and tells how many
"""

import socket
import sys
import time

sockets = []


def connect(host, port, patience):
    client = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    client.settimeout(patience)
    try:
        client.connect((host, port))
    except TimeoutError:
        pass
    return client


def churn(host, port, rate, seconds):
    began = time.monotonic()
    done = 0
    while time.monotonic() < began + seconds:
        while done < (time.monotonic() - began) * rate:
            sockets.append(connect(host, port, 2))
            sockets.pop(0).close()
            done += 1
        time.sleep(0.001)
    return done


for line in sys.stdin:
    name, *words = line.split()
    told = 0
    if name == "open":
        sockets.extend(connect(words[0], int(words[1]), 2) for _ in range(int(words[2])))
    elif name == "close":
        for _ in range(int(words[0])):
            sockets.pop(0).close()
    elif name == "churn":
        told = churn(words[0], int(words[1]), int(words[2]), float(words[3]))
    print(len(sockets), told, flush=True)
