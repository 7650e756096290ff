"""A wire between the program and PostgreSQL that can be cut: a TCP proxy.

    wire = Wire(("127.0.0.1", port))
    ... serve --store "postgres:host=127.0.0.1 port={wire.port} ..."
    wire.cut_at_commit("during")    # the next COMMIT is sent on, its answer never comes
    wire.down(); wire.up()          # nobody gets through

Where a commit is cut:
    before   the server never sees it
    during   the server sees it, and then nobody at the other end, whether it is done yet or not
    after    the server has done it; its answer is lost
"""
import random
import socket
import threading

CHUNK = 65536


class Wire:
    def __init__(self, server):
        self.server, self.lock = server, threading.Lock()
        self.pairs, self.cut, self.cuts, self.is_up = set(), None, 0, True
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_at_commit(self, where):
        with self.lock:
            self.cut = where

    def down(self):
        with self.lock:
            self.is_up = False
            pairs = list(self.pairs)
        for pair in pairs:
            self._end(pair)

    def up(self):
        with self.lock:
            self.is_up = True

    def close(self):
        self.socket.close()
        self.down()

    def _accept(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            if not self.is_up:
                client.close()
                continue
            try:
                pair = (client, socket.create_connection(self.server))
            except OSError:
                client.close()
                continue
            with self.lock:
                self.pairs.add(pair)
            lost = threading.Event()  # the answer to a commit is on its way to be lost
            for pump in (self._to_server, self._to_client):
                threading.Thread(target=pump, args=(pair, lost), daemon=True).start()

    def _end(self, pair):
        with self.lock:
            self.pairs.discard(pair)
        for end in pair:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def _take_cut(self, data):
        if b"COMMIT\0" not in data:
            return None
        with self.lock:
            cut, self.cut = self.cut, None
            self.cuts += cut is not None
        return cut

    def _to_server(self, pair, lost):
        client, server = pair
        try:
            while data := client.recv(CHUNK):
                cut = self._take_cut(data)
                if cut == "before":
                    break
                if cut == "after":
                    lost.set()
                server.sendall(data)
                if cut == "during":
                    if random.random() < 0.5:
                        server.shutdown(socket.SHUT_WR)
                    break
        except OSError:
            pass
        self._end(pair)

    def _to_client(self, pair, lost):
        client, server = pair
        try:
            while data := server.recv(CHUNK):
                if lost.is_set():
                    break
                client.sendall(data)
        except OSError:
            pass
        self._end(pair)
