"""Addresses of signing in, of the language switch and of the cookie page.

Only the pages of allauth that this program offers are routed, under the names that allauth asks for; the others
(self sign-up, e-mail addresses, disconnecting) do not exist.
"""

from allauth.account import views as account
from allauth.mfa.totp import views as mfa_totp
from django.urls import include, path
from django.views.i18n import set_language

from forsyn.interfaces.sign_in import views

own = [
    path("konto/totrin/", views.second_factor, name="second_factor"),
    path("konto/sikkerhed/", views.security, name="security"),
    path("cookies/", views.cookies, name="cookies"),
]

urlpatterns = [
    path("", include((own, "sign_in"))),
    path("sprog/", set_language, name="set_language"),
    path("konto/", account.login, name="account_login"),
    path("konto/app/", mfa_totp.activate_totp, name="mfa_activate_totp"),
    path("konto/log-ud/", account.logout, name="account_logout"),
]
