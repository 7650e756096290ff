"""What the provider of the test suite signs and seals with: RSA (keys by the openssl command, the
arithmetic by Python itself) and AES-256-GCM, so that the program's own library is not its judge."""
import base64
import functools
import hashlib
import subprocess

SHA256_HEAD = bytes.fromhex("3031300d060960864801650304020105000420")


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, check=True,
                          capture_output=True).stdout


def integers(der):
    """The integers of a SEQUENCE, in order."""
    def length(at):
        n = der[at]
        if n < 0x80:
            return n, at + 1
        return int.from_bytes(der[at + 1:at + 1 + (n & 0x7f)], "big"), at + 1 + (n & 0x7f)

    end, at = length(1)
    end, found = at + end, []
    while at < end:
        assert der[at] == 2
        n, at = length(at + 1)
        found.append(int.from_bytes(der[at:at + n], "big"))
        at += n
    return found


class Key:
    """An RSA key. `pem`: PKCS #8; `public`: its public half, PEM."""

    def __init__(self):
        self.pem = openssl("genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt",
                           "rsa_keygen_bits:2048")
        self.public = openssl("pkey", "-pubout", data=self.pem)
        der = openssl("rsa", "-traditional", "-outform", "DER", data=self.pem)
        _, self.n, self.e, self.d, self.p, self.q, self.dp, self.dq, self.qi = integers(der)
        self.size = (self.n.bit_length() + 7) // 8

    def padded(self, message):
        digest = SHA256_HEAD + hashlib.sha256(message).digest()
        return b"\0\1" + b"\xff" * (self.size - 3 - len(digest)) + b"\0" + digest

    def sign(self, message):
        padded = int.from_bytes(self.padded(message), "big")
        a, b = pow(padded, self.dp, self.p), pow(padded, self.dq, self.q)
        number = b + (a - b) * self.qi % self.p * self.q
        return base64.b64encode(number.to_bytes(self.size, "big")).decode()

    def verifies(self, message, signature):
        try:
            given = base64.b64decode(signature, validate=True)
        except ValueError:
            return False
        number = pow(int.from_bytes(given, "big"), self.e, self.n)
        return len(given) == self.size and number.to_bytes(self.size, "big") == self.padded(message)

    def certificate(self, serial):
        """A certificate of it, PEM, with this serial number (hexadecimal)."""
        return subprocess.run(
            ["openssl", "req", "-x509", "-key", "/dev/stdin", "-subj", "/CN=Tenpay.com Root CA",
             "-addext", "subjectAltName=DNS:localhost", "-set_serial", "0x" + serial, "-days", "2"],
            input=self.pem, check=True, capture_output=True).stdout


@functools.cache
def key(name):
    """The key of that name: made once a process, which takes longer than anything else here."""
    return Key()


# --- AES-256-GCM (FIPS 197, SP 800-38D) ---

def double(a):
    return (a << 1 ^ (0x11b if a & 0x80 else 0)) & 0xff


def make_box():
    box, p, q = [0] * 256, 1, 1
    while True:
        p = p ^ double(p)
        q ^= q << 1
        q ^= q << 2
        q ^= q << 4
        q &= 0xff
        if q & 0x80:
            q ^= 0x09
        rotated = [(q << n | q >> (8 - n)) & 0xff for n in range(5)]
        box[p] = rotated[0] ^ rotated[1] ^ rotated[2] ^ rotated[3] ^ rotated[4] ^ 0x63
        if p == 1:
            box[0] = 0x63
            return box


BOX = make_box()


def round_keys(key):
    words = [list(key[i:i + 4]) for i in range(0, 32, 4)]
    rcon = 1
    for i in range(8, 60):
        word = list(words[-1])
        if i % 8 == 0:
            word = [BOX[b] for b in word[1:] + word[:1]]
            word[0] ^= rcon
            rcon = double(rcon)
        elif i % 8 == 4:
            word = [BOX[b] for b in word]
        words.append([a ^ b for a, b in zip(words[-8], word)])
    return [sum(words[i:i + 4], []) for i in range(0, 60, 4)]


def encrypt_block(keys, block):
    s = [a ^ b for a, b in zip(block, keys[0])]
    for at, key in enumerate(keys[1:], 1):
        s = [BOX[b] for b in s]
        s = [s[(i + 4 * (i % 4)) % 16] for i in range(16)]
        if at < len(keys) - 1:
            mixed = []
            for c in range(0, 16, 4):
                a = s[c:c + 4]
                whole = a[0] ^ a[1] ^ a[2] ^ a[3]
                mixed += [a[i] ^ whole ^ double(a[i] ^ a[(i + 1) % 4]) for i in range(4)]
            s = mixed
        s = [a ^ b for a, b in zip(s, key)]
    return bytes(s)


def times(x, y):
    z = 0
    for i in range(127, -1, -1):
        if x >> i & 1:
            z ^= y
        y = y >> 1 ^ (0xe1 << 120 if y & 1 else 0)
    return z


def seal(key, nonce, associated, text):
    """The sealed text with its tag at the end."""
    keys = round_keys(key)
    h = int.from_bytes(encrypt_block(keys, bytes(16)), "big")
    out = b""
    for i in range(0, len(text), 16):
        stream = encrypt_block(keys, nonce + (i // 16 + 2).to_bytes(4, "big"))
        out += bytes(a ^ b for a, b in zip(text[i:i + 16], stream))
    tag = 0
    for part in (associated, out):
        for i in range(0, len(part), 16):
            tag = times(tag ^ int.from_bytes(part[i:i + 16].ljust(16, b"\0"), "big"), h)
    tag = times(tag ^ (len(associated) * 8 << 64 | len(out) * 8), h)
    first = int.from_bytes(encrypt_block(keys, nonce + b"\0\0\0\1"), "big")
    return out + (tag ^ first).to_bytes(16, "big")


def check():
    """Test case 16 of McGrew and Viega."""
    sealed = seal(bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2),
                  bytes.fromhex("cafebabefacedbaddecaf888"),
                  bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
                  bytes.fromhex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                                "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"))
    assert sealed.hex().endswith("ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"), sealed.hex()


check()
