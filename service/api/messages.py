"""What comes in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from models.columns import BARRIERS
from service.api.words import Day, Identifier, Message, Name, Note, Place, Reference, ShortStory, Story, Title, Whole
from service.database.tables import Role
from service.identity.actor import Scope

Kind = Literal[*BARRIERS]  # type: ignore[valid-type]
Address = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,4}$")
]
Password = Annotated[str, StringConstraints(min_length=12, max_length=200)]


class InitiatiefInvoer(Message):
    """Een initiatief in eigen woorden."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "titel": "Zomerfeest in de Kuiperstraat",
                    "omschrijving": (
                        "Op zaterdag 28 juni willen we de straat afsluiten voor een buurtfeest. "
                        "Er komt een springkussen, een bandje tot elf uur en een biertap. We rekenen op 150 mensen."
                    ),
                    "gemeente": "Waterveen",
                    "datum": "2026-06-28",
                }
            ]
        }
    )

    titel: Title = Field(description="Waar het om gaat, in een regel.")
    omschrijving: Story = Field(description="Wat u wilt doen, waar en wanneer; in uw eigen woorden.")
    gemeente: Place = Field(default="", description="Waar het is; bepaalt welke plaatselijke regels gelden.")
    datum: Day | None = Field(default=None, description="De dag waarom het gaat; bepaalt welke versies gelden.")


class ToetsInvoer(InitiatiefInvoer):
    """Een initiatief om te toetsen zonder het te bewaren. Een langer verhaal kan worden ingediend; dan leest een taak het."""

    omschrijving: ShortStory = Field(description="Wat u wilt doen, waar en wanneer; in uw eigen woorden.")
    aantal: Whole = Field(default=10, ge=1, le=100, description="Hoeveel signalen er hoogstens terugkomen.")


class InitiatiefWijziging(Message):
    """Wat er aan een initiatief kan veranderen: het kan worden ingetrokken."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ingetrokken"}]})

    status: Literal["ingetrokken"]


class BewijsInvoer(Message):
    """Woorden van een bepaling, als plaats in de tekst."""

    begin: Whole = Field(ge=0, le=1_000_000, description="Plaats van het eerste teken.")
    einde: Whole = Field(ge=1, le=1_000_000, description="Plaats na het laatste teken.")


class BeoordelingInvoer(Message):
    """Wat een beoordelaar van een signaal vindt."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"oordeel": "bevestigd", "toelichting": "Vergunning nodig, maar dit wordt altijd gegeven."}]
        }
    )

    oordeel: Literal["bevestigd", "afgewezen", "aangepast", "teruggenomen"] = Field(
        description="`teruggenomen` neemt uw laatste oordeel over dit signaal terug; wat daarvoor stond, geldt dan weer."
    )
    betreft: Literal["initiatief", "bepaling"] = Field(
        default="initiatief",
        description="Bij `afgewezen`: `initiatief` als de bepaling dit initiatief niet in de weg staat, `bepaling` als zij "
        "voor niemand een belemmering is.",
    )
    soorten: list[Kind] = Field(
        default=[], max_length=13, description="Soorten belemmering; leeg voor wat het model voorstelde."
    )
    zwaarte: Whole | None = Field(
        default=None, ge=0, le=3, description="0 geen, 1 licht, 2 wezenlijk, 3 kan het initiatief stoppen."
    )
    bewijs: list[BewijsInvoer] = Field(default=[], max_length=10)
    toelichting: Note = ""
    voorstel: Identifier | None = Field(
        default=None, description="Het voorstel dat de beoordelaar zag; leeg voor het nieuwste."
    )


class GemistInvoer(Message):
    """Een bepaling die het model miste."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"verwijzing": "CVDR900001/artikel-2:4/lid-1", "soorten": ["vergunningplicht"], "zwaarte": 2}]
        }
    )

    verwijzing: Reference
    soorten: list[Kind] = Field(min_length=1, max_length=13)
    zwaarte: Whole = Field(ge=1, le=3)
    bewijs: list[BewijsInvoer] = Field(default=[], max_length=10)
    toelichting: Note = ""


class OphalenInvoer(Message):
    """Regelingen ophalen uit de officiële bronnen."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"soort": "ophalen", "ids": ["BWBR0005537"]}]})

    soort: Literal["ophalen"]
    ids: list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9:_-]{2,60}$")]] = Field(
        min_length=1, max_length=200, description="Nummers van regelingen, of gemeente:NAAM."
    )


class InlezenInvoer(Message):
    """Regelingen inlezen uit de map inbox."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"soort": "inlezen", "bestanden": ["apv.xml"]}]})

    soort: Literal["inlezen"]
    bestanden: list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,120}$")]] = Field(
        min_length=1, max_length=200, description="Namen van bestanden in de map inbox."
    )


class HertrainenInvoer(Message):
    """Een nieuw model maken uit de beoordelingen; het komt naast het model dat dient en gaat langs de poort."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"soort": "hertrainen"}]})

    soort: Literal["hertrainen"]
    zonder: list[Identifier] = Field(default=[], max_length=100, description="Beoordelaars van wie de oordelen niet meetellen.")
    inzetten: bool = Field(
        default=False, strict=True, description="Of het model meteen gaat dienen als het door de poort komt."
    )


class SteekproefInvoer(Message):
    """Bepalingen die geen model aanwees aan beoordelaars voorleggen, tot er zo veel op een oordeel wachten."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"soort": "steekproef", "aantal": 50, "toeval": 0.5}]})

    soort: Literal["steekproef"]
    aantal: Whole = Field(default=50, ge=1, le=5_000)
    toeval: float = Field(
        default=0.5,
        strict=True,
        ge=0,
        le=1,
        description="Deel dat het lot aanwijst, om te schatten wat het model mist; de rest leert het meest.",
    )
    zaad: Whole = Field(default=0, ge=0, le=2**31 - 1, description="Van het lot.")


class WerkInvoer(Message):
    """Ander lang werk: opnieuw signaleren, een momentopname, de bewaartermijn."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"soort": "momentopname"}]})

    soort: Literal["hersignaleren", "momentopname", "bewaartermijn"]


TaakInvoer = Annotated[
    OphalenInvoer | InlezenInvoer | HertrainenInvoer | SteekproefInvoer | WerkInvoer, Field(discriminator="soort")
]
"""Lang werk om te beginnen."""


class GebruikerInvoer(Message):
    """Een nieuwe gebruiker."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "naam": "B. de Vries",
                    "email": "b.devries@waterveen.example",
                    "rol": "beoordelaar",
                    "organisatie": "Waterveen",
                }
            ]
        }
    )

    naam: Name
    email: Address
    rol: Role
    organisatie: Name | None = Field(default=None, description="Het bevoegd gezag; leeg voor wie alles beheert.")
    wachtwoord: Password | None = Field(default=None, description="Leeg voor wie via de organisatie aanmeldt (OIDC).")


class GebruikerWijziging(Message):
    """Wat er aan een gebruiker kan veranderen; wat ontbreekt, blijft."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rol": "jurist"}]})

    naam: Name | None = None
    rol: Role | None = None
    actief: bool | None = Field(default=None, strict=True)


class TokenInvoer(Message):
    """Een nieuw token voor een programma."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"naam": "zaaksysteem", "rechten": ["lezen"], "dagen": 90}]})

    naam: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9 ._-]+$")]
    rechten: list[Scope] = Field(min_length=1, max_length=4)
    dagen: Whole = Field(default=90, ge=1, le=366, description="Hoe lang het token geldt.")


class WachtwoordInvoer(Message):
    """Een nieuw wachtwoord, met de link van de beheerder."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"geheim": "rw_3n0jT0vEwXh1QmXH8oI2bB0xJ5cJ4v0kXk7y1d2e3f4", "wachtwoord": "een lange zin die niemand kent"}
            ]
        }
    )

    geheim: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
    wachtwoord: Password


class AanmeldInvoer(Message):
    """Aanmelden met e-mailadres en wachtwoord."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "b.devries@waterveen.example", "wachtwoord": "een lange zin"}]}
    )

    email: Annotated[str, StringConstraints(min_length=3, max_length=254)]
    wachtwoord: Annotated[str, StringConstraints(min_length=1, max_length=200)]
