"""/v1/toetsen"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request, Response

from service.api.access import Right, Services, ServicesHere
from service.api.messages import ToetsInvoer
from service.api.replies import Dekking, Toets, ToetsSignaal, VoorstelInhoud, activities_of, room_of
from service.api.routing import router
from service.identity.actor import Actor
from service.work.initiatives import text_of

routes = router("toetsen")


@routes.post("/toetsen", response_model=Toets, operation_id="toetsen", openapi_extra={"x-verwerking": True})
async def check(
    request: Request, services: ServicesHere, who: Annotated[Actor, Depends(Right("toetsen"))], told: ToetsInvoer
) -> Any:
    """Toets een initiatief meteen. Er wordt niets bewaard, ook niet in het logboek."""
    services.limits.check("checks", request.client.host if request.client else "")
    return await services.crowd.carry_out(lambda: _checked(services, told))


def _checked(services: Services, told: ToetsInvoer) -> Response:
    values = told.model_dump(mode="json", exclude={"aantal"})
    text = text_of({**values, "datum": told.datum.isoformat() if told.datum else ""})
    loaded, result = services.engine.flag(text, top=told.aantal, brief=True)
    services.measures.flags(len(result["flags"]))
    texts = loaded.flagger.texts_of([flag["ref"] for flag in result["flags"]])
    reply = Toets(
        activiteiten=activities_of(result["activities"]),
        signalen=[
            ToetsSignaal(verwijzing=flag["ref"], tekst=text, **VoorstelInhoud.of(flag).model_dump(by_alias=False))
            for flag, text in zip(result["flags"], texts, strict=True)
        ],
        ruimte=room_of(result["room"]),
        dekking=Dekking(doorzocht=result["coverage"]["searched"], ontbreekt=result["coverage"]["missing"]),
        model=loaded.model_version,
        verzameling=loaded.corpus,
    )
    return Response(reply.model_dump_json(by_alias=True), media_type="application/json")
