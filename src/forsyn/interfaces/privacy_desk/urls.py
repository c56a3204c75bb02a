"""Addresses of the privacy desk."""

from django.urls import path

from forsyn.interfaces.privacy_desk import consent_views, objection_views, proof_views, restriction_views, views
from forsyn.interfaces.privacy_desk import disclosure_views as left
from forsyn.interfaces.privacy_desk import look_views as log
from forsyn.interfaces.privacy_desk import processor_views as register
from forsyn.interfaces.privacy_desk.breach_urls import PATTERNS as REGISTERS
from forsyn.interfaces.privacy_desk.hold_urls import PATTERNS as HOLDS
from forsyn.interfaces.privacy_desk.notice_urls import PATTERNS as NOTICES
from forsyn.interfaces.privacy_desk.request_urls import PATTERNS as REQUESTS

app_name = "privacy_desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("kategorier/", views.categories, name="categories"),
    path("formaal/", views.purposes, name="purposes"),
    path("opbevaring/", views.retention, name="retention"),
    path("modtagere/", views.recipients, name="recipients"),
    path("kolonner/", views.columns, name="columns"),
    path("kolonner.csv", views.columns_csv, name="columns_csv"),
    path("privatlivspolitik/", views.notice, name="notice"),
    path("krav/", views.claims, name="claims"),
    path("bevis/", proof_views.proof, name="proof"),
    *REQUESTS,
    *NOTICES,
    path("samtykker/", consent_views.consents, name="consents"),
    path("samtykker/<int:customer_id>/<slug:consent>/ja/", consent_views.give, name="consent_given"),
    path("samtykker/<int:customer_id>/<slug:consent>/tilbage/", consent_views.withdraw, name="consent_withdrawn"),
    path("samtykker/<int:customer_id>/papir/<int:consent_id>/", consent_views.paper, name="consent_paper"),
    path("begraensninger/", restriction_views.restrictions, name="restrictions"),
    path("begraensninger/ny/", restriction_views.restrict_customer, name="restrict"),
    path("begraensninger/<int:restriction_id>/ophaev/", restriction_views.lift, name="lift"),
    path("begraensninger/<int:restriction_id>/besked/", restriction_views.announce, name="announce_lifting"),
    path("indsigelser/", objection_views.objections, name="objections"),
    path("indsigelser/ny/", objection_views.record_objection, name="record_objection"),
    path("indsigelser/<int:objection_id>/afgoer/", objection_views.decide, name="decide_objection"),
    path("indsigelser/<int:objection_id>/taget-tilbage/", objection_views.take_back, name="take_back_objection"),
    path("databehandlere/", register.processors, name="processors"),
    path("databehandlere/<slug:recipient>/", register.processor, name="processor"),
    path("databehandlere/<slug:recipient>/ny-aftale/", register.agree, name="agree"),
    path("aftaler/<int:agreement_id>/dokument/", register.agreement_document, name="agreement_document"),
    path("aftaler/<int:agreement_id>/underskrift/", register.sign, name="sign_agreement"),
    path("aftaler/<int:agreement_id>/instruks/", register.instruct, name="instruct"),
    path("aftaler/<int:agreement_id>/afslut/", register.end_agreement, name="end_agreement"),
    path("aftaler/<int:agreement_id>/underdatabehandler/", register.add_sub_processor, name="add_sub_processor"),
    path("aftaler/<int:agreement_id>/tilsyn/", register.record_audit, name="record_audit"),
    path("underdatabehandlere/<int:sub_processor_id>/slut/", register.end_sub_processor, name="end_sub_processor"),
    path("opslag/", log.looks, name="looks"),
    path("opslag/stikproever/", log.checks, name="spot_checks"),
    path("opslag/stikproever/<int:check_id>/", log.check, name="spot_check"),
    path("opslag/stikproever/opslag/<int:item_id>/", log.verdict, name="spot_check_verdict"),
    path("videregivelser/", left.disclosures, name="disclosures"),
    path("videregivelser/afvist/", left.refusals, name="refusals"),
    path("videregivelser/<int:disclosure_id>/igen/", left.try_again, name="try_again"),
    *HOLDS,
    *REGISTERS,
]
