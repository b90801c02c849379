"""Which provider an account is, and who has which public name."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Account
from marketplace.kernel.errors import NotFound
from providers.registry.models import Provider


def find_own_provider(session: Session, account_id: int) -> Provider | None:
    """The provider that an account is, if the draft has been begun."""
    return session.scalar(select(Provider).where(Provider.account_id == account_id))


def find_provider(session: Session, slug: str) -> Provider | None:
    """A provider in any state, by public name."""
    return session.scalar(select(Provider).where(Provider.slug == slug))


def get_provider(session: Session, slug: str) -> Provider:
    """A provider in any state, for those who oversee. Raises NotFound."""
    provider = find_provider(session, slug)
    if provider is None:
        raise NotFound("not_found", "There is no such provider.")
    return provider


def has_active_account(session: Session, provider: Provider) -> bool:
    """Whether the account behind a provider is not disabled, as the database has it now."""
    return session.scalar(select(Account.active).where(Account.id == provider.account_id)) or False


def find_address(session: Session, provider_id: int) -> str | None:
    """Where letters to a provider go."""
    return session.scalar(select(Account.email).join(Provider, Provider.account_id == Account.id).where(Provider.id == provider_id))


def slugs_like(session: Session, base: str) -> set[str]:
    """The public names that are `base` or `base` with a number behind it."""
    return set(session.scalars(select(Provider.slug).where(or_(Provider.slug == base, Provider.slug.like(f"{base}-%")))))


def find_own_id(session: Session, account_id: int) -> int | None:
    """The row id of the provider that an account is."""
    return session.scalar(select(Provider.id).where(Provider.account_id == account_id))
