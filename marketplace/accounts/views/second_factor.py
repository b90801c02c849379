"""The second factor's storage: secrets sealed wherever they travel, each code good once, recovery codes kept as fingerprints."""

from __future__ import annotations

import base64
import io
from typing import Any

import qrcode
from flask_security import MfRecoveryCodesUtil, SQLAlchemyUserDatastore, Totp
from flask_security.proxies import _datastore as datastore
from qrcode.image.svg import SvgFillImage

from marketplace import clock
from marketplace.accounts.changes import notify
from marketplace.accounts.views.notices import write_down
from marketplace.db import db, joined_transaction, unit_of_work
from marketplace.vault import vault

RECOVERY_CODES = 10


class SealedTotp(Totp):
    """Authenticator secrets. While being set up a secret travels sealed through cookie and address; its column seals it at rest."""

    def generate_totp_secret(self) -> str:
        """A new secret, sealed."""
        return vault().seal(self._totp.new().to_json(encrypt=False))

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:
        """Whether a code is right and was not used before."""
        return bool(super().verify_totp(token, opened(totp_secret), user, window))

    def get_totp_uri(self, username: str, totp_secret: str) -> str:
        """The address that the square code holds."""
        return str(super().get_totp_uri(username, opened(totp_secret)))

    def get_totp_pretty_key(self, totp_secret: str) -> str:
        """The secret in groups, for typing."""
        return str(super().get_totp_pretty_key(opened(totp_secret)))

    def get_totp_b32_key(self, totp_secret: str) -> str:
        """The secret in base 32."""
        return str(super().get_totp_b32_key(opened(totp_secret)))

    def generate_qrcode(self, username: str, totp: str) -> str:
        """The square code as an image address. On white, or no phone reads it from a dark page."""
        code = io.BytesIO()
        qrcode.make(self.get_totp_uri(username, totp), image_factory=SvgFillImage).save(code)
        return f"data:image/svg+xml;base64,{base64.b64encode(code.getvalue()).decode()}"

    def get_last_counter(self, user: Any) -> int | None:
        """The step of the last code used."""
        counter: int | None = user.tf_last_counter
        return counter

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """A code was used."""
        user.tf_last_counter = tmatch.counter


def opened(secret: str) -> str:
    """A secret as it is, whether it comes from the column (opened) or from a form's state (sealed)."""
    return secret if secret.startswith("{") else vault().open(secret)


class HashedRecoveryCodes(MfRecoveryCodesUtil):
    """Recovery codes are shown once and kept as fingerprints; each is good once."""

    def get_recovery_codes(self, user: Any) -> list[str]:  # noqa: ARG002 (nobody can show them again)
        """None: they are not kept."""
        return []

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Whether a code is one of those left."""
        return fingerprint(code) in datastore.mf_get_recovery_codes(user)

    def delete_recovery_code(self, user: Any, code: str) -> bool:
        """Use a code up."""
        index = datastore.mf_get_recovery_codes(user).index(fingerprint(code))
        return bool(datastore.mf_delete_recovery_code(user, index))

    def _encrypt_codes(self, codes: list[str]) -> list[str]:
        return [fingerprint(code) for code in codes]


def fingerprint(code: str) -> str:
    """How a recovery code is kept."""
    return vault().fingerprint(code.strip().lower().replace("-", "").replace(" ", ""), "recovery code")


class AccountStore(SQLAlchemyUserDatastore):
    """Flask-Security's way to our rows. It never commits: its forms run inside `transaction()`, which does."""

    def commit(self) -> None:
        """Nothing to do; rows left over outside of a transaction are a fault in the house."""
        session = db.session()
        if session.new or session.dirty or session.deleted:
            unit_of_work(session)

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Any:  # noqa: ARG002, FBT001, FBT002
        """An account by one attribute. Addresses are stored in lower case, so that the index serves."""
        if "email" in wanted:
            wanted["email"] = str(wanted["email"]).lower()
        return super().find_user(**wanted)

    def tf_set(self, user: Any, primary_method: str, totp_secret: str | None = None, phone: str | None = None) -> None:
        """A second factor is set up or confirmed; a new one is told to the owner."""
        secret = opened(totp_secret) if totp_secret else None
        is_new = secret is not None and secret != user.tf_totp_secret
        super().tf_set(user, primary_method, secret, phone)
        if is_new:
            user.tf_last_counter = None
            self._tell(user, "second_factor_set")

    def tf_reset(self, user: Any) -> None:
        """The second factor is switched off."""
        super().tf_reset(user)
        user.tf_last_counter = None
        user.mf_recovery_codes = []
        self._tell(user, "second_factor_removed")

    def mf_set_recovery_codes(self, user: Any, rcs: list[str] | None) -> None:
        """New recovery codes."""
        super().mf_set_recovery_codes(user, rcs)
        self._tell(user, "recovery_codes_made")

    def _tell(self, user: Any, what: str) -> None:
        now = clock.now()
        with joined_transaction() as rows:
            notify(rows, user, "second_factor_changed", now, key=f"{user.public_id}:{what}:{now:%Y%m%d%H%M%S}", what=what)
            write_down(rows, user, what)
