"""Django's settings of one instance, read from the environment; every variable is explained in docs/operators.md."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF

from forsyn.config.brokers import Brokers
from forsyn.config.connections import SESSION_DEFAULTS, forget_everything
from forsyn.config.environment import MAIL_SECURITY, flag, mail_security, mailbox, number, secret_key
from forsyn.config.instance import PROJECT, Instance
from forsyn.config.keys import KeyStore
from forsyn.integrations.erasure_log.transport import ErasureLog

PACKAGE = Path(__file__).resolve().parents[1]
INSTANCE = Instance.from_environment()
DEMO = INSTANCE.is_demo(asked=flag("FORSYN_DEMO"))
HTTPS = flag("FORSYN_HTTPS")
SERVING = flag("FORSYN_SERVING")

BROKERS = Brokers.from_environment()

SECRET_KEY = secret_key(INSTANCE.state)
SECRET_KEY_FALLBACKS = [key for key in os.environ.get("FORSYN_OLD_SECRET_KEYS", "").split(",") if key]
DEBUG = False
ALLOWED_HOSTS = os.environ.get("FORSYN_HOSTS", "127.0.0.1,localhost").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("FORSYN_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "forsyn.interfaces.sign_in",  # before allauth: its templates and words come first
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
    "csp",
    "forsyn.domain.safeguards",
    "forsyn.domain.accounts",
    "forsyn.domain.customers",
    "forsyn.domain.correspondence",
    "forsyn.domain.sensitive",
    "forsyn.domain.ledger",
    "forsyn.domain.metering",
    "forsyn.domain.billing",
    "forsyn.domain.payments",
    "forsyn.domain.accountability",
    "forsyn.domain.retention",
    "forsyn.domain.rights",
    "forsyn.interfaces.portal",
    "forsyn.interfaces.office",
    "forsyn.interfaces.privacy_desk",
    "forsyn.interfaces.staff_access",
    "forsyn.interfaces.notices",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "forsyn.interfaces.caching.KeepNothingMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "forsyn.interfaces.language.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "forsyn.interfaces.session_limits.SessionLimitsMiddleware",
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
                "forsyn.interfaces.staff_access.reminder.context",
            ],
            "builtins": ["forsyn.interfaces.design"],
        },
    },
]

# -- the database -----------------------------------------------------------------------------------------------

_POOL = {"pool": {"min_size": 1, "max_size": 8, "timeout": 10, "reset": forget_everything}}


def _database(*, owner: bool) -> dict[str, object]:
    entry = INSTANCE.connection_settings(owner=owner)
    options = dict(entry.get("OPTIONS") or {})  # type: ignore[call-overload]
    options["options"] = f"{options.get('options', '')} {SESSION_DEFAULTS}".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        **entry,
        "OPTIONS": options | _POOL if SERVING and not owner else options,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }


DATABASES = {"default": _database(owner=False)}
if not SERVING:  # what serves pages changes no tables
    DATABASES["owner"] = _database(owner=True)
LOGIN_ROLE = str(DATABASES["default"]["USER"])
PURPOSE_RULES = "forsyn.workflows.enforcement.purpose_rules"

# -- signing in --------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["forsyn.interfaces.sign_in.backend.PurposefulBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "sign_in:start"
ACCOUNT_ADAPTER = "forsyn.interfaces.sign_in.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]  # nobody signs up; without these no password field
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True  # the same work, and an answer for whoever gave another address
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 2
ACCOUNT_LOGIN_TIMEOUT = 15 * 60
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24
ACCOUNT_RATE_LIMITS = {
    # At most a quarter of an hour each, as the page for too many attempts says.
    "login": "60/15m/ip",
    "login_failed": "30/15m/ip,5/15m/key",
    "request_login_code": "30/15m/ip,5/15m/key",
    "confirm_login_code": "60/15m/ip,3/15m/key",
    "reset_password": "20/15m/ip,5/15m/key",
    "reset_password_from_key": "20/15m/ip",
    "reauthenticate": "10/15m/user",
    "change_password": "5/15m/user",
    "preview_erasure": "10/15m/user",  # no attempt, but as dear as an erasure
}
ACCOUNT_FORMS = {
    "login": "forsyn.interfaces.sign_in.forms.StaffSignInForm",
    "request_login_code": "forsyn.interfaces.sign_in.forms.RequestCodeForm",
    "confirm_login_code": "forsyn.interfaces.sign_in.forms.ConfirmCodeForm",
    "reauthenticate": "forsyn.interfaces.sign_in.forms.ReauthenticateForm",
    "reset_password": "forsyn.interfaces.sign_in.forms.ResetPasswordForm",
    "reset_password_from_key": "forsyn.interfaces.sign_in.forms.NewPasswordForm",
    "change_password": "forsyn.interfaces.sign_in.forms.ChangePasswordForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = number("FORSYN_PROXIES", 1 if HTTPS else 0)

MFA_ADAPTER = "forsyn.interfaces.sign_in.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the utility gives staff their addresses
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_FORMS = {
    "authenticate": "forsyn.interfaces.sign_in.forms.SecondFactorForm",
    "reauthenticate": "forsyn.interfaces.sign_in.forms.SecondFactorForm",
    "add_webauthn": "forsyn.interfaces.sign_in.forms.AddKeyForm",
    "activate_totp": "forsyn.interfaces.sign_in.forms.ActivateTOTPForm",
}

SOCIALACCOUNT_ADAPTER = "forsyn.interfaces.sign_in.adapters.BrokerAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": BROKERS.apps}}
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_LOGIN_ON_GET = False

CACHES = {
    "default": {  # counts attempts, for all processes together
        "BACKEND": "forsyn.domain.accounts.throttle.AttemptsCache",
        "LOCATION": "accounts_attempts",
        "KEY_FUNCTION": "forsyn.domain.accounts.throttle.hashed_key",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

SESSION_ENGINE = "forsyn.domain.accounts.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 12  # at most; see SESSION_LIMITS
SESSION_LIMITS = {  # seconds without a request, and in all
    "staff": (30 * 60, 10 * 60 * 60),
    "customer": (60 * 60, 12 * 60 * 60),
}
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
        "form-action": [SELF, *BROKERS.origins],  # browsers hold a form's redirect against this, too
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

EMAIL_HOST = os.environ.get("FORSYN_EMAIL_HOST", "")
EMAIL_BACKEND = "forsyn.integrations.mail.transport.TlsBackend"
if not EMAIL_HOST:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_FROM_EMAIL = os.environ.get("FORSYN_EMAIL_FROM", "")  # else the controller's own
EMAIL_SECURITY = mail_security(EMAIL_HOST)
EMAIL_PORT = number("FORSYN_EMAIL_PORT", MAIL_SECURITY[EMAIL_SECURITY])
EMAIL_HOST_USER = os.environ.get("FORSYN_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("FORSYN_EMAIL_PASSWORD", "")
EMAIL_CA_FILE = os.environ.get("FORSYN_EMAIL_CA", "")  # else the machine's own authorities
EMAIL_TIMEOUT = 10
EMAIL_FILE_PATH = INSTANCE.state / "outbox"
if DEMO:  # nothing leaves the machine: the demo's pages show the mails
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"

MAILBOX = None if DEMO else mailbox()  # where persons write to: marked mails become requests

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "forsyn.config.logs.PlainFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

POLICY_FILE = INSTANCE.policy_file
ERASURE_LOG = ErasureLog(Path(os.environ.get("FORSYN_ERASURE_LOG") or INSTANCE.state / f"erasures-{INSTANCE.name}.log"))
OUTGOING_FOLDER = Path(os.environ.get("FORSYN_OUTGOING") or INSTANCE.state / f"outgoing-{INSTANCE.name}")
PORTAL_URL = os.environ.get("FORSYN_PORTAL_URL", "")  # else the controller's website; letters lead there
KEY_STORE = KeyStore.from_environment(INSTANCE.state)  # keys of sensitive data; never in the database
PROJECT_ROOT = PROJECT

NIGHT_HOUR = number("FORSYN_NIGHT_HOUR", 2) % 24  # local hour at which the retention night begins
