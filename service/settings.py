"""Settings of the service: one typed class, read from the environment, unsafe production settings refused.

Every setting is an environment variable with the prefix ``REGELRUIMTE_``; docs/operating.md lists them.
"""

from __future__ import annotations

import ipaddress
import secrets
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from corpus.errors import UsageError
from service.database.tables import Role

_SECRET_LENGTH = 32
_CLASS = r"^[A-Za-z][A-Za-z0-9_-]*$"
_PAIRS = r"^(?:[0-9a-f-]{36}=[A-Za-z][A-Za-z0-9_-]*(?:,|$))*$"


class Settings(BaseSettings):
    """What an operator decides. The defaults serve one person on one machine."""

    model_config = SettingsConfigDict(
        env_prefix="REGELRUIMTE_", extra="ignore", env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    environment: Literal["development", "production"] = "development"
    database_url: str = "sqlite:///var/regelruimte.db"  # or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE
    store: Path = Path("var/store")
    model: Path | None = None  # a model directory; None for the one that ships
    data: Path = Path("var/data")  # exports and snapshots
    secret_key: SecretStr = SecretStr("")  # makes secret links, seals the way to the log-in of the organisation
    public_url: str = "http://localhost:8000"  # how browsers reach the service
    oidc_issuer: str = ""  # "" for local accounts only
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_role_claim: str = "roles"  # claim that lists roles
    oidc_organisation_claim: str = "organisation"  # claim that names the organisation
    oidc_service_role: str = ""  # word in the role claim that makes an administrator of the whole service; "" for nobody
    local_accounts: bool = True  # whether people may log in with a password
    contact_name: str = "Beheer Regelruimte"
    contact_email: str = "beheer@example.org"
    retention_days: int = Field(default=365, ge=1, le=3650)  # how long the original text of an initiative is kept
    job_days: int = Field(default=90, ge=1, le=3650)  # how long a job that ended is kept
    session_hours: int = Field(default=8, ge=1, le=24)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    workers: int = Field(default=1, ge=1, le=64)  # web processes
    otel: bool = False  # traces by OpenTelemetry; needs the extra "otel"
    metrics_token: SecretStr = SecretStr("")  # bearer token for /metrics; "" for requests from the machine itself only
    max_body_bytes: int = Field(default=2_000_000, ge=1_000, le=100_000_000)
    checks_per_minute: int = Field(default=120, ge=0)  # quick checks per address; 0 for no limit
    submissions_per_minute: int = Field(default=20, ge=0)  # per address; 0 for no limit
    logins_per_minute: int = Field(default=10, ge=0)  # per address; 0 for no limit
    requests_per_minute: int = Field(default=1200, ge=0)  # of any kind, per address; 0 for no limit
    login_attempts: int = Field(default=5, ge=1, le=100)  # wrong passwords before an account is locked
    lock_minutes: int = Field(default=15, ge=1, le=1440)
    trusted_proxies: str = "127.0.0.1"  # addresses whose X-Forwarded-For is believed
    theme: str = Field(default="voorbeeld-theme", pattern=_CLASS)  # class of the NL Design System theme that pages wear
    themes: str = Field(default="", pattern=_PAIRS)  # themes of organisations: ID=CLASS, with commas

    @model_validator(mode="after")
    def _safe(self) -> Self:
        scheme = self.database_url.partition(":")[0]
        if scheme not in ("sqlite", "postgresql+psycopg"):
            raise ValueError("REGELRUIMTE_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://")
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret.get_secret_value()):
            raise ValueError("REGELRUIMTE_OIDC_ISSUER needs REGELRUIMTE_OIDC_CLIENT_ID and REGELRUIMTE_OIDC_CLIENT_SECRET")
        if self.oidc_service_role.casefold() in set(Role):
            raise ValueError("REGELRUIMTE_OIDC_SERVICE_ROLE must be a word of its own, not a role of an organisation")
        if self.environment == "production":
            problems = [sentence for wrong, sentence in self._production_checks() if wrong]
            if problems:
                raise ValueError("; ".join(problems))
        elif not self.secret_key.get_secret_value():
            # A key of our own making lasts as long as the process: nothing that it signs outlives a development server.
            object.__setattr__(self, "secret_key", SecretStr(secrets.token_urlsafe(_SECRET_LENGTH)))
        return self

    def _production_checks(self) -> list[tuple[bool, str]]:
        return [
            (
                len(self.secret_key.get_secret_value()) < _SECRET_LENGTH,
                f"REGELRUIMTE_SECRET_KEY must have at least {_SECRET_LENGTH} characters",
            ),
            (not self.public_url.startswith("https://"), "REGELRUIMTE_PUBLIC_URL must begin with https://"),
            (self.contact_email.endswith("example.org"), "REGELRUIMTE_CONTACT_EMAIL must be an address that is read"),
            (
                bool(self.oidc_issuer) and not self.oidc_issuer.startswith("https://"),
                "REGELRUIMTE_OIDC_ISSUER must begin with https://",
            ),
            (self.workers > 1 and self.is_sqlite, "REGELRUIMTE_WORKERS above 1 needs PostgreSQL in production"),
            *(
                (_is_everybody(proxy), f"REGELRUIMTE_TRUSTED_PROXIES must name addresses, not {proxy}")
                for proxy in map(str.strip, self.trusted_proxies.split(","))
            ),
            *(
                (getattr(self, name) == 0, f"REGELRUIMTE_{name.upper()} cannot be 0 in production: that is no limit")
                for name in ("checks_per_minute", "submissions_per_minute", "logins_per_minute", "requests_per_minute")
            ),
        ]

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is used."""
        return self.database_url.startswith("sqlite")

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies travel over https only."""
        return self.public_url.startswith("https://")

    def theme_of(self, organisation_id: str | None) -> str:
        """The theme that pages wear for someone of an organisation."""
        themes = dict(pair.split("=") for pair in self.themes.split(",") if pair)
        return themes.get(organisation_id or "", self.theme)

    @property
    def origin(self) -> str:
        """Scheme and host of the public address, as browsers send it in ``Origin``."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"


def _is_everybody(proxy: str) -> bool:
    """Whether a trusted proxy stands for any address: then whoever asks decides under which address they are counted."""
    try:
        return proxy == "*" or ipaddress.ip_network(proxy, strict=False).prefixlen == 0
    except ValueError:
        return False


def settings_of(**given: object) -> Settings:
    """Settings from the environment, with some given.

    Raises:
        UsageError: a setting is wrong; one sentence per setting, without its value, which may be a secret.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        sentences = []
        for problem in error.errors(include_input=False, include_url=False):
            name = "_".join(str(part) for part in problem["loc"]).upper()
            message = problem["msg"].removeprefix("Value error, ")
            sentences.append(f"REGELRUIMTE_{name}: {message}" if name else message)
        raise UsageError("; ".join(sentences)) from None
