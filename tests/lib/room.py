"""A follower of a show's room."""
import base64
import json
import os
import socket
import struct


class Room:
    """A WebSocket on a show's events: reads text frames (RFC 6455, server to client)."""

    def __init__(self, town, show, path=None, after=None):
        path = path or f"/shows/{show}/events"
        if after is not None:
            path += ("&" if "?" in path else "?") + f"after={after}"
        self.socket = socket.create_connection(("127.0.0.1", town.http), timeout=20)
        nonce = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{town.http}\r\n"
                             "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {nonce}\r\n\r\n"
                             ).encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        while self.file.readline().strip():
            pass

    def next(self):
        head = self.file.read(2)
        if len(head) < 2:
            return None
        length = head[1]
        if length == 126:
            length = struct.unpack(">H", self.file.read(2))[0]
        body = self.file.read(length)
        return json.loads(body) if head[0] == 0x81 else {"type": "control"}

    def wait(self, kind):
        """The next message of a kind; others on the way are passed over."""
        while (message := self.next()) is not None:
            if message["type"] == kind:
                return message
        raise AssertionError(f"the room ended before a {kind} came")

    def close(self):
        self.file.close()
        self.socket.close()
