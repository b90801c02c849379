"""The screens of an application as typed. Each keeps its texts; the readers of JSON judge them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Request
from werkzeug.datastructures import MultiDict

from marketplace.kernel.errors import FieldFault, Malformed, Refused
from marketplace.webkit.reading import read_date
from providers.credentials.catalogue import kinds, register_codes
from providers.credentials.forms import read_credential, read_upload
from providers.credentials.forms.page import FACTS, body_of_texts, faults_of_page, texts_of_body, texts_of_form
from providers.credentials.rules.drafts import CredentialDraft, Document
from providers.credentials.rules.kinds import CERTIFICATE, INSURANCE, LICENSE, Kind
from providers.credentials.rules.standing import REQUIRED
from providers.services.catalogue import techniques

STATE = "New York State Education Department"
YOU_TEXTS = ("name", "legal_name", "pronouns", "gender", "phone")
PRACTICE_TEXTS = ("headline", "about")
MORE_KINDS = ("npi", "physician_collaboration", "background_check")
CLAIMS_MADE = "claims_made"
ASKED = {LICENSE: FACTS, INSURANCE: (*FACTS, "per_occurrence_cents", "aggregate_cents")}
"""What a whole screen has. Programs may hand in less, and so may whoever goes on to the next screen."""
_NEEDS_RETROACTIVE = "A claims-made policy covers from its retroactive date on: say which."


@dataclass(frozen=True)
class Row:
    """One credential on a screen: its kind, what its fields' names begin with, what stands in them and, if handed in before, its id."""

    kind: Kind
    prefix: str
    texts: Mapping[str, Any]
    public_id: str | None = None
    status: str | None = None
    technique: str | None = None
    asked_for: bool = False

    def typed(self, form: MultiDict[str, str]) -> dict[str, Any]:
        """What was typed here; what this screen has no field for stays."""
        own = MultiDict([(name[len(self.prefix) :], text) for name, text in form.items(multi=True) if name.startswith(self.prefix)])
        texts = texts_of_form(own, self.kind)
        hidden = {name: self.texts[name] for name in ("profession_code", "technique", "covers") if name in self.texts}
        return texts | hidden

    def unfinished(self, texts: Mapping[str, Any]) -> bool:
        """Whether something was typed and a fact that we ask for is still empty: whoever leaves then has not meant to hand it in."""
        return dict(texts) != dict(self.texts) and not all(texts.get(name) for name in ASKED.get(self.kind.code, ()))

    def read(self, texts: Mapping[str, Any], request: Request) -> tuple[Handed | None, dict[str, list[str]]]:
        """What is handed in, None where nothing new was typed; and what is wrong, by the fields' names on the screen."""
        try:
            _check_days(texts)
            document = read_upload(request, f"{self.prefix}file")
            if document is None and dict(texts) == dict(self.texts):
                return None, {}
            _check_policy(self.kind, texts)
            return Handed(self.public_id, read_credential(body_of_texts(texts, self.kind)), document), {}
        except (Refused, Malformed) as refusal:
            faults = refusal.faults or (FieldFault("number", refusal.sentence),)
            return None, {f"{self.prefix}{name}": messages for name, messages in faults_of_page(faults).items()}


@dataclass(frozen=True)
class Handed:
    """A credential that was read: new, or the next version of one's own."""

    public_id: str | None
    draft: CredentialDraft
    document: Document | None


def _check_days(texts: Mapping[str, Any]) -> None:
    """Raises Refused with every day that is none, beside its field."""
    faults = []
    for name, text in texts.items():
        if name.endswith("_on") and text:
            try:
                read_date(text)
            except Malformed as refusal:
                place = name if name in FACTS else f"details.{name}"
                faults.append(FieldFault(place, refusal.sentence))
    if faults:
        raise Refused("invalid", faults[0].message, faults=faults)


def _check_policy(kind: Kind, texts: Mapping[str, Any]) -> None:
    if kind.code == INSURANCE and texts.get("form") == CLAIMS_MADE and not texts.get("retroactive_on"):
        raise Refused("invalid", _NEEDS_RETROACTIVE, faults=[FieldFault("details.retroactive_on", _NEEDS_RETROACTIVE)])


def code_for(profession: str, stated: str) -> str:
    """The register's code to go with a profession: the known one, else what was stated, unless that is another profession's."""
    known = register_codes()
    return known.get(profession) or ("" if stated in known.values() else stated)


def rows_of(step: str, own: Sequence[Mapping[str, Any]], holder: str, profession: str, offered: Sequence[str]) -> list[Row]:
    """The credentials of a screen. `own` are those handed in, the newest first, in the contract's shape; `holder` is the legal name."""
    if step == "license":
        more = {"issuer": STATE, "profession_code": register_codes().get(profession, "")}
        return [_row(LICENSE, "l-", own, {"holder_name": holder, **more})]
    if step == "insurance":
        return [_row(INSURANCE, "i-", own, {"holder_name": holder, "form": "occurrence"})]
    if step == "more":
        return [_row(code, f"{code}-", own, {"holder_name": holder, "issuer": "NPPES" if code == "npi" else ""}) for code in MORE_KINDS]
    if step == "techniques":
        asking = [one for one in techniques().values() if one.evidence_level in (REQUIRED, "badge")]
        rows = [_certificate(one.code, own, holder, asked_for=one.code in offered and one.evidence_level == REQUIRED) for one in asking]
        return sorted(rows, key=lambda row: (not row.asked_for, row.public_id is None, row.technique not in offered))
    return []


def _certificate(technique: str, own: Sequence[Mapping[str, Any]], holder: str, *, asked_for: bool) -> Row:
    mine = [one for one in own if one["details"].get("technique") == technique]
    row = _row(CERTIFICATE, f"{technique}-", mine, {"holder_name": holder, "technique": technique})
    return Row(row.kind, row.prefix, row.texts, row.public_id, row.status, technique, asked_for)


def _row(code: str, prefix: str, own: Sequence[Mapping[str, Any]], usual: Mapping[str, str]) -> Row:
    kind = kinds().kinds[code]
    stored = next((one for one in own if one["kind"] == code), None)
    if stored is None:
        return Row(kind, prefix, texts_of_body({"details": {}}, kind) | {name: text for name, text in usual.items() if text})
    return Row(kind, prefix, texts_of_body(stored, kind), stored["id"], stored["status"])


def draft_of(texts: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, Any]:
    """What stands in a screen's fields, as it is kept. Files are not: a browser cannot be handed one back."""
    own = {name: text for name, text in texts.items() if name != "attested"}
    return {"texts": own, "rows": {row.prefix: dict(row.texts) for row in rows}}


def rows_with(rows: Sequence[Row], content: Mapping[str, Any]) -> list[Row]:
    """The rows of a screen with what was kept of them; fields that were not there then stay as they are."""
    kept: Mapping[str, Mapping[str, Any]] = content.get("rows", {})
    return [replace(row, texts={**row.texts, **kept.get(row.prefix, {})}) for row in rows]


def handed_in_since(own: Sequence[Mapping[str, Any]], rows: Sequence[Row], saved_at: str) -> bool:
    """Whether one of a screen's credentials was handed in after a draft of it was kept (RFC 3339): then it is out of date."""
    shown = {row.public_id for row in rows if row.public_id}
    days = [one["submitted_at"] for one in own if one["id"] in shown and one["submitted_at"]]
    return any(datetime.fromisoformat(day) > datetime.fromisoformat(saved_at) for day in days)


def you_of(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The first screen as it is stored."""
    return {name: stored[name] or "" for name in YOU_TEXTS} | {"languages": list(stored["languages"])}


def practice_of(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The screen of the practice as it is stored."""
    return {name: stored[name] or "" for name in PRACTICE_TEXTS} | {"settings": list(stored["settings"])}


def typed_texts(form: MultiDict[str, str], names: Sequence[str], lists: Sequence[str]) -> dict[str, Any]:
    """The fields of a screen as they were sent."""
    texts: dict[str, Any] = {name: form.get(name, "").replace("\r\n", "\n").strip() for name in names}
    return texts | {name: form.getlist(name) for name in lists}


def body_with(stored: Mapping[str, Any], texts: Mapping[str, Any]) -> dict[str, Any]:
    """The whole profile as the contract has it, with this screen's part of it."""
    return {**stored, **{name: text if text != "" else None for name, text in texts.items()}}
