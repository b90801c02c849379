"""The environment, read once and checked at start: one frozen value, and every fault named at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

DEVELOPMENT_SECRET = "development-only-secret-never-used-in-production"  # noqa: S105 (refused in production below)
ENVIRONMENTS = ("development", "test", "production")
GEOCODERS = ("builtin", "nominatim", "pelias")
SHORTEST_SECRET = 32


class SettingsError(Exception):
    """The environment cannot be used; the message names each fault on a line of its own."""


@dataclass(frozen=True)
class Settings:
    """Everything the environment may say. Field names are the environment's names in lower case."""

    app_env: str = "development"
    database_url: str = "sqlite:///instance/marketplace.db"
    secret_key: str = DEVELOPMENT_SECRET
    field_keys: tuple[str, ...] = ()
    base_url: str = "http://127.0.0.1:8000"
    stripe_secret_key: str | None = None
    stripe_publishable_key: str | None = None
    stripe_webhook_secret: str | None = None
    stripe_api_base: str | None = None
    smtp_url: str | None = None
    mail_from: str = "Licensed Hands <visits@licensedhands.test>"
    geocoder: str = "builtin"
    geocoder_url: str | None = None
    feed_allow_hosts: tuple[str, ...] = ()
    google_client_id: str | None = None
    google_client_secret: str | None = None
    google_api_base: str | None = None
    microsoft_client_id: str | None = None
    microsoft_client_secret: str | None = None
    microsoft_api_base: str | None = None
    state_lookup_url: str | None = None
    state_lookup_key: str | None = None
    nppes_url: str | None = None
    clock_file: str | None = None
    job_queue: str = "embedded"
    rate_limits: bool = True
    rate_limit_storage: str = "memory://"
    debug: bool = False
    letter_delay_minutes: int = 2
    two_person_rule: bool = False
    exclusion_list: bool = False
    trusted_proxies: int = 0

    @property
    def production(self) -> bool:
        """Whether the strict rules of production hold."""
        return self.app_env == "production"

    @property
    def development(self) -> bool:
        """Whether this is a developer's own machine: pages for developers are shown here alone."""
        return self.app_env == "development"

    @property
    def sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self.database_url.startswith("sqlite")

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Settings:
        """Read `env` (a mapping as `os.environ`). Raises SettingsError naming every fault."""
        settings = cls(
            app_env=env.get("APP_ENV", "development"),
            database_url=_database_url(env.get("DATABASE_URL") or cls.database_url),
            secret_key=env.get("SECRET_KEY") or DEVELOPMENT_SECRET,
            field_keys=_listed(env.get("FIELD_KEYS")),
            base_url=(env.get("BASE_URL") or cls.base_url).rstrip("/"),
            stripe_secret_key=env.get("STRIPE_SECRET_KEY") or None,
            stripe_publishable_key=env.get("STRIPE_PUBLISHABLE_KEY") or None,
            stripe_webhook_secret=env.get("STRIPE_WEBHOOK_SECRET") or None,
            stripe_api_base=env.get("STRIPE_API_BASE") or None,
            smtp_url=env.get("SMTP_URL") or None,
            mail_from=env.get("MAIL_FROM") or cls.mail_from,
            geocoder=env.get("GEOCODER") or "builtin",
            geocoder_url=env.get("GEOCODER_URL") or None,
            feed_allow_hosts=_listed(env.get("FEED_ALLOW_HOSTS")),
            google_client_id=env.get("GOOGLE_CLIENT_ID") or None,
            google_client_secret=env.get("GOOGLE_CLIENT_SECRET") or None,
            google_api_base=_base(env.get("GOOGLE_API_BASE")),
            microsoft_client_id=env.get("MICROSOFT_CLIENT_ID") or None,
            microsoft_client_secret=env.get("MICROSOFT_CLIENT_SECRET") or None,
            microsoft_api_base=_base(env.get("MICROSOFT_API_BASE")),
            state_lookup_url=env.get("STATE_LOOKUP_URL") or None,
            state_lookup_key=env.get("STATE_LOOKUP_KEY") or None,
            nppes_url=env.get("NPPES_URL") or None,
            clock_file=env.get("CLOCK_FILE") or None,
            job_queue=env.get("JOB_QUEUE") or "embedded",
            rate_limits=env.get("RATE_LIMITS", "on").lower() != "off",
            rate_limit_storage=env.get("RATE_LIMIT_STORAGE") or "memory://",
            debug=env.get("FLASK_DEBUG", "0").lower() in ("1", "true", "on"),
            two_person_rule=_switch(env.get("TWO_PERSON_RULE")),
            exclusion_list=_switch(env.get("EXCLUSION_LIST")),
            letter_delay_minutes=int(env.get("LETTER_DELAY_MINUTES") or cls.letter_delay_minutes),
            trusted_proxies=_count(env.get("TRUSTED_PROXIES") or "0"),
        )
        faults = [*_faults(settings), *(_production_faults(settings) if settings.production else ())]
        if faults:
            raise SettingsError("\n".join(faults))
        return settings


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _base(text: str | None) -> str | None:
    return (text or "").strip().rstrip("/") or None


def _switch(text: str | None) -> bool:
    return (text or "off").lower() in ("1", "true", "on")


def _count(text: str) -> int:
    """A whole number, or -1 for what is none."""
    return int(text) if text.isascii() and text.isdecimal() else -1


def _database_url(url: str) -> str:
    """A relative SQLite path is meant from where the process starts; Flask-SQLAlchemy would take it from `instance/`."""
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith("sqlite:////") and url != "sqlite:///:memory:":
        return prefix + str(Path(url.removeprefix(prefix)).absolute())
    return url


def _faults(settings: Settings) -> list[str]:
    faults = []
    if settings.app_env not in ENVIRONMENTS:
        faults.append(f"APP_ENV is {settings.app_env!r}; it must be one of {', '.join(ENVIRONMENTS)}")
    if settings.geocoder not in GEOCODERS:
        faults.append(f"GEOCODER is {settings.geocoder!r}; it must be one of {', '.join(GEOCODERS)}")
    if not settings.database_url.startswith(("sqlite:", "postgresql+psycopg:")):
        faults.append("DATABASE_URL must begin with sqlite: or postgresql+psycopg:")
    if urlsplit(settings.base_url).scheme not in ("http", "https"):
        faults.append("BASE_URL must begin with http:// or https://")
    if settings.state_lookup_url and not settings.state_lookup_key:
        faults.append("STATE_LOOKUP_KEY is missing; STATE_LOOKUP_URL needs it")
    faults += _half_named(settings)
    addresses = (
        ("STATE_LOOKUP_URL", settings.state_lookup_url), ("NPPES_URL", settings.nppes_url),
        ("GOOGLE_API_BASE", settings.google_api_base), ("MICROSOFT_API_BASE", settings.microsoft_api_base),
    )  # fmt: skip
    for name, url in addresses:
        if url and urlsplit(url).scheme not in ("http", "https"):
            faults.append(f"{name} must begin with https:// (or http://)")
    if settings.trusted_proxies < 0:
        faults.append("TRUSTED_PROXIES must be the number of proxies in front, 0 or more")
    return faults


def _half_named(settings: Settings) -> list[str]:
    """A program is known at Google or Microsoft by its name and its secret, never by one of them."""
    pairs = (
        ("GOOGLE", settings.google_client_id, settings.google_client_secret),
        ("MICROSOFT", settings.microsoft_client_id, settings.microsoft_client_secret),
    )
    return [
        f"{name}_CLIENT_{'SECRET' if known else 'ID'} is missing; {name}_CLIENT_{'ID' if known else 'SECRET'} needs it"
        for name, known, secret in pairs
        if bool(known) != bool(secret)
    ]


def _production_faults(settings: Settings) -> list[str]:
    checks = (
        (
            settings.secret_key == DEVELOPMENT_SECRET or len(settings.secret_key) < SHORTEST_SECRET,
            f"SECRET_KEY is the default or shorter than {SHORTEST_SECRET} characters",
        ),
        (not settings.field_keys, "FIELD_KEYS is missing"),
        (settings.debug, "debug is on"),
        (settings.stripe_api_base == "double", "STRIPE_API_BASE is the stand-in for trials"),
        (settings.clock_file is not None, "CLOCK_FILE is set"),
        (not settings.base_url.startswith("https://"), "BASE_URL is plain http"),
        (not settings.rate_limits, "RATE_LIMITS is off"),
        ((settings.state_lookup_url or "https://").startswith("http://"), "STATE_LOOKUP_URL is plain http"),
        ((settings.nppes_url or "https://").startswith("http://"), "NPPES_URL is plain http"),
        ((settings.google_api_base or "https://").startswith("http://"), "GOOGLE_API_BASE is plain http"),
        ((settings.microsoft_api_base or "https://").startswith("http://"), "MICROSOFT_API_BASE is plain http"),
    )
    return [sentence for wrong, sentence in checks if wrong]
