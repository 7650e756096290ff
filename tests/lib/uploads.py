"""What people upload: forms with files, pictures and archives of them."""
import io
import subprocess
import uuid
import zipfile


def form(*files, **fields):
    """multipart/form-data of (name, filename, bytes) and plain fields: (headers, body)"""
    boundary = uuid.uuid4().hex
    out = b""
    for name, value in fields.items():
        out += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for name, filename, data in files:
        out += (f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
                "Content-Type: application/octet-stream\r\n\r\n").encode() + data + b"\r\n"
    return ({"Content-Type": f"multipart/form-data; boundary={boundary}"},
            out + f"--{boundary}--\r\n".encode())


def jpeg(seed=0, size="1200x900"):
    """A test card, in a hue of its own."""
    return subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i",
                           f"testsrc=size={size},hue=h={seed * 20}", "-frames:v", "1", "-c:v", "mjpeg",
                           "-f", "image2pipe", "pipe:1"], stdout=subprocess.PIPE, check=True).stdout


def archive(files):
    """A ZIP of {name: bytes}."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files.items():
            z.writestr(name, data)
    return out.getvalue()
