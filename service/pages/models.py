"""Models: which there are, how good they are, which serves."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request, Response

from service.api.access import Right, Services, ServicesHere
from service.identity.actor import Actor
from service.identity.policies import allowed
from service.pages.rendering import page
from service.pages.routing import form_of, router, see
from service.work.model_choice import KnownModel, choices, choose, known_models, model_of, refusal
from service.work.model_drift import Drift, drift
from service.work.recall import Recall, recall_of
from service.work.watching import SHIFTS, Alarm, alarms

routes = router()

Anybody = Annotated[Actor, Depends(Right("openbaar"))]
Chooser = Annotated[Actor, Depends(Right("modellen:kiezen"))]

MEASURES = (
    "macro_f1_barriers",
    "macro_f1_kinds",
    "micro_f1_kinds",
    "auc_any_strength",
    "accuracy_addressee",
    "kappa_strength",
    "token_f1_evidence",
    "ece_kinds",
)
"""Figures of a clause model that are shown, the most telling first."""

RANKING = ("ndcg_20", "recall_100", "precision_10", "room_recall_50", "calibration_error_100")
"""Figures of the finding of clauses for an initiative."""

BETTER_LOW = ("ece_kinds", "calibration_error_100")
"""Figures that are better when they are lower."""

_LONGEST_REASON = 500


@routes.get("/modellen")
def list_all(request: Request, services: ServicesHere, who: Anybody) -> Response:
    """All models, and everything about the one that serves."""
    serving = _serving(services)
    known = known_models(services.settings, serving=serving)
    model = next((one for one in known if one.serving), None)
    return page(
        request,
        "models/list.html",
        who=who,
        known=known,
        chosen=choices(services.settings)[::-1] if allowed(who, "modellen:kiezen") else [],
        **_shown(services, who, model),
    )


@routes.get("/modellen/{version}")
def read_model(request: Request, services: ServicesHere, who: Anybody, version: str) -> Response:
    """One model."""
    model = model_of(services.settings, version, serving=_serving(services))
    return page(request, "models/model.html", who=who, **_shown(services, who, model))


@routes.get("/modellen/{version}/inzetten")
def confirm_choice(request: Request, services: ServicesHere, who: Chooser, version: str) -> Response:
    """Before a model is put to work: what changes by it."""
    return _confirmation(request, services, who, version)


@routes.post("/modellen/{version}/inzetten")
def choose_model(request: Request, services: ServicesHere, who: Chooser, version: str) -> Response:
    """Put a model to work."""
    reason = form_of(request).get("reden").strip()
    if not 1 <= len(reason) <= _LONGEST_REASON:
        return _confirmation(request, services, who, version, status=400, reason=reason)
    model = model_of(services.settings, version, serving=_serving(services))
    choose(services.database, services.settings, who, model, reason=reason)
    return see("/modellen?gekozen=ja")


def _confirmation(
    request: Request, services: Services, who: Actor, version: str, *, status: int = 200, reason: str | None = None
) -> Response:
    serving = _serving(services)
    model = model_of(services.settings, version, serving=serving)
    now = next((one for one in known_models(services.settings, serving=serving) if one.serving), None)
    return page(
        request,
        "models/choose.html",
        who=who,
        status=status,
        model=model,
        now=now,
        beside=_beside(model, now),
        better_low=BETTER_LOW,
        refused=refusal(services.settings, model),
        verdict=model.verdict,
        reason=reason or "",
        fault="" if reason is None else "long" if reason else "missing",
        longest=_LONGEST_REASON,
    )


def _serving(services: Services) -> str:
    return "" if services.engine.problem else services.engine.loaded.model_version


def _shown(services: Services, who: Actor, model: KnownModel | None) -> dict[str, Any]:
    measured = model.manifest.get("measured", {}) if model is not None else {}
    ranked = measured.get("ranking", {}).get("unseen_initiatives", {})
    recall, found = _watched(services, who, model)
    return {
        "model": model,
        "measures": _measures(model) if model is not None else [],
        "ranking": [(name, *ranked[name]) for name in RANKING if name in ranked],
        "alarms": found,
        "shifts": SHIFTS,
        "drift": _drift(services, who, model),
        "recall": recall,
        "may_choose": allowed(who, "modellen:kiezen"),
        "better_low": BETTER_LOW,
    }


def _measures(model: KnownModel) -> list[tuple[str, float, float | None, float | None, float | None]]:
    """Name, value, interval, and the value of two readers; None where it is not known."""
    quality = model.quality
    if quality is not None:
        by_name = {one.name: one for one in quality.measures}
        return [
            (name, own.value, own.low, own.high, quality.readers.get(name)) for name in MEASURES if (own := by_name.get(name))
        ]
    measured = model.manifest.get("measured", {}).get("clauses", {})
    return [(name, measured[name], None, None, None) for name in MEASURES if name in measured]


def _beside(model: KnownModel, now: KnownModel | None) -> list[tuple[str, float, float]]:
    """Figures that both have: name, of the model that serves, of the other."""
    if now is None:
        return []
    of_now, of_model = ({name: value for name, value, *_ in _measures(one)} for one in (now, model))
    both = [name for name in MEASURES if name in of_now and name in of_model]
    return [(name, round(of_now[name], 3), round(of_model[name], 3)) for name in both]


def _watched(services: Services, who: Actor, model: KnownModel | None) -> tuple[Recall | None, list[Alarm] | None]:
    """Of the model that serves: what people think of another is history, and beside its flags nothing was drawn."""
    if model is None or not model.serving or not allowed(who, "statistieken:lezen"):
        return None, None
    with services.database.reading() as session:
        recall = recall_of(session, who)
        return recall, alarms(session, who, model.version, recall=recall)


def _drift(services: Services, who: Actor, model: KnownModel | None) -> Drift | None:
    if model is None or not allowed(who, "statistieken:lezen"):
        return None
    with services.database.reading() as session:
        return drift(session, who, version=model.version)
