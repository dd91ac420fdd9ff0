"""The model card of a model: what it is for, how it was made, how good it is and where it fails (Mitchell et al. 2019)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.columns import KINDS
from training.papers.facts import Facts, Figure
from training.papers.markdown import between, figure, number, paper, points, share, table
from training.papers.wording import kind_name, named, prose

_WEAKEST = 3


def model_card(facts: Facts) -> str:
    """The card as Markdown, in Dutch; the same model always gives the same text."""
    return paper(
        [
            f"# Modelkaart: Regelruimte, model {facts.version}",
            _identity(facts),
            *_use(),
            *_making(facts),
            *_reading(facts),
            *_kinds(facts),
            *_calibration(facts),
            *_ranking(facts),
            *_activities(facts),
            *_learning(facts),
            "## Waar het fout gaat",
            points(_measured_failures(facts)),
            _prose("fails"),
            "## Ethiek en recht",
            _prose("ethics"),
            *_versions(facts),
            "## Onderhoud",
            _prose("maintenance"),
        ]
    )


def _prose(name: str) -> str:
    return prose("model_card", name)


def _identity(facts: Facts) -> str:
    return table(
        ("Model", "waarde"),
        [
            ("Versie", facts.version),
            ("SHA-256 van de inhoudsopgave (`manifest.json`)", f"`{facts.sha256}`"),
            ("Grootte", f"{figure(facts.size / 1e6, digits=1)} MB"),
            ("Lezers", "snel en traag" if facts.slow else "alleen snel"),
            ("Licentie", "EUPL-1.2"),
        ],
    )


def _use() -> Iterator[str]:
    yield "## Waarvoor het is"
    yield _prose("use")
    yield "## Waarvoor het niet is"
    yield _prose("misuse")
    yield "## Wat het antwoordt"
    yield _prose("answers_clause")
    yield f"{_prose('kinds')} {', '.join(kind_name(kind).lower() for kind in KINDS)}."
    yield _prose("answers_flag")


def _making(facts: Facts) -> Iterator[str]:
    yield "## Hoe het is gemaakt"
    yield _prose("made_fast")
    if facts.slow:
        yield _prose("made_slow")
    if facts.further:
        yield f"Dit model is gemaakt uit model {facts.further}. {_prose('made_further')}"
        if facts.unlabelled:
            yield _prose("made_again")
    yield _prose("made_ranking")
    yield _prose("made_still")
    # Text in a configuration is the name of a folder on somebody's machine, and says nothing here.
    config = {**facts.config, **facts.config.get("clauses", {})}
    told = {name: value for name, value in config.items() if type(value) in (int, float) and _told_of_making(name, facts)}
    yield table(("Keuze", "waarde"), ((named("config", name), _value(value)) for name, value in told.items()))
    if facts.lineage:
        yield "### Opnieuw geleerd van beoordelingen"
        yield f"Dit model is gemaakt uit model {facts.champion}. {_prose('retrained')}"
        yield table(("Afstamming", "waarde"), _lineage_rows(facts))
    yield "## Gegevens"
    yield _prose("data")
    yield table(("Waarvan het leerde of waarop het is gemeten", "aantal"), _data_rows(facts))


def _lineage_rows(facts: Facts) -> Iterator[tuple[str, str]]:
    # No more than these: the lineage also names reviewers who were left out.
    for name in ("snapshot", "judgements", "learnt", "contradictions"):
        if name in facts.lineage:
            value = facts.lineage[name]
            yield named("lineage", name), number(value) if isinstance(value, int) else f"`{value}`"


def _told_of_making(name: str, facts: Facts) -> bool:
    if name == "unlabelled":
        return bool(facts.config.get("clauses", {}).get("teachers"))
    return name in ("seed",) or facts.slow


def _value(value: float) -> str:
    return number(value) if isinstance(value, int) else figure(value, digits=2)


def _data_rows(facts: Facts) -> Iterator[tuple[str, str]]:
    for name, value in facts.data.items():
        yield named("data", name), number(value) if isinstance(value, int) else str(value)


def _reading(facts: Facts) -> Iterator[str]:
    yield "## Hoe goed het leest"
    if not facts.reading():
        yield _prose("measured_none")
    else:
        yield _prose("measured")
        quality = facts.quality
        if quality is None:
            yield _prose("measured_brief")
        else:
            yield f"Gemeten op {number(quality.clauses)} bepalingen uit {number(quality.regulations)} regelingen."
        yield table(("Maat", "waarde", "95%-interval", "twee lezers"), map(_reading_row, facts.reading()))
        yield _prose("harder")
    yield "### Op bevroren regelingen"
    if facts.frozen():
        yield _prose("frozen")
        yield table(("Maat", "waarde"), ((named("reading", one.name), figure(one.value)) for one in facts.frozen()))
    else:
        yield _prose("frozen_none")


def _reading_row(one: Figure) -> Sequence[str]:
    readers = "" if one.readers is None else figure(one.readers)
    return named("reading", one.name), figure(one.value), _interval(one), readers


def _interval(one: Figure) -> str:
    return "" if one.low is None or one.high is None else between(one.low, one.high)


def _kinds(facts: Facts) -> Iterator[str]:
    yield "## Per soort"
    if facts.quality is None:
        yield _prose("kinds_none")
    else:
        yield table(
            ("Soort", "geteste bepalingen die zo zijn", "klopt als het dit zegt", "gevonden", "F1"),
            (
                (kind_name(one.kind), number(one.positives), figure(one.precision), figure(one.recall), figure(one.f1))
                for one in facts.quality.kinds
            ),
        )
    told = facts.measured.get("qualifications")
    if told:
        yield "### Per regelkwalificatie"
        yield _prose("qualifications")
        yield (
            f"Op {number(told['clauses'])} bepalingen: macro-F1 van de gangbare waarden {figure(told['macro_f1_common'])}, "
            f"deel goed {figure(told['accuracy'])}."
        )
        yield table(("Regelkwalificatie", "F1"), ((name, figure(value)) for name, value in told["f1"].items()))


def _calibration(facts: Facts) -> Iterator[str]:
    yield "## Kloppen de kansen?"
    if facts.quality is None or not facts.quality.calibration:
        yield _prose("calibration_none")
        return
    yield _prose("calibration")
    yield table(
        ("Kans volgens het model", "deel dat waar was", "aantal"),
        ((figure(one.claimed), figure(one.seen), number(one.number)) for one in facts.quality.calibration),
    )


def _ranking(facts: Facts) -> Iterator[str]:
    yield "## Hoe goed het zoekt"
    if not facts.ranking():
        yield _prose("ranking_none")
        return
    yield _prose("ranking")
    for setting, told in facts.ranking().items():
        yield f"### {named('settings', setting)}"
        yield table(
            ("Maat", "waarde", "95%-interval"),
            ((named("ranking", one.name), figure(one.value), _interval(one)) for one in told),
        )
    if facts.ablation():
        yield "### Wat elke groep aanwijzingen waard is"
        yield _prose("ablation")
        yield table(
            ("Aanwijzingen", "nDCG@20", "95%-interval"),
            (
                (f"{named('signals', group)}, {named('how', one.name)}", figure(one.value), _interval(one))
                for group, told in facts.ablation().items()
                for one in told
            ),
        )


def _activities(facts: Facts) -> Iterator[str]:
    told = [(name, facts.measured.get(measured)) for name, measured in _ACTIVITIES]
    if any(by_way for _, by_way in told):
        yield "## Activiteiten"
    for name, by_way in told:
        if by_way:
            yield _prose(name)
            yield table(
                ("Maat", "waarde"),
                (
                    (f"{named('activities', measure)}, {named('ways', way)}", figure(value))
                    for way, measures in by_way.items()
                    for measure, value in measures.items()
                    if measure != "sections"
                ),
            )


_ACTIVITIES = (("activities_told", "activities"), ("activities_regulated", "regulated_activities"))


def _learning(facts: Facts) -> Iterator[str]:
    yield "## Helpt meer leren?"
    if facts.quality is None or not facts.quality.learning:
        yield _prose("learning_none")
        return
    yield _prose("learning")
    yield table(("Labels", "macro-F1"), ((number(one.labels), figure(one.f1)) for one in facts.quality.learning))


def _measured_failures(facts: Facts) -> Iterator[str]:
    """What the figures themselves say of where it fails."""
    own = facts.read("macro_f1_barriers")
    if own is not None and own.readers is not None and own.value < own.readers:
        yield (
            f"Het leest minder goed dan een zorgvuldige lezer: macro-F1 over de soorten belemmering {figure(own.value)}, "
            f"twee lezers onderling {figure(own.readers)}."
        )
    if facts.quality is not None and facts.quality.kinds:
        missed = sorted(facts.quality.kinds, key=lambda one: one.recall)[:_WEAKEST]
        named_missed = ", ".join(f"{kind_name(one.kind).lower()} ({share(one.recall)} gevonden)" for one in missed)
        yield f"Het mist het meest van: {named_missed}."
        wrong = sorted(facts.quality.kinds, key=lambda one: one.precision)[:_WEAKEST]
        named_wrong = ", ".join(f"{kind_name(one.kind).lower()} ({share(one.precision)} klopt)" for one in wrong)
        yield f"Het noemt het vaakst ten onrechte: {named_wrong}."
    qualifications = facts.measured.get("qualifications", {}).get("f1", {})
    if qualifications:
        worst = min(qualifications, key=lambda name: qualifications[name])
        yield f"Van de regelkwalificaties herkent het {worst} het slechtst (F1 {figure(qualifications[worst])})."
    known, new = facts.found("unseen_initiatives", "ndcg_20"), facts.found("unseen_regulations", "ndcg_20")
    if known is not None and new is not None and new.value < known.value:
        yield (
            f"In regelingen die geen mens heeft beoordeeld, zoekt het slechter: nDCG@20 {figure(new.value)}, tegen "
            f"{figure(known.value)} in beoordeelde."
        )


def _versions(facts: Facts) -> Iterator[str]:
    yield "## Versies"
    against = facts.quality.against if facts.quality is not None else None
    if against is None:
        yield _prose("versions_none")
        return
    gains, losses = sum(against.gains.values()), sum(against.losses.values())
    changed = (
        f"{number(gains)} keuzes werden goed en {number(losses)} werden fout." if gains or losses else "geen keuze veranderde."
    )
    yield (
        f"Vergeleken met model {against.version}, op {number(against.clauses)} bepalingen waarop beide zijn getest: {changed}"
    )
    kinds = [kind for kind in KINDS if kind in against.gains or kind in against.losses]
    yield table(
        ("Soort", "werd goed", "werd fout"),
        ((kind_name(kind), number(against.gains.get(kind, 0)), number(against.losses.get(kind, 0))) for kind in kinds),
    )
