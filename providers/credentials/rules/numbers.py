"""License numbers and NPIs: reading them the way registries print them."""

from __future__ import annotations

import re

from marketplace.kernel.errors import FieldFault, Refused

_LICENSE = re.compile(r"[A-Z]*[ .:#-]*([0-9]{3,8})(?:-[0-9]{1,2})?")
_NPI_PREFIX_SUM = 24  # the Luhn sum of the prefix 80840 (45 CFR 162.406)


def normalize_license_number(text: str) -> str:
    """The digits of a state license number: leading zeros stay, a letter prefix and a "-1" suffix go. Refused `bad_license_number`."""
    match = _LICENSE.fullmatch(text.strip().upper())
    if match is None:
        sentence = "A license number is 3 to 8 digits, such as 012345."
        raise Refused("bad_license_number", sentence, faults=[FieldFault("number", sentence)])
    return match[1]


def register_code(stated: object, usual: str | None) -> str | None:
    """The state register's code of a profession, with three digits: the one stated on the license goes before the usual one."""
    code = str(stated or usual or "").strip()
    return (code.zfill(3) if code.isascii() and code.isdecimal() else code) or None


def npi_check_digit(first_nine: str) -> int:
    """The tenth digit of an NPI, by Luhn over 80840 and the first nine digits."""
    total = _NPI_PREFIX_SUM
    for place, digit in enumerate(reversed(first_nine)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return (10 - total % 10) % 10


def npi_fault(text: str) -> str | None:
    """What is wrong with an NPI, as a sentence; None when its form is right. It proves no license: the registry is self-reported."""
    if not re.fullmatch(r"[0-9]{10}", text):
        return "An NPI has ten digits."
    if text[0] not in "12":
        return "An NPI begins with 1 or 2."
    if npi_check_digit(text[:9]) != int(text[9]):
        return "This is not an NPI: the last digit does not fit. Please check for a typing error."
    return None
