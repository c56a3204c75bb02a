"""The sentences of staff instructions that are the same for every role, in Danish and English.

Names in braces are filled in by `forsyn.policy.instructions`. The "du" is the member of staff.
"""

from datetime import date

from forsyn.policy.policy import Text

WRITTEN_DATE = date(2026, 11, 21)
"""When these sentences were last changed: from then on there is time to confirm them anew. A test holds it to them."""

TEXTS = {
    "title": Text("Instruks: {role}", "Instructions: {role}"),
    "job": Text("Dit arbejde", "Your work"),
    "use": Text(
        "Brug kun oplysningerne til det arbejde. Slå aldrig nogen op af nysgerrighed, heller ikke dig selv, din "
        "familie eller folk, du kender.",
        "Use the data for that work only. Never look anybody up out of curiosity, not even yourself, your family or "
        "people you know.",
    ),
    "term": Text(
        "Du får rollen for højst {longest} ad gangen. Den slutter, hvis ingen har gennemgået den inden for {review}. "
        "Har du ikke længere brug for den, så opgiv den under »Min adgang«.",
        "You get the role for {longest} at most at a time. It ends if nobody has reviewed it within {review}. If you "
        "need it no longer, give it up under “My access”.",
    ),
    "purposes": Text("Det må du se, og til hvad", "What you may see, and for what"),
    "purposes_intro": Text(
        "Hver side arbejder til ét formål ad gangen, og databasen viser kun det, der hører til det. Din rolle har "
        "disse formål. Navnene er privatlivspolitikkens, hvor »du« er kunden.",
        "Each page works for one purpose at a time, and the database shows only what belongs to it. Your role has "
        "these purposes. Their names are those of the privacy policy, where “you” is the customer.",
    ),
    "sees": Text("Du kan se: {categories}.", "You can see: {categories}."),
    "sees_all": Text("Du kan se alt, hvad vi har om et menneske.", "You can see all that we hold about a person."),
    "on_behalf": Text("Det er på vegne af dem, vi arbejder for.", "This is on behalf of those we work for."),
    "consent": Text(
        "Kun om dem, der har givet samtykket »{consent}«.",
        "Only of those who have given the consent “{consent}”.",
    ),
    "handed_over": Text(
        "Kun om dem, hvis gæld er ved at blive givet videre til inddrivelse.",
        "Only of those whose debt is being handed over for collection.",
    ),
    "pseudonymous": Text("Målerne har dæknumre, og ingen navne.", "Meters carry cover numbers, and no names."),
    "unseen": Text("Dem, du ikke ser", "Whom you do not see"),
    "unseen_restricted": Text(
        "Har nogen fået sat brugen af sine oplysninger på pause, er de skjult for: {purposes}.",
        "Those who have had the use of their data put on hold are hidden from: {purposes}.",
    ),
    "unseen_objection": Text(
        "Den, der har gjort indsigelse mod et formål, er skjult for det: {purposes}.",
        "Whoever has objected to a purpose is hidden from it: {purposes}.",
    ),
    "unseen_none": Text(
        "Ingen er skjult for dine formål. Det er et ansvar: brug det kun, når opgaven kræver det.",
        "Nobody is hidden from your purposes. That is a responsibility: use it only when the task demands it.",
    ),
    "unseen_do": Text(
        "Kan du ikke finde en kunde, så led ikke uden om systemet og bed ikke en kollega om det. Spørg {contact}.",
        "If you cannot find a customer, do not look for ways around the system, and do not ask a colleague to. Ask "
        "{contact}.",
    ),
    "special": Text("Det, vi passer særligt på", "What we take special care of"),
    "special_own": Text(
        "Din rolle giver adgang til {categories}, og kun til: {purposes}.",
        "Your role gives access to {categories}, and only for: {purposes}.",
    ),
    "special_closed": Text(
        "Din rolle giver ikke adgang til: {categories}. Får du det at vide alligevel, så skriv det ikke ned. "
        "Spørg {contact}, hvis noget bør ske.",
        "Your role gives no access to: {categories}. If you learn of it all the same, do not write it down. "
        "Ask {contact} if something should happen.",
    ),
    "cpr": Text(
        "Skriv aldrig et CPR-nummer i et notat, en begrundelse eller en e-mail. Spørger systemet, om der står et "
        "CPR-nummer i din tekst, så svar sandt, og tag nummeret ud.",
        "Never write a CPR number in a note, a reason or an e-mail. If the system asks whether there is a CPR number "
        "in your text, answer truthfully, and take the number out.",
    ),
    "log": Text("Hvert opslag bliver husket", "Every look is recorded"),
    "logged": Text(
        "Slår du en person op, eller søger du efter en, bliver det skrevet ned: hvem, hvornår, hvad og til hvilket "
        "formål. Ingen af systemets formål kan rette i den log.",
        "When you look at a person or search for one, it is recorded: who, when, what and for which purpose. None of "
        "the system's purposes can alter that log.",
    ),
    "logged_seen": Text(
        "Kunderne kan selv se i selvbetjeningen, hvornår nogen har kigget, på hvad og hvorfor.",
        "Customers can see in self-service when somebody looked, what at and why.",
    ),
    "leaving": Text("Når oplysninger skal ud af huset", "When data are to leave the house"),
    "door": Text(
        "Send aldrig oplysninger ud på egen hånd: ikke fra din egen mail, ikke som foto og ikke på en nøgle. Systemet "
        "husker alt, det selv sender, og afviser modtagere, der ikke er aftalt, og lande uden for EU og EØS.",
        "Never send data out by your own means: not from your own mail, not as a photo and not on a stick. The system "
        "records all that it sends itself, and refuses recipients that are not agreed on, and countries outside the EU "
        "and EEA.",
    ),
    "secrecy": Text(
        "Det, du får at vide i arbejdet, fortæller du ikke videre, heller ikke når du er holdt op her.",
        "What you learn at work you tell nobody, not even when you have left.",
    ),
    "secrecy_external": Text(
        "Du arbejder under den tavshedserklæring, du har skrevet under på. Når den udløber, slutter din adgang.",
        "You work under the confidentiality agreement that you have signed. When it runs out, your access ends.",
    ),
    "secrecy_employed_elsewhere": Text(
        "Er du ansat i et andet firma, gælder den tavshedserklæring, du har skrevet under på, også.",
        "If another company employs you, the confidentiality agreement that you have signed applies, too.",
    ),
    "sign_in": Text("Dit login", "Your sign-in"),
    "own_sign_in": Text(
        "Kodeordet og kodeappen er kun dine. Lån dem aldrig ud, og godkend aldrig et login, du ikke selv er i gang "
        "med. Lås skærmen, når du går fra den.",
        "The password and the code app are yours alone. Never lend them out, and never approve a sign-in that you have "
        "not begun yourself. Lock the screen when you leave it.",
    ),
    "ask": Text("Når nogen beder om noget, og når noget går galt", "When somebody asks, and when something goes wrong"),
    "rights": Text(
        "Beder nogen om at se, få rettet, få slettet eller få udleveret sine oplysninger, eller siger de nej til en "
        "brug, så giv det videre til {contact} samme dag. De har krav på svar inden for en måned.",
        "If somebody asks to see, to have corrected, to have erased or to be given their data, or objects to a use, "
        "pass it on to {contact} the same day. They are entitled to an answer within a month.",
    ),
    "breach": Text(
        "Er oplysninger kommet i forkerte hænder, blevet væk eller blevet ændret, eller tror du det bare, så sig det "
        "til {contact} med det samme: ring, vent ikke. Det gælder også, når fejlen er din egen. Et brud skal som "
        "hovedregel anmeldes til {authority} inden 72 timer.",
        "If data have fallen into the wrong hands, been lost or been altered, or if you only think so, tell {contact} "
        "at once: call, do not wait. That holds when the mistake is your own, too. As a rule, a breach must be "
        "reported to {authority} within 72 hours.",
    ),
    "rights_own": Text(
        "Beder nogen om at se, få rettet, få slettet eller få udleveret sine oplysninger, eller siger de nej til en "
        "brug, er det dig, der sørger for svaret. De har krav på det inden for en måned.",
        "If somebody asks to see, to have corrected, to have erased or to be given their data, or objects to a use, it "
        "is you who sees to the answer. They are entitled to it within a month.",
    ),
    "breach_own": Text(
        "Er oplysninger kommet i forkerte hænder, blevet væk eller blevet ændret, eller fortæller en kollega det, så "
        "handl med det samme: et brud skal som hovedregel anmeldes til {authority} inden 72 timer. "
        "Vores egen kontakt er:",
        "If data have fallen into the wrong hands, been lost or been altered, or a colleague says so, act at once: as "
        "a rule, a breach must be reported to {authority} within 72 hours. Our own contact is:",
    ),
    "phone": Text("Telefon", "Telephone"),
    "email": Text("E-mail", "E-mail"),
}
