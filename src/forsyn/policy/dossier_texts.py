"""The words around a person's data in the package (Art. 15), in both languages: whole sentences or titles."""

from forsyn.policy.items import Text

TITLE = Text("Dine oplysninger hos os", "Your data with us")
TEXTS = {
    "about": Text("Om denne pakke", "About this package"),
    "intro": Text(
        "Her er alt, hvad vi har om dig, som det var {day}. Pakken gælder kundenummer {numbers}.",
        "Here is all that we hold about you, as it was on {day}. The package is for customer number {numbers}.",
    ),
    "intro_nobody": Text(
        "Vi har ingen oplysninger om dig i vores system {day}.", "We hold no data about you in our system on {day}."
    ),
    "files": Text("Det ligger i pakken:", "This is in the package:"),
    "file_pdf": Text("{name}: det, du læser nu", "{name}: what you are reading now"),
    "file_csv": Text(
        "{name}: en fil for hver slags oplysning, som regneark kan åbne", "{name}: a file for each kind of data"
    ),
    "file_json": Text(
        "{name}: det samme i én fil, som programmer kan læse; data.schema.json beskriver den",
        "{name}: the same in one file, for programs to read; data.schema.json describes it",
    ),
    "file_documents": Text("{name}: breve og bilag", "{name}: letters and enclosures"),
    "data": Text("Hvorfor vi har det, og hvor længe", "Why we hold it, and for how long"),
    "purposes": Text("Hvad vi bruger oplysningerne til", "What we use the data for"),
    "where": Text("Hvor det står:", "Where it stands:"),
    "from": Text("Hvor det kommer fra:", "Where it comes from:"),
    "why": Text("Hvad vi bruger det til:", "What we use it for:"),
    "how_long": Text("Hvor længe:", "How long:"),
    "who": Text("Hvem der har fået det:", "Who has received it:"),
    "nobody": Text("Vi har ikke sendt det til nogen.", "We have not sent it to anybody."),
    "rule": Text("{period} efter {event}", "{period} after {event}"),
    "rule_at_once": Text("indtil {event}", "until {event}"),
    "dated": Text("for det, der ligger her, senest {day}", "for what is here, at the latest {day}"),
    "held": Text(
        "Noget er holdt tilbage fra sletning til {day}, fordi {ground}.",
        "Something is held from erasure until {day}, because {ground}.",
    ),
    "received": Text("Hvem der har fået noget", "Who has received something"),
    "received_intro": Text(
        "Her er alle, som har fået oplysninger om dig fra os, så langt tilbage som vores log går.",
        "Here is everybody who has received data about you from us, as far back as our log goes.",
    ),
    "received_none": Text(
        "Vi har ikke sendt oplysninger om dig til nogen, så langt tilbage som vores log går.",
        "We have not sent data about you to anybody, as far back as our log goes.",
    ),
    "declared": Text(
        "Disse kan få oplysninger som dine, når det er nødvendigt for det, de gør for os eller for dig:",
        "These may receive data such as yours when it is needed for what they do for us or for you:",
    ),
    "received_table": Text("Modtagere", "Recipients"),
    "recipient": Text("Modtager", "Recipient"),
    "what": Text("Hvad", "What"),
    "when": Text("Hvornår", "When"),
    "carried": Text("kun for at bringe vores beskeder til dig", "only to bring our messages to you"),
    "once": Text("{day}", "{day}"),
    "times": Text("{count} gange, {first} til {last}", "{count} times, {first} to {last}"),
    "rows": Text("Oplysningerne", "The data"),
    "rows_intro": Text(
        "Her står det, vi har, række for række. Lange lister er kortet af her; de står helt i filerne.",
        "Here is what we hold, row by row. Long lists are cut short here; they stand whole in the files.",
    ),
    "elsewhere": Text("{count} rækker står i {file}.", "{count} rows stand in {file}."),
    "more": Text("{count} rækker mere står i {file}.", "{count} more rows stand in {file}."),
    "until": Text("gemmes til {day}", "kept until {day}"),
    "consumption": Text("Dit forbrug", "Your consumption"),
    "consumption_intro": Text(
        "Summen for hver måned. Hver enkelt måling med sin tid står i {file}.",
        "The sum of each month. Every single reading with its time stands in {file}.",
    ),
    "month": Text("Måned", "Month"),
    "meter": Text("Måler", "Meter"),
    "used": Text("Forbrug", "Consumption"),
    "not_here": Text("Hvad der ikke er med", "What is not here"),
    "withheld": Text("Holdt ude af hensyn til andre:", "Withheld for the sake of others:"),
    "withheld_none": Text("Der er ikke holdt noget ude.", "Nothing has been withheld."),
    "left_out": Text(
        "Noget ligger i vores tabeller uden at være med her:", "Some things lie in our tables and are not here:"
    ),
    "rights": Text("Dine rettigheder", "Your rights"),
    "complaint": Text("Klage", "Complaint"),
    "decisions": Text("Afgørelser af en computer", "Decisions by a computer"),
    "countries": Text("Lande uden for EU og EØS", "Countries outside the EU and the EEA"),
    "contact": Text("Spørgsmål", "Questions"),
    "phone": Text("Telefon", "Telephone"),
    "email": Text("E-mail", "E-mail"),
    "website": Text("Hjemmeside", "Website"),
    "units": Text(
        "Forbrug står i Wh (1.000 Wh er 1 kWh) og liter (1.000 liter er 1 m³). Tider er dansk tid; +01:00 er vintertid "
        "og +02:00 sommertid. Tomt betyder, at der ikke er noget.",
        "Consumption is in Wh (1,000 Wh are 1 kWh) and litres (1,000 litres are 1 m³). Times are Danish time; +01:00 "
        "is winter time and +02:00 summer time. Empty means that there is nothing.",
    ),
}
SOURCES = {
    "person": Text("dig selv", "yourself"),
    "meter": Text("måleren", "the meter"),
    "utility": Text("os selv", "ourselves"),
    "derived": Text("beregnet ud fra andre oplysninger", "worked out from other data"),
    "employer": Text("din arbejdsgiver", "your employer"),
    "other_person": Text("en anden person", "another person"),
    "public_register": Text("et offentligt register", "a public register"),
    "partner": Text("en samarbejdspartner", "a partner"),
    "system": Text("vores system, når du eller vi bruger det", "our system, when you or we use it"),
}
