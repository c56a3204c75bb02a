"""Addresses of the messages owed, under the privacy desk."""

from django.urls import path

from forsyn.interfaces.privacy_desk import notice_views

PATTERNS = (
    path("beskeder/", notice_views.notices_owed, name="notices_owed"),
    path("beskeder/breve/", notice_views.print_letters, name="print_source_notices"),
    path("beskeder/<int:notice_id>/", notice_views.settle, name="settle_notice"),
)
