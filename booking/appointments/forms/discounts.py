"""What is sent about codes: entered at a checkout; given out at the desk."""

from __future__ import annotations

from flask import request

from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import Fields, json_object

LONGEST_TYPED = 60
# Whoever tries codes has few tries, on the page and by program together.
few_tries = limiter.shared_limit("10 per hour", scope="discount codes")


def read_code() -> str | None:
    """The body of `PUT /holds/{id}/code`; null takes the code off."""
    fields = Fields(json_object(request))
    code = fields.text("code", None, longest=LONGEST_TYPED)
    if not fields.has("code"):
        fields.fault("code", "This is needed; null takes the code off.")
    fields.finish()
    return code
