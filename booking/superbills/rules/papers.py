"""A superbill as a paper, from what was kept."""

from __future__ import annotations

from datetime import date

from booking.papers.rules.estimates import NOT_GIVEN, day_words
from booking.papers.rules.paper import Paper, Party, Table
from booking.superbills.rules.content import Content
from marketplace.kernel.money import format_usd

TITLE, DRAFT, NO_NUMBER = "Superbill", "Superbill, not issued yet", "given when it is issued"
PAID_BY = {
    "cash": "in cash", "terminal": "by card, on the therapist's terminal", "check": "by check", "card": "by card", "other": "another way",
    "credit": "with credit of earlier", "package": "with a package", "gift_card": "with a gift card",
}  # fmt: skip
PLACE_WORDS = {"clinic": "clinic or office", "home": "home", "hotel": "hotel", "office": "workplace"}
ANSWERS = {"yes": "yes", "no": "not shown by this visit"}


def superbill_name(slug: str, year: int, number: int) -> str:
    """A superbill's full number: whose, the year, the running number."""
    return f"{slug}-SB{year}-{number:04d}"


def paper_of(content: Content, number: str | None, version: int, issued_on: date | None) -> Paper:
    """The superbill as a paper; without a number it is a draft, which says so."""
    note = content["note"]
    facts = (
        *((("Issued on", day_words(issued_on.isoformat())),) if issued_on else ()),
        ("Date of service", day_words(content["service_on"])),
        ("Place of service", f"{content['place_of_service'] or '?'} ({PLACE_WORDS.get(content['setting'], content['setting'])})"),
        ("Visit", content["reference"]),
        ("ICD-10-CM", content["icd10"] or "none was given"),
        *((("Diagnosis", content["diagnosis"]),) if content["diagnosis"] else ()),
        ("Hands-on minutes", f"{content['hands_on_minutes']}, by the signed note"),
        ("Coverage", "unknown: only the insurer can say"),
    )
    rows = tuple(_row(item) for item in content["items"])
    return Paper(
        TITLE if number else DRAFT,
        f"{number}, version {version}" if number else NO_NUMBER,
        facts,
        (
            _client(content),
            _provider(content),
            _prescriber(content),
            Party("Signature", (f"Note signed by {note['signed_by']} on {day_words(note['signed_on'])}", "____________________________")),
        ),
        Table("Line by line", ("Item", "Code", "Minutes", "Units", "Amount"), (*rows, *_sums(content)), _due(content)),
        (*(one["detail"] for one in content["missing"]), *_asks(content), *content["notices"]),
    )


def _client(content: Content) -> Party:
    client = content["client"]
    born = day_words(client["born_on"]) if client["born_on"] else NOT_GIVEN
    agreed = (f"Under 18; agreed to by {client['guardian']}",) if client.get("guardian") else ()
    return Party("Client", (client["name"], f"Born {born}", client["address"] or f"Address {NOT_GIVEN}", *agreed))


def _provider(content: Content) -> Party:
    provider = content["provider"]
    known = (
        provider["name"], provider["credential"], f"License {provider['license_number'] or NOT_GIVEN}, {provider['state']}",
        f"NPI {provider['npi'] or NOT_GIVEN}", f"Tax ID {provider['tax_id'] or NOT_GIVEN}", provider["address"], provider["phone"],
    )  # fmt: skip
    return Party("Care given by", tuple(line for line in known if line))


def _prescriber(content: Content) -> Party:
    prescriber = content["prescriber"]
    if prescriber is None:
        return Party("Prescribed by", ("No prescription was given",))
    return Party("Prescribed by", (prescriber["name"], f"NPI {prescriber['npi']}", f"On {day_words(prescriber['prescribed_on'])}"))


def _row(item: Content) -> tuple[str, ...]:
    code = f"{item['code']}-{item['modifier']}" if item["modifier"] else item["code"] or ""
    minutes, units = ("" if item[name] is None else str(item[name]) for name in ("minutes", "units"))
    return item["label"], code, minutes, units, "" if item["amount_cents"] is None else format_usd(item["amount_cents"])


def _sums(content: Content) -> list[tuple[str, ...]]:
    ways = ", ".join(PAID_BY.get(way, way) for way in content["paid_by"])
    sums = (
        ("Sales tax", content["tax_cents"]), ("Waived", -content["waived_cents"]), ("Total", content["total_cents"]),
        (f"Paid {ways}".strip(), content["paid_cents"]),
    )  # fmt: skip
    return [(label, "", "", "", format_usd(cents)) for label, cents in sums if cents or label not in {"Sales tax", "Waived"}]


def _due(content: Content) -> tuple[str, str]:
    return "Still due", format_usd(content["due_cents"])


def _asks(content: Content) -> list[str]:
    return [f"Ask your insurer: {one['ask']} ({ANSWERS[one['answer']]})" for one in content["checklist"]]
