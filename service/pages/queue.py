"""The queue of a reviewer: what there is to judge, chosen and counted; many at once where that is enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response

from corpus.taxonomy import taxonomy
from service.api.access import Right, Services, ServicesHere
from service.api.messages import BeoordelingInvoer
from service.database.tables import Verdict
from service.errors import Unavailable
from service.identity.actor import Actor
from service.pages.forms import read
from service.pages.rendering import kind_name, language_of, page, words
from service.pages.routing import form_of, router, see
from service.pages.wording import activity_name
from service.work.bulk import batch_of, judge_many, take_back_many
from service.work.choosing import AGES, DOUBTS, NONE, OPEN, ORDERS, ORIGINS, VERDICTS, Wanted
from service.work.queue import Queue, first_open, queue_of
from service.work.quoting import Law
from service.work.review import own_judgement

routes = router()

Reviewer = Annotated[Actor, Depends(Right("beoordelingen:schrijven"))]
Number = Annotated[int, Query(ge=0, le=2**62)]


def wanted_of(request: Request) -> Wanted:
    """Which flags the query of an address asks for."""
    return Wanted.of(request.query_params)


def queue_address(wanted: Wanted, path: str = "", **more: object) -> str:
    """A page of the queue, or of one flag in it, with the filters that were chosen."""
    query = urlencode(wanted.query | {name: str(value) for name, value in more.items() if value})
    return f"/werk{path}" + (f"?{query}" if query else "")


def law_of(services: Services) -> Law:
    """To quote from; while the store is being opened, refs are all there is."""
    try:
        return Law(services.engine.loaded.store)
    except Unavailable:
        return Law(None)


@routes.get("/werk")
def list_flags(
    request: Request,
    services: ServicesHere,
    who: Reviewer,
    pagina: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    van: Number = 0,
    tot: Number = 0,
    over: Number = 0,
    terug: Number = 0,
) -> Response:
    """The queue; ``van``, ``tot`` and ``over`` tell what was judged in one go, ``terug`` how much of that was taken back."""
    return _listed(request, services, who, number=pagina, batch=(van, tot), passed_over=over, taken_back=terug)


@routes.post("/werk/oordelen")
def judge_ticked(request: Request, services: ServicesHere, who: Reviewer) -> Response:
    """Confirm or reject all that was ticked, with one note."""
    form, wanted = form_of(request), wanted_of(request)
    ticked = dict(value.split(" ", 1) for value in form.all("signaal") if " " in value)
    told, faults = read(
        BeoordelingInvoer, {"oordeel": form.get("oordeel"), "toelichting": form.get("toelichting")}, words(request)
    )
    verdict = Verdict(told.oordeel) if told is not None else None
    if not ticked:
        faults["signaal"] = words(request)("queue-fault-none")
    if faults or told is None or verdict not in (Verdict.CONFIRMED, Verdict.REJECTED):
        return _listed(request, services, who, ticked=set(ticked), note=form.get("toelichting"), faults=faults, status=400)
    with services.database.writing() as session:
        batch = judge_many(session, who, ticked, verdict, note=told.toelichting)
    return see(queue_address(wanted, van=batch.first, tot=batch.last, over=batch.passed_over))


@routes.post("/werk/terugnemen")
def take_back_batch(request: Request, services: ServicesHere, who: Reviewer) -> Response:
    """Take back what was judged in one go."""
    form = form_of(request)
    first, last = (int(value) if value.isdecimal() and len(value) < 19 else 0 for value in (form.get("van"), form.get("tot")))
    with services.database.writing() as session:
        count = take_back_many(session, who, first, last)
    return see(queue_address(wanted_of(request), terug=count))


def _listed(
    request: Request,
    services: Services,
    who: Actor,
    *,
    number: int = 1,
    batch: tuple[int, int] = (0, 0),
    passed_over: int = 0,
    taken_back: int = 0,
    ticked: set[str] | None = None,
    note: str = "",
    faults: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    wanted = wanted_of(request)
    with services.database.reading() as session:
        queue = queue_of(session, who, wanted, page=number)
        first = first_open(session, who, wanted)
        done = batch_of(session, who, *batch) if batch[1] else []
        last = own_judgement(session, who, request.query_params.get("gedaan", ""))
    services.reading.note("initiatief gelezen", dict.fromkeys(group.initiative.id for group in queue.groups))
    return page(
        request,
        "queue/list.html",
        who=who,
        status=status,
        queue=queue,
        wanted=wanted,
        choices=_choices(request, queue),
        to=lambda path="", **more: queue_address(wanted, path, **more),
        first=first,
        quoted=law_of(services).quoted,
        activity_name=activity_name(request),
        none=NONE,
        open_only=OPEN,
        batch=batch,
        done=done,
        done_as=done[0][0].verdict if done else "",
        passed_over=passed_over,
        taken_back=taken_back,
        last=last,
        ticked=ticked or set(),
        note=note,
        faults=faults or {},
    )


def _choices(request: Request, queue: Queue) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen of every filter, with how many flags there are of it."""
    t, language, activity = words(request), language_of(request), activity_name(request)
    names: dict[str, Callable[[str], str]] = {
        "gemeente": lambda value: t("queue-no-municipality") if value == NONE else value,
        "activiteit": lambda value: t("queue-no-activity") if value == NONE else activity(value),
        "soort": lambda value: kind_name(value, language),
        "zwaarte": lambda value: t(f"strength-{value}"),
        "ouderdom": lambda value: t(f"queue-age-{value}"),
        "twijfel": lambda value: t(f"queue-doubt-{value}"),
        "oordeel": lambda value: t(f"queue-verdict-{value}"),
        "herkomst": lambda value: t(f"queue-origin-{value}"),
    }
    orders = {
        "soort": taxonomy().barrier_codes,
        "zwaarte": ("3", "2", "1", "0"),
        "ouderdom": (*AGES, "ouder"),
        "twijfel": DOUBTS,
        "oordeel": VERDICTS,
        "herkomst": ORIGINS,
    }
    wanted, made = wanted_of(request), {}
    for filter_name, name in names.items():
        chosen = getattr(wanted, filter_name)
        counts = {**({chosen: 0} if chosen else {}), **queue.counts[filter_name]}  # what was chosen stays to be seen
        named = [(value, name(value), count) for value, count in counts.items()]
        named.sort(key=_place_in(orders.get(filter_name)))
        listed = [(value, t("queue-counted", name=told, count=count)) for value, told, count in named]
        made[filter_name] = listed if filter_name in ("oordeel", "herkomst") else [("", t("queue-all")), *listed]
    made["volgorde"] = [(value, t(f"queue-order-{value}")) for value in ORDERS]
    return made


def _place_in(order: tuple[str, ...] | None) -> Callable[[tuple[str, str, int]], tuple[int, str]]:
    """Where a choice stands: in an order of its own, or by name with "none" at the end."""
    if order is None:
        return lambda one: (int(one[0] == NONE), one[1].casefold())
    known = order
    return lambda one: (known.index(one[0]) if one[0] in known else len(known), one[1])
