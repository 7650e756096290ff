"""A live stream for a test, from a real encoder, and somebody who watches it.

    with Encoder(town, "away") as encoder:  # of a town that takes any key: --open-publish
        viewer = encoder.viewer()
        viewer.goes_on()
"""
import contextlib
import http.client
import pathlib
import subprocess
import threading
import time

CLIP = pathlib.Path(__file__).parents[1] / "media" / "clip.flv"


def until(what, holds, seconds=30):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.02)


class Encoder:
    """Until its end the clip goes round and round as the stream."""

    def __init__(self, town, stream):
        self.town, self.stream = town, stream
        self.process = subprocess.Popen(
            ["ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i", str(CLIP), "-c", "copy",
             "-f", "flv", f"rtmp://127.0.0.1:{town.rtmp}/live/{stream}"],
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self):
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.end()

    def _is_there(self):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.town.http)) as anybody:
            anybody.request("HEAD", f"/live/{self.stream}.flv")
            return anybody.getresponse().status == 200

    def viewer(self):
        until("the stream is there", self._is_there)
        return Viewer(self.town, f"/live/{self.stream}.flv")


class Viewer:
    """Of a stream; counts what comes."""

    def __init__(self, town, path):
        self.connection = http.client.HTTPConnection("127.0.0.1", town.http, timeout=10)
        self.connection.request("GET", path)
        self.answer = self.connection.getresponse()
        self.bytes, self.broken = 0, None
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            while data := self.answer.read1(65536):
                self.bytes += len(data)
            self.broken = "the stream ended"
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.broken = error

    def goes_on(self, seconds=10):
        goal = self.bytes + 20_000
        until("the stream goes on", lambda: self.bytes >= goal or self.broken, seconds)
        assert not self.broken, self.broken
