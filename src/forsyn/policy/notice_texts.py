"""The sentences of the privacy notice that are the same for every controller, in Danish and English.

Names in braces are filled in by `forsyn.policy.notice`. The "du" of the Danish is the "you" of the English.
"""

from forsyn.policy.policy import Text
from forsyn.policy.vocabulary import Ground, Kind, Language, Outcome, Role, Source

TEXTS = {
    "title": Text("Sådan behandler vi dine oplysninger", "How we handle your data"),
    "who": Text("Hvem er vi?", "Who are we?"),
    "controller": Text(
        "{name} er dataansvarlig. Det betyder, at det er os, der bestemmer, hvad dine oplysninger bliver brugt "
        "til, og os, der skal svare for det.",
        "{name} is the data controller. That means that we decide what your data are used for, and that we must "
        "answer for it.",
    ),
    "group": Text(
        "Vi er også ansvarlige, når du er kunde i et af vores datterselskaber:",
        "We are responsible, too, when you are a customer of one of our subsidiaries:",
    ),
    "company": Text("{name} (CVR-nr. {cvr}): {does}", "{name} (CVR no. {cvr}): {does}"),
    "ask": Text("Spørg os om dine oplysninger", "Ask us about your data"),
    "officer": Text(
        "Vi har en databeskyttelsesrådgiver, som du altid kan skrive eller ringe til.",
        "We have a data protection officer, to whom you can always write or call.",
    ),
    "contact_person": Text(
        "Har du spørgsmål om dine oplysninger, kan du altid kontakte",
        "If you have questions about your data, you can always contact",
    ),
    "subject_mark": Text(
        "Skriver du til {email}, så sæt ”{mark}” i emnefeltet. Så når din mail hurtigt frem til de rette.",
        "If you write to {email}, put “{mark}” in the subject line. Then it reaches the right people quickly.",
    ),
    "address": Text("Adresse", "Address"),
    "phone": Text("Telefon", "Telephone"),
    "email": Text("E-mail", "E-mail"),
    "website": Text("Hjemmeside", "Web site"),
    "cvr": Text("CVR-nr. {cvr}", "CVR no. {cvr}"),
    "data": Text("Hvad ved vi om dig?", "What do we know about you?"),
    "data_intro": Text(
        "Det er langtfra alt, der gælder for dig. Det kommer an på, hvad du bruger os til.",
        "Much of it will not apply to you. It depends on what you use us for.",
    ),
    "sources": Text("Hvor har vi oplysningerne fra?", "Where do the data come from?"),
    "sources_intro": Text(
        "Det meste fortæller du os selv, for eksempel når du skriver, ringer eller bruger vores selvbetjening. "
        "Resten kommer herfra:",
        "Most of it you tell us yourself, for example when you write, call or use our self-service. The rest "
        "comes from here:",
    ),
    "source_what": Text(" Det gælder {categories}.", " This concerns {categories}."),
    "source_notice": Text(
        "Får vi oplysninger om dig fra andre, fortæller vi dig det senest en måned efter, medmindre du allerede "
        "ved det, eller loven bestemmer noget andet.",
        "If we receive data about you from others, we tell you within a month, unless you know already or the law "
        "says otherwise.",
    ),
    "purposes": Text("Hvad bruger vi dem til, og hvorfor må vi det?", "What do we use them for, and why may we?"),
    "purposes_intro": Text(
        "Loven kræver, at vi har en grund, hver gang vi bruger dine oplysninger. Her er vores grunde. Når vi "
        "nævner en artikel, er det i databeskyttelsesforordningen (GDPR).",
        "The law demands that we have a reason each time we use your data. Here are our reasons. When we name an "
        "Article, it is of the General Data Protection Regulation (GDPR).",
    ),
    "label_data": Text("Oplysninger:", "Data:"),
    "everything": Text("alt det, vi har om dig", "everything that we hold about you"),
    "label_basis": Text("Grundlag:", "Basis:"),
    "also_basis": Text(" Desuden gælder {bases}.", " In addition, {bases} apply."),
    "also_one_basis": Text(" Desuden gælder {bases}.", " In addition, {bases} applies."),
    "label_interest": Text("Vores interesse:", "Our interest:"),
    "label_choice": Text("Dit valg:", "Your choice:"),
    "pseudonymous": Text(
        "Det sker på tal uden navne; kun få betroede kan koble dem til dig.",
        "It is done on figures without names; only a trusted few can link them to you.",
    ),
    "by_consent": Text(
        "Vi gør det kun, så længe dit samtykke ”{consent}” gælder. ",
        "We do so only while your consent “{consent}” stands. ",
    ),
    "withdraw_link": Text("Sådan trækker du det tilbage", "How to withdraw it"),
    "assessed": Text(
        "Gør du indsigelse, ser en medarbejder på netop din situation.",
        "If you object, a member of staff looks at your own situation.",
    ),
    "meanwhile": Text("Imens holder vi inde.", "Meanwhile, we stop."),
    "stops": Text("Sig nej, så stopper vi med det samme.", "Say no, and we stop at once."),
    "processor": Text("Når vi arbejder for andre", "When we work for others"),
    "processor_intro": Text(
        "Her er det ikke os, der bestemmer. Vi er databehandler og må kun gøre det, som den dataansvarlige har "
        "bedt os om. Vil du bruge dine rettigheder, skal du derfor kontakte den dataansvarlige, og vi hjælper til.",
        "Here it is not we who decide. We are a processor and may do only what the controller has asked us to. If "
        "you wish to use your rights, please contact the controller; we will help.",
    ),
    "giving": Text("Skal du give os oplysningerne?", "Do you have to give us the data?"),
    "sharing": Text("Hvem deler vi dem med?", "Whom do we share them with?"),
    "elsewhere": Text("{name} ({country})", "{name} ({country})"),
    "all_here": Text(" De holder alle til i {country}.", " All of them are in {country}."),
    "mostly_here": Text(
        " De holder til i {country}, hvor der ikke står andet.", " They are in {country} where nothing else is said."
    ),
    "by_statute": Text(" Det sker efter {statute}.", " This is done under {statute}."),
    "abroad": Text("Kommer dine oplysninger ud af EU?", "Do your data leave the EU?"),
    "keeping": Text("Hvor længe gemmer vi dem?", "How long do we keep them?"),
    "keeping_caption": Text("Hvor længe vi gemmer dine oplysninger", "How long we keep your data"),
    "keeping_what": Text("Hvad", "What"),
    "for_purpose": Text(" (til formålet ”{purpose}”)", " (for the purpose “{purpose}”)"),
    "keeping_when": Text("Hvor længe", "How long"),
    "keeping_why": Text("Hvorfor", "Why"),
    "at_once": Text("straks efter{comma} {event}", "immediately after {event}"),
    "after": Text("{period} efter{comma} {event}", "{period} after {event}"),
    "review": Text(
        " Der går højst {period}, før vi ser efter, om det stadig er nødvendigt; ellers slettes det.",
        " No more than {period} pass before we check whether it is still needed; if not, it is deleted.",
    ),
    "automated": Text("Bestemmer en computer noget om dig?", "Does a computer decide anything about you?"),
    "cookies": Text("Cookies", "Cookies"),
    "cookies_intro": Text(
        "Vores hjemmeside bruger kun de cookies, der skal til, for at siderne virker. Dem må vi sætte uden at "
        "spørge (cookiebekendtgørelsens § 4).",
        "Our web site uses only the cookies that the pages need in order to work. Those we may set without asking "
        "(section 4 of the Danish Cookie Order).",
    ),
    "cookies_caption": Text("De cookies, vi bruger", "The cookies that we use"),
    "cookie_name": Text("Navn", "Name"),
    "cookie_does": Text("Hvad den gør", "What it does"),
    "cookie_lasts": Text("Hvor længe", "How long"),
    "cookie_session": Text("til du lukker browseren", "until you close the browser"),
    "security": Text("Sådan passer vi på dem", "How we look after them"),
    "rights": Text("Dine rettigheder", "Your rights"),
    "rights_how": Text(
        "Du bruger dine rettigheder i selvbetjeningen, eller ved at skrive eller ringe til os. Skriver du på "
        "e-mail til {email}, så sæt ”{mark}” i emnefeltet. Det koster ikke noget "
        "at bruge dine rettigheder.",
        "You can use your rights in self-service, or by writing to us or calling. If you write by e-mail to {email}, "
        "put “{mark}” in the subject line. Using your rights "
        "costs nothing.",
    ),
    "rights_time": Text(
        "Vi sikrer os først, at det er dig, uden at spørge om mere end nødvendigt. Du får svar så hurtigt som "
        "muligt og senest efter en måned. Er sagen indviklet, eller har du stillet mange krav på én gang, kan det "
        "tage op til tre måneder i alt; så fortæller vi dig det inden for den første måned, og hvorfor.",
        "We first make sure that it is you, without asking for more than we need. You get an answer as soon as "
        "possible and within a month. If the case is complicated, or you have made many requests at once, it may "
        "take up to three months in all; then we tell you so within the first month, and why.",
    ),
    "right": Text("{name} ({article})", "{name} ({article})"),
    "objection": Text("Din ret til at sige nej", "Your right to object"),
    "objection_to": Text("{effect} Det gælder:", "{effect} This applies to:"),
    "withdrawal": Text("Sådan trækker du et samtykke tilbage", "How to withdraw a consent"),
    "withdrawal_how": Text(
        "Du har måske givet et eller flere af samtykkerne herunder. Du kan trække dem tilbage hver for sig, når "
        "som helst og uden at give en grund: slå dem fra i selvbetjeningen, eller skriv eller ring til os. Det er "
        "lige så nemt som at sige ja. Det gælder fra samme øjeblik, men ændrer ikke på, at det, vi gjorde før, "
        "var lovligt.",
        "You may have given one or more of the consents below. You can withdraw each of them, at any time and "
        "without giving a reason: switch them off in self-service, or write or call us. It is as easy as saying "
        "yes. It counts from that moment, but does not change that what we did before was lawful.",
    ),
    "written": Text(" Det kræver din underskrift.", " This needs your signature."),
    "complaint": Text("Hvis du vil klage", "If you wish to complain"),
    "about": Text("Om denne politik", "About this policy"),
    "version": Text(
        "Dette er version {version}. Den gælder fra {date}.",
        "This is version {version}. It applies from {date}.",
    ),
    "changes": Text(
        "Ændrer vi noget, der betyder noget for dig, fortæller vi dig det. Vil vi bruge dine oplysninger til noget "
        "nyt, hører du det, før vi begynder.",
        "If we change something that matters to you, we tell you. If we wish to use your data for something new, "
        "you hear of it before we begin.",
    ),
    "languages": Text(
        "Politikken findes på dansk og engelsk. Er der forskel, gælder den danske.",
        "The policy exists in Danish and English. Where they differ, the Danish one counts.",
    ),
}

GROUNDS = {
    Ground.CONSENT: Text("du har sagt ja", "you have said yes"),
    Ground.CONTRACT: Text(
        "det skal til for at indgå eller opfylde en aftale",
        "we need to in order to enter into or perform an agreement",
    ),
    Ground.LEGAL_OBLIGATION: Text("loven pålægger os det", "the law obliges us to"),
    Ground.VITAL_INTERESTS: Text("det kan beskytte liv og helbred", "it may protect life and health"),
    Ground.PUBLIC_TASK: Text("det er en opgave i samfundets interesse", "it is a task in the public interest"),
    Ground.LEGITIMATE_INTERESTS: Text("vi har en legitim interesse i det", "we have a legitimate interest in it"),
}

ARTICLES = {
    "9(2)(a)": Text("udtrykkeligt samtykke", "explicit consent"),
    "9(2)(c)": Text("når det gælder liv og helbred", "where life and health are at stake"),
    "9(2)(f)": Text("når det er nødvendigt for et retskrav", "where a legal claim requires it"),
    "10": Text("strafbare forhold", "criminal offences"),
}

KINDS = {
    Kind.SPECIAL: Text(" Det er en følsom oplysning.", " This is special-category data."),
    Kind.CRIMINAL: Text(" Den slags må vi kun bruge i få tilfælde.", " We may use such data only in a few cases."),
}

SOURCES = {
    Source.METER: Text("Målere", "Meters"),
    Source.UTILITY: Text("Os selv", "Ourselves"),
    Source.DERIVED: Text("Beregninger", "Calculations"),
    Source.EMPLOYER: Text("Din arbejdsplads", "Your workplace"),
    Source.OTHER_PERSON: Text("Andre mennesker", "Other people"),
    Source.PUBLIC_REGISTER: Text("Offentlige registre", "Public registers"),
    Source.PARTNER: Text("Samarbejdspartnere", "Partners"),
    Source.SYSTEM: Text("Systemerne", "The systems"),
}

SOURCE_NOTES = {
    Source.METER: Text("Vi henter tallene på afstand.", "We fetch the figures remotely."),
    Source.UTILITY: Text(
        "Vi tildeler numre, skriver regninger og tager notater.", "We give out numbers, write bills and take notes."
    ),
    Source.DERIVED: Text("Vi regner det ud af andre oplysninger.", "We work it out from other data."),
    Source.EMPLOYER: Text(
        "Når du er kontaktperson for en kunde, får vi ofte dine oplysninger fra en kollega.",
        "When you are the contact of a customer, we often receive your data from a colleague.",
    ),
    Source.OTHER_PERSON: Text(
        "Det kan være den, du overtager boligen fra, din udlejer, en pårørende eller en, der skriver til os om en sag.",
        "This may be the person you take over the home from, your landlord, a relative or somebody who writes to us.",
    ),
    Source.PUBLIC_REGISTER: Text(
        "CVR, adresseregistret, ejendomsregistrene og Statstidende, som alle kan se, og CPR, som ikke er offentligt.",
        "The company, address and property registers and the Official Gazette, which are open to all, and the civil "
        "register, which is not.",
    ),
    Source.PARTNER: Text(
        "Banken fortæller os, at du har betalt, og den, der inddriver et beløb for os, fortæller, hvordan det går.",
        "The bank tells us that you have paid, and whoever collects an amount for us tells us how it goes.",
    ),
    Source.SYSTEM: Text(
        "De skriver ned, når nogen logger ind, slår op eller bruger et link.",
        "They note when somebody signs in, looks something up or uses a link.",
    ),
}

ROLES = {
    Role.PROCESSOR: Text("Leverandører, der arbejder for os", "Suppliers that work for us"),
    Role.PUBLIC_AUTHORITY: Text("Myndigheder", "Authorities"),
    Role.CONTROLLER: Text("Andre, som selv har ansvaret", "Others, who are responsible themselves"),
    Role.JOINT_CONTROLLER: Text("Dem, vi deler ansvaret med", "Those with whom we share the responsibility"),
}

ROLE_NOTES = {
    Role.PROCESSOR: Text(
        "De er vores databehandlere: De må kun bruge oplysningerne til det, vi har bedt dem om, og vi har en skriftlig "
        "aftale med hver af dem.",
        "They are our processors: they may use the data only for what we have asked of them, and we have a written "
        "agreement with each of them.",
    ),
    Role.PUBLIC_AUTHORITY: Text(
        "De får kun noget, når en lov giver dem ret til det.", "They receive something only where a law entitles them."
    ),
    Role.CONTROLLER: Text(
        "De bestemmer selv, hvordan de behandler oplysningerne, og skal overholde de samme regler som vi.",
        "They decide themselves how they handle the data, and must keep the same rules as we do.",
    ),
    Role.JOINT_CONTROLLER: Text(
        "Vi har aftalt, hvem der svarer på hvad. Du kan altid henvende dig til os.",
        "We have agreed who answers for what. You can always turn to us.",
    ),
}

OUTCOMES = {
    Outcome.ERASE: Text("Slettes {when}.", "Deleted {when}."),
    Outcome.ANONYMISE: Text(
        "{When} fjerner vi alt, der kan føre tilbage til dig.", "{When} we remove all that could lead back to you."
    ),
    Outcome.THIN_TO_DAYS: Text("{When} lægger vi timerne sammen til døgn.", "{When} we add the hours up to days."),
    Outcome.THIN_TO_MONTHS: Text(
        "{When} lægger vi døgnene sammen til måneder.", "{When} we add the days up to months."
    ),
}


def say(key: str, language: Language, **values: str) -> str:
    """One sentence of the notice with its names filled in."""
    return TEXTS[key].in_(language).format(**values)
