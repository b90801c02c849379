"""The verbs of accounts: making and changing them, proving who one is, guests."""

from marketplace.accounts.actions.creating import NewAccount, confirm_account, create_account, send_confirmation_again
from marketplace.accounts.actions.guests import GuestDetails, confirm_guest_code, purge_stale_guests, set_guest_details, start_guest
from marketplace.accounts.actions.keeping import ContactDetails, disable_account, update_me
from marketplace.accounts.actions.proving import (
    begin_sign_in,
    check_blocked,
    end_sign_in,
    issue_token,
    note_failure,
    note_success,
    revoke_token,
)

__all__ = [
    "ContactDetails",
    "GuestDetails",
    "NewAccount",
    "begin_sign_in",
    "check_blocked",
    "confirm_account",
    "confirm_guest_code",
    "create_account",
    "disable_account",
    "end_sign_in",
    "issue_token",
    "note_failure",
    "note_success",
    "purge_stale_guests",
    "revoke_token",
    "send_confirmation_again",
    "set_guest_details",
    "start_guest",
    "update_me",
]
