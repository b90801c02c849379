"""What verification does by itself."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from marketplace.db import db
from marketplace.jobs import Job
from marketplace.kernel.errors import Refusal
from marketplace.kernel.walltime import local_day, to_minute
from providers.verification.actions.ask import ask_source
from providers.verification.actions.exclude import match_exclusions
from providers.verification.actions.remind import remind_to_reconfirm
from providers.verification.forms.confirming import base_url
from providers.verification.forms.sources import sources_on
from providers.verification.queries.sources import list_due
from providers.verification.rules.sources import ANSWERED

ASKER = "job:ask sources again"
MOST_ASKED = 40
MOST_SILENT = 3
log = logging.getLogger(__name__)


def ask_again(now: datetime) -> int:
    """Ask the sources that are on about every credential in force, once a month each; counts the answers.

    A run asks a bounded number. A source that is silent three times is left alone until the next run; one fault costs no other.
    """
    sources, answered, silent = sources_on(), 0, dict.fromkeys(sources_on(), 0)
    due = list_due(db.session(), sources, now, local_day(to_minute(now)), MOST_ASKED) if sources else []
    for one in due:
        if silent[one.source] >= MOST_SILENT:
            continue
        try:
            check = ask_source(one.public_id, sources[one.source], ASKER, now)
        except Refusal:
            continue
        except Exception:
            log.exception("asking %s failed", one.source)
            silent[one.source] += 1
            continue
        answered += check.outcome in ANSWERED
        silent[one.source] += check.outcome not in ANSWERED
    return answered


def remind(now: datetime) -> int:
    """Tell providers whose collaboration must be confirmed again soon."""
    return remind_to_reconfirm(base_url(), now)


JOBS = (
    Job("ask sources again", ask_again, every=timedelta(hours=1)),
    Job("match exclusions", match_exclusions, every=timedelta(days=1)),
    Job("remind to reconfirm", remind, every=timedelta(hours=1)),
)
