"""The sentences of our letters about requests, Danish and English. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from forsyn.policy.vocabulary import Language, Right

_DA, _EN = Language.DANISH, Language.ENGLISH

MATTERS: Mapping[Language, Mapping[Right | None, str]] = {
    _DA: {
        None: "din henvendelse",
        Right.ACCESS: "din anmodning om indsigt",
        Right.RECTIFICATION: "din anmodning om at få rettet en fejl",
        Right.ERASURE: "din anmodning om sletning",
        Right.RESTRICTION: "din anmodning om en pause i brugen af dine oplysninger",
        Right.OBJECTION: "din indsigelse",
        Right.PORTABILITY: "din anmodning om at tage dine oplysninger med",
        Right.WITHDRAWAL: "din besked om at trække et samtykke tilbage",
        Right.COMPLAINT: "din klage",
    },
    _EN: {
        None: "your message",
        Right.ACCESS: "your request for access",
        Right.RECTIFICATION: "your request for a correction",
        Right.ERASURE: "your request for erasure",
        Right.RESTRICTION: "your request to put the use of your data on hold",
        Right.OBJECTION: "your objection",
        Right.PORTABILITY: "your request to take your data with you",
        Right.WITHDRAWAL: "your withdrawal of a consent",
        Right.COMPLAINT: "your complaint",
    },
}

CONDITIONS: Mapping[Language, Mapping[Right | None, str]] = {
    _DA: {
        Right.ACCESS: "artikel 15",
        Right.RECTIFICATION: "artikel 16",
        Right.ERASURE: "artikel 17, stk. 1",
        Right.RESTRICTION: "artikel 18, stk. 1",
        Right.OBJECTION: "artikel 21, stk. 1",
        Right.PORTABILITY: "artikel 20, stk. 1",
        Right.WITHDRAWAL: "artikel 7",
    },
    _EN: {
        Right.ACCESS: "Article 15",
        Right.RECTIFICATION: "Article 16",
        Right.ERASURE: "Article 17(1)",
        Right.RESTRICTION: "Article 18(1)",
        Right.OBJECTION: "Article 21(1)",
        Right.PORTABILITY: "Article 20(1)",
        Right.WITHDRAWAL: "Article 7",
    },
}
"""Where the conditions of each right stand."""

WAYS: Mapping[Language, tuple[str, ...]] = {
    _DA: (
        "Bed os om en kode. Vi sender den til den e-mailadresse, du allerede har hos os, og du skriver eller læser "
        "den op for os.",
        "Eller log ind i selvbetjeningen, og send din anmodning derfra.",
        "Eller kom forbi, og vis legitimation. Vi skriver kun ned, at vi har set den.",
    ),
    _EN: (
        "Ask us for a code. We send it to the e-mail address that you already have with us, and you write or read it "
        "to us.",
        "Or sign in to self-service and send your request from there.",
        "Or come to our office and show proof of identity. We only note that we have seen it.",
    ),
}

_TEXTS: Mapping[str, tuple[str, str]] = {
    "edition": ("sag {number}, {today}", "case {number}, {today}"),
    "matter_title": ("Sag {number}", "Case {number}"),
    "phone": ("Telefon", "Telephone"),
    "email": ("E-mail", "E-mail"),
    # -- receipt
    "receipt_title": ("Vi har modtaget din henvendelse", "We have received your message"),
    "receipt": (
        "Tak for {matter}, som vi modtog den {received}. Den har nummer {number}; skriv det gerne, hvis du kontakter "
        "os om den.",
        "Thank you for {matter}. We received it on {received}. Its number is {number}; please quote it if you contact"
        " us.",
    ),
    "receipt_deadline": (
        "Vi svarer hurtigst muligt og senest den {deadline}. Er sagen særlig omfattende, kan vi få brug for op til to "
        "måneder mere. Så skriver vi til dig inden den dag og fortæller hvorfor.",
        "We answer as soon as we can, and by {deadline} at the latest. If the case is especially complex, we may need"
        " up to two months more. Then we write to you before that day and tell you why.",
    ),
    "receipt_identity": (
        "Før vi kan svare, skal vi være sikre på, at det er dig. Det er for at passe på dine oplysninger. Send os "
        "ikke dit CPR-nummer eller en kopi af dit pas; det har vi ikke brug for.",
        "Before we can answer, we must be sure that it is you. That is to protect your data. Please do not send us "
        "your CPR number or a copy of your passport; we do not need them.",
    ),
    # -- who is it
    "question_title": ("Vi skal være sikre på, at det er dig", "We must be sure that it is you"),
    "question_why": (
        "Vi har modtaget {matter} den {received}, men vi kan ikke se, hvem der har sendt den. Vi vil ikke risikere at"
        " give nogens oplysninger til en anden. Du kan vise, at det er dig, på en af disse måder:",
        "We received {matter} on {received}, but we cannot tell who sent it. We do not want to risk giving anybody's "
        "data to somebody else. You can show that it is you in one of these ways:",
    ),
    "question_clock": (
        "Fristen for vores svar står stille, til vi ved, hvem du er, og løber så videre. Send os ikke dit CPR-nummer "
        "eller en kopi af dit pas; det har vi ikke brug for.",
        "The time limit for our answer stands still until we know who you are, and then runs on. Please do not send "
        "us your CPR number or a copy of your passport; we do not need them.",
    ),
    "code_subject": ("Din kode til {name}", "Your code for {name}"),
    "code_text": (
        "Din kode er {code}\n\n"
        "Den gælder i 15 minutter og kan bruges én gang. Du får den, fordi nogen har bedt {name} om noget, der handler "
        "om dine oplysninger. Er det dig, så skriv eller læs koden op for os.\n\n"
        "Er det ikke dig, så giv den ikke til nogen, og ring til os på {phone}. Uden koden sker der ikke noget.\n",
        "Your code is {code}\n\n"
        "It is good for 15 minutes and can be used once. You get it because somebody has asked {name} for something "
        "that concerns your data. If that was you, write or read the code to us.\n\n"
        "If it was not, give it to nobody, and call us on {phone}. Without the code nothing happens.\n",
    ),
    # -- extension
    "extension_title": ("Vi skal bruge mere tid", "We need more time"),
    "extension": (
        "Vi modtog {matter} den {received} og skulle have svaret senest den {deadline}. Det kan vi ikke nå. Du får "
        "svar senest den {new_deadline}. Det skyldes:",
        "We received {matter} on {received} and should have answered by {deadline}. We cannot do that. You will have "
        "our answer by {new_deadline}. The reason is:",
    ),
    "extension_law": (
        "Databeskyttelsesforordningens artikel 12, stk. 3, giver os denne mulighed én gang, når en anmodning er "
        "kompliceret, eller der er mange af dem. Fristen kan ikke forlænges igen.",
        "Article 12(3) of the GDPR lets us do so once, where a request is complex or there are many of them. The limit "
        "cannot be extended again.",
    ),
    # -- answer
    "answer_title": ("Svar på din henvendelse", "Our answer"),
    "granted": (
        "Vi har behandlet {matter} og gjort det, du bad om.",
        "We have dealt with {matter} and done what you asked.",
    ),
    "granted_access": (
        "Vi har behandlet {matter}. Du får alt, hvad vi har om dig.",
        "We have dealt with {matter}. You get everything that we hold about you.",
    ),
    "granted_objection": (
        "Vi giver dig ret i din indsigelse. Vi er holdt op med det, du sagde nej til.",
        "We find your objection justified. We have stopped what you objected to.",
    ),
    "granted_complaint": ("Vi har behandlet din klage.", "We have dealt with your complaint."),
    "partly": (
        "Vi har behandlet {matter} og gjort en del af det, du bad om. Her kan du se, hvad vi ikke har gjort, og "
        "hvorfor.",
        "We have dealt with {matter} and done part of what you asked. Here you can see what we have not done, and why.",
    ),
    "partly_access": (
        "Vi har behandlet {matter}. Du får det, vi har om dig, bortset fra det, der er nævnt herunder.",
        "We have dealt with {matter}. You get what we hold about you, except for what is listed below.",
    ),
    "partly_objection": (
        "Vi giver dig ret i en del af din indsigelse. Her kan du se, hvad vi ikke er holdt op med, og hvorfor.",
        "We find part of your objection justified. Here you can see what we have not stopped, and why.",
    ),
    "partly_complaint": (
        "Vi har behandlet din klage og giver dig ret i en del af den.",
        "We have dealt with your complaint and agree with part of it.",
    ),
    "nothing_held": (
        "Vi har behandlet {matter}. Vi har ingen oplysninger, som den angår, ud over selve henvendelsen.",
        "We have dealt with {matter}. We hold no data that it concerns, apart from the message itself.",
    ),
    "nothing_held_complaint": (
        "Vi har behandlet din klage og har ikke fundet noget at rette.",
        "We have dealt with your complaint and have found nothing to put right.",
    ),
    "estate": (
        "Databeskyttelsesforordningen gælder ikke for afdøde. Du får svaret som kontakt for boet, og kun om det, boet"
        " har brug for.",
        "The GDPR does not cover the dead. You get this answer as the contact of the estate, and only about what the "
        "estate needs.",
    ),
    "done_title": ("Det har vi gjort", "What we have done"),
    "kept_title": ("Det beholder vi, og hvorfor", "What we keep, and why"),
    "withheld_title": ("Det har vi holdt ude af svaret, og hvorfor", "What we have left out, and why"),
    "timing_title": ("Tiden", "The time"),
    "timing": (
        "Vi modtog henvendelsen den {received} og skulle svare senest den {deadline}.",
        "We received the message on {received} and had to answer by {deadline}.",
    ),
    "timing_paused": (
        "Fristen stod stille i {paused} dage, mens vi fandt ud af, hvem der spurgte.",
        "The limit stood still for {paused} days while we found out who was asking.",
    ),
    "timing_paused_a_day": (
        "Fristen stod stille i 1 dag, mens vi fandt ud af, hvem der spurgte.",
        "The limit stood still for 1 day while we found out who was asking.",
    ),
    "timing_extended": (
        "Vi forlængede fristen, og du fik besked hvorfor: {reason}.",
        "We extended the limit, and told you why: {reason}.",
    ),
    # -- refusal
    "refusal_title": ("Svar på din henvendelse", "Our answer"),
    "refusal": (
        "Vi har behandlet {matter}, som vi modtog den {received}. Vi kan ikke imødekomme den.",
        "We have dealt with {matter}, which we received on {received}. We cannot grant it.",
    ),
    "refused_unidentified": (
        "Vi kan ikke se, hvem du er, og må derfor hverken fortælle, ændre eller slette noget "
        "(databeskyttelsesforordningens artikel 12, stk. 2). Viser du senere, hvem du er, tager vi sagen op igen.",
        "We cannot tell who you are, and so may not tell, change or delete anything (Article 12(2) of the GDPR). If "
        "you show us later who you are, we take the case up again.",
    ),
    "refused_no_authority": (
        "Henvendelsen handler om en anden person, og vi har ikke set en fuldmagt eller andet, der viser, at du må "
        "handle for vedkommende. Derfor kan vi hverken be- eller afkræfte, om vi har noget. Send os gerne en "
        "fuldmagt, så tager vi sagen op igen.",
        "The message is about another person, and we have not seen a power of attorney or anything else that shows "
        "that you may act for him or her. So we can neither confirm nor deny that we hold anything. Send us a power "
        "of attorney and we take the case up again.",
    ),
    "refused_unfounded": (
        "Henvendelsen er åbenbart grundløs (databeskyttelsesforordningens artikel 12, stk. 5).",
        "The request is manifestly unfounded (Article 12(5) of the GDPR).",
    ),
    "refused_excessive": (
        "Henvendelsen er overdreven, især fordi den gentages (databeskyttelsesforordningens artikel 12, stk. 5).",
        "The request is excessive, in particular because it is repeated (Article 12(5) of the GDPR).",
    ),
    "refused_not_met": (
        "Betingelserne er ikke opfyldt (databeskyttelsesforordningens {article}).",
        "The conditions are not met ({article} of the GDPR).",
    ),
    "refused_required_by_law": (
        "En lov eller et retskrav kræver, at vi beholder oplysningerne (databeskyttelsesforordningens artikel 17, "
        "stk. 3).",
        "A law or a legal claim demands that we keep the data (Article 17(3) of the GDPR).",
    ),
    "refused_not_covered": (
        "Databeskyttelsesforordningen gælder for levende mennesker. Den gælder ikke for virksomheder og ikke for "
        "afdøde (artikel 1 og 4, nr. 1, og betragtning 14 og 27).",
        "The GDPR is about living people. It covers neither companies nor the dead (Articles 1 and 4(1), recitals 14 "
        "and 27).",
    ),
    # -- every letter
    "complaint_title": ("Hvis du er utilfreds", "If you are unhappy with this"),
    "courts": ("Du kan også gå til domstolene.", "You can also go to court."),
    "reach_us_title": ("Sådan får du fat i os", "How to reach us"),
    "reach_us": (
        "Skriv eller ring, hvis der er noget, du gerne vil vide. Skriv »{mark}« og {number} i emnet, så havner det "
        "rigtigt.",
        "Write or call if there is anything that you would like to know. Put “{mark}” and {number} in the subject, "
        "and it reaches the right desk.",
    ),
}


def say(language: Language, key: str, **values: str) -> str:
    """One sentence or some, in a language."""
    danish, english = _TEXTS[key]
    return (danish if language is _DA else english).format(**values)


def has(key: str) -> bool:
    """Whether there are words for this."""
    return key in _TEXTS
