"""Addresses of staff access."""

from django.urls import path

from forsyn.interfaces.staff_access import instruction_views, views

app_name = "staff_access"
urlpatterns = [
    path("konto/adgang/", views.own, name="own"),
    path("konto/adgang/<int:role_id>/opgiv/", views.give_up, name="give_up"),
    path("konto/instruks/", instruction_views.instructions, name="instructions"),
    path("konto/instruks/<slug:role>/", instruction_views.instruction, name="instruction"),
    path("konto/instruks/<slug:role>.pdf", instruction_views.instruction_pdf, name="instruction_pdf"),
    path("persondata/adgange/", views.overview, name="overview"),
    path("persondata/adgange/<int:account_id>/", views.person, name="person"),
    path("persondata/adgange/<int:account_id>/erklaering/", views.agreement, name="agreement"),
    path("persondata/adgange/erklaering/<int:agreement_id>/", views.document, name="document"),
    path("persondata/adgange/anmodning/<int:request_id>/", views.decide, name="decide"),
    path("persondata/adgange/rolle/<int:role_id>/", views.review, name="review"),
]
