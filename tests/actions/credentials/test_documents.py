"""What comes in as a picture: how large it may be, judged from its header alone."""

import struct
import zlib

import pytest

from marketplace.kernel.errors import Refused
from providers.credentials.pillow_port import read_document


def png_that_says(width: int, height: int) -> bytes:
    """A PNG that has a header and no picture."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


# The last one is large enough for Pillow's own alarm.
@pytest.mark.parametrize(("width", "height"), [(5_001, 5_000), (1, 25_000_001), (9_000, 5_000), (40_000, 40_000)])
def test_a_picture_of_more_than_25_megapixels_is_refused_before_it_is_drawn(width, height):
    with pytest.raises(Refused, match="bad_file") as refused:
        read_document(png_that_says(width, height))
    assert "25 megapixels" in refused.value.sentence
    assert [fault.field for fault in refused.value.faults] == ["file"]


def test_one_of_25_megapixels_is_not_too_large():
    with pytest.raises(Refused, match="bad_file") as refused:
        read_document(png_that_says(5_000, 5_000))
    assert "cannot be read" in refused.value.sentence
