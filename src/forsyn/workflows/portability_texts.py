"""What the files of a portable package are called, and what stands above their columns."""

from __future__ import annotations

from forsyn.policy.items import Text

CONSUMPTION = Text("forbrug.xml", "consumption.xml")
TABLES = Text("tabeller", "tables")
DOCUMENTS = Text("dokumenter", "documents")
READ_ME = Text("LÆS-MIG.txt", "README.txt")
READINGS = Text("forbrug", "consumption")
REPLACED = Text("forbrug-erstattet", "consumption-replaced")
COUNTER = Text("maalerstande", "counter-readings")
SET_ASIDE = Text("maalinger-sat-til-side", "readings-set-aside")
SERIES_HEADERS = (
    Text("Serie", "Series"),
    Text("Måler", "Meter"),
    Text("Sted", "Home"),
    Text("Forsyningsart", "Commodity"),
    Text("Hvad der måles", "What is measured"),
    Text("Enhed", "Unit"),
)
READING_HEADERS = (
    *SERIES_HEADERS,
    Text("Fra", "From"),
    Text("Til", "Until"),
    Text("Værdi", "Value"),
    Text("Bemærkning", "Remark"),
)
COUNTER_HEADERS = (*SERIES_HEADERS, Text("Tidspunkt", "Time"), Text("Tælleren viste", "The counter showed"))
SET_ASIDE_HEADERS = (
    Text("Hvad der måles", "What is measured"),
    Text("Enhed", "Unit"),
    Text("Tidspunkt", "Time"),
    Text("Værdi", "Value"),
    Text("Tidspunkt, som det blev sendt", "Time as it was sent"),
    Text("Værdi, som den blev sendt", "Value as it was sent"),
)
READ_ME_TEXT = Text(
    """Her er det, du selv har givet {controller}, og det, dine målere har målt.
(Databeskyttelsesforordningens artikel 20.)

{data}: det hele i ét dokument, som en anden virksomheds program kan læse.
  Dets form er beskrevet på {schema}
{tables}/: det samme som tabeller til et regneark (UTF-8, semikolon).
{consumption}: forbruget i energistandarden ESPI ("Green Button").
Tidspunkter er danske, med forskellen til UTC: dagen, hvor uret bliver stillet, har 23 eller 25 timer.
Hvor timetal er blevet til døgntal eller månedstal, er det dem, du får.
Numre, vi har givet dig, og tal, vi har regnet ud, er ikke med: dem finder du i din indsigt.
""",
    """Here is what you gave {controller} yourself, and what your meters have measured.
(Article 20 of the GDPR.)

{data}: everything in one document that another company's program can read.
  Its form is described at {schema}
{tables}/: the same as tables for a spreadsheet (UTF-8, semicolons).
{consumption}: the consumption in the energy-data standard ESPI ("Green Button").
Times are Danish, with their difference from UTC: the day on which clocks change has 23 or 25 hours.
Where hours have become days or months, it is those that you get.
Numbers that we gave you and figures that we worked out are not here: you find them in your copy (access).
""",
)
ABSENT = Text("udeladt: {item}. {reason}", "left out: {item}. {reason}")
