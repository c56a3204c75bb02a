"""Addresses of the queue of requests, under the privacy desk."""

from django.urls import path

from forsyn.interfaces.privacy_desk import package_views, plan_views, request_acts, request_views

PATTERNS = (
    path("anmodninger/", request_views.requests, name="requests"),
    path("anmodninger/ny/", request_views.receive, name="receive_request"),
    path("anmodninger/<int:request_id>/", request_views.request_page, name="request"),
    path("anmodninger/<int:request_id>/plan/", plan_views.plan, name="request_plan"),
    path("anmodninger/<int:request_id>/afslaa-rettelse/", plan_views.refuse_rectification, name="refuse_rectification"),
    path("anmodninger/<int:request_id>/hold-ude/", plan_views.withhold, name="request_withhold"),
    path("anmodninger/<int:request_id>/filer/<int:document_id>/", request_views.document, name="request_document"),
    path("anmodninger/<int:request_id>/udkast/", package_views.draft, name="request_draft"),
    path("anmodninger/<int:request_id>/pakke/", package_views.package, name="request_package"),
    path("anmodninger/<int:request_id>/<slug:name>/", request_acts.act, name="request_act"),
)
