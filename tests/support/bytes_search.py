"""Looking for a word in every byte of a folder, however it may be written down."""

import base64
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

COMPRESSED = (b"PGDMP", b"\x1f\x8b", b"%PDF", b"PK\x03\x04", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_STREAM = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
LEAST = 8


def ways_to_write(word: str) -> dict[str, bytes]:
    """A word as UTF-8, Latin-1, UTF-16, escaped for JSON and HTML, percent-encoded, in hexadecimal, and in base64 at each of three places."""
    plain = word.encode()
    ways = {
        "utf-8": plain,
        "latin-1": word.encode("latin-1", "ignore"),
        "utf-16-le": word.encode("utf-16-le"),
        "utf-16-be": word.encode("utf-16-be"),
        "json": word.encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00"),
        "html": word.encode("ascii", "xmlcharrefreplace"),
        "percent": quote(word).encode(),
        "hex": plain.hex().encode(),
    }
    for name, content in (("utf-8", plain), ("utf-16-le", word.encode("utf-16-le"))):
        for place in range(3):
            ways[f"base64 of {name} at {place}"] = _inside_base64(content, place)
    return ways


def _inside_base64(content: bytes, place: int) -> bytes:
    """The part of base64 text that is the same whatever stands around `content`, when it begins at this place of a group of three."""
    whole = base64.b64encode(bytes(place) + content)
    begin = 0 if place == 0 else 4
    rest = (place + len(content)) % 3
    return whole[begin : len(whole) - (4 if rest else 0)]


def faces(word: str) -> dict[str, bytes]:
    """The ways that are told apart, lower case where case may have been lost on the way."""
    return {name: way for name, way in ways_to_write(word).items() if len(way) >= LEAST or name == "utf-8"}


def opened(content: bytes) -> Iterator[bytes]:
    """The content, and where it is that of a compressed file, every stream inside."""
    yield content
    if not content.startswith(COMPRESSED):
        return
    for found in _STREAM.finditer(content):
        kind = 31 if found[0].startswith(b"\x1f") else 15
        try:
            inside = zlib.decompressobj(kind).decompress(content[found.start() :])
        except zlib.error:
            continue
        if inside:
            yield inside


def files_of(folder: Path) -> list[Path]:
    """Every file below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def search(folder: Path, words: dict[str, dict[str, bytes]]) -> list[str]:
    """Where the words stand: the file, the word, the way it is written, and what stands around it."""
    found = []
    for path in files_of(folder):
        for content in opened(path.read_bytes()):
            small = content.lower()
            for word, ways in words.items():
                for way, needle in ways.items():
                    folds = not way.startswith("base64")
                    at = (small if folds else content).find(needle.lower() if folds else needle)
                    if at >= 0:
                        found.append(f"{path.relative_to(folder)}: {word} as {way}: {content[max(0, at - 90) : at + 60]!r}")
    return found
