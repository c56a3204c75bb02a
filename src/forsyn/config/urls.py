"""All addresses of the web pages."""

from django.urls import include, path

urlpatterns = [
    path("", include("forsyn.interfaces.sign_in.urls")),
    path("", include("forsyn.interfaces.staff_access.urls")),
    path("", include("forsyn.interfaces.portal.urls")),
    path("kontor/", include("forsyn.interfaces.office.urls")),
    path("persondata/", include("forsyn.interfaces.privacy_desk.urls")),
    path("privatlivspolitik/", include("forsyn.interfaces.notices.urls")),
    path("data/", include("forsyn.interfaces.notices.data_urls")),
]

handler400 = "forsyn.interfaces.refusals.bad_request"
handler429 = "forsyn.interfaces.refusals.too_many_attempts"
