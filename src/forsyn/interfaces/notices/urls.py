"""Addresses of the public privacy notice; nobody needs to sign in."""

from django.urls import path

from forsyn.interfaces.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.page, name="page"),
    path("<str:language>.pdf", views.pdf, name="pdf"),
]
