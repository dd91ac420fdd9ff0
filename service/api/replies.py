"""What goes out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import Field

from corpus.records import Clause
from corpus.schema import RegulationEntry
from service.api.words import Reply
from service.database import tables
from service.work.flags import is_put_blind


def _day(text: str) -> date | None:
    """A day of a source; None where it has none, or writes it in a way that is no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class Bewijs(Reply):
    """Woorden van een bepaling, of van een verhaal."""

    begin: int
    einde: int
    tekst: str = ""
    soort: str = ""


class ActiviteitGevonden(Reply):
    """Een activiteit die in het verhaal is gelezen, met de woorden waaruit dat blijkt."""

    code: str
    naam: str
    kans: float = Field(ge=0, le=1)
    woorden: list[Bewijs]


class RuimteBepaling(Reply):
    """Een bepaling die ruimte kan geven."""

    verwijzing: str
    kans: float
    soort: str
    beslisser: str = ""
    procedure: str = ""
    termijn: str = ""


class Dekking(Reply):
    """Wat er is doorzocht, en wat er ontbreekt."""

    doorzocht: list[str]
    ontbreekt: list[str]


class Grens(Reply):
    """Een grens in de bepaling naast een hoeveelheid in het verhaal."""

    bepaling: str
    verhaal: str
    grens: str
    past: bool | None


class Aanwijzing(Reply):
    """Een aanwijzing die zwaar woog."""

    naam: str
    aandeel: float


class VoorstelInhoud(Reply):
    """Wat een model van een bepaling zei, voor een initiatief."""

    kans: float = Field(ge=0, le=1, description="Geijkte kans dat de bepaling in de weg staat.")
    zwaarte: int = Field(ge=0, le=3)
    soorten: list[str]
    bewijs: list[Bewijs]
    reden: str
    reden_engels: str
    woorden: list[Bewijs] = Field(description="Woorden van het verhaal.")
    ruimte: list[RuimteBepaling]
    varianten: list[str] = Field(description="Bijna gelijke bepalingen van andere regelingen.")
    grenzen: list[Grens]
    wat_het_zou_veranderen: list[dict[str, Any]]
    aanwijzingen: list[Aanwijzing]

    @classmethod
    def of(cls, flag: dict[str, Any]) -> VoorstelInhoud:
        """From a flag as ``regelruimte flag`` words it."""
        details = flag.get("room_details") or [{"ref": ref, "kind": "", "p": 0.0} for ref in flag["room"]]
        return cls(
            kans=flag["p"],
            zwaarte=flag["strength"],
            soorten=flag["kinds"],
            bewijs=[Bewijs(begin=e["start"], einde=e["end"], tekst=e["text"], soort=e["kind"]) for e in flag["evidence"]],
            reden=flag["reason"],
            reden_engels=flag.get("reason_en", ""),
            woorden=[Bewijs(begin=e["start"], einde=e["end"], tekst=e["text"]) for e in flag.get("story", [])],
            ruimte=[
                RuimteBepaling(
                    verwijzing=one["ref"],
                    kans=one["p"],
                    soort=one["kind"],
                    **{name: str(one.get(own) or "") for name, own in _PROCEDURE.items()},
                )
                for one in details
            ],
            varianten=flag["variants"],
            grenzen=[
                Grens(bepaling=one["clause"], verhaal=one["story"], grens=str(one["bound"]), past=one["within"])
                for one in flag.get("limits", [])
            ],
            wat_het_zou_veranderen=flag.get("changes", []),
            aanwijzingen=[Aanwijzing(naam=one["name"], aandeel=one["share"]) for one in flag.get("signals", [])],
        )


_PROCEDURE = {"beslisser": "decides", "procedure": "procedure", "termijn": "term"}


def activities_of(rows: list[dict[str, Any]]) -> list[ActiviteitGevonden]:
    """Activities as ``regelruimte flag`` words them."""
    return [
        ActiviteitGevonden(
            code=row["code"],
            naam=row["name"],
            kans=row["p"],
            woorden=[Bewijs(begin=e["start"], einde=e["end"], tekst=e["text"]) for e in row["evidence"]],
        )
        for row in rows
    ]


def room_of(rows: list[dict[str, Any]]) -> list[RuimteBepaling]:
    """Room as ``regelruimte flag`` words it."""
    return [RuimteBepaling(verwijzing=row["ref"], kans=row["p"], soort=row["kind"]) for row in rows]


class ToetsSignaal(VoorstelInhoud):
    """Een signaal van een toets."""

    verwijzing: str
    tekst: str = Field(description="De bepaling zelf.")


class Toets(Reply):
    """De uitkomst van een toets; er is niets bewaard."""

    activiteiten: list[ActiviteitGevonden]
    signalen: list[ToetsSignaal]
    ruimte: list[RuimteBepaling]
    dekking: Dekking
    model: str
    verzameling: str


class Initiatief(Reply):
    """Een initiatief."""

    id: str
    titel: str
    omschrijving: str
    gemeente: str
    datum: date | None
    status: str
    origineel: bool = Field(description="Of dit de eigen woorden zijn; anders is de tekst gepseudonimiseerd.")
    activiteiten: list[ActiviteitGevonden]
    ruimte: list[RuimteBepaling]
    dekking: Dekking | None
    model: str
    verzameling: str
    bewaren_tot: datetime
    aangemaakt_op: datetime
    gewijzigd_op: datetime

    @classmethod
    def of(cls, row: tables.Initiative) -> Initiatief:
        """From the database."""
        original = row.story is not None
        return cls(
            id=row.id,
            titel=(row.title if original else row.title_pseudonymised) or "",
            omschrijving=(row.story if original else row.story_pseudonymised) or "",
            gemeente=row.municipality,
            datum=_day(row.day),
            status=row.status,
            origineel=original,
            activiteiten=activities_of(row.activities),
            ruimte=room_of(row.room),
            dekking=Dekking(doorzocht=row.coverage["searched"], ontbreekt=row.coverage["missing"]) if row.coverage else None,
            model=row.model_version,
            verzameling=row.corpus,
            bewaren_tot=row.keep_until,
            aangemaakt_op=row.created,
            gewijzigd_op=row.changed,
        )


class InitiatiefKort(Reply):
    """Een initiatief in een lijst."""

    id: str
    titel: str
    gemeente: str
    status: str
    aangemaakt_op: datetime

    @classmethod
    def of(cls, row: tables.Initiative) -> InitiatiefKort:
        """From the database."""
        title = row.title if row.title is not None else row.title_pseudonymised
        return cls(id=row.id, titel=title, gemeente=row.municipality, status=row.status, aangemaakt_op=row.created)


class InitiatiefIngediend(Reply):
    """Een ingediend initiatief, met de geheime link waarmee u terugkomt."""

    initiatief: Initiatief
    geheime_link: str = Field(description="Geeft toegang tot dit ene initiatief; bewaar hem goed.")
    taak: str | None = Field(description="De taak die de signalen maakt.")


class Signaal(Reply):
    """Een bepaling die een initiatief in de weg kan staan."""

    id: str
    initiatief: str
    verwijzing: str
    regeling: str
    versie: str
    sha256: str = Field(description="Vingerafdruk van de bepaling zoals die luidde.")
    kans: float | None = Field(
        description="Wat het model ervan maakt; `null` zolang een bepaling uit de steekproef op een oordeel wacht."
    )
    actueel: bool = Field(description="Of de laatste lezing het signaal nog geeft.")
    door_mens: bool
    steekproef: str = Field(description="`toeval` of `actief` als geen model de bepaling aanwees en zij toch is voorgelegd.")
    anker: str = Field(description="Hoe het signaal staat tegenover de nieuwste versie van de regeling.")
    anker_verwijzing: str
    anker_versie: str
    oordeel: str
    beoordelingen: int
    aangemaakt_op: datetime
    voorstel: Voorstel | None

    @classmethod
    def of(cls, row: tables.FlagRow, suggestion: tables.Suggestion | None) -> Signaal:
        """From the database."""
        return cls(
            id=row.id,
            initiatief=row.initiative_id,
            verwijzing=row.ref,
            regeling=row.regulation_id,
            versie=row.version_date,
            sha256=row.clause_sha256,
            kans=None if is_put_blind(row) else row.p,  # whoever judges it must not lean on it
            actueel=row.current,
            door_mens=row.by_person,
            steekproef=row.sample,
            anker=row.anchor,
            anker_verwijzing=row.anchor_ref,
            anker_versie=row.anchor_version,
            oordeel=row.verdict,
            beoordelingen=row.judgements,
            aangemaakt_op=row.created,
            voorstel=Voorstel.of(suggestion) if suggestion is not None else None,
        )


class SignaalVolledig(Signaal):
    """Een signaal met de tekst van de bepaling zoals die luidde toen het werd gegeven."""

    tekst: str
    opschrift: str


class Voorstel(Reply):
    """Wat een model zei; wordt nooit gewijzigd."""

    id: str
    model: str
    verzameling: str
    sha256: str
    inhoud: VoorstelInhoud
    aangemaakt_op: datetime

    @classmethod
    def of(cls, row: tables.Suggestion) -> Voorstel:
        """From the database."""
        return cls(
            id=row.id,
            model=row.model_version,
            verzameling=row.corpus,
            sha256=row.clause_sha256,
            inhoud=VoorstelInhoud.of(row.content),
            aangemaakt_op=row.created,
        )


class Beoordeling(Reply):
    """Wat een mens besliste; wordt nooit gewijzigd."""

    id: str
    signaal: str
    voorstel: str | None
    beoordelaar: str
    oordeel: str
    betreft: str = Field(description="Van een afwijzing: of zij over dit initiatief gaat of over de bepaling zelf.")
    neemt_terug: str | None = Field(description="De beoordeling die hiermee is teruggenomen.")
    soorten: list[str]
    zwaarte: int
    bewijs: list[Bewijs]
    toelichting: str
    beslecht: bool
    aangemaakt_op: datetime

    @classmethod
    def of(cls, row: tables.Judgement) -> Beoordeling:
        """From the database."""
        return cls(
            id=row.id,
            signaal=row.flag_id,
            voorstel=row.suggestion_id,
            beoordelaar=row.user_id,
            oordeel=row.verdict,
            betreft=row.about,
            neemt_terug=row.takes_back,
            soorten=row.kinds,
            zwaarte=row.strength,
            bewijs=[
                Bewijs(begin=e["start"], einde=e["end"], tekst=e.get("text", ""), soort=e.get("kind", "")) for e in row.evidence
            ],
            toelichting=row.note,
            beslecht=row.adjudication,
            aangemaakt_op=row.created,
        )


class Regeling(Reply):
    """Een regeling in de verzameling."""

    id: str
    titel: str
    niveau: str
    soort: str
    gezag: str
    versie: str
    geldig_vanaf: date | None
    geldig_tot: date | None
    officiele_identificatie: str
    bron: str
    licentie: str
    bepalingen: int

    @classmethod
    def of(cls, entry: RegulationEntry) -> Regeling:
        """From the store."""
        return cls(
            id=entry.id,
            titel=entry.title,
            niveau=entry.level,
            soort=entry.kind,
            gezag=entry.authority,
            versie=entry.version_date,
            geldig_vanaf=_day(entry.valid_from),
            geldig_tot=_day(entry.valid_until),
            officiele_identificatie=entry.official_id,
            bron=entry.address,
            licentie=entry.licence,
            bepalingen=entry.clauses,
        )


class BepalingKort(Reply):
    """Een bepaling in een lijst."""

    verwijzing: str
    regeling: str
    titel: str = Field(description="Van de regeling.")
    fragment: str


class Bepaling(Reply):
    """Een bepaling."""

    verwijzing: str
    regeling: str
    titel: str
    versie: str
    opschrift: str
    aanhef: str
    tekst: str
    vervallen: bool
    officiele_identificatie: str
    geldig_vanaf: date | None
    sha256: str

    @classmethod
    def of(cls, clause: Clause, entry: RegulationEntry, sha256: str) -> Bepaling:
        """From the store."""
        return cls(
            verwijzing=clause.ref,
            regeling=entry.id,
            titel=entry.title,
            versie=entry.version_date,
            opschrift=clause.heading,
            aanhef=clause.lead_in,
            tekst=clause.text,
            vervallen=clause.repealed,
            officiele_identificatie=clause.official_id,
            geldig_vanaf=_day(clause.valid_from or ""),
            sha256=sha256,
        )


class Activiteit(Reply):
    """Een activiteit: de brug tussen gewone woorden en woorden van de wet."""

    id: str = Field(description="Vaste code, als alcohol-schenken.")
    naam: str
    naam_engels: str
    groep: str


class Model(Reply):
    """Een model."""

    versie: str
    dient: bool = Field(description="Of dit het model is dat nu signaleert.")
    soort: str
    gemaakt: dict[str, Any]


class Momentopname(Reply):
    """Een onveranderlijke verzameling beoordelingen."""

    id: str
    sha256: str
    regels: int
    aangemaakt_op: datetime

    @classmethod
    def of(cls, row: tables.SnapshotRow) -> Momentopname:
        """From the database."""
        return cls(id=row.id, sha256=row.sha256, regels=row.rows, aangemaakt_op=row.created)


class Taak(Reply):
    """Lang werk."""

    id: str
    soort: str
    status: str
    voortgang: float = Field(ge=0, le=1)
    melding: str
    pogingen: int
    uitkomst: dict[str, Any]
    aangemaakt_op: datetime
    klaar_op: datetime | None

    @classmethod
    def of(cls, row: tables.Job) -> Taak:
        """From the database."""
        return cls(
            id=row.id,
            soort=row.kind,
            status=row.status,
            voortgang=row.progress,
            melding=row.message,
            pogingen=row.attempts,
            uitkomst=row.result,
            aangemaakt_op=row.created,
            klaar_op=row.finished,
        )


class Gebruiker(Reply):
    """Een gebruiker."""

    id: str
    naam: str
    email: str | None
    rol: str
    organisatie: str | None
    actief: bool
    aangemaakt_op: datetime

    @classmethod
    def of(cls, row: tables.User, organisation: str | None) -> Gebruiker:
        """From the database."""
        return cls(
            id=row.id,
            naam=row.name,
            email=row.email,
            rol=row.role,
            organisatie=organisation,
            actief=row.active,
            aangemaakt_op=row.created,
        )


class Wachtwoordlink(Reply):
    """Waarmee een gebruiker een keer een nieuw wachtwoord kiest."""

    geheim: str = Field(description="Mee te geven aan POST /wachtwoorden; alleen nu te zien.")
    verloopt_op: datetime


class Token(Reply):
    """Een token voor een programma."""

    id: str
    naam: str
    rechten: list[str]
    verloopt_op: datetime
    ingetrokken_op: datetime | None
    geheim: str | None = Field(default=None, description="Het token zelf; alleen te zien wanneer het wordt gemaakt.")

    @classmethod
    def of(cls, row: tables.ApiToken, secret: str | None = None) -> Token:
        """From the database."""
        return cls(
            id=row.id, naam=row.name, rechten=row.scopes, verloopt_op=row.expires, ingetrokken_op=row.revoked, geheim=secret
        )


class Sessie(Reply):
    """Wie er is aangemeld."""

    gebruiker: str
    naam: str
    rol: str
    csrf: str = Field(description="Mee te geven in de kop X-CSRF-Token bij elk verzoek dat iets wijzigt.")
    verloopt_op: datetime | None = None


class AuditRegel(Reply):
    """Wie wat deed."""

    volgnummer: int
    moment: datetime
    wie: str
    handeling: str
    onderwerp: str
    bijzonderheden: dict[str, Any]
    hash: str

    @classmethod
    def of(cls, row: tables.AuditEntry) -> AuditRegel:
        """From the database."""
        return cls(
            volgnummer=row.sequence,
            moment=row.moment,
            wie=row.actor,
            handeling=row.action,
            onderwerp=row.subject,
            bijzonderheden=row.details,
            hash=row.hash,
        )


class AuditControle(Reply):
    """Of het audit-spoor heel is."""

    heel: bool
    regels: int
    laatste_hash: str
    problemen: list[str]


class Statistieken(Reply):
    """Tellingen over wat u mag zien."""

    initiatieven: dict[str, int] = Field(description="Per status.")
    signalen: int
    beoordelingen: dict[str, int] = Field(description="Per oordeel.")
    soorten: dict[str, int] = Field(description="Beoordeelde signalen per soort belemmering, als bevestigd of aangepast.")
    bepalingen: list[dict[str, Any]] = Field(description="Bepalingen die het vaakst als belemmering zijn bevestigd.")
