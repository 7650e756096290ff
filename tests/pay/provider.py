"""The provider of the test suite: plays WeChat Pay and Alipay with keys of its own.

    provider = Provider()
    json.dump(provider.settings(), open(folder / "pay.json", "w"))
    …                                  # the program opens a payment
    provider.wechat.pay("P9")          # the buyer pays it
    provider.wechat.tell_paid("P9", url)

By itself, for tests in other languages, it writes pay.json, says where it is and takes orders there:

    provider.py FOLDER                  # "provider at http://127.0.0.1:…"
    GET /control/wechat/pay?number=P9   GET /control/alipay/tell_paid?number=G7T1&url=…
    GET /control/complaints

It checks what it is sent as strictly as it can (signatures by its own arithmetic, members, amounts)
and keeps what it did not like in `complaints`, which a test wants empty. `faults` holds what is done
to the next answers: names of Fault. Times are this machine's.
"""
import http.server
import json
import pathlib
import sys
import threading
import urllib.parse

from provider_alipay import Alipay
from provider_common import Fault, compact
from provider_wechat import Wechat


class Provider:
    def __init__(self):
        self.lock = threading.RLock()
        self.complaints, self.asked, self.faults = [], [], []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.handle(self, b"")

            def do_POST(self):
                outer.handle(self, self.rfile.read(int(self.headers["Content-Length"] or 0)))

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # whoever hangs up
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.wechat, self.alipay = Wechat(self), Alipay(self)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def settings(self):
        return {"wechat": self.wechat.settings(), "alipay": self.alipay.settings()}

    def complain(self, what):
        self.complaints.append(what)

    def control(self, path):
        at = urllib.parse.urlsplit(path)
        parts = at.path.split("/")[2:]
        if parts == ["complaints"]:
            return self.complaints
        who, verb = parts
        assert who in ("wechat", "alipay") and verb in ("pay", "tell_paid"), path
        return getattr(getattr(self, who), verb)(**dict(urllib.parse.parse_qsl(at.query)))

    def handle(self, request, body):
        if request.path.startswith("/control/"):  # without the lock: it may wait for the program
            self.send(request, 200, {}, compact(self.control(request.path)), None)
            return
        with self.lock:
            fault = self.faults.pop(0) if self.faults else None
            self.asked.append((request.command, request.path.split("?")[0]))
            who = self.wechat if request.path.startswith(("/v3/", "/sns/")) else self.alipay
            try:
                status, headers, answer = who.answer(request, body, fault)
            except Exception as e:  # a bug of the test's own: the test must see it
                self.complain(f"{request.path}: {e!r}")
                status, headers, answer = 500, {}, b""
        self.send(request, status, headers, answer, fault)

    @staticmethod
    def send(request, status, headers, answer, fault):
        if fault == Fault.BUSY:
            status, headers, answer = 503, {}, b"{}"
        if fault == Fault.REDIRECT:
            status, headers, answer = 302, {"Location": "http://127.0.0.1:9/"}, b""
        if fault == Fault.BROKEN:
            answer = answer[:len(answer) // 2]
        if fault == Fault.HUGE:
            answer += b" " * (2 * 1024 * 1024)
        if fault == Fault.CHANGED:
            answer = answer.replace(b"0", b"1")
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        if status != 204:
            request.send_header("Content-Length", str(len(answer) + (fault == Fault.CUT)))
        request.end_headers()
        try:
            request.wfile.write(answer)
        except OSError:
            pass
        if fault == Fault.CUT:
            request.close_connection = True

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def main(folder):
    provider = Provider()
    settings = pathlib.Path(folder) / "pay.json"
    settings.touch(0o600)
    settings.write_text(json.dumps(provider.settings()))
    print(f"provider at {provider.url}", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1])
