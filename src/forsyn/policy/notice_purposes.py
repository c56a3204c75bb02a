"""How the notice tells one purpose: what for, with which data, on which basis, and what the person may say."""

from collections.abc import Iterable, Iterator

from forsyn.policy import notice_texts
from forsyn.policy.document import Inline, Span
from forsyn.policy.notice_texts import say
from forsyn.policy.policy import Basis, Policy, Purpose
from forsyn.policy.vocabulary import Language, Objection, PersonGroup
from forsyn.policy.wording import article_words, capitalised, clauses, series

STAFF = {PersonGroup.STAFF, PersonGroup.EXTERNAL_STAFF}


def paragraphs(policy: Policy, purpose: Purpose, language: Language) -> tuple[Inline, ...]:
    """The paragraphs under the purpose's name."""
    description = purpose.description.in_(language)
    if purpose.pseudonymous:
        description += " " + say("pseudonymous", language)
    labelled = [
        ("label_data", _data(policy, purpose, language)),
        ("label_basis", basis_sentence(purpose, language)),
        ("label_interest", f"{purpose.interest.in_(language)}." if purpose.interest else ""),
    ]
    return (
        (Span(description),),
        *((Span(say(label, language), strong=True), Span(f" {text}")) for label, text in labelled if text),
        *_choices(policy, purpose, language),
    )


def _data(policy: Policy, purpose: Purpose, language: Language) -> str:
    if purpose.all_categories:
        return f"{say('everything', language)}."
    members = [one for key, one in policy.categories.items() if key in purpose.categories]
    # Who did the work is no news to a customer; staff read of it under their own purposes.
    if any(STAFF.isdisjoint(one.persons) for one in members):
        members = [one for one in members if not set(one.persons) <= STAFF]
    return series([one.name.in_(language) for one in members], language) + "."


def basis_sentence(purpose: Purpose, language: Language) -> str:
    """``Loven pålægger os det (artikel 6, stk. 1, litra c; vandforsyningsloven).`` and what else applies."""
    reasons = []
    for basis in purpose.bases:
        if basis.ground is not None:
            reason = notice_texts.GROUNDS[basis.ground].in_(language)
            reasons.append(f"{reason} ({'; '.join(_references(basis, language))})")
    others = [_explained(basis, language) for basis in purpose.bases if basis.ground is None]
    sentence = f"{capitalised(clauses(reasons, language))}."
    if others:
        key = "also_basis" if len(others) > 1 else "also_one_basis"
        sentence += say(key, language, bases=series(others, language))
    return sentence


def _references(basis: Basis, language: Language) -> Iterable[str]:
    if basis.article is not None:
        yield article_words(basis.article, language)
    if basis.statute is not None:
        yield basis.statute.in_(language)


def _explained(basis: Basis, language: Language) -> str:
    """``artikel 9, stk. 2, litra f (når det er nødvendigt for et retskrav)``."""
    if basis.article is None:
        return "; ".join(_references(basis, language))
    notes = [notice_texts.ARTICLES[basis.article].in_(language)] if basis.article in notice_texts.ARTICLES else []
    notes += [basis.statute.in_(language)] if basis.statute else []
    article = article_words(basis.article, language)
    return f"{article} ({'; '.join(notes)})" if notes else article


def _choices(policy: Policy, purpose: Purpose, language: Language) -> Iterator[Inline]:
    """What the person can say to the purpose: withdraw, object, or stop it."""
    spans: list[Span] = []
    if purpose.consent is not None:
        consent = policy.consents[purpose.consent].name.in_(language)
        link = Span(say("withdraw_link", language), href="#withdrawal")
        spans += [Span(f" {say('by_consent', language, consent=consent)}"), link, Span(".")]
    if purpose.objection is not Objection.NONE:
        spans.append(Span(f" {objection(purpose, language)}"))
    if spans:
        yield Span(say("label_choice", language), strong=True), *spans


def objection(purpose: Purpose, language: Language) -> str:
    """What happens when somebody objects; a purpose that reads restricted data goes on meanwhile (Art. 18(2))."""
    if purpose.objection is Objection.ASSESSED and not purpose.reads_restricted:
        return f"{say('assessed', language)} {say('meanwhile', language)}"
    return say(str(purpose.objection), language)
