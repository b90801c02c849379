"""Applying: from the first sign-in to "sent in" in a handful of screens, each saved as it is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Refusal, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.typed import placed_faults
from providers.credentials.actions.hand_in import resubmit_credential, submit_credential
from providers.credentials.forms.shapes import own_answer
from providers.credentials.queries import list_own
from providers.places.forms import current_geocoder
from providers.profiles.actions.drafting import drop_draft, keep_draft
from providers.profiles.actions.present import attest, put_profile, submit_profile
from providers.profiles.catalogue import attestation
from providers.profiles.forms import languages, profile_answer, read_profile
from providers.profiles.forms.applying import (
    PRACTICE_TEXTS,
    YOU_TEXTS,
    Handed,
    Row,
    body_with,
    code_for,
    draft_of,
    handed_in_since,
    practice_of,
    rows_of,
    rows_with,
    typed_texts,
    you_of,
)
from providers.profiles.forms.page import COMMON_LANGUAGES
from providers.profiles.models import ApplicationDraft
from providers.profiles.queries import find_draft, load_todos, offered_techniques
from providers.profiles.rules import APPLY_STEPS, GENDERS, PROFESSIONS, Todo, first_step
from providers.registry.forms import desk_owner
from providers.registry.models import Provider
from providers.registry.queries import find_own_provider
from providers.registry.rules import DRAFT
from providers.wording.catalogue import advice_on

blueprint = Blueprint("apply", __name__)
Faults = dict[str, list[str]]
STEP = f"/provider/apply/<any({','.join(APPLY_STEPS)}):step>"
TODAY = "desk.today"
LATER, BACK = "later", "back"
ROWS_ALONE = ("license", "insurance")
UNTYPED = (APPLY_STEPS[-1],)
"""Screens on which nothing is typed."""


@blueprint.app_context_processor
def words() -> dict[str, object]:
    """What an application still lacks, for the frame of the desk; None for whoever does not apply."""
    return {"application": _application}


def _application() -> Sequence[Todo] | None:
    if viewer().role != "provider":
        return None
    return _todos() if _applying() else None


def _todos() -> Sequence[Todo]:
    provider = find_own_provider(db.session(), desk_owner().account_id)
    nobody = Provider(answers={}, settings=[], languages=["en"], headline="", about="", profession=PROFESSIONS[0])
    return load_todos(db.session(), provider or nobody)


@blueprint.get("/provider/apply")
@access("provider")
def begin() -> ResponseReturnValue:
    """Where a provider lands: the first screen with something to do; once it is sent in, today."""
    if not _applying():
        return redirect(url_for(TODAY))
    return redirect(url_for("apply.show", step=first_step(_todos())))


@blueprint.get(STEP)
@access("provider")
def show(step: str) -> ResponseReturnValue:
    """One screen with what is stored."""
    if not _applying():
        return redirect(url_for(TODAY))
    texts, rows = _stored(step), _rows(step)
    draft = _draft(step, rows)
    if draft is None:
        return _screen(step, texts, rows)
    return _screen(step, texts | draft.content.get("texts", {}), rows_with(rows, draft.content), kept_at=draft.saved_at)


@blueprint.post(STEP)
@access("provider")
def save(step: str) -> ResponseReturnValue:
    """Save a screen and go on, back, or come back later; with a fault it is shown again with everything typed.

    Whoever leaves it half-filled finds it again as it was: it is kept as a draft.
    """
    if not _applying():
        return redirect(url_for(TODAY))
    then = request.form.get("then")
    if then == BACK and step in UNTYPED:
        return redirect(_before(step))
    if then in (LATER, BACK) and step in ROWS_ALONE:
        typed, _handed, _faults = _read_rows(step)
        if any(row.unfinished(one.texts) for row, one in zip(_rows(step), typed, strict=True)):
            return _leave(step, _stored(step) | {"profession": request.form.get("profession", "")}, typed)
    texts, rows, faults, sentence = SAVERS[step]()
    if (faults or sentence) and then in (LATER, BACK):
        return _leave(step, texts, rows)
    if faults or sentence:
        return _screen(step, texts, rows, faults, sentence), 422
    drop_draft(desk_owner(), step, clock.now())
    if step == APPLY_STEPS[-1]:
        flash(_("Your application is with us. We write to you as soon as your credentials are checked."), "good")
        return redirect(url_for(TODAY))
    if then == BACK:
        return redirect(_before(step))
    if then == LATER:
        flash(_("Saved. Come back whenever you like: you go on where you stopped."), "good")
        return redirect(url_for(TODAY))
    return redirect(url_for("apply.show", step=APPLY_STEPS[APPLY_STEPS.index(step) + 1]))


def _before(step: str) -> str:
    return url_for("apply.show", step=APPLY_STEPS[max(0, APPLY_STEPS.index(step) - 1)])


def _leave(step: str, texts: Mapping[str, Any], rows: Sequence[Row]) -> ResponseReturnValue:
    """Leave a screen that is not whole: what was typed is kept as a draft, and forgotten where nothing differs from what is stored."""
    content = draft_of(texts, rows)
    try:
        if content == draft_of(_stored(step), _rows(step)):
            drop_draft(desk_owner(), step, clock.now())
        else:
            keep_draft(desk_owner(), step, content, clock.now())
            flash(_("Kept as a draft: nothing of it is sent in yet. Choose files again when you come back."), "good")
    except Refused as refusal:
        return _screen(step, texts, rows, {}, refusal.sentence), 422
    return redirect(_before(step) if request.form.get("then") == BACK else url_for(TODAY))


def _draft(step: str, rows: Sequence[Row]) -> ApplicationDraft | None:
    """What was kept of a screen, unless its credential has been handed in since, by a program or on another page."""
    provider = find_own_provider(db.session(), desk_owner().account_id)
    draft = find_draft(db.session(), provider.id if provider else None, step)
    return None if draft is None or handed_in_since(_own(provider), rows, rfc3339(draft.saved_at)) else draft


Outcome = tuple[Mapping[str, Any], Sequence[Row], Faults, str]


def _applying() -> bool:
    provider = find_own_provider(db.session(), desk_owner().account_id)
    return provider is None or provider.state == DRAFT


def _stored(step: str) -> dict[str, Any]:
    stored = profile_answer(db.session(), desk_owner())
    parts: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {"you": you_of, "practice": practice_of}
    return parts[step](stored) if step in parts else {"profession": stored["profession"], "attested": stored["attested"]}


def _own(provider: Provider | None) -> list[dict[str, object]]:
    today = local_day(to_minute(clock.now()))
    return [own_answer(row, today) for row in list_own(db.session(), provider.id if provider else None)]


def _rows(step: str) -> list[Row]:
    session = db.session()
    stored = profile_answer(session, desk_owner())
    provider = find_own_provider(session, desk_owner().account_id)
    return rows_of(step, _own(provider), str(stored["legal_name"] or ""), str(stored["profession"]), _offered(provider))


def _offered(provider: Provider | None) -> Sequence[str]:
    return offered_techniques(db.session(), provider.id) if provider else ()


def _save_part(texts: dict[str, Any]) -> Outcome:
    faults: Faults = {}
    stored = profile_answer(db.session(), desk_owner())
    try:
        draft, places = read_profile(body_with(stored, texts), stored)
        put_profile(desk_owner(), draft, places, current_geocoder(), clock.now())
    except Refusal as refusal:
        faults = placed_faults(refusal.faults, {})
        return texts, (), faults, "" if faults else refusal.sentence
    return texts, (), faults, ""


def _save_you() -> Outcome:
    return _save_part(typed_texts(request.form, YOU_TEXTS, ("languages",)))


def _save_practice() -> Outcome:
    return _save_part(typed_texts(request.form, PRACTICE_TEXTS, ("settings",)))


def _save_license() -> Outcome:
    texts, handed, faults = _read_rows("license")
    profession = request.form.get("profession", "")
    if profession not in PROFESSIONS:
        faults["profession"] = [_("Choose your profession.")]
    said: dict[str, Any] = {"profession": profession, "attested": None}
    if faults:
        return said, texts, faults, ""
    _done, _none, faults, sentence = _save_part({"profession": profession})
    if faults or sentence:
        return said, texts, faults, sentence
    return said, texts, *_hand_in(handed)


def _save_rows(step: str) -> Outcome:
    texts, handed, faults = _read_rows(step)
    stored = _stored(step)
    return (stored, texts, faults, "") if faults else (stored, texts, *_hand_in(handed))


def _read_rows(step: str) -> tuple[list[Row], list[tuple[str, Handed]], Faults]:
    """The rows as typed, what is to be handed in with the beginning of its fields' names, and what is wrong."""
    typed: list[Row] = []
    handed: list[tuple[str, Handed]] = []
    faults: Faults = {}
    for row in _rows(step):
        texts = row.typed(request.form)
        if step == "license":
            texts["profession_code"] = code_for(request.form.get("profession", ""), texts["profession_code"])
        found, wrong = row.read(texts, request)
        typed.append(Row(row.kind, row.prefix, texts, row.public_id, row.status, row.technique, row.asked_for))
        faults |= wrong
        if found is not None:
            handed.append((row.prefix, found))
    return typed, handed, faults


def _hand_in(handed: Sequence[tuple[str, Handed]]) -> tuple[Faults, str]:
    """Hand them in one after the other; each is whole by itself, so that what was before a refusal stays."""
    for prefix, one in handed:
        try:
            if one.public_id is None:
                submit_credential(desk_owner(), one.draft, one.document, clock.now())
            else:
                resubmit_credential(desk_owner(), one.public_id, one.draft, one.document, clock.now())
        except Refusal as refusal:
            return {f"{prefix}{fault.field}": [fault.message] for fault in refusal.faults}, refusal.sentence
    return {}, ""


def _save_attest() -> Outcome:
    stored = _stored("attest")
    if request.form.get("accepted") is None:
        later = request.form.get("then") in (LATER, BACK) or stored["attested"]
        return stored, (), {} if later else {"accepted": [_("Tick the box to sign, or come back later.")]}, ""
    try:
        attest(desk_owner(), int(request.form.get("version", "0")) if request.form.get("version", "").isdigit() else 0, clock.now())
    except Refused as refusal:
        return stored, (), {"accepted": [refusal.sentence]}, ""
    return stored, (), {}, ""


def _save_review() -> Outcome:
    if any(one.needed for one in _todos()):
        return _stored("review"), (), {}, _("Something is still missing: see the list on this page.")
    try:
        submit_profile(desk_owner(), clock.now())
    except Refusal as refusal:
        return _stored("review"), (), {}, refusal.sentence
    return {}, (), {}, ""


SAVERS: dict[str, Callable[[], Outcome]] = {
    "you": _save_you,
    "license": _save_license,
    "insurance": lambda: _save_rows("insurance"),
    "practice": _save_practice,
    "techniques": lambda: _save_rows("techniques"),
    "more": lambda: _save_rows("more"),
    "attest": _save_attest,
    "review": _save_review,
}


def _screen(
    step: str,
    texts: Mapping[str, Any],
    rows: Sequence[Row],
    faults: Faults | None = None,
    sentence: str = "",
    kept_at: datetime | None = None,
) -> str:
    named, session = languages(), db.session()
    offered = dict.fromkeys((*COMMON_LANGUAGES, *(code for code in texts.get("languages", ()) if code in named)))
    provider = find_own_provider(session, desk_owner().account_id)
    at = APPLY_STEPS.index(step)
    return render_template(
        f"provider/apply/{step}.html",
        step=step,
        number=at + 1,
        steps=APPLY_STEPS,
        before=APPLY_STEPS[at - 1] if at else None,
        texts=texts,
        rows=rows,
        faults=faults or {},
        sentence=sentence,
        kept_at=kept_at,
        todos=_todos(),
        stored=profile_answer(session, desk_owner()),
        genders=GENDERS,
        professions=PROFESSIONS,
        language_options=[(code, named[code]) for code in offered],
        advice=advice_on({name: texts.get(name, "") for name in ("name", *PRACTICE_TEXTS)}, provider.profession if provider else ""),
        statement=attestation(),
        offered=_offered(provider),
    )
