"""A mail server of a test's own: takes letters by SMTP on a free port and remembers them.

    server = MailServer()
    server.letters          -> [(from, to, email.message.Message)]
    server.answer = "550 no such user"   what RCPT is told from now on; "" takes it
    server.hold.clear()     from now on the end of a letter waits for server.hold.set()
"""
import email
import email.policy
import socketserver
import threading


class Session(socketserver.StreamRequestHandler):
    timeout = 60

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        server = self.server.owner
        sender = to = None
        self.say("220 mail.test")
        while line := self.rfile.readline():
            word = line.split()[0].upper() if line.split() else b""
            rest = line.decode(errors="replace").strip()
            if word in (b"EHLO", b"HELO"):
                server.greeted_as = rest.split()[1]
                self.say("250-mail.test")
                self.say("250-AUTH PLAIN")
                self.say("250 8BITMIME")
            elif word == b"AUTH":
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
    def __init__(self):
        self.letters, self.logins, self.answer, self.greeted_as = [], [], "", None
        self.hold, self.arrived = threading.Event(), threading.Event()
        self.hold.set()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True
        self.server = Server(("127.0.0.1", 0), Session)
        self.server.owner = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def to(self, address):
        return [letter for _, to, letter in self.letters if to == address]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
