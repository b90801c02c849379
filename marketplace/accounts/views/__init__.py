"""The pages of accounts, Flask-Security's among them, and the loader that says who is asking."""

from marketplace.accounts.views.installing import OPEN_ENDPOINTS, install_accounts
from marketplace.accounts.views.pages import blueprint

__all__ = ["OPEN_ENDPOINTS", "blueprint", "install_accounts"]
