"""A PostgreSQL of one's own for tests: in a temporary folder, on a Unix socket and a free loopback
port, gone at the end, also when whoever started it is killed.

    with postgres_server.running(durable=False) as server:
        ... GUILDHALL_TEST_STORE=server.store ...

Debian's package brings the programs. The server refuses to run as root, so root runs it as the
package's user, postgres. durable: every commit reaches the disk; else nothing waits for it.
"""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from ports import free_port

READY_WITHIN_S = 60
SETTINGS = {"listen_addresses": "127.0.0.1", "max_connections": 200, "log_min_messages": "fatal"}
HASTY = {"fsync": "off", "full_page_writes": "off"}


def programs():
    """The folder of the newest server's programs."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"),
                   key=lambda p: int(p.parts[-3]))
    if not found:
        raise RuntimeError("no PostgreSQL server is installed: script/bootstrap test")
    return found[-1].parent


class Server:
    def __init__(self, durable):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="guildhall-postgres-"))
        self.port = free_port()
        self.settings = {**SETTINGS, **({} if durable else HASTY)}
        self.process = None
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.check("initdb", "-D", str(self.folder / "data"), "--encoding=UTF8", "--locale=C",
                   "--auth=trust", "--username=guildhall", *([] if durable else ["--no-sync"]))

    @property
    def store(self):
        """For --store and GUILDHALL_TEST_STORE; a database's name is to be added."""
        return f"postgres:host={self.folder} port={self.port} user=guildhall"

    def spawn(self, name, *words):
        # setpriv: as whom, and with an order to the kernel to end it when we are gone.
        as_user = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if (
            os.geteuid() == 0) else []
        with open(self.folder / "log", "ab") as log:
            return subprocess.Popen(
                ["setpriv", *as_user, "--pdeathsig", "QUIT", str(programs() / name), *words],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)

    def check(self, name, *words):
        if self.spawn(name, *words).wait() != 0:
            raise RuntimeError(f"{name}: {(self.folder / 'log').read_text()[-2000:]}")

    def start(self):
        options = [word for name, value in self.settings.items()
                   for word in ("-c", f"{name}={value}")]
        self.process = self.spawn("postgres", "-D", str(self.folder / "data"), "-k",
                                  str(self.folder), "-p", str(self.port), *options)
        deadline = time.monotonic() + READY_WITHIN_S
        ask = [str(programs() / "pg_isready"), "-q", "-h", str(self.folder), "-p", str(self.port),
               "-U", "guildhall", "-d", "postgres"]
        while subprocess.run(ask, check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"postgres: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.02)

    def stop(self, how=signal.SIGQUIT):
        """SIGQUIT: at once, as a crash; SIGINT: ends connections first."""
        if self.process:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def running(durable):
    server = Server(durable)
    try:
        server.start()
        yield server
    finally:
        server.remove()
