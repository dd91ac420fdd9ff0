"""The list of activities as SKOS (W3C Simple Knowledge Organization System), for other catalogues.

group                 skos:Concept, top of the scheme
activity              skos:Concept, skos:broader its group, skos:prefLabel in Dutch and English
words of residents    skos:altLabel
words of the law      skos:hiddenLabel: they find the activity, and nobody calls it that
names in the register skos:closeMatch is for addresses, which the register does not give: dcterms:relation with the name
"""

from __future__ import annotations

from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, OWL, SKOS

from corpus.activities import Activities

BASE = Namespace("urn:regelruimte:activiteit:")
SCHEME = URIRef("urn:regelruimte:activiteiten")


def skos_graph(known: Activities) -> Graph:
    """The activities as a graph."""
    graph = Graph()
    graph.bind("skos", SKOS)
    graph.bind("dcterms", DCTERMS)
    graph.bind("act", BASE)
    graph.add((SCHEME, RDF.type, SKOS.ConceptScheme))
    graph.add((SCHEME, SKOS.prefLabel, Literal("Activiteiten van bewonersinitiatieven", lang="nl")))
    graph.add((SCHEME, SKOS.prefLabel, Literal("Activities of citizens' initiatives", lang="en")))
    graph.add((SCHEME, OWL.versionInfo, Literal(known.version)))
    for group in dict.fromkeys(activity.group for activity in known.all):
        concept = BASE[f"groep-{group}"]
        graph.add((concept, RDF.type, SKOS.Concept))
        graph.add((concept, SKOS.prefLabel, Literal(group.replace("-", " "), lang="nl")))
        graph.add((concept, SKOS.topConceptOf, SCHEME))
        graph.add((concept, SKOS.inScheme, SCHEME))
    for activity in known.all:
        concept = BASE[activity.code]
        graph.add((concept, RDF.type, SKOS.Concept))
        graph.add((concept, SKOS.notation, Literal(activity.code)))
        graph.add((concept, SKOS.prefLabel, Literal(activity.name_nl, lang="nl")))
        graph.add((concept, SKOS.prefLabel, Literal(activity.name_en, lang="en")))
        graph.add((concept, SKOS.broader, BASE[f"groep-{activity.group}"]))
        graph.add((concept, SKOS.inScheme, SCHEME))
        for phrase in activity.lay:
            graph.add((concept, SKOS.altLabel, Literal(phrase, lang="nl")))
        for phrase in activity.legal:
            graph.add((concept, SKOS.hiddenLabel, Literal(phrase, lang="nl")))
        for name in activity.rtr:
            graph.add((concept, DCTERMS.relation, Literal(name, lang="nl")))
    return graph
