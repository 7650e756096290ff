"""A port for a server that a test or a measurement is about to start."""
import random
import socket

# Below those that the kernel gives to whoever connects (ip_local_port_range begins at 32768): one of
# those may be taken again before the server listens.
FIRST, LAST, TRIES = 12000, 32000, 100


def free_port():
    for _ in range(TRIES):
        port = random.randint(FIRST, LAST)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass
    raise RuntimeError("no port is free")
