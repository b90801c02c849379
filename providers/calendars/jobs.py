"""Looking at calendars by themselves, and laying the days that come within reach."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic

from marketplace.db import db
from marketplace.jobs import Job, one_by_one
from providers.calendars.actions.revoke import revoke_token
from providers.calendars.actions.sync import lay_again, sync_calendar
from providers.calendars.actions.write import write_visits
from providers.calendars.forms import looking, writing
from providers.calendars.queries import due_accounts, due_calendars, due_revocations, providers_with_outside_time

ACTOR = "job:look at calendars"
WRITER = "job:write visits into calendars"
MOST_LOOKS = 20
# Other jobs wait meanwhile: after this long no further calendar is begun in one run.
LONGEST_SECONDS = 8.0


def look_at_calendars(now: datetime) -> int:
    """Look at those that are due; counts those that could be read. One that is slow or broken costs the others nothing."""
    began = monotonic()
    due = {public_id: provider_id for provider_id, public_id in due_calendars(db.session(), now, MOST_LOOKS)}
    way = looking()

    def look(public_id: str) -> bool:
        return monotonic() - began < LONGEST_SECONDS and sync_calendar(due[public_id], public_id, way, ACTOR, now)

    return one_by_one("look at calendars", due, look)


def write_into_calendars(now: datetime) -> int:
    """Write visits into calendars that are due or behind; counts the accounts with which all went well."""
    began = monotonic()
    way = writing(WRITER)

    def write(account_id: int) -> bool:
        return monotonic() - began < LONGEST_SECONDS and write_visits(account_id, way, now)

    return one_by_one("write visits into calendars", due_accounts(db.session(), now)[:MOST_LOOKS], write)


def give_tokens_back(now: datetime) -> int:
    """Make tokens worthless at the other side that nobody here uses any more; counts those that are."""
    houses = looking().houses
    return one_by_one("give calendar tokens back", due_revocations(db.session(), now), lambda row_id: revoke_token(row_id, houses, now))


def lay_days_ahead(now: datetime) -> int:
    """Lay what outside calendars take of the days that have come within reach; counts the providers."""
    return one_by_one("lay outside time", providers_with_outside_time(db.session()), lambda provider_id: lay_again(provider_id, now))


JOBS = (
    Job("look at calendars", look_at_calendars),
    Job("write visits into calendars", write_into_calendars, every=timedelta(seconds=10)),
    Job("give calendar tokens back", give_tokens_back),
    Job("lay outside time", lay_days_ahead, every=timedelta(hours=6)),
)
