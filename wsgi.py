"""The roof: what belongs to this application. `app` is what a server runs."""

from __future__ import annotations

import os
from pathlib import Path

from dotenv import load_dotenv
from flask import Flask

import providers.calendars.models
import providers.credentials.models
import providers.insurers.models
import providers.limits.models
import providers.minors.models
import providers.places.models
import providers.profiles.models
import providers.registry.models
import providers.schedule.models
import providers.services.models
import providers.verification.models
import providers.wording.models  # noqa: F401 (tables must be known)
from booking.appointments.api.adding import blueprint as adding_api
from booking.appointments.api.answering import blueprint as answering_api
from booking.appointments.api.baskets import blueprint as baskets_api
from booking.appointments.api.blocks import blueprint as blocks_api
from booking.appointments.api.by_hand import blueprint as by_hand_api
from booking.appointments.api.cards import blueprint as cards_api
from booking.appointments.api.couples import blueprint as couples_api
from booking.appointments.api.doors import blueprint as doors_api
from booking.appointments.api.due import blueprint as due_api
from booking.appointments.api.endpoints import blueprint as appointments_api
from booking.appointments.api.fitting import blueprint as fitting_api
from booking.appointments.api.giftcards import blueprint as hold_gifts_api
from booking.appointments.api.handing import blueprint as handing_api
from booking.appointments.api.hours import blueprint as hours_preview_api
from booking.appointments.api.money import blueprint as money_api
from booking.appointments.api.series import blueprint as series_api
from booking.appointments.api.time_off import blueprint as time_off_api
from booking.appointments.api.waitlist import blueprint as waitlist_api
from booking.appointments.changes.cards import follow_payment
from booking.appointments.changes.guarding import tell_unguarded
from booking.appointments.changes.pausing import on_pauses
from booking.appointments.forms.paying import finish_open
from booking.appointments.jobs import JOBS as CARD_JOBS
from booking.appointments.views.adding import blueprint as adding_pages
from booking.appointments.views.answering import blueprint as answering_pages
from booking.appointments.views.by_hand import blueprint as by_hand_pages
from booking.appointments.views.calls import blueprint as call_pages
from booking.appointments.views.checkout import blueprint as checkout_pages
from booking.appointments.views.couples import blueprint as couple_pages
from booking.appointments.views.desk import blueprint as desk_pages
from booking.appointments.views.desk_visit import blueprint as desk_visit_pages
from booking.appointments.views.doors import blueprint as door_pages
from booking.appointments.views.due import blueprint as due_pages
from booking.appointments.views.fitting import blueprint as fitting_pages
from booking.appointments.views.giftcards import blueprint as hold_gift_pages
from booking.appointments.views.handing import blueprint as handing_pages
from booking.appointments.views.hours import blueprint as hours_preview_pages
from booking.appointments.views.money import blueprint as money_pages
from booking.appointments.views.paying import blueprint as paying_pages
from booking.appointments.views.series import blueprint as series_pages
from booking.appointments.views.time_off import blueprint as time_off_pages
from booking.appointments.views.visits import blueprint as visit_pages
from booking.appointments.views.waitlist import blueprint as waitlist_pages
from booking.appointments.views.waitlist_links import blueprint as waitlist_link_pages
from booking.bodymap.api import blueprint as bodymap_api
from booking.bodymap.views import blueprint as bodymap_pages
from booking.calendars.api import blueprint as feeds_api
from booking.calendars.changes import begin_feeds, tell_visits
from booking.calendars.queries import on_feed, visit_uids, visits_changed
from booking.calendars.views.feeds import blueprint as feed_pages
from booking.calendars.views.visits import ATTACHMENTS
from booking.calendars.views.visits import blueprint as calendar_pages
from booking.care.api import blueprint as care_api
from booking.care.jobs import JOBS as CARE_JOBS
from booking.care.views.consent import blueprint as consent_pages
from booking.care.views.desk import blueprint as care_desk_pages
from booking.care.views.door import blueprint as door_check_pages
from booking.care.views.own import blueprint as care_pages
from booking.care.views.rescreen import blueprint as rescreening_pages
from booking.claims.api import blueprint as claims_api
from booking.claims.views import blueprint as claim_form_pages
from booking.classes.api import blueprint as classes_api
from booking.classes.changes.telling import class_events, class_uids, classes_changed, tell_classes
from booking.classes.jobs import JOBS as CLASS_JOBS
from booking.classes.views.desk import blueprint as class_desk_pages
from booking.classes.views.pages import ATTACHMENTS as CLASS_ATTACHMENTS
from booking.classes.views.pages import blueprint as class_pages
from booking.conditions.api.endpoints import blueprint as conditions_api
from booking.conditions.views.prices import blueprint as conditions_pages
from booking.coupons.api import blueprint as coupons_api
from booking.coupons.views import blueprint as coupon_pages
from booking.demo.commands import demo
from booking.disputes.api import blueprint as disputes_api
from booking.disputes.views import blueprint as money_desk_pages
from booking.earnings.api import blueprint as earnings_api
from booking.earnings.views import blueprint as earnings_pages
from booking.extensions.api import blueprint as extensions_api
from booking.extensions.views import blueprint as extension_pages
from booking.fees.api import blueprint as fees_api
from booking.fees.jobs import JOBS as FEE_JOBS
from booking.fees.views import blueprint as fee_pages
from booking.giftcards.api import blueprint as giftcards_api
from booking.giftcards.changes import follow_gift
from booking.giftcards.jobs import JOBS as GIFT_CARD_JOBS
from booking.giftcards.views import blueprint as gift_card_pages
from booking.guardians.api import blueprint as guardians_api
from booking.guardians.changes import on_guardian_ended
from booking.guardians.commands import guardians
from booking.guardians.views import blueprint as guardian_pages
from booking.guide.views import blueprint as guide_pages
from booking.guide.views import install_continuity, install_navigation
from booking.homecare.api import blueprint as homecare_api
from booking.homecare.views import blueprint as homecare_pages
from booking.intake.api import blueprint as intake_api
from booking.intake.views.desk import blueprint as intake_desk_pages
from booking.intake.views.guests import blueprint as intake_guest_pages
from booking.intake.views.own import blueprint as intake_pages
from booking.matching.api import blueprint as matching_api
from booking.matching.views import blueprint as matching_pages
from booking.memberships.api import blueprint as memberships_api
from booking.memberships.changes.charging import follow_membership
from booking.memberships.jobs import JOBS as MEMBERSHIP_JOBS
from booking.memberships.views.desk import blueprint as membership_desk_pages
from booking.memberships.views.pages import blueprint as membership_pages
from booking.notes.api import blueprint as notes_api
from booking.notes.views import blueprint as note_pages
from booking.openapi.api import blueprint as openapi_api
from booking.openings.api import blueprint as openings_api
from booking.openings.api.evidence import blueprint as evidence_api
from booking.openings.views import blueprint as opening_pages
from booking.openings.views.evidence import blueprint as evidence_pages
from booking.outcomes.api import blueprint as outcomes_api
from booking.outcomes.views import blueprint as outcome_pages
from booking.packages.api import blueprint as packages_api
from booking.packages.changes import before_several, follow_package
from booking.packages.jobs import JOBS as PACKAGE_JOBS
from booking.packages.views import blueprint as package_pages
from booking.papers.api import blueprint as papers_api
from booking.papers.jobs import JOBS as PAPER_JOBS
from booking.papers.views import blueprint as paper_pages
from booking.parking.api import blueprint as parking_api
from booking.parking.views import blueprint as parking_pages
from booking.payments.api import blueprint as stripe_webhooks
from booking.payments.changes.telling import on_payment
from booking.payments.commands import JOBS as PAYMENT_JOBS
from booking.payments.commands import install_stand_in, payments
from booking.payments.forms import install_cards, on_comparing, on_news
from booking.payments.views import blueprint as stand_in_pages
from booking.payouts.api import blueprint as payouts_api
from booking.payouts.jobs import JOBS as PAYOUT_JOBS
from booking.payouts.jobs import reconcile_payouts
from booking.payouts.views import blueprint as payout_pages
from booking.plans.api import blueprint as plans_api
from booking.plans.changes import find_paused, needs_plan
from booking.plans.jobs import JOBS as PLAN_JOBS
from booking.plans.views import blueprint as plan_pages
from booking.reliability.api import blueprint as reliability_api
from booking.reliability.jobs import JOBS as RELIABILITY_JOBS
from booking.reliability.views import blueprint as reliability_pages
from booking.reviewing.api import blueprint as reviewing_api
from booking.reviewing.views import blueprint as reviewing_pages
from booking.screening.api import blueprint as screening_api
from booking.sharing.api import blueprint as sharing_api
from booking.sharing.views.desk import blueprint as sharing_desk_pages
from booking.sharing.views.own import blueprint as sharing_pages
from booking.sharing.views.recipient import blueprint as letter_pages
from booking.statements.api import blueprint as statements_api
from booking.statements.views import blueprint as statement_pages
from booking.superbills.api import blueprint as superbills_api
from booking.superbills.views import blueprint as superbill_pages
from booking.upkeep.api import blueprint as attention_api
from booking.upkeep.commands import JOBS as UPKEEP_JOBS
from booking.upkeep.commands import check
from booking.upkeep.views import blueprint as attention_pages
from marketplace.accounts.api import blueprint as accounts_api
from marketplace.accounts.changes import on_account_created, on_account_switched
from marketplace.accounts.commands import accounts
from marketplace.accounts.views import OPEN_ENDPOINTS as ACCOUNT_ENDPOINTS
from marketplace.accounts.views import blueprint as account_pages
from marketplace.accounts.views import install_accounts
from marketplace.factory import Parts, build_app
from marketplace.oversight.api import blueprint as oversight_api
from marketplace.oversight.commands import audit, backup, jobs, keys, restore
from marketplace.oversight.jobs import JOBS as GROUND_JOBS
from marketplace.oversight.views import audit_pages
from marketplace.oversight.views import blueprint as oversight_pages
from marketplace.settings import Settings
from marketplace.webkit.masking import install_masking
from providers.calendars.api import blueprint as calendars_in_api
from providers.calendars.commands import calendars
from providers.calendars.jobs import JOBS as CALENDAR_JOBS
from providers.calendars.queries import VisitSource, on_own_uids, on_own_visits
from providers.calendars.views import blueprint as calendars_in_pages
from providers.credentials.api import blueprint as credentials_api
from providers.credentials.jobs import JOBS as CREDENTIAL_JOBS
from providers.credentials.views import blueprint as credential_pages
from providers.insurers.api import blueprint as insurers_api
from providers.insurers.views import blueprint as insurer_pages
from providers.minors.api import blueprint as minors_api
from providers.minors.views import blueprint as minors_pages
from providers.places.api import blueprint as places_api
from providers.places.views import blueprint as place_pages
from providers.profiles.api import blueprint as profiles_api
from providers.profiles.views.apply import blueprint as apply_pages
from providers.profiles.views.pages import blueprint as profile_pages
from providers.registry.changes import note_account_switch
from providers.schedule.api import blueprint as schedule_api
from providers.schedule.api.clinics import blueprint as clinics_api
from providers.schedule.views import blueprint as schedule_pages
from providers.schedule.views.clinics import blueprint as clinic_pages
from providers.services.api import blueprint as services_api
from providers.services.views import blueprint as service_pages
from providers.verification.api.checking import blueprint as checking_api
from providers.verification.api.confirming import blueprint as confirming_api
from providers.verification.api.exclusions import blueprint as exclusions_api
from providers.verification.api.policies import blueprint as policies_api
from providers.verification.api.sources import blueprint as sources_api
from providers.verification.commands import exclusions
from providers.verification.jobs import JOBS as VERIFICATION_JOBS
from providers.verification.views.checking import blueprint as checking_pages
from providers.verification.views.confirming import blueprint as confirming_pages
from providers.verification.views.exclusions import blueprint as exclusion_pages
from providers.verification.views.policies import blueprint as policy_pages
from providers.verification.views.rechecks import blueprint as recheck_pages
from providers.verification.views.sources import blueprint as source_pages
from providers.wording.api import blueprint as wording_api
from providers.wording.views import blueprint as flag_pages

ROOT = Path(__file__).parent
on_account_switched("providers", note_account_switch)
on_guardian_ended("visits", tell_unguarded)
on_payment("visits", follow_payment)
on_news("checkouts", finish_open)
on_payment("packages", follow_package)
on_payment("memberships", follow_membership)
on_payment("gift cards", follow_gift)
before_several("plans", needs_plan)
on_pauses("plans", find_paused)
on_comparing("payouts", reconcile_payouts)
on_own_uids("visits", visit_uids)
on_own_visits("visits", VisitSource(tell_visits, visits_changed))
on_feed("classes", class_events)
on_own_uids("classes", class_uids)
on_own_visits("classes", VisitSource(tell_classes, classes_changed))
for _role in ("client", "provider"):
    on_account_created(_role, "calendars", begin_feeds)


def create_app(settings: Settings | None = None) -> Flask:
    """The application for `settings`; without them those of the environment, with `.env` read in development."""
    if settings is None:
        if os.environ.get("APP_ENV", "development") == "development":
            load_dotenv(ROOT / ".env")
        settings = Settings.from_environment(os.environ)
    return build_app(
        settings,
        ROOT,
        Parts(
            pages=(
                account_pages,
                oversight_pages,
                audit_pages,
                guide_pages,
                matching_pages,
                opening_pages,
                evidence_pages,
                checkout_pages,
                paying_pages,
                stand_in_pages,
                call_pages,
                visit_pages,
                waitlist_pages,
                waitlist_link_pages,
                series_pages,
                couple_pages,
                calendar_pages,
                feed_pages,
                paper_pages,
                statement_pages,
                superbill_pages,
                claim_form_pages,
                due_pages,
                money_desk_pages,
                package_pages,
                membership_pages,
                membership_desk_pages,
                gift_card_pages,
                hold_gift_pages,
                fee_pages,
                parking_pages,
                payout_pages,
                care_pages,
                bodymap_pages,
                guardian_pages,
                outcome_pages,
                plan_pages,
                extension_pages,
                reviewing_pages,
                class_pages,
                class_desk_pages,
                homecare_pages,
                note_pages,
                sharing_pages,
                sharing_desk_pages,
                letter_pages,
                intake_pages,
                intake_desk_pages,
                intake_guest_pages,
                care_desk_pages,
                rescreening_pages,
                consent_pages,
                door_check_pages,
                place_pages,
                credential_pages,
                service_pages,
                insurer_pages,
                minors_pages,
                conditions_pages,
                schedule_pages,
                hours_preview_pages,
                clinic_pages,
                calendars_in_pages,
                apply_pages,
                flag_pages,
                profile_pages,
                checking_pages,
                recheck_pages,
                source_pages,
                exclusion_pages,
                confirming_pages,
                desk_pages,
                time_off_pages,
                by_hand_pages,
                adding_pages,
                coupon_pages,
                desk_visit_pages,
                money_pages,
                earnings_pages,
                attention_pages,
                answering_pages,
                fitting_pages,
                door_pages,
                handing_pages,
                policy_pages,
                reliability_pages,
            ),
            apis=(
                accounts_api,
                oversight_api,
                places_api,
                credentials_api,
                services_api,
                insurers_api,
                minors_api,
                schedule_api,
                clinics_api,
                calendars_in_api,
                profiles_api,
                wording_api,
                checking_api,
                sources_api,
                exclusions_api,
                confirming_api,
                openings_api,
                matching_api,
                evidence_api,
                screening_api,
                appointments_api,
                money_api,
                earnings_api,
                conditions_api,
                waitlist_api,
                answering_api,
                fitting_api,
                doors_api,
                handing_api,
                hours_preview_api,
                series_api,
                baskets_api,
                cards_api,
                couples_api,
                blocks_api,
                time_off_api,
                by_hand_api,
                adding_api,
                coupons_api,
                feeds_api,
                stripe_webhooks,
                papers_api,
                statements_api,
                superbills_api,
                claims_api,
                due_api,
                disputes_api,
                packages_api,
                memberships_api,
                giftcards_api,
                hold_gifts_api,
                fees_api,
                parking_api,
                payouts_api,
                care_api,
                bodymap_api,
                guardians_api,
                outcomes_api,
                plans_api,
                extensions_api,
                reviewing_api,
                classes_api,
                homecare_api,
                sharing_api,
                intake_api,
                notes_api,
                attention_api,
                policies_api,
                reliability_api,
                openapi_api,
            ),
            commands=(accounts, audit, backup, calendars, check, exclusions, guardians, jobs, keys, payments, restore, demo),
            jobs=(
                *UPKEEP_JOBS,
                *CARD_JOBS,
                *PAYMENT_JOBS,
                *CREDENTIAL_JOBS,
                *CALENDAR_JOBS,
                *VERIFICATION_JOBS,
                *PACKAGE_JOBS,
                *MEMBERSHIP_JOBS,
                *GIFT_CARD_JOBS,
                *FEE_JOBS,
                *PAYOUT_JOBS,
                *PAPER_JOBS,
                *CARE_JOBS,
                *PLAN_JOBS,
                *RELIABILITY_JOBS,
                *CLASS_JOBS,
                *GROUND_JOBS,
            ),
            installers=(install_accounts, install_navigation, install_continuity, install_masking, install_cards, install_stand_in),
            open_endpoints={**ACCOUNT_ENDPOINTS},
            attachments={**ATTACHMENTS, **CLASS_ATTACHMENTS},
            homes={"client": "visits.index", "provider": "apply.begin", "admin": "checking.queue"},
        ),
    )


app = create_app()
