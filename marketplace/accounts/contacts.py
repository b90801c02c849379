"""E-mail addresses and phone numbers as people type them, checked without a look into the network."""

from __future__ import annotations

import email_validator
import phonenumbers

from marketplace.kernel.errors import FieldFault, Refused

# Names reserved for tests and local use (RFC 2606, 6761) are addresses like others here: a demo has no others.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()


def read_email(text: str, field: str = "email") -> str:
    """The address in the one form in which it is stored: lower case. Raises Refused `invalid`."""
    try:
        return email_validator.validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except email_validator.EmailNotValidError:
        raise _refusal(field, "This is not an e-mail address. One looks like name@example.com.") from None


def read_phone(text: str, field: str = "phone") -> str:
    """A phone number as E.164 (`+12125550123`); without a country it is taken as American. Raises Refused `invalid`."""
    try:
        number = phonenumbers.parse(text.strip(), "US")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise _refusal(field, "This is not a phone number. One looks like (212) 555-0123.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_name(text: str, field: str = "name") -> str:
    """A name in one line. Raises Refused `invalid` for none, and for what mail programs would turn into a link."""
    name = " ".join(text.split())
    if not name or not name.isprintable():
        raise _refusal(field, "Type a name.")
    if "://" in name or "www." in name.lower() or "@" in name:
        raise _refusal(field, "A name has no address in it.")
    return name


def _refusal(field: str, message: str) -> Refused:
    return Refused("invalid", message, faults=[FieldFault(field, message)])
