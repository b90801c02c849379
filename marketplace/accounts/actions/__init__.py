"""The verbs of accounts: making and changing them, proving who one is, guests."""

from marketplace.accounts.actions.creating import NewAccount, confirm_account, create_account
from marketplace.accounts.actions.guests import GuestDetails, confirm_guest_code, set_guest_details
from marketplace.accounts.actions.keeping import ContactDetails, disable_account, enable_account, update_me
from marketplace.accounts.actions.proving import check_blocked, issue_token, revoke_token

__all__ = [
    "ContactDetails",
    "GuestDetails",
    "NewAccount",
    "check_blocked",
    "confirm_account",
    "confirm_guest_code",
    "create_account",
    "disable_account",
    "enable_account",
    "issue_token",
    "revoke_token",
    "set_guest_details",
    "update_me",
]
