"""Secrets: passwords by argon2id (RFC 9106), tokens and links as hashes. What is stored lets nobody in."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

TOKEN_PREFIX = "rt_"
LINK_PREFIX = "rl_"
SESSION_PREFIX = "rs_"
RESET_PREFIX = "rw_"
MIN_PASSWORD = 12
"""Characters; length is what makes a password strong (NIST SP 800-63B)."""

_hasher = PasswordHasher()


def hashed_password(password: str) -> str:
    """An argon2id hash with its parameters and salt."""
    return _hasher.hash(password)


def password_fits(password: str, stored: str | None) -> bool:
    """Whether a password is the one that was stored; takes as long when there is none, so that nobody learns which exist."""
    try:
        return _hasher.verify(stored or _nobody(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe())


def new_secret(prefix: str) -> str:
    """A secret of 256 random bits, recognisable by its prefix (so that scanners find it where it should not be)."""
    return prefix + secrets.token_urlsafe(32)


def secret_hash(secret: str) -> str:
    """What is stored of a secret. It has 256 random bits: no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def link_secret(key: str, initiative_id: str) -> str:
    """The secret link of an initiative: worked out from the key of the service, so that it need not be stored."""
    digest = hmac.new(key.encode(), f"link:{initiative_id}".encode(), hashlib.sha256).hexdigest()
    return LINK_PREFIX + digest
