"""OpenID Connect providers that customers may sign in with, such as a MitID broker."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from forsyn.config.instance import InstanceError

KEYS = {"id", "name", "issuer", "client_id", "client_secret", "subject_claim", "authorization_origin", "parameters"}
REQUIRED = {"id", "name", "issuer", "client_id", "client_secret"}


@dataclass(frozen=True)
class Brokers:
    """Those configured. `apps` is allauth's form; `origins` are where a sign-in form may lead the browser."""

    apps: list[dict[str, Any]]
    origins: list[str]

    @classmethod
    def from_environment(cls) -> Brokers:
        """FORSYN_OIDC names a TOML file with [[broker]] tables; else FORSYN_OIDC_ISSUER and its like give one."""
        entries = _from_file(Path(file)) if (file := os.environ.get("FORSYN_OIDC")) else _from_variables()
        for entry in entries:
            _check(entry)
        return cls([_app(entry) for entry in entries], [_origin(entry) for entry in entries])


def _from_file(file: Path) -> list[dict[str, Any]]:
    try:
        return list(tomllib.loads(file.read_text())["broker"])
    except OSError as error:
        raise InstanceError(f"FORSYN_OIDC names {file}, which cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, KeyError, UnicodeDecodeError) as error:
        raise InstanceError(
            f"{file} cannot be read ({error}). It needs [[broker]] tables; see docs/operators.md."
        ) from None


def _from_variables() -> list[dict[str, Any]]:
    if not os.environ.get("FORSYN_OIDC_ISSUER"):
        return []
    given = {key: os.environ.get(f"FORSYN_OIDC_{key.upper()}", "") for key in KEYS - {"parameters"}}
    return [{"id": "mitid", "name": "MitID"} | {key: value for key, value in given.items() if value}]


def _check(entry: dict[str, Any]) -> None:
    missing, unknown = REQUIRED - entry.keys(), entry.keys() - KEYS
    if missing or unknown:
        what = f"lacks {', '.join(sorted(missing))}" if missing else f"has the unknown {', '.join(sorted(unknown))}"
        raise InstanceError(f"The sign-in provider {entry.get('id', '(unnamed)')!r} {what}. See docs/operators.md.")
    parts = urlsplit(entry["issuer"])
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost"}:
        raise InstanceError(f"The issuer {entry['issuer']!r} of a sign-in provider must be an https address.")


def _app(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "provider_id": entry["id"],
        "name": entry["name"],
        "client_id": entry["client_id"],
        "secret": entry["client_secret"],
        "settings": {
            "server_url": entry["issuer"],
            "uid_field": entry.get("subject_claim", "sub"),
            "oauth_pkce_enabled": True,
            "fetch_userinfo": False,  # who it is stands in the ID token, and more we do not ask
            "scope": ["openid"],
            "auth_params": dict(entry.get("parameters", {})),
        },
    }


def _origin(entry: dict[str, Any]) -> str:
    parts = urlsplit(entry.get("authorization_origin") or entry["issuer"])
    return f"{parts.scheme}://{parts.netloc}"
