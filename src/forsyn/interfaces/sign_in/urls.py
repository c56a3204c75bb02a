"""Addresses of signing in, of the language switch and of the cookie page.

Only those pages of allauth that this program offers are routed, under the names that allauth asks for. The others
(signing up oneself, changing one's e-mail address, signing in by a provider's word for an e-mail) do not exist.
"""

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as socialaccount
from django.conf import settings
from django.urls import URLPattern, include, path, re_path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from forsyn.interfaces.access import staff_session, under
from forsyn.interfaces.sign_in import demo, views
from forsyn.policy.purposes import P

own = [
    path("konto/start/", views.start, name="start"),
    path("konto/medarbejder/", views.StaffSignInView.as_view(), name="staff"),
    path("konto/totrin/", views.second_factor, name="second_factor"),
    path("konto/sikkerhed/", views.security, name="security"),
    path("konto/identiteter/", views.identities, name="identities"),
    path("konto/kunde/", views.choose_customer, name="choose_customer"),
    path("cookies/", views.cookies, name="cookies"),
]
if settings.DEMO:
    own += [path("demo/", demo.persons, name="demo"), path("demo/postkasse/", demo.mailbox, name="demo_mailbox")]

request_code = views.RequestCodeView.as_view()
customers = [
    path("konto/", request_code, name="account_login"),
    path("konto/kode/", request_code, name="account_request_login_code"),
    path("konto/kode/bekraeft/", views.ConfirmCodeView.as_view(), name="account_confirm_login_code"),
    path("konto/oidc/afbrudt/", socialaccount.login_cancelled, name="socialaccount_login_cancelled"),
    path("konto/oidc/<slug:provider_id>/", views.broker_login, name="openid_connect_login"),
    path("konto/oidc/<slug:provider_id>/retur/", views.broker_callback, name="openid_connect_callback"),
    path("konto/identiteter/", views.identities, name="socialaccount_connections"),
]
passwords = [
    path("konto/bekraeft/", staff_session(account.reauthenticate), name="account_reauthenticate"),
    path("konto/adgangskode/", staff_session(account.password_change), name="account_change_password"),
    path("konto/glemt/", account.password_reset, name="account_reset_password"),
    path("konto/glemt/sendt/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^konto/glemt/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("konto/glemt/faerdig/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
]
second_factors = [
    path("konto/totrin/kode/", second_factor.authenticate, name="mfa_authenticate"),
    path("konto/totrin/bekraeft/", staff_session(second_factor.reauthenticate), name="mfa_reauthenticate"),
    path("konto/totrin/app/", staff_session(totp.activate_totp), name="mfa_activate_totp"),
    path("konto/totrin/app/fjern/", staff_session(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("konto/totrin/koder/", staff_session(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "konto/totrin/koder/nye/",
        staff_session(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("konto/totrin/noegle/", staff_session(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path(
        "konto/totrin/noegle/<int:pk>/fjern/", staff_session(views.RemoveKeyView.as_view()), name="mfa_remove_webauthn"
    ),
    path(
        "konto/totrin/noegle/bekraeft/",
        staff_session(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("konto/sikkerhed/", RedirectView.as_view(pattern_name="sign_in:security"), name="mfa_index"),
    path("konto/sikkerhed/", RedirectView.as_view(pattern_name="sign_in:security"), name="mfa_list_webauthn"),
]


def signing_in(patterns: list[URLPattern]) -> list[URLPattern]:
    """These pages work under the purpose of signing in, unless they say otherwise themselves."""
    for pattern in patterns:
        if not hasattr(pattern.callback, "purposes"):
            pattern.callback = under(P.SIGN_IN)(pattern.callback)
    return patterns


urlpatterns = [
    path("", include((signing_in(own), "sign_in"))),
    *signing_in(
        [
            path("sprog/", set_language, name="set_language"),
            path("konto/log-ud/", account.logout, name="account_logout"),
            path("konto/lukket/", account.account_inactive, name="account_inactive"),
            *customers,
            *passwords,
            *second_factors,
        ]
    ),
]
