"""The sections of a policy file, one reader each. What keys there are is written here and nowhere else."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from forsyn.kernel.charges.tariff import Commodity
from forsyn.policy.policy import (
    Authority,
    Basis,
    Category,
    Commitment,
    Consent,
    Controller,
    Cookie,
    DataProtection,
    Event,
    GroupCompany,
    Item,
    NotHeld,
    Policy,
    Purpose,
    Recipient,
    Retention,
    RightRule,
    StaffRole,
    Statement,
    Text,
)
from forsyn.policy.problems import did_you_mean
from forsyn.policy.reading import Node, Page, dotted
from forsyn.policy.section_parts import contact, cvr, item
from forsyn.policy.vocabulary import (
    Capacity,
    Channel,
    Kind,
    Objection,
    Outcome,
    PersonGroup,
    Right,
    Role,
    Scope,
    Source,
    Topic,
)

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
Declared = TypeVar("Declared", bound=Item)


def read(root: Node) -> Policy:
    """The whole file. Problems are noted on the root's page; the answer is only of use without any."""
    root.number("format")
    policy = Policy(
        file=root.page.file,
        version=root.text("version"),
        valid_from=root.date("valid_from"),
        controller=_only(root, "controller", _controller),
        data_protection=_only(root, "data_protection", _data_protection),
        authority=_only(root, "authority", _authority),
        group_companies=tuple(_section(root, "group_companies", _group_company, required=False).values()),
        category_groups=_texts(root, "category_groups"),
        categories=_section(root, "categories", _category),
        not_held=tuple(_not_held(node) for node in root.items("not_held", required=False)),
        purpose_groups=_texts(root, "purpose_groups"),
        purposes=_section(root, "purposes", _purpose),
        consents=_section(root, "consents", _consent),
        events=_section(root, "events", _event),
        retention=_section(root, "retention", _retention),
        recipients=_section(root, "recipients", _recipient),
        staff_roles=_section(root, "staff_roles", _staff_role, required=False),
        rights=_rights(root),
        cookies=_section(root, "cookies", _cookie),
        commitments=_section(root, "commitments", _commitment),
        automated_decisions=_only(root, "automated_decisions", _none_of("exist")),
        third_countries=_only(root, "third_countries", _none_of("transfers")),
        duty_to_give=_only(root, "duty_to_give", _statement),
    )
    root.finish()
    return policy


def _only(root: Node, key: str, reader: Callable[[Node], Declared]) -> Declared:
    # A section that is missing is one problem, not one for each of its keys.
    node = root.child(key) or Node(Page(root.page.file, {(): 1}), (key,), {})
    item = reader(node)
    node.finish()
    return item


def _section(
    root: Node, key: str, reader: Callable[[Node], Declared], *, required: bool = True
) -> Mapping[str, Declared]:
    items: dict[str, Declared] = {}
    for node in root.children(key, required=required):
        if not _KEY.fullmatch(node.key):
            root.page.note(
                node.steps,
                f"{dotted(node.steps)} is no key that code can use.",
                "Write it in small letters a-z, digits and _, at most 40.",
            )
        items[node.key] = reader(node)
        node.finish()
    return items


def _texts(root: Node, key: str) -> Mapping[str, Text]:
    return {node.key: node.as_text() for node in root.children(key)}


def _controller(node: Node) -> Controller:
    return Controller(
        *item(node),
        contact(node),
        cvr(node),
        node.text("country"),
        node.text("subject_mark"),
        node.both("introduction"),
    )


def _data_protection(node: Node) -> DataProtection:
    return DataProtection(*item(node), contact(node), node.flag("officer"))


def _authority(node: Node) -> Authority:
    return Authority(*item(node), contact(node), node.both("complaint"))


def _group_company(node: Node) -> GroupCompany:
    supplies = node.choices("supplies", Commodity, required=False)
    return GroupCompany(*item(node), node.text("name"), cvr(node), node.both("does"), supplies)


def _category(node: Node) -> Category:
    return Category(
        *item(node),
        name=node.both("name"),
        description=node.both("description"),
        group=node.text("group"),
        kind=node.choice("kind", Kind),
        dpv=node.optional_text("dpv"),
        persons=node.choices("persons", PersonGroup),
        sources=node.choices("sources", Source),
        optional=node.flag("optional", default=False),
    )


def _not_held(node: Node) -> NotHeld:
    lines = {key: node.page.line((*node.steps, key)) for key in node.table}
    entry = NotHeld(
        node.key,
        node.line,
        lines,
        (),
        categories=node.names("categories"),
        sources=node.choices("sources", Source, required=False),
        reason=node.both("reason"),
    )
    node.finish()
    return entry


def _basis(node: Node) -> Basis:
    basis = Basis(node.optional_text("article"), node.optional_both("statute"))
    if basis.article is None and basis.statute is None:
        node.note("article", f"{dotted(node.steps)} has neither article nor statute.", 'Add article = "6(1)(c)".')
    elif basis.article is not None and not re.fullmatch(r"\d{1,2}(\(\d\))?(\([a-z]\))?", basis.article):
        node.note(
            "article",
            f"{basis.article!r} is not an article of the GDPR.",
            'Write "6(1)(c)", "9(2)(f)" or "10".',
        )
    node.finish()
    return basis


def _categories(node: Node) -> tuple[tuple[str, ...], bool]:
    """The categories named, or none and True for ``categories = "all"``."""
    if node.table.get("categories") == "all":
        node.asked.append("categories")
        return (), True
    return node.names("categories"), False


def _purpose(node: Node) -> Purpose:
    categories, everything = _categories(node)
    return Purpose(
        *item(node),
        name=node.both("name"),
        description=node.both("description"),
        group=node.text("group"),
        bases=tuple(_basis(item) for item in node.items("bases")),
        interest=node.optional_both("interest"),
        categories=categories,
        all_categories=everything,
        pseudonymous=node.flag("pseudonymous", default=False),
        objection=node.choice("objection", Objection, default=Objection.NONE),
        consent=node.optional_text("consent"),
        reads_restricted=node.flag("reads_restricted", default=False),
        capacity=node.choice("capacity", Capacity, default=Capacity.CONTROLLER),
        scope=node.choice("scope", Scope, default=Scope.EVERYONE),
        serves=node.names("serves", required=False),
    )


def _consent(node: Node) -> Consent:
    return Consent(
        *item(node),
        name=node.both("name"),
        explanation=node.both("explanation"),
        written=node.flag("written", default=False),
        former=tuple(each.as_text() for each in node.items("former", required=False)),
    )


def _event(node: Node) -> Event:
    return Event(*item(node), node.both("phrase"), node.flag("year_end", default=False))


def _retention(node: Node) -> Retention:
    return Retention(
        *item(node),
        name=node.both("name"),
        categories=node.names("categories"),
        purpose=node.optional_text("purpose"),
        event=node.text("event"),
        period=node.period("period"),
        then=node.choice("then", Outcome, default=Outcome.ERASE),
        review=node.optional_period("review"),
        reason=node.both("reason"),
        demanded_by=node.optional_both("demanded_by"),
    )


def _recipient(node: Node) -> Recipient:
    categories, everything = _categories(node)
    return Recipient(
        *item(node),
        name=node.both("name"),
        role=node.choice("role", Role),
        does=node.both("does"),
        categories=categories,
        all_categories=everything,
        country=node.text("country"),
        agreement_required=node.flag("agreement_required", default=False),
        agreement=node.optional_text("agreement"),
        statute=node.optional_both("statute"),
        carries=node.choices("carries", Channel, required=False),
        email=node.optional_text("email"),
    )


def _staff_role(node: Node) -> StaffRole:
    return StaffRole(
        *item(node),
        name=node.both("name"),
        description=node.both("description"),
        purposes=node.names("purposes"),
        review=node.period("review"),
        longest=node.period("max"),
        external=node.flag("external", default=False),
    )


def _rights(root: Node) -> Mapping[Right, RightRule]:
    rules: dict[Right, RightRule] = {}
    section = root.child("rights")
    if section is None:
        return rules
    for right in Right:
        node = section.child(right)
        if node is not None:
            rules[right] = RightRule(
                *item(node), right, node.text("article"), node.both("name"), node.both("explanation")
            )
            node.finish()
    for key in section.table:
        if key not in list(Right):
            section.note(key, f"There is no right {key!r}.", did_you_mean(key, list(Right), otherwise="Leave it out."))
    return rules


def _cookie(node: Node) -> Cookie:
    return Cookie(*item(node), node.both("does"), node.period("lasts"))


def _commitment(node: Node) -> Commitment:
    return Commitment(*item(node), node.choice("topic", Topic), node.both("text"))


def _statement(node: Node) -> Statement:
    return Statement(*item(node), node.both("text"))


def _none_of(key: str) -> Callable[[Node], Statement]:
    """A statement about something that Forsyn has no provision for, and that the file must deny."""

    def reader(node: Node) -> Statement:
        if node.flag(key):
            node.note(
                key,
                f"{dotted((*node.steps, key))} is true; Forsyn makes that lawful nowhere.",
                f"Write {key} = false.",
            )
        return _statement(node)

    return reader
