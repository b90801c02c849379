"""Everything that two people ever write about a body, each word with a mark nobody can mistake: told once, for whoever looks where it ends up.

The story goes through the JSON API and the pages behind links alone, so it can be told to an application or, by `Wire`, to a running site.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from booking.screening import catalogue
from booking.screening.rules.door import door_groups
from marketplace.accounts.models import Account
from marketplace.db import db
from tests.factories import AccountFactory, bookable_provider, person_of
from tests.support.callers import Program, Visitor
from tests.support.visits import clear_answers

STEM = "zqéhealthmarkqz"
"""In every word of the story. It has a letter outside ASCII, so that escaping and percent-encoding change it."""
ADDRESSED = "zqépermissionmarkqz"
"""In whom a release is for and why: not about a body, and addressed to the therapist by the client. Sealed all the same."""
CODES = (
    "kidney_liver", "allergy_product", "seizure", "area_intraoral", "forearm_l", "tingling", "M54.81", "calf_r", "lymphatic_drainage",
    "side_bending",
)  # fmt: skip
"""Coded values of the story: questions answered with yes, consents, areas, qualities, a diagnosis, a technique, a movement."""
PDF = b"%PDF-1.7\n%" + STEM.encode() + b" file\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def mark(of: str) -> str:
    """A word of the story about something."""
    return f"{STEM} {of}"


TOLD = {
    "goals": [mark("goal")],
    **{name: mark(name) for name in ("reason", "impossible", "began", "course", "earlier_care", "history", "accident", "allergies", "skin",
                                     "work", "activity", "sleep", "physician")},
    "pronouns": STEM,
    "medicines": [{"name": mark("medicine") + " Eliquis", "dose": mark("dose"), "since": mark("since")}],
    "surgeries": [{"what": mark("surgery"), "year": 2011}],
    "emergency": {"name": mark("aunt"), "phone": "(212) 555-0123", "relation": mark("relation")},
    "home": {name: mark(name) for name in ("space", "pets", "elevator", "parking", "rules")},
}  # fmt: skip
CARD = {
    "text_version": "1", "areas_out": ["calf_r"], "pressure": 2, "clothing": "underwear", "draping": mark("draping"),
    "position": mark("position"), "stop_words": mark("stop words"), "note": mark("comfort"),
}  # fmt: skip
PAPER = {
    "prescriber_name": mark("prescriber"), "prescriber_npi": "1234567893", "diagnosis": mark("diagnosis"), "icd10": "M54.81",
    "treatment": mark("treatment"), "frequency": mark("frequency"), "regions": ["forearm_l"], "visits_allowed": 2,
    "issued_on": "2027-01-04", "expires_on": "2027-03-01",
}  # fmt: skip
CLEARANCE = {
    "signer_name": mark("signer"), "signer_profession": mark("profession"), "signed_on": "2027-01-11", "expires_on": "2027-03-01",
    "covers": ["kidney_liver"], "provider": "anna",
}  # fmt: skip
NOTE = {
    **{name: mark(name) for name in ("subjective", "objective", "palpation", "assessment", "plan", "feedback", "response", "adverse_reaction",
                                     "aftercare", "minutes_explained")},
    "range_of_motion": [{"joint": "neck", "movement": "side_bending", "side": "left", "degrees": 31}],
    "tests": [{"name": mark("test"), "side": "left", "result": "negative", "words": mark("result")}],
    "techniques": [{"code": "lymphatic_drainage", "minutes": 45, "regions": ["forearm_l"]}],
    "regions": ["forearm_l"], "minutes": 45, "pressure": 2, "feedback_asked": True,
}  # fmt: skip
PROGRAM = {"items": [{"kind": "stretch", "words": mark("stretch"), "minutes": 5}]}
JOURNAL = {"pain": 6, "stiffness": 3, "note": mark("journal")}
PLAN = {
    "goals": [{"words": mark("plan goal"), "measure": "psfs", "label": mark("activity"), "target": 8}],
    "visits": 6,
    "home": mark("plan home"),
}
MAP = {
    "marks": [{"region": "forearm_l", "intensity": 6, "quality": "tingling", "depth": "deep", "note": mark("pain map")}],
    "note": mark("pain map remark"),
}  # fmt: skip
RELEASE = {
    "provider": "anna", "recipient": {"name": ADDRESSED, "profession": "physician", "email": "dora@practice.example.com"},
    "scope": ["visits", "plan", "outcomes", "notes", "home_program"], "purpose": f"{ADDRESSED} purpose", "expires_on": "2027-06-30",
    "signed_name": "Ruth Weiss", "text_version": "1",
}  # fmt: skip
MORE = {"visits": 6, "until_on": "2027-02-20", "reason": mark("more visits")}
WISH = {"provider": "anna", "service": "medical-massage", "minutes": 60, "setting": "clinic"}


def said(answer: TestResponse, status: int = 200) -> Any:
    """The JSON of an answer that went well."""
    assert answer.status_code == status, (answer.request.path, answer.status_code, answer.text)
    return answer.json


@dataclass
class Cast:
    """The three accounts of the story."""

    client: Account
    therapist: Account
    colleague: Account


def cast_in(app: Flask) -> Cast:
    """Ruth, Anna and her colleague Bea, in an empty database."""
    with app.app_context():
        people = Cast(*(AccountFactory(role=role, name=name) for role, name in
                        (("client", "Ruth Weiss"), ("provider", "Anna Alder"), ("provider", "Bea Birch"))))  # fmt: skip
        person_of(people.client)
        bookable_provider(slug="anna", name="Anna Alder", account=people.therapist)
        bookable_provider(slug="bea", name="Bea Birch", account=people.colleague)
        for account in (people.client, people.therapist, people.colleague):
            db.session.refresh(account)
        db.session.expunge_all()
    return people


@dataclass
class Story:
    """Who tells it, and what has an id by now, by what it is."""

    me: Program
    anna: Program
    bea: Program
    stranger: Callable[[], Visitor]
    link: Callable[[str], str]
    ids: dict[str, str] = field(default_factory=dict)

    # --- before the visit -----------------------------------------------------------------------------------------------------

    def book(self, start: datetime, key: str, **more: object) -> str:
        """A visit, with a note to the therapist, coded answers and a consent to a sensitive area."""
        hold = said(self.me.post("/holds", {**WISH, "starts_at": start.isoformat()}, key=f"hold {key}"), 201)["id"]
        answers = said(self.me.post("/screenings", {"answers": clear_answers(allergy_product=True)}, key=f"answers {key}"), 201)["id"]
        version = said(self.me.get("/screenings/form"))["consent"]["version"]
        consent = {"version": version, "accepted": True, "sections": ["area_intraoral"]}
        body = {"hold": hold, "screening": answers, "consent": consent, "note": mark("booking note"), **more}
        made: str = said(self.me.post("/appointments", body, key=f"visit {key}"), 201)["id"]
        return made

    def tell_once(self) -> None:
        """History, comfort card, a picture, a prescription, and a document from a physician."""
        said(self.me.put("/me/intake", TOLD))
        said(self.me.put("/me/comfort", CARD))
        self.ids["file"] = said(self._upload("/files", {"kind": "imaging", "taken_on": "2026-11-02", "title": mark("title")}), 201)["id"]
        self.ids["prescription"] = said(self.me.post("/prescriptions", PAPER, key="paper"), 201)["id"]
        sent = {**CLEARANCE, "covers": ",".join(CLEARANCE["covers"])}
        self.ids["clearance"] = said(self._upload("/clearances", sent), 201)["id"]

    def _upload(self, path: str, words: dict[str, str]) -> TestResponse:
        sent = {**words, "file": (io.BytesIO(PDF), "scan.pdf")}
        return self.me.app.test_client(use_cookies=False).post(f"/api/v1{path}", data=sent, headers=self.me.headers)

    def come(self, start: datetime) -> None:
        """Two visits, of which the first is about to begin, with everything that a client says before one."""
        self.ids["visit"] = self.book(start, "first", prescription=self.ids["prescription"])
        self.ids["next"] = self.book(start + timedelta(days=7), "second", prescription=self.ids["prescription"])
        said(self.me.post("/me/pain-map", {**MAP, "appointment": self.ids["visit"]}), 201)
        said(self.me.post("/outcomes", {"measure": "psfs", "label": mark("activity"), "value": 3}), 201)
        said(self.me.post("/outcomes", {"measure": "nprs", "value": 7}), 201)
        self.ids["journal"] = said(self.me.post("/journal", JOURNAL), 201)["id"]
        asked = {"signer_name": mark("asked"), "signer_profession": mark("asked of"), "email": "d@example.com", "covers": ["seizure"]}
        self.ids["asked"] = said(self.me.post("/clearances/requests", asked, key="asked"), 201)["id"]

    # --- the visit, and what comes of it --------------------------------------------------------------------------------------

    def meet(self) -> None:
        """At the door, the note, and what is left for home. The clock stands at the beginning of the first visit."""
        visit = self.ids["visit"]
        groups = [group.code for group in door_groups(catalogue.form())]
        said(self.anna.post(f"/appointments/{visit}/door-check", {"asked": groups}), 201)
        said(self.anna.post(f"/appointments/{visit}/check-in"))
        said(self.anna.put(f"/appointments/{visit}/note", NOTE))
        said(self.anna.post("/outcomes", {"measure": "rom", "label": "neck_rotation_l", "value": 45, "appointment": visit}), 201)
        said(self.anna.put(f"/appointments/{visit}/home-program", PROGRAM))
        said(self.anna.post(f"/appointments/{visit}/check-out"))

    def sign(self) -> None:
        """Sign the note, add to it, let a colleague look, make a superbill. The clock stands after the visit."""
        visit, path = self.ids["visit"], f"/appointments/{self.ids['visit']}/note"
        said(self.anna.post(f"/appointments/{visit}/complete"))
        said(self.anna.post(f"{path}/lock"))
        said(self.anna.post(f"{path}/addenda", {"text": mark("addendum")}), 201)
        pair = said(self.anna.post("/provider/supervisions", {"provider": "bea"}), 201)["id"]
        said(self.bea.post(f"/provider/supervisions/{pair}/accept"))
        self.ids |= {"supervision": pair, "review": said(self.anna.post(f"{path}/review", {"supervision": pair}), 201)["id"]}
        said(self.bea.post(f"/provider/note-reviews/{self.ids['review']}/decision", {"decision": "returned", "comments": mark("comments")}))
        self.ids["review"] = said(self.anna.post(f"{path}/review", {"supervision": pair}), 201)["id"]
        said(self.anna.post(f"/appointments/{visit}/superbill"), 201)

    def plan(self) -> None:
        """A plan that the client accepts, a request for more visits that goes to the prescriber, a release and two letters."""
        visit = self.ids["visit"]
        self.ids["plan"] = said(self.anna.put(f"/appointments/{visit}/plan", PLAN))["id"]
        said(self.me.post(f"/plans/{self.ids['plan']}/accept", {"version": 1}))
        self.ids["more"] = said(self.anna.post(f"/appointments/{visit}/more-visits", MORE), 201)["id"]
        said(self.me.post(f"/more-visits/{self.ids['more']}/send", {"email": "office@practice.example.com"}), 201)
        self.ids["release"] = said(self.me.post("/releases", RELEASE), 201)["id"]
        self.ids["letter"] = self.send_letter("link")
        self.ids["printed"] = self.send_letter("print")
        said(self.anna.post(f"/appointments/{visit}/letter", {"release": self.ids["release"]}), 201)

    def send_letter(self, way: str) -> str:
        """A letter that draws on everything, in one's own words besides."""
        path = f"/appointments/{self.ids['visit']}/letter"
        drawn = said(self.anna.post(path, {"release": self.ids["release"]}), 201)["sections"]
        sections = [{"code": one["code"], "text": f"{one['text']} {mark(one['code'])}"} for one in drawn]
        words = {"opening": mark("opening"), "sections": sections, "closing": mark("closing")}
        checksum = said(self.anna.put(path, words))["checksum"]
        sent: str = said(self.anna.post(f"{path}/send", {"way": way, "checksum": checksum}), 201)["id"]
        return sent

    # --- what others answer ---------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Physicians answer behind their links, the therapist decides, the colleague accepts, a visit is paused and another called off."""
        doctor = self.stranger()
        for kind, words in (
            ("clearance_asked", {"answer": "yes", "signer_npi": "1234567893", "covers": ["seizure"], "expires_on": "2027-03-01"}),
            ("more_visits_asked", {"answer": "yes", "signer_name": mark("prescriber"), "signer_npi": "1234567893", "visits": "4",
                                   "expires_on": "2027-03-01"}),
        ):  # fmt: skip
            path = self.link(kind)
            doctor.open(path)
            assert doctor.submit(at=path, words=mark(kind), **words).status_code == 200, doctor.page.text
        path = self.link("letter_shared")
        doctor.open(path)
        assert STEM in doctor.submit(at=path).text
        for public_id, decision in ((self.ids["clearance"], "reject"), (self.ids["asked"], "accept")):
            said(self.anna.post(f"/clearances/{public_id}/decision", {"decision": decision, "note": mark("decision")}))
        said(self.bea.post(f"/provider/note-reviews/{self.ids['review']}/decision", {"decision": "accepted", "comments": mark("accepted")}))
        said(self.anna.post(f"/plans/{self.ids['plan']}/decision", {"decision": "end", "words": mark("why it ends")}))
        pause = {"words": mark("pause"), "letter": mark("to the physician")}
        said(self.anna.post(f"/appointments/{self.ids['visit']}/pause", pause), 201)

    def go_wrong(self) -> None:
        """What is refused is written nowhere either: unknown fields, words that are too long, and a stop."""
        for caller, method, path, body in (
            (self.me, "PUT", "/me/intake", {**TOLD, STEM: STEM}),
            (self.me, "PUT", "/me/intake", {"goals": [STEM * 500]}),
            (self.me, "POST", "/journal", {"note": STEM * 5_000}),
            (self.me, "POST", "/me/pain-map", {"marks": [{"region": STEM, "intensity": STEM}]}),
            (self.me, "POST", "/screenings", {"answers": {**clear_answers(), STEM: True}}),
            (self.anna, "PUT", f"/appointments/{self.ids['visit']}/note", NOTE),
            (self.anna, "PUT", f"/appointments/{self.ids['visit']}/plan", {"goals": [{"words": STEM, "measure": STEM}], "visits": 2}),
            (self.anna, "POST", f"/appointments/{self.ids['next']}/more-visits", MORE),
        ):
            assert caller.call(method, path, body).status_code in (400, 409, 422), path
        self.me.get("/outcomes/trend", measure="psfs", label=mark("activity"))
        self.me.call("POST", "/journal", None, data=f'{{"note": "{STEM}', content_type="application/json")
        stop = self.me.post("/screenings", {"answers": clear_answers(kidney_liver=True, seizure=True)})
        assert stop.status_code == 201
