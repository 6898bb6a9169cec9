"""Makes files to upload: good, broken and hostile ones, each with different content."""

import hashlib
import io
import random
import struct
import zlib
from dataclasses import dataclass

from PIL import Image

_BOMB_SIDE = 60_000

# Between the number and the extension: what has to be encoded, and what looks like a path.
_NAMES = ("file", "a b+c", "100%25", "päth/✓", "deep/er/file", "../../etc/passwd", "x\x01y")


@dataclass(frozen=True, slots=True)
class File:
    """An upload, and what has to become of it.

    Attributes:
        key: under ``uploads/``.
        content: its bytes.
        outputs: the keys that have to be there if it is good; for each its content's MD5, or None
            for any. None of them if it is broken.
    """

    key: str
    content: bytes
    outputs: dict[str, str | None]

    @property
    def rejections(self) -> dict[str, str | None]:
        """Return the expected objects if the file is rejected, in the same form."""
        extension = self.key.rpartition(".")[2]
        return {
            _output("rejected/", self.key, f"original.{extension}"): self.md5,
            _output("rejected/", self.key, "reason.json"): None,
        }

    @property
    def md5(self) -> str:
        """The content's MD5, which is the object's ETag in S3."""
        return md5(self.content)


_GOOD = {
    "notes.txt": ("text.txt",),
    "data.bin": ("original.bin",),
    "picture.png": ("resized.png", "thumbnail.png"),
}
_BROKEN = ("broken.png", "broken.gif", "broken.jpg", "broken.pdf", "bomb.png")
_UNCHANGED = ("text.txt", "original.bin")


def make(slot: int, *, name: random.Random, content: random.Random, broken: bool) -> File:
    """Return a file; ``name`` decides its key, and ``content`` its bytes."""
    kind = name.choice(_BROKEN if broken else [*_GOOD])
    key = f"uploads/{slot}/{name.choice(_NAMES)}-{kind}"
    body = _content(kind, content)
    outputs = {
        _output("processed/", key, output): md5(body) if output in _UNCHANGED else None
        for output in _GOOD.get(kind, ())
    }
    return File(key, body, outputs)


def _output(prefix: str, key: str, name: str) -> str:
    """Return the key of an upload's result, independently of the function's own code."""
    path = key.removeprefix("uploads/")
    if ".." in path.split("/") or "\x01" in path:
        path = f"by-sha256/{hashlib.sha256(key.encode()).hexdigest()}"
    return f"{prefix}{path}/{name}"


def md5(content: bytes) -> str:
    """Return the MD5 as S3's ETags have it."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _content(kind: str, random: random.Random) -> bytes:
    unique = f"{random.getrandbits(64):x}\n".encode()
    match kind:
        case "notes.txt":
            return b"Soak " + unique
        case "data.bin":
            return random.randbytes(random.randrange(1, 4096)) + unique
        case "picture.png":
            return _picture(random)
        case "broken.png":
            return _picture(random)[: random.randrange(40, 80)] + unique
        case "broken.gif":
            return b"GIF89a" + unique
        case "broken.jpg":
            return b"no picture " + unique
        case "broken.pdf":
            return b"%PDF-1.7\n" + unique
    return _bomb() + unique


def _picture(random: random.Random) -> bytes:
    stream = io.BytesIO()
    Image.frombytes("RGB", (16, 16), random.randbytes(768)).save(stream, "PNG")
    return stream.getvalue()


def _bomb() -> bytes:
    """Return a picture of 108 bytes whose pixels would take 10 GB."""
    head = struct.pack(">IIBBBBB", _BOMB_SIDE, _BOMB_SIDE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
