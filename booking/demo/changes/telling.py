"""What the demo's client has told: an intake with medicines and a comfort card."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from booking.intake.catalogue import form_version, statement
from booking.intake.models import ComfortVersion, IntakeVersion
from booking.intake.rules.comfort import Comfort, comfort_to_dict
from booking.intake.rules.telling import Emergency, Home, Intake, Medicine, Surgery, intake_to_dict

WRITTEN = timedelta(days=40)
TOLD = Intake(
    goals=("Sit through a meeting without shifting about", "Carry my daughter up three flights"),
    reason="Low back pain on most days, worse by the evening.",
    impossible="Sitting for more than half an hour, lifting from the floor.",
    began="Two years ago, after moving house.",
    course="Walking helps. Long drives make it worse.",
    earlier_care="Physical therapy for two months, which helped for a while.",
    history="A sprained ankle in 2019.",
    work="At a desk, ten hours a day.",
    sleep="On my side, well enough.",
    medicines=(Medicine("Ibuprofen", "200 mg when it hurts", "last spring"),),
    surgeries=(Surgery("Appendix", 2004),),
    emergency=Emergency("Robin Ellery", "+12125550147", "partner"),
    home=Home(space="Living room, by the window", pets="One calm dog", elevator="Elevator to the fourth floor"),
)
CARD = Comfort(areas_out=("head", "foot_l", "foot_r"), pressure=4, draping="An extra blanket, please.", stop_words="Enough")


def add_telling(session: Session, client_id: int, now: datetime) -> None:
    """Write down what a client told some weeks ago."""
    about = {"person_id": client_id, "written_by": "command:demo", "written_at": now - WRITTEN}
    session.add(IntakeVersion(public_id="demo-intake", form_version=form_version(), content=intake_to_dict(TOLD), **about))
    session.add(ComfortVersion(public_id="demo-comfort", text_version=statement().version, content=comfort_to_dict(CARD), **about))
    session.flush()
