"""Django's settings of one instance, read from the environment; every variable is explained in docs/operators.md."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF

from forsyn.config.environment import flag, secret_key
from forsyn.config.instance import PROJECT, Instance

PACKAGE = Path(__file__).resolve().parents[1]
INSTANCE = Instance.from_environment()
DEMO = flag("FORSYN_DEMO")
HTTPS = flag("FORSYN_HTTPS")
SERVING = flag("FORSYN_SERVING")

SECRET_KEY = secret_key(INSTANCE.state)
DEBUG = False
ALLOWED_HOSTS = os.environ.get("FORSYN_HOSTS", "127.0.0.1,localhost").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("FORSYN_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "forsyn.domain.safeguards",
    "forsyn.domain.accounts",
    "forsyn.domain.customers",
    "forsyn.domain.metering",
    "forsyn.interfaces.sign_in",
    "forsyn.interfaces.portal",
    "forsyn.interfaces.office",
    "forsyn.interfaces.privacy_desk",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "forsyn.config.urls"
WSGI_APPLICATION = "forsyn.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "interfaces" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "forsyn.interfaces.pages.controller",
                "forsyn.interfaces.access.context",
            ],
            "builtins": ["forsyn.interfaces.design"],
        },
    },
]

# -- the database -----------------------------------------------------------------------------------------------

_POOL = {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}}


def _database(*, owner: bool) -> dict[str, object]:
    entry = INSTANCE.connection_settings(owner=owner)
    options = dict(entry.get("OPTIONS") or {})  # type: ignore[call-overload]
    return {
        "ENGINE": "django.db.backends.postgresql",
        **entry,
        "OPTIONS": options | _POOL if SERVING and not owner else options,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }


DATABASES = {"default": _database(owner=False), "owner": _database(owner=True)}

# -- signing in --------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

SESSION_ENGINE = "forsyn.domain.accounts.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 8
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_AGE = None  # a cookie of the visit
CSRF_FAILURE_VIEW = "forsyn.interfaces.refusals.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# -- what a browser may do ---------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if HTTPS else 0
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"

# -- languages, time, files --------------------------------------------------------------------------------------

LANGUAGE_CODE = "da"
LANGUAGES = [("da", "Dansk"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "forsyn_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = HTTPS
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Copenhagen"
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
STATIC_ROOT = INSTANCE.state / "static"
STATICFILES_DIRS = [PACKAGE / "interfaces" / "assets"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if flag("FORSYN_TESTING"):
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    WHITENOISE_USE_FINDERS = True
    WHITENOISE_AUTOREFRESH = True

EMAIL_BACKEND = os.environ.get("FORSYN_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

POLICY_FILE = INSTANCE.policy_file
PROJECT_ROOT = PROJECT
