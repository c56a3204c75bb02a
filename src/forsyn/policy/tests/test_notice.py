"""The notice tells everything that Art. 13 and 14 want told, and everything that the file declares."""

import re
from collections.abc import Iterator

import pytest

from forsyn.policy import notice_texts
from forsyn.policy.document import (
    Block,
    BulletList,
    Contact,
    DefinitionList,
    Document,
    Heading,
    Inline,
    Paragraph,
    Section,
    Table,
    as_text,
    plain,
)
from forsyn.policy.notice import ARTICLES, notice
from forsyn.policy.policy import Policy, Text
from forsyn.policy.vocabulary import Capacity, Language, Objection
from forsyn.policy.wording import capitalised, period_words


@pytest.fixture(params=["utility", "supplier"])
def policy(request: pytest.FixtureRequest) -> Policy:
    loaded: Policy = request.getfixturevalue(request.param)
    return loaded


@pytest.fixture(params=list(Language))
def language(request: pytest.FixtureRequest) -> Language:
    return Language(request.param)


@pytest.fixture
def document(policy: Policy, language: Language) -> Document:
    return notice(policy, language)


def section(document: Document, key: str) -> str:
    """The text of one section."""
    part = next(one for one in document.sections if one.id == key)
    return as_text(Document(document.language, "", "", "", document.valid_from, (part,)))


def inlines(block: Block) -> Iterator[Inline]:
    match block:
        case Paragraph():
            yield block.spans
        case BulletList():
            yield from block.items
        case Table():
            yield from (cell for row in block.rows for cell in row)
        case DefinitionList():
            for term, paragraphs in block.items:
                yield from (term, *paragraphs)
        case Contact():
            yield from ((span,) for _, span in block.ways)


# -- completeness ------------------------------------------------------------------------------------

SAYS = {
    "13(1)(a)": "controller.contact.email",
    "13(1)(b)": "data_protection.contact.email",
    "13(1)(f)": "third_countries.text",
    "13(2)(d)": "authority.contact.email",
    "13(2)(e)": "duty_to_give.text",
    "13(2)(f)": "automated_decisions.text",
}


def test_each_item_of_articles_13_and_14_has_a_section_that_answers_it(document: Document) -> None:
    answered = {article for part in document.sections for article in part.articles}
    assert set(ARTICLES) <= answered
    assert all(part.blocks for part in document.sections)


@pytest.mark.parametrize("article", SAYS)
def test_the_section_named_for_an_item_holds_it(policy: Policy, document: Document, article: str) -> None:
    wanted: object = policy
    for name in SAYS[article].split("."):
        wanted = getattr(wanted, name)
    text = wanted.in_(document.language) if isinstance(wanted, Text) else str(wanted)
    parts = [part for part in document.sections if article in part.articles]
    assert any(text in section(document, part.id) for part in parts)


def test_every_category_stands_with_its_description(policy: Policy, document: Document) -> None:
    text = section(document, "data")
    for category in policy.categories.values():
        assert f"- {capitalised(category.name.in_(document.language))}\n" in text
        assert category.description.in_(document.language) in text


def test_every_purpose_stands_with_its_bases_interest_and_choice(policy: Policy, document: Document) -> None:
    language = document.language
    for purpose in policy.purposes.values():
        where = "purposes" if purpose.capacity is Capacity.CONTROLLER else "processor"
        text = section(document, where).split(f"- {purpose.name.in_(language)}\n")[1].split("\n- ")[0]
        assert purpose.description.in_(language) in text
        for basis in purpose.bases:
            assert basis.statute is None or basis.statute.in_(language) in text
            article = re.sub(r"\((\d)\)\((\w)\)", r", stk. \1, litra \2", basis.article or "")
            assert (article if language is Language.DANISH else basis.article or "") in text
        assert purpose.interest is None or purpose.interest.in_(language) in text
        assert purpose.consent is None or policy.consents[purpose.consent].name.in_(language) in text


def test_every_recipient_stands_with_what_it_does_and_where_it_is(policy: Policy, document: Document) -> None:
    language = document.language
    text = section(document, "sharing")
    for recipient in policy.recipients.values():
        told = text.split(f"- {recipient.name.in_(language)}")[1].split("\n- ")[0]
        assert capitalised(recipient.does.in_(language)) in told
        assert recipient.statute is None or recipient.statute.in_(language) in told
        place = recipient.place.da if language is Language.DANISH else recipient.place.en
        assert (f"({place})" in told) == (recipient.country != policy.controller.country)


def test_every_retention_rule_is_a_row_with_its_period_event_and_reason(policy: Policy, document: Document) -> None:
    language = document.language
    rows = next(
        block for part in document.sections if part.id == "keeping" for block in part.blocks if isinstance(block, Table)
    )
    told = {row[0][0].text.rstrip(":"): row for row in rows.rows}
    assert len(told) == len(policy.retention)
    for rule in policy.retention.values():
        what, when, why = told[rule.name.in_(language)]
        assert period_words(rule.period, language) in plain(when)
        assert policy.events[rule.event].phrase.in_(language) in plain(when)
        assert plain(why) == rule.reason.in_(language)
        assert rule.purpose is None or policy.purposes[rule.purpose].name.in_(language) in plain(what)
        assert len(rule.categories) == 1 or all(
            policy.categories[key].name.in_(language) in plain(what) for key in rule.categories
        )


def test_every_right_consent_cookie_and_commitment_stands(policy: Policy, document: Document) -> None:
    language, text = document.language, as_text(document)
    for rule in policy.rights.values():
        assert rule.explanation.in_(language) in section(document, "rights")
    for consent in policy.consents.values():
        assert consent.explanation.in_(language) in section(document, "withdrawal")
    for cookie in policy.cookies.values():
        assert f"| {cookie.key} |" in section(document, "cookies")
    for commitment in policy.commitments.values():
        assert commitment.text.in_(language) in text


def test_the_right_to_object_stands_apart_with_every_purpose_it_reaches(policy: Policy, document: Document) -> None:
    text = section(document, "objection")
    for purpose in policy.purposes.values():
        reached = purpose.objection is not Objection.NONE and purpose.capacity is Capacity.CONTROLLER
        assert (f"- {purpose.name.in_(document.language)}\n" in text) == reached


def test_company_and_version_are_told(policy: Policy, document: Document) -> None:
    text = section(document, "who") + section(document, "about")
    for company in policy.group_companies:
        assert company.cvr in text
    assert f"{policy.version}." in text
    assert str(policy.valid_from.year) in text


# -- the tree and the language -----------------------------------------------------------------------


def test_anchors_are_unique_and_every_inner_link_meets_one(document: Document) -> None:
    headings = [block for part in document.sections for block in part.blocks if isinstance(block, Heading)]
    anchors = [part.id for part in document.sections] + [heading.id for heading in headings]
    assert len(set(anchors)) == len(anchors)
    assert all(re.fullmatch(r"[a-z][a-z0-9_-]*", anchor) for anchor in anchors)
    links = [
        span.href
        for part in document.sections
        for block in part.blocks
        for inline in inlines(block)
        for span in inline
        if span.href
    ]
    assert {link[1:] for link in links if link.startswith("#")} <= set(anchors)
    assert all(re.match(r"#|mailto:|tel:\+45\d{8}$|https://", link) for link in links)


def test_sentences_are_whole_and_clean(document: Document) -> None:
    for part in document.sections:
        for block in part.blocks:
            for inline in inlines(block):
                text = plain(inline)
                assert text == text.strip()
                assert not re.search(r"\s\s|\.\.|,,|\s[,.;]|[{}\0]|None|\( | \)", text), text
            if isinstance(block, Paragraph):
                assert plain(block.spans)[-1] in ".:?", plain(block.spans)


def test_the_two_languages_have_the_same_shape(policy: Policy) -> None:
    def shape(part: Section) -> list[tuple[str, int]]:
        return [(type(block).__name__, len(list(inlines(block)))) for block in part.blocks]

    danish, english = (notice(policy, language) for language in (Language.DANISH, Language.ENGLISH))
    assert [part.id for part in danish.sections] == [part.id for part in english.sections]
    assert [shape(part) for part in danish.sections] == [shape(part) for part in english.sections]


def test_the_languages_are_not_mixed(policy: Policy) -> None:
    english = as_text(notice(policy, Language.ENGLISH))
    danish = as_text(notice(policy, Language.DANISH))
    assert not re.search(r"\b(og|ikke|oplysninger|eller|artikel|måneder)\b", english)
    assert not re.search(r"\b(the|and|your|data|Article|months)\b", danish)


def test_every_template_has_the_same_names_in_both_languages() -> None:
    tables = (notice_texts.TEXTS, notice_texts.OUTCOMES)
    for text in (text for table in tables for text in table.values()):
        names = [set(re.findall(r"{(\w+)}", words)) - {"comma"} for words in (text.da, text.en)]
        assert names[0] == names[1], text


@pytest.mark.parametrize(
    ("rule", "danish", "english"),
    [
        ("bookkeeping", "Slettes 5 år efter udgangen af det regnskabsår, bilaget hører til.",
         "Deleted 5 years after the end of the accounting year that the voucher belongs to."),
        ("contact_details", "Slettes 6 måneder efter, at din aftale er ophørt.",
         "Deleted 6 months after your agreement has ended."),
        ("newsletter", "Slettes straks efter, at du har meldt dig fra.",
         "Deleted immediately after you have unsubscribed."),
        ("consumption_hours", "3 år efter målingen lægger vi timerne sammen til døgn.",
         "3 years after the measurement, we add the hours up to days."),
        ("surveys", "1 år efter, at undersøgelsen er slut, fjerner vi alt, der kan føre tilbage til dig.",
         "1 year after the survey has closed, we remove all that could lead back to you."),
    ],
)  # fmt: skip
def test_periods_and_events_become_sentences(utility: Policy, rule: str, danish: str, english: str) -> None:
    name = utility.retention[rule].name
    assert f"| {danish} |" in section(notice(utility, Language.DANISH), "keeping").split(name.da)[1]
    assert f"| {english} |" in section(notice(utility, Language.ENGLISH), "keeping").split(name.en)[1]
