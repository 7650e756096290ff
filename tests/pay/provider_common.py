"""What both halves of the test suite's provider use."""
import datetime
import http.client
import json
import time
import urllib.parse

ZONE = datetime.timezone(datetime.timedelta(hours=8))
RFC3339, PLAIN = "%Y-%m-%dT%H:%M:%S+08:00", "%Y-%m-%d %H:%M:%S"


class Fault:
    """What may be done to an answer."""
    UNSIGNED, BADLY_SIGNED, OLD, OTHER_SERIAL = "unsigned", "badly_signed", "old", "other_serial"
    CHANGED, BROKEN, BUSY, REDIRECT = "changed", "broken", "busy", "redirect"
    HUGE, CUT = "huge", "cut"


class Refusal(Exception):
    """What the provider answers with a no: its code, and for WeChat Pay the status."""

    def __init__(self, code, status=400):
        super().__init__(code)
        self.code, self.status = code, status


def now_text(form=RFC3339, at=None):
    return datetime.datetime.fromtimestamp(at or time.time(), ZONE).strftime(form)


def day_of(at):
    return now_text("%Y-%m-%d", at)


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def yuan(fen):
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def fen(text):
    whole, _, rest = text.partition(".")
    if not whole.isdigit() or len(rest) != 2 or not rest.isdigit():
        raise ValueError(f"an amount {text!r}")
    return int(whole) * 100 + int(rest)


def post(url, body, headers):
    """(status, body) of a POST, as a provider makes it."""
    to = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(to.hostname, to.port, timeout=20)
    try:
        connection.request("POST", to.path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
