"""Addresses of the registers: breaches, assessments, the record of processing."""

from django.urls import path

from forsyn.interfaces.privacy_desk import assessment_views as assessment
from forsyn.interfaces.privacy_desk import breach_act_views as act
from forsyn.interfaces.privacy_desk import breach_views as breach
from forsyn.interfaces.privacy_desk import record_views as record

PATTERNS = (
    path("brud/", breach.breaches, name="breaches"),
    path("brud/nyt/", breach.register, name="register_breach"),
    path("brud/<int:breach_id>/", breach.breach, name="breach"),
    path("brud/<int:breach_id>/ret/", breach.change, name="breach_change"),
    path("brud/<int:breach_id>/find/", breach.search_kind, name="breach_search_kind"),
    path("brud/<int:breach_id>/find/<slug:kind>/", breach.search, name="breach_search"),
    path("brud/<int:breach_id>/beroerte/", breach.persons, name="breach_persons"),
    path("brud/beroerte/<int:person_id>/tag-af/", breach.leave_out, name="breach_leave_out"),
    path("brud/<int:breach_id>/risiko/", act.assess, name="breach_assess"),
    path("brud/<int:breach_id>/anmeldelse/", act.prepare, name="breach_prepare"),
    path("brud/anmeldelse/<int:notice_id>/", act.notice, name="breach_notice"),
    path("brud/anmeldelse/<int:notice_id>/sendt/", act.sent, name="breach_sent"),
    path("brud/anmeldelse/<int:notice_id>/kvittering/", act.receipt, name="breach_receipt"),
    path("brud/<int:breach_id>/brev/", act.letter, name="breach_letter"),
    path("brud/<int:breach_id>/brev/frigiv/", act.release, name="breach_release"),
    path("brud/<int:breach_id>/brev/print/", act.print_next, name="breach_print"),
    path("brud/<int:breach_id>/brev/print/<int:disclosure_id>/", act.print_again, name="breach_print_again"),
    path("brud/<int:breach_id>/undtagelse/", act.excepted, name="breach_exception"),
    path("brud/<int:breach_id>/notat/", act.note, name="breach_note"),
    path("brud/<int:breach_id>/afslut/", act.close, name="breach_close"),
    path("brud/<int:breach_id>/aabn/", act.reopen, name="breach_reopen"),
    path("vurderinger/", assessment.assessments, name="assessments"),
    path("vurderinger/<slug:kind>/<slug:purpose>/", assessment.assessment, name="assessment"),
    path("vurderinger/<slug:kind>/<slug:purpose>/skriv/", assessment.write, name="assessment_write"),
    path("vurderinger/<slug:kind>/<slug:purpose>/afgoer/", assessment.decide, name="assessment_decide"),
    path("fortegnelse/", record.record_of_processing, name="record"),
    path("fortegnelse/<slug:capacity>/<slug:language>.pdf", record.record_pdf, name="record_pdf"),
    path("fortegnelse/<slug:capacity>/<slug:language>.csv", record.record_csv, name="record_csv"),
)
