"""The OpenAPI document: what the framework makes, with our errors, headers and rights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from service.api.access import COOKIE, Right
from service.api.problems import MEDIA_TYPE
from service.api.shell import API_VERSION
from service.identity.actor import Standing
from service.identity.policies import PERMISSIONS
from service.settings import Settings

_DESCRIPTION = """\
Vindt bij een initiatief van bewoners, in hun eigen woorden, de bepalingen van Nederlandse regelgeving die in de weg kunnen
staan, en zet ernaast welke ruimte de regels laten. Elk signaal is een voorstel van een model, met een geijkte kans, een citaat
en een bron; een mens beslist.

Fouten komen als application/problem+json (RFC 9457). Wie geen account heeft, dient in zonder aanmelden en komt terug met de
geheime link, als Bearer in de kop Authorization. Programma's gebruiken een token."""

_TAGS = {
    "toetsen": "Een initiatief toetsen zonder iets te bewaren.",
    "initiatieven": "Initiatieven indienen, volgen, intrekken en wissen.",
    "signalen": "Signalen en wat mensen ervan vinden.",
    "regelgeving": "Regelingen, bepalingen en activiteiten.",
    "modellen": "Modellen en hun kwaliteit.",
    "momentopnamen": "Onveranderlijke verzamelingen beoordelingen.",
    "taken": "Lang werk.",
    "gebruikers": "Mensen met een account.",
    "tokens": "Tokens voor programma's.",
    "sessies": "Aanmelden en afmelden met een browser.",
    "toezicht": "Audit en tellingen.",
    "beschrijving": "Deze beschrijving zelf.",
}

_PROBLEMS = {
    "400": "De invoer klopt niet",
    "401": "Aanmelden is nodig",
    "403": "Dit mag niet",
    "404": "Niet gevonden",
    "406": "Dit formaat is er niet",
    "409": "Dit past niet bij wat er al is",
    "412": "Intussen gewijzigd",
    "413": "Te groot",
    "415": "Dit formaat wordt niet gelezen",
    "428": "If-Match ontbreekt",
    "429": "Te veel verzoeken",
    "500": "Er ging iets mis",
    "503": "Even niet beschikbaar",
}

_METHODS = ("get", "post", "put", "patch", "delete")


def rights(routes: Sequence[APIRoute]) -> dict[tuple[str, str], str]:
    """The permission of every route: (method, path) → permission."""
    found = {}
    for route in routes:
        for dependency in route.dependant.dependencies:
            if isinstance(dependency.call, Right):
                for method in route.methods or ():
                    found[(method, route.path)] = dependency.call.permission
    return found


def document(routes: Sequence[APIRoute], settings: Settings) -> dict[str, Any]:
    """The document; made once, kept by the application."""
    made = get_openapi(
        title="Regelruimte",
        version=API_VERSION,
        openapi_version="3.1.0",
        summary="Regels die een bewonersinitiatief in de weg staan, en de ruimte die ze laten",
        description=_DESCRIPTION,
        routes=routes,
        contact={"name": settings.contact_name, "email": settings.contact_email, "url": settings.public_url},
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        servers=[{"url": f"{settings.public_url.rstrip('/')}/v1", "description": "Deze dienst"}],
        tags=[{"name": name, "description": text} for name, text in _TAGS.items()],
    )
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Probleem"] = _PROBLEM
    components["responses"] = {f"Probleem{status}": _problem(status, title) for status, title in _PROBLEMS.items()}
    components["headers"] = {
        "API-Version": {"description": "Versie van de interface.", "schema": {"type": "string", "examples": [API_VERSION]}},
        "ETag": {"description": "Merk van deze versie, voor If-Match en If-None-Match.", "schema": {"type": "string"}},
        "Location": {"description": "Adres van wat er is gemaakt.", "schema": {"type": "string"}},
        "Link": {"description": "Adres van de volgende bladzijde (rel=next).", "schema": {"type": "string"}},
        "Retry-After": {"description": "Seconden tot het weer kan.", "schema": {"type": "integer"}},
    }
    components["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "Een token (rt_…) of de geheime link van een initiatief (rl_…).",
        },
        "sessie": {
            "type": "apiKey",
            "in": "cookie",
            "name": COOKIE,
            "description": "Aangemeld met een browser; wijzigen vraagt X-CSRF-Token.",
        },
    }
    permissions = rights(routes)
    for path, item in made["paths"].items():
        for method in _METHODS:
            if method in item:
                _finish(item[method], method, path, permissions[(method.upper(), _template(routes, path, method))])
    # The version stands in the address of the server, as the design rules want it.
    made["paths"] = {"/openapi.json": _OWN, **{path.removeprefix("/v1"): item for path, item in made["paths"].items()}}
    return made


_LINKS: dict[str, dict[str, tuple[str, dict[str, str]]]] = {
    "initiatiefIndienen": {
        name: (operation, {"id": "$response.body#/initiatief/id", **({"If-Match": "*"} if change else {})})
        for name, operation, change in (
            ("lezen", "initiatiefLezen", False),
            ("signalen", "signalenLijst", False),
            ("toevoegen", "signaalToevoegen", False),
            ("voortgang", "initiatiefVoortgang", False),
            ("intrekken", "initiatiefIntrekken", True),
            ("wissen", "initiatiefWissen", True),
        )
    },
    "signalenLijst": {
        name: (operation, {"id": "$response.body#/resultaten/0/id"})
        for name, operation in (
            ("lezen", "signaalLezen"),
            ("voorstellen", "voorstellenLijst"),
            ("beoordelen", "signaalBeoordelen"),
            ("beslechten", "signaalBeslechten"),
            ("beoordelingen", "beoordelingenVanSignaal"),
        )
    },
    "signaalBeoordelen": {"lezen": ("beoordelingLezen", {"id": "$response.body#/id"})},
    "signaalToevoegen": {"lezen": ("signaalLezen", {"id": "$response.body#/id"})},
    "taakStarten": {
        "lezen": ("taakLezen", {"id": "$response.body#/id"}),
        "voortgang": ("taakVoortgang", {"id": "$response.body#/id"}),
    },
    "momentopnamenLijst": {
        "lezen": ("momentopnameLezen", {"id": "$response.body#/resultaten/0/id"}),
        "inhoud": ("momentopnameInhoud", {"id": "$response.body#/resultaten/0/id"}),
    },
    "tokenMaken": {
        "lezen": ("tokenLezen", {"id": "$response.body#/id"}),
        "intrekken": ("tokenIntrekken", {"id": "$response.body#/id"}),
    },
    "gebruikerToevoegen": {
        "lezen": ("gebruikerLezen", {"id": "$response.body#/id"}),
        "wijzigen": ("gebruikerWijzigen", {"id": "$response.body#/id", "If-Match": "*"}),
        "wissen": ("gebruikerWissen", {"id": "$response.body#/id", "If-Match": "*"}),
        "gegevens": ("gegevensVanGebruiker", {"id": "$response.body#/id"}),
        "wachtwoordlink": ("wachtwoordlinkMaken", {"id": "$response.body#/id"}),
    },
    "regelingenLijst": {"lezen": ("regelingLezen", {"id": "$response.body#/resultaten/0/id"})},
    "bepalingenLijst": {"lezen": ("bepalingLezen", {"verwijzing": "$response.body#/resultaten/0/verwijzing"})},
    "activiteitenLijst": {"lezen": ("activiteitLezen", {"code": "$response.body#/resultaten/0/id"})},
    "modellenLijst": {"lezen": ("modelLezen", {"versie": "$response.body#/resultaten/0/versie"})},
}
"""What can be done with what an operation gives: operationId → name → (operationId, parameters)."""


def _template(routes: Sequence[APIRoute], path: str, method: str) -> str:
    """The route's own path: the document leaves converters out."""
    for route in routes:
        if route.path_format == path and method.upper() in (route.methods or ()):
            return route.path
    raise KeyError(path)


def _finish(operation: dict[str, Any], method: str, path: str, permission: str) -> None:
    standings, scope = PERMISSIONS[permission]
    listed = operation.pop("x-formaten", ["application/json"])
    operation["x-recht"] = permission
    operation["x-rollen"] = [standing.value for standing in Standing if standing in standings]
    anonymous = Standing.ANONYMOUS in standings
    secured: list[dict[str, list[str]]] = [{"bearer": []}, {"sessie": []}]
    operation["security"] = [] if permission == "openbaar" else [{}, *secured] if anonymous else secured
    if permission != "openbaar":
        operation["x-token-recht"] = scope.value
    responses = operation["responses"]
    responses.pop("422", None)
    for status, response in responses.items():
        headers = response.setdefault("headers", {})
        headers["API-Version"] = {"$ref": "#/components/headers/API-Version"}
        if status[0] == "2" and operation["operationId"] in _LINKS:
            response["links"] = {
                name: {"operationId": target, "parameters": values}
                for name, (target, values) in _LINKS[operation["operationId"]].items()
            }
        if status == "201":
            headers["Location"] = {"$ref": "#/components/headers/Location"}
        content = response.get("content", {})
        if "application/json" in content and len(listed) > 1:
            headers["Link"] = {"$ref": "#/components/headers/Link"}
            for name in listed[1:]:
                content[name] = {"schema": {"type": "string"}}
    parameters = {parameter["name"] for parameter in operation.get("parameters", [])}
    if "If-None-Match" in parameters:
        responses["304"] = {
            "description": "Niet gewijzigd",
            "headers": {"API-Version": {"$ref": "#/components/headers/API-Version"}},
        }
        responses["200"]["headers"]["ETag"] = {"$ref": "#/components/headers/ETag"}
    for status in _statuses(operation, method, path, permission, parameters):
        responses[status] = {"$ref": f"#/components/responses/Probleem{status}"}
    operation["responses"] = dict(sorted(responses.items()))


def _statuses(operation: dict[str, Any], method: str, path: str, permission: str, parameters: set[str]) -> list[str]:
    """Which problems an operation can have."""
    statuses = ["400", "401", "406", "429", "500", "503"]
    if permission != "openbaar" or method != "get":
        statuses.append("403")
    if "{" in path or permission == "openbaar":
        statuses.append("404")
    if "requestBody" in operation:
        statuses += ["413", "415"]
    if method != "get":
        statuses.append("409")
    if "If-Match" in parameters:
        statuses += ["412", "428"]
    return statuses


def _problem(status: str, title: str) -> dict[str, Any]:
    headers = ["API-Version", *(["Retry-After"] if status in ("429", "503") else [])]
    return {
        "description": title,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Probleem"}}},
    }


_OWN: dict[str, Any] = {
    "get": {
        "tags": ["beschrijving"],
        "operationId": "openapi",
        "summary": "Deze beschrijving",
        "description": "Het OpenAPI-document van deze interface.",
        "security": [],
        "responses": {
            "200": {
                "description": "Het document",
                "headers": {
                    "API-Version": {"$ref": "#/components/headers/API-Version"},
                    "Access-Control-Allow-Origin": {
                        "description": "Elke website mag het lezen.",
                        "schema": {"type": "string", "enum": ["*"]},
                    },
                },
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            "429": {"$ref": "#/components/responses/Probleem429"},
            "500": {"$ref": "#/components/responses/Probleem500"},
        },
    }
}

_PROBLEM: dict[str, Any] = {
    "title": "Probleem",
    "description": "Wat er misging (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Soort probleem."},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri", "description": "Nummer van het verzoek; het staat ook in het logboek."},
        "fouten": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["plek", "melding", "soort"],
                "properties": {
                    "plek": {"type": "string", "description": "Welk veld."},
                    "melding": {"type": "string"},
                    "soort": {"type": "string", "description": "Vast woord voor programma's."},
                },
            },
        },
    },
    "examples": [
        {
            "type": "urn:regelruimte:probleem:400",
            "title": "De invoer klopt niet",
            "status": 400,
            "detail": "Een of meer velden kloppen niet.",
            "instance": "urn:uuid:2b4a3f0e-1f1c-4a39-9a52-0d7b6c1f3a11",
            "fouten": [{"plek": "titel", "melding": "Dit veld ontbreekt.", "soort": "missing"}],
        }
    ],
}
