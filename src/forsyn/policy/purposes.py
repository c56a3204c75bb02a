"""The purposes that the program's code works under, by the names that the code knows them by.

A policy declares a purpose of that key, or says which of its own purposes carries out the work (``serves``); what it
neither declares nor serves cannot be entered. In the database each purpose of the policy is a role.
"""

from enum import StrEnum


class P(StrEnum):
    """Why the program reads or writes. `policies/utility.toml` explains each to the persons concerned."""

    SETTLEMENT = "settlement"
    METERING = "metering"
    AGREEMENTS = "agreements"
    WASTE_COLLECTION = "waste_collection"
    SELF_SERVICE = "self_service"
    CUSTOMER_SERVICE = "customer_service"
    COLLECTION = "collection"
    INSTALMENT_PLANS = "instalment_plans"
    DEBT_HAND_OVER = "debt_hand_over"
    ACCOUNTING = "accounting"
    INTERRUPTIONS = "interruptions"
    INTERRUPTION_HEALTH = "interruption_health"
    INTERRUPTION_SAFETY = "interruption_safety"
    OFFENCE_REPORTS = "offence_reports"
    OPERATION_OPTIMISATION = "operation_optimisation"
    ADDRESS_FROM_CPR = "address_from_cpr"
    PAYOUT_BY_NEMKONTO = "payout_by_nemkonto"
    DIGITAL_POST = "digital_post"
    NEWSLETTER = "newsletter"
    NEWSLETTER_STATISTICS = "newsletter_statistics"
    SUPPLY_AREA_MARKETING = "supply_area_marketing"
    SATISFACTION_SURVEYS = "satisfaction_surveys"
    LEGAL_CLAIMS = "legal_claims"
    PRIVACY_RIGHTS = "privacy_rights"
    RETENTION = "retention"
    SIGN_IN = "sign_in"
    SECURITY = "security"
    STAFF_ADMINISTRATION = "staff_administration"
    RECRUITMENT = "recruitment"
