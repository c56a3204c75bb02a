"""The sentences of the record of processing activities, in Danish and English."""

from forsyn.policy.policy import Text
from forsyn.policy.vocabulary import Capacity, Kind, Outcome, PersonGroup

PERSONS = {
    PersonGroup.CUSTOMER: Text("kunder", "customers"),
    PersonGroup.HOUSEHOLD: Text("kunders husstand", "members of customers' households"),
    PersonGroup.CONTACT_PERSON: Text("kontaktpersoner", "contact persons"),
    PersonGroup.CONSUMER: Text("forbrugere hos værkerne", "consumers of the utilities"),
    PersonGroup.STAFF: Text("medarbejdere", "members of staff"),
    PersonGroup.EXTERNAL_STAFF: Text("eksterne medarbejdere", "external staff"),
    PersonGroup.APPLICANT: Text("jobansøgere", "job applicants"),
    PersonGroup.SUBSCRIBER: Text("abonnenter på nyhedsbreve", "newsletter subscribers"),
    PersonGroup.ENQUIRER: Text("personer, der har henvendt sig", "persons who have contacted us"),
}
KINDS = {
    Kind.CONFIDENTIAL: Text("fortrolig", "confidential"),
    Kind.NATIONAL_ID: Text("CPR-nummer", "civil registration number"),
    Kind.SPECIAL: Text("følsom, artikel 9", "special category, Article 9"),
    Kind.CRIMINAL: Text("strafbart forhold, artikel 10", "criminal offence, Article 10"),
}
"""How a category that is not ordinary is marked."""
ENDS = {
    Outcome.ERASE: Text("slettes {when}", "erased {when}"),
    Outcome.ANONYMISE: Text("gøres anonymt {when}", "made anonymous {when}"),
    Outcome.THIN_TO_DAYS: Text("lægges sammen til døgn {when}", "added up to days {when}"),
    Outcome.THIN_TO_MONTHS: Text("lægges sammen til måneder {when}", "added up to months {when}"),
}
TITLES = {
    Capacity.CONTROLLER: Text("Fortegnelse over behandlingsaktiviteter", "Record of processing activities"),
    Capacity.PROCESSOR: Text(
        "Fortegnelse over behandling som databehandler", "Record of processing carried out as a processor"
    ),
}
TEXTS = {
    "who": Text("Hvem der har ansvaret", "Who is responsible"),
    "controller": Text(
        "Fortegnelsen føres af den dataansvarlige efter databeskyttelsesforordningens artikel 30, stk. 1.",
        "The record is kept by the controller under Article 30(1) of the GDPR.",
    ),
    "processor": Text(
        "Fortegnelsen føres af databehandleren efter databeskyttelsesforordningens artikel 30, stk. 2.",
        "The record is kept by the processor under Article 30(2) of the GDPR.",
    ),
    "on_behalf_of": Text("Behandlingen sker på vegne af:", "The processing is carried out on behalf of:"),
    "group": Text("Fortegnelsen gælder også for:", "The record is also that of:"),
    "officer": Text("Databeskyttelsesrådgiver", "Data protection officer"),
    "contact_person": Text("Kontaktperson for databeskyttelse", "Contact person for data protection"),
    "phone": Text("Telefon", "Telephone"),
    "email": Text("E-mail", "E-mail"),
    "website": Text("Hjemmeside", "Web site"),
    "cvr": Text("CVR-nr. {cvr}", "CVR no. {cvr}"),
    "activities": Text("Behandlingsaktiviteter", "Processing activities"),
    "none": Text(
        "Der er ingen behandling at føre fortegnelse over i den rolle.",
        "There is no processing to keep a record of in that capacity.",
    ),
    "purpose": Text("Formål", "Purpose"),
    "basis": Text("Grundlag", "Basis"),
    "persons": Text("Personer", "Persons"),
    "data": Text("Oplysninger", "Data"),
    "recipients_of": Text("Modtagere", "Recipients"),
    "limits_of": Text("Slettefrister", "Time limits"),
    "all_data": Text("alle kategorier, som fortegnelsen nævner", "all categories that the record names"),
    "all_persons": Text("alle, vi har oplysninger om", "everybody of whom we hold data"),
    "all_recipients": Text(
        "de modtagere, afsnittet om modtagere nævner", "the recipients named in the section on them"
    ),
    "all_limits": Text("de frister, afsnittet om slettefrister nævner", "the limits named in the section on them"),
    "no_recipient": Text("ingen", "none"),
    "recipients": Text("Modtagere og tredjelande", "Recipients and third countries"),
    "recipients_caption": Text("Hvem oplysninger kan gives til", "To whom data may be disclosed"),
    "recipient": Text("Modtager", "Recipient"),
    "gets": Text("Får", "Gets"),
    "role": Text("Rolle og grundlag", "Role and ground"),
    "country": Text("Land", "Country"),
    "agreement": Text("databehandleraftale {number}", "processor agreement {number}"),
    "limits": Text("Slettefrister", "Time limits for erasure"),
    "limits_caption": Text("Hvornår oplysninger slettes", "When data are erased"),
    "what": Text("Hvad", "What"),
    "when": Text("Hvornår", "When"),
    "why": Text("Hvorfor", "Why"),
    "after": Text("{period} efter{comma} {event}", "{period} after {event}"),
    "at_once": Text("straks efter{comma} {event}", "at once after {event}"),
    "review": Text("; gennemgås med højst {period} imellem", "; reviewed at most {period} apart"),
    "for_purpose": Text(" (kun »{purpose}«)", " (only “{purpose}”)"),
    "security": Text("Sikkerhedsforanstaltninger", "Security measures"),
    "security_intro": Text(
        "Tekniske og organisatoriske foranstaltninger efter artikel 32, stk. 1. Hvad der holder på "
        "den kørende database, viser »forsyn prove«.",
        "Technical and organisational measures under Article 32(1). “forsyn prove” shows what holds on "
        "the live database.",
    ),
    "measure_roles": Text(
        "Hvert af de {purposes} formål er en rolle i databasen, som kun kan læse sine egne oplysninger. Uden et formål "
        "kan programmet ikke læse noget om nogen.",
        "Each of the {purposes} purposes is a role of the database that can read its own data only. Without a purpose "
        "the program can read nothing about anybody.",
    ),
    "measure_columns": Text(
        "Alle {columns} kolonner i databasens {tables} tabeller er erklæret; {personal} af dem rummer "
        "personoplysninger og er knyttet til en kategori i fortegnelsen.",
        "All {columns} columns of the database's {tables} tables are declared; {personal} of them hold personal data "
        "and are tied to a category of the record.",
    ),
    "measure_rows": Text(
        "Databasen skjuler personer med begrænset behandling, indsigelse eller manglende samtykke for de formål, "
        "det gælder.",
        "The database hides persons with restricted processing, an objection or no consent from the purposes that it "
        "concerns.",
    ),
    "measure_sealed": Text(
        "CPR-numre og oplysninger om helbred, trusler, børn, dyr og strafbare forhold er krypteret med nøgler, der "
        "ligger uden for databasen.",
        "Civil registration numbers and data on health, threats, children, animals and offences are encrypted with "
        "keys that lie outside of the database.",
    ),
    "measure_log": Text(
        "Hvert opslag på en person står i en log, som ingen kan rette, og som er forseglet, så en ændring kan ses.",
        "Each look at a person stands in a log that nobody can edit, and that is sealed so that a change shows.",
    ),
    "measure_door": Text(
        "Alt, hvad der forlader programmet, går gennem én dør, som kræver formål, modtager, aftale og et land i EU "
        "eller EØS, og som skriver ned, hvem der fik hvad.",
        "Whatever leaves the program goes through one door, which demands purpose, recipient, agreement and a country "
        "of the EU or the EEA, and which records who got what.",
    ),
    "measure_access": Text(
        "Medarbejdere logger ind i to trin. Adgang gives for en tid af en anden person og ophører, når den ikke bliver "
        "gennemgået.",
        "Staff sign in in two steps. Access is given for a time by another person, and ends when it is not reviewed.",
    ),
    "measure_instructions": Text(
        "Hver rolle har en skriftlig instruks, som den, der har rollen, bekræfter.",
        "Each role has written instructions, which whoever has the role confirms.",
    ),
    "measure_erasure": Text(
        "Hver nat slettes det, hvis frist er nået.",
        "Each night what has reached its limit is erased.",
    ),
    "about": Text("Om fortegnelsen", "About the record"),
    "derived": Text(
        "Fortegnelsen er skrevet af programmet ud fra politikken, version {version}, der gælder fra {date}, og ud fra "
        "databasens egne erklæringer. Den er derfor altid den, systemet arbejder efter.",
        "The record is written by the program from the policy, version {version}, valid from {date}, and from the "
        "database's own declarations. So it is always what the system works by.",
    ),
    "fingerprint": Text(
        "Fingeraftryk: {fingerprint}. Det skifter, når et ord i fortegnelsen gør.",
        "Fingerprint: {fingerprint}. It changes whenever a word of the record does.",
    ),
}
