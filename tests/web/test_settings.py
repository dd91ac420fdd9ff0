"""Unsafe settings are refused without telling what they hold; limits count who asks."""

from __future__ import annotations

from typing import Any

import pytest

from corpus.errors import UsageError
from service.api.limits import Limits
from service.errors import TooManyRequests
from service.settings import Settings, settings_of
from tests.web.conftest import Launcher
from tests.web.provider import CLIENT_ID, CLIENT_SECRET

SAFE: dict[str, Any] = {
    "environment": "production",
    "secret_key": "s" * 32,
    "public_url": "https://regels.example",
    "contact_email": "beheer@waterveen.nl",
    "database_url": "postgresql+psycopg://x:wachtwoord-van-de-bank@127.0.0.1/x",
    "oidc_issuer": "https://inloggen.example",
    "oidc_client_id": CLIENT_ID,
    "oidc_client_secret": CLIENT_SECRET,
    "workers": 4,
}


def test_safe_settings_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    made = settings_of(**SAFE)
    assert made.secure_cookies and made.origin == "https://regels.example"
    for secret in ("s" * 32, CLIENT_SECRET):
        assert secret not in repr(made) and secret not in str(made)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"secret_key": "te-kort-geheim-van-31-tekens-xx"}, "SECRET_KEY"),
        ({"secret_key": None}, "SECRET_KEY"),
        ({"public_url": "http://regels.example"}, "PUBLIC_URL"),
        ({"oidc_issuer": "http://inloggen.example"}, "OIDC_ISSUER"),
        ({"oidc_client_secret": None}, "OIDC_CLIENT_SECRET"),
        ({"database_url": "sqlite:///x.db"}, "WORKERS"),
        ({"database_url": "mysql://x:wachtwoord-van-de-bank@127.0.0.1/x"}, "DATABASE_URL"),
        ({"trusted_proxies": "*"}, "TRUSTED_PROXIES"),
        ({"trusted_proxies": "192.0.2.1, 0.0.0.0/0"}, "TRUSTED_PROXIES"),
        ({"trusted_proxies": "::/0"}, "TRUSTED_PROXIES"),
        ({"trusted_proxies": "192.0.2.1,*"}, "TRUSTED_PROXIES"),
        ({"logins_per_minute": 0}, "LOGINS_PER_MINUTE"),
        ({"submissions_per_minute": 0}, "SUBMISSIONS_PER_MINUTE"),
        ({"checks_per_minute": 0}, "CHECKS_PER_MINUTE"),
        ({"requests_per_minute": 0}, "REQUESTS_PER_MINUTE"),
        ({"oidc_service_role": "Beheerder"}, "OIDC_SERVICE_ROLE"),
        ({"login_attempts": 0}, "LOGIN_ATTEMPTS"),
        ({"contact_email": "beheer@example.org"}, "CONTACT_EMAIL"),
        ({"session_hours": "geheim-op-de-verkeerde-plaats"}, "SESSION_HOURS"),
    ],
)
def test_unsafe_settings_are_refused(monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], names: str) -> None:
    for name, value in {**SAFE, **changes}.items():
        if value is None:
            monkeypatch.delenv(f"REGELRUIMTE_{name.upper()}", raising=False)
        else:
            monkeypatch.setenv(f"REGELRUIMTE_{name.upper()}", str(value))
    with pytest.raises(UsageError) as caught:
        settings_of()
    told = str(caught.value)
    assert names in told
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
    for secret in ("s" * 32, CLIENT_SECRET, "wachtwoord-van-de-bank", "te-kort-geheim", "geheim-op-de-verkeerde-plaats"):
        assert secret not in told


def test_development_makes_a_key_of_its_own() -> None:
    one, other = Settings(), Settings()
    assert len(one.secret_key.get_secret_value()) >= 32
    assert one.secret_key != other.secret_key


def test_the_command_refuses_without_telling_secrets(launcher: Launcher) -> None:
    environ = {f"REGELRUIMTE_{name.upper()}": str(value) for name, value in {**SAFE, "secret_key": "te-kort-geheim"}.items()}
    assert launcher.start("serve", **environ).wait(60) == 2
    told = (launcher.folder / "log-0").read_text(encoding="utf-8")
    assert "REGELRUIMTE_SECRET_KEY" in told and "Traceback" not in told
    for secret in ("te-kort-geheim", CLIENT_SECRET, "wachtwoord-van-de-bank"):
        assert secret not in told


def test_a_network_of_ipv6_counts_as_one_address() -> None:
    limits = Limits(settings_of(logins_per_minute=2))
    limits.check("logins", "2001:db8:1:2:a::1")
    limits.check("logins", "2001:db8:1:2:ffff::2")
    with pytest.raises(TooManyRequests):
        limits.check("logins", "2001:db8:1:2::3%eth0")
    for other in ("2001:db8:1:3::1", "192.0.2.1", "192.0.2.2", "::ffff:192.0.2.1", "testclient"):
        limits.check("logins", other)
    with pytest.raises(TooManyRequests):
        limits.check("logins", "192.0.2.1")  # in either notation


def test_an_organisation_may_wear_a_theme_of_its_own() -> None:
    own = "0b0e3f64-6c0f-4a55-9d0e-0d6f2a7c1b11"
    made = settings_of(themes=f"{own}=waterveen-theme", theme="basis-theme")
    assert made.theme_of(own) == "waterveen-theme"
    assert made.theme_of(None) == made.theme_of("0b0e3f64-6c0f-4a55-9d0e-0d6f2a7c1b12") == "basis-theme"
    with pytest.raises(UsageError, match="THEMES"):
        settings_of(themes=f'{own}="><script>')
