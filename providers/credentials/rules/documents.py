"""What a file is, told by its first bytes: its name and what its sender calls it count for nothing."""

from __future__ import annotations

LARGEST_BYTES = 8 * 1024 * 1024
PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
IMAGES = (PNG, JPEG)
SUFFIXES = {PDF: "pdf", PNG: "png", JPEG: "jpg"}

_SIGNATURES = ((PDF, b"%PDF-"), (PNG, b"\x89PNG\r\n\x1a\n"), (JPEG, b"\xff\xd8\xff"))


def media_type_of(content: bytes) -> str | None:
    """The media type of a PDF, PNG or JPEG; None for anything else."""
    return next((media_type for media_type, signature in _SIGNATURES if content.startswith(signature)), None)
