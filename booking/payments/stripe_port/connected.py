"""The stand-in's part for those who are paid out: accounts, the page that onboards them, transfers."""

from __future__ import annotations

from booking.payments.stripe_port.disputing import DisputingDouble
from booking.payments.stripe_port.double import Refusal, Thing


class ConnectDouble(DisputingDouble):
    """Accounts are made without anything stated; `onboard` says that their owner has stated all of it."""

    def _post_accounts(self, words: dict[str, str]) -> Thing:
        facts: Thing = {"payouts_enabled": False, "details_submitted": False, "capabilities": {"transfers": "inactive"}}
        return self._make("acct", "account", words, facts)

    def _get_accounts_one(self, name: str, _words: dict[str, str]) -> Thing:
        return self._find(name, "account")

    def _post_account_links(self, words: dict[str, str]) -> Thing:
        self._find(words.get("account", ""), "account")
        return {"object": "account_link", "url": f"https://connect.stripe.test/{words['account']}", "created": 0, "expires_at": 0}

    def _post_accounts_login_links(self, name: str, _words: dict[str, str]) -> Thing:
        if not self._find(name, "account")["details_submitted"]:
            raise Refusal(400, "invalid_request_error", None, "Cannot create a login link for an account that is not onboarded.")
        return {"object": "login_link", "url": f"https://connect.stripe.test/express/{name}", "created": 0}

    def _post_transfers(self, words: dict[str, str]) -> Thing:
        account = self._find(words.get("destination", ""), "account")
        if account["capabilities"]["transfers"] != "active":
            message = "Your destination account needs the transfers capability."
            raise Refusal(400, "invalid_request_error", "insufficient_capabilities_for_transfer", message)
        facts: Thing = {
            "amount": int(words["amount"]), "amount_reversed": 0, "currency": words["currency"], "destination": words["destination"],
            "transfer_group": words.get("transfer_group"),
        }  # fmt: skip
        return self._make("tr", "transfer", words, facts)

    def _get_transfers(self, words: dict[str, str]) -> Thing:
        group, since = words.get("transfer_group"), int(words.get("created[gte]", 0))
        found = [one for one in reversed(self._all("transfer")) if one["created"] >= since and group in (None, one["transfer_group"])]
        return self._page(found, words, "transfers")

    def onboard(self, account: str) -> None:
        """The owner of an account has stated everything."""
        self._find(account, "account").update(payouts_enabled=True, details_submitted=True, capabilities={"transfers": "active"})

    def close(self, account: str) -> None:
        """Stripe no longer sends money to an account."""
        self._find(account, "account").update(payouts_enabled=False, capabilities={"transfers": "inactive"})

    def call_back(self, transfer: str, cents: int) -> None:
        """Somebody of ours takes a part of a transfer back, on Stripe's own pages."""
        self._find(transfer, "transfer")["amount_reversed"] += cents

    def sent(self) -> int:
        """All cents that were ever transferred."""
        return sum(one["amount"] for one in self._all("transfer"))
