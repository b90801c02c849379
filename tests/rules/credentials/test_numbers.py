"""License numbers and NPIs as registries print them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Refused
from providers.credentials.rules.numbers import normalize_license_number, npi_check_digit, npi_fault, register_code


@pytest.mark.parametrize(
    "text, number",
    [
        ("012345", "012345"),
        ("12345", "12345"),
        ("000123", "000123"),
        (" 012345 ", "012345"),
        ("012345-1", "012345"),
        ("012345-01", "012345"),
        ("LMT012345", "012345"),
        ("lmt 012345", "012345"),
        ("LMT-012345-1", "012345"),
        ("No. 012345", "012345"),
        ("License #012345", "012345"),
        ("123", "123"),
        ("12345678", "12345678"),
    ],
)
def test_a_license_number_keeps_its_zeros_and_loses_prefix_and_suffix(text, number):
    assert normalize_license_number(text) == number


@pytest.mark.parametrize("text", ["", "LMT", "12", "123456789", "012345-123", "012 345", "012345X", "-1", "１２３４５６", "012345-1-1"])
def test_what_is_no_license_number_is_refused_at_its_field(text):
    with pytest.raises(Refused) as refusal:
        normalize_license_number(text)
    assert refusal.value.code == "bad_license_number"
    assert [fault.field for fault in refusal.value.faults] == ["number"]


@given(st.from_regex(r"\A[0-9]{3,8}\Z"), st.sampled_from(["", "LMT", "lmt ", "L-"]), st.sampled_from(["", "-1", "-12"]))
def test_however_it_is_printed_the_digits_are_the_same(digits, prefix, suffix):
    assert normalize_license_number(prefix + digits + suffix) == digits
    assert normalize_license_number(normalize_license_number(prefix + digits + suffix)) == digits


@pytest.mark.parametrize(
    "npi",
    [
        "1234567893",
        "1881018208",
        "1689872012",
        "1003000126",
        "1000000012",
        "1000000038",
        "1000000053",
        "1000000020",  # a sum that is a multiple of ten: the digit is 0, not 10
    ],
)
def test_valid_npis(npi):
    assert npi_fault(npi) is None
    assert npi_check_digit(npi[:9]) == int(npi[9])


@pytest.mark.parametrize(
    "npi, words",
    [
        ("1234567890", "last digit"),
        ("9941339100", "begins with 1 or 2"),
        ("123456789", "ten digits"),
        ("12345678933", "ten digits"),
        ("", "ten digits"),
        ("12345 67893", "ten digits"),
        ("123456789a", "ten digits"),
        ("１２３４５６７８９３", "ten digits"),
        ("1234567893\n", "ten digits"),
    ],
)
def test_invalid_npis(npi, words):
    assert words in npi_fault(npi)


def luhn(number):
    """A brute-force twin: the plain Luhn sum over the whole number with its prefix."""
    total = 0
    for place, digit in enumerate(reversed([int(one) for one in number])):
        total += digit if place % 2 == 0 else sum(divmod(digit * 2, 10))
    return total % 10 == 0


@given(st.integers(1_000_000_000, 2_999_999_999).map(str))
def test_the_check_digit_agrees_with_luhn_over_the_prefix(npi):
    assert (npi_fault(npi) is None) is luhn("80840" + npi)


@given(st.integers(100_000_000, 299_999_999).map(str), st.integers(0, 9))
def test_one_last_digit_fits_and_no_other(first_nine, last):
    assert (npi_fault(f"{first_nine}{last}") is None) is (last == npi_check_digit(first_nine))


@pytest.mark.parametrize(
    ("stated", "usual", "code"),
    [
        ("27", None, "027"),
        ("027", "060", "027"),
        (" 27 ", None, "027"),
        ("", "060", "060"),
        (None, None, None),
        ("", None, None),
        ("X1", None, "X1"),
    ],
)
def test_a_professions_code_has_three_digits_and_what_is_stated_goes_first(stated, usual, code):
    assert register_code(stated, usual) == code
