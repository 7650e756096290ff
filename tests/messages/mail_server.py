"""A mail server of a test's own: takes letters by SMTP on a free port and remembers them.

    server = MailServer()
    server.letters          -> [(from, to, email.message.Message)]
    server.answer = "550 no such user"   what RCPT is told from now on; "" takes it
    server.hold.clear()     from now on the end of a letter waits for server.hold.set()
    server.tls              an ssl.SSLContext: STARTTLS is offered, or spoken at once (is_implicit); None: neither
    server.in_clear         words that came without TLS
    server.broken           sessions that ended in the middle
    server.hang_up()        ends what is open: the next letter comes by a session of its own
"""
import email
import email.policy
import socket
import socketserver
import ssl
import threading


class Session(socketserver.StreamRequestHandler):
    timeout, is_tls = 60, False

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def shake_hands(self, server):
        self.connection = server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile, self.is_tls = self.connection.makefile("rb"), self.connection.makefile("wb", 0), True

    def handle(self):
        server = self.server.owner
        server.sessions.append(self)
        try:
            if server.is_implicit:
                self.shake_hands(server)
            self.talk(server)
        except (ssl.SSLError, OSError, ValueError):
            server.broken += 1
        finally:
            server.sessions.remove(self)
            self.connection.close()

    def talk(self, server):
        sender = to = None
        self.say("220 mail.test")
        while line := self.rfile.readline():
            word = line.split()[0].upper() if line.split() else b""
            rest = line.decode(errors="replace").strip()
            if not self.is_tls:
                server.in_clear.append(word.decode())
            if word in (b"EHLO", b"HELO"):
                server.greeted_as = rest.split()[1]
                self.say("250-mail.test")
                self.say("250-AUTH PLAIN")
                if server.tls and not self.is_tls:
                    self.say("250-STARTTLS")
                self.say("250 8BITMIME")
            elif word == b"STARTTLS":
                self.say("220 ready")
                self.shake_hands(server)
            elif word == b"AUTH":
                if len(rest.split()) == 2:
                    self.say("334 ")
                    rest += " " + self.rfile.readline().decode().strip()
                server.logins.append(rest)
                self.say("235 ok")
            elif word == b"MAIL":
                sender = rest.split("<")[1].split(">")[0]
                self.say("250 ok")
            elif word == b"RCPT":
                to = rest.split("<")[1].split(">")[0]
                self.say(server.answer or "250 ok")
            elif word == b"DATA":
                self.say("354 go on")
                self.take(server, sender, to)
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take(self, server, sender, to):
        raw = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            raw += line[1:] if line.startswith(b"..") else line
        server.letters.append((sender, to, email.message_from_bytes(raw, policy=email.policy.default)))
        server.arrived.set()
        server.hold.wait(30)
        self.say("250 taken")


class MailServer:
    def __init__(self, host="127.0.0.1", tls=None, is_implicit=False):
        self.tls, self.is_implicit, self.in_clear, self.broken, self.sessions = tls, is_implicit, [], 0, []
        self.letters, self.logins, self.answer, self.greeted_as = [], [], "", None
        self.hold, self.arrived = threading.Event(), threading.Event()
        self.hold.set()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True
        self.server = Server((host, 0), Session)
        self.server.owner = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def to(self, address):
        return [letter for _, to, letter in self.letters if to == address]

    def hang_up(self):
        for session in list(self.sessions):
            try:
                session.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it has gone by itself

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
