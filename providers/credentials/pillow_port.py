"""The door to Pillow: images are drawn anew, so that neither position nor camera nor anything hidden behind the picture is kept."""

from __future__ import annotations

import hashlib
import io
import warnings

from PIL import Image, ImageOps

from marketplace.kernel.errors import FieldFault, Refused
from providers.credentials.rules.documents import JPEG, LARGEST_BYTES, PDF, media_type_of
from providers.credentials.rules.drafts import Document

# A scan of a letter page at 300 dots an inch has 8.4 megapixels, a phone's picture 12 to 24. Drawn, a pixel takes 4 bytes and is held in
# up to four copies at once: 25 megapixels cost 400 MB at worst, in each process that reads one.
LARGEST_PIXELS = 25_000_000
JPEG_QUALITY = 90


def read_document(content: bytes) -> Document:
    """A file as we keep it. Raises Refused `file_too_large`, or `bad_file` for what is not a whole PDF, PNG or JPEG."""
    if len(content) > LARGEST_BYTES:
        raise _refusal("file_too_large", f"A file may have {LARGEST_BYTES // 1024**2} MB at most.")
    media_type = media_type_of(content)
    if media_type is None:
        raise _refusal("bad_file", "Send a PDF, PNG or JPEG file.")
    kept = _whole_pdf(content) if media_type == PDF else _drawn_anew(content, media_type)
    return Document(media_type, kept, hashlib.sha256(kept).hexdigest())


def _whole_pdf(content: bytes) -> bytes:
    if b"%%EOF" not in content[-2048:]:
        raise _refusal("bad_file", "This PDF is cut off. Send the whole file.")
    return content


def _drawn_anew(content: bytes, media_type: str) -> bytes:
    kind = "JPEG" if media_type == JPEG else "PNG"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[kind]) as image:
                if image.width * image.height > LARGEST_PIXELS:
                    raise _too_many_pixels()
                upright = ImageOps.exif_transpose(image)
                plain = upright.convert("RGB" if kind == "JPEG" else "RGBA")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_many_pixels() from None
    except (OSError, ValueError, SyntaxError):
        raise _refusal("bad_file", "This image cannot be read. Send it again, or as a PDF.") from None
    clean = Image.new(plain.mode, plain.size)
    clean.paste(plain)
    kept = io.BytesIO()
    clean.save(kept, kind, **({"quality": JPEG_QUALITY} if kind == "JPEG" else {"optimize": True}))
    return kept.getvalue()


def _too_many_pixels() -> Refused:
    most = LARGEST_PIXELS // 1_000_000
    return _refusal("bad_file", f"This image has more than {most} megapixels. Send a smaller one, or a PDF.")


def _refusal(code: str, sentence: str) -> Refused:
    return Refused(code, sentence, faults=[FieldFault("file", sentence)])
