"""A carrier that gives numbers and says where parcels are, as town/ship/gateway.h specifies: with a key
and a signature check of its own. For tests; the demo has none."""
import hashlib
import hmac
import http.server
import json
import threading
import time


class Carrier:
    """answers: what the next requests meet instead of the truth, in turn (a status, bytes, or a callable)."""

    def __init__(self, key):
        self.key, self.numbers, self.traces, self.parcels, self.answers, self.complaints = key, {}, {}, {}, [], []
        self.asked = 0
        carrier = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def do(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.answer(*carrier.meet(self.command, self.path, self.headers, body))

            do_GET = do_POST = do

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def is_signed(self, method, path, headers, body):
        seconds = headers.get("guildhall-time", "0")
        said = headers.get("guildhall-signature", "")
        mac = hmac.new(self.key.encode(), f"{seconds}\n{method}\n{path}\n".encode() + body, hashlib.sha256)
        return hmac.compare_digest(said, mac.hexdigest()) and abs(time.time() - int(seconds)) < 300

    def meet(self, method, path, headers, body):
        self.asked += 1
        if not self.is_signed(method, path, headers, body):
            self.complaints.append(f"{method} {path}: signature")
            return 401, b'{"error":"signature"}'
        if self.answers and method == "POST":
            wrong = self.answers.pop(0)
            if isinstance(wrong, tuple):
                return wrong
        if method == "POST" and path == "/v1/waybills":
            parcel = json.loads(body)
            number = self.numbers.setdefault(parcel["reference"], f"LK{len(self.numbers) + 1:08d}")
            self.parcels[number] = parcel
            return 200, json.dumps({"number": number}).encode()
        number = path.rpartition("/")[2]
        if method == "GET" and path.startswith("/v1/waybills/") and number in self.traces:
            return 200, json.dumps({"traces": self.traces[number]}).encode()
        return 404, b'{"error":"unknown"}'
