# Wat leren we van initiatieven.
practice-parts = Onderdelen
practice-tab-stops = Wat houdt tegen
practice-tab-oordelen = Waar mensen het model niet volgen
practice-tab-ruimte = Ruimte die is gebruikt
practice-tab-vergelijken = Vergelijk gemeenten
practice-activity = Waar het om gaat
practice-activity-all = Alle activiteiten
practice-kind = Soort belemmering
practice-kind-all = Alle soorten
practice-municipality = Gemeente
practice-municipality-all = Alle gemeenten
practice-filter = Toon
practice-basis = { $initiatives ->
    [0] Nog geen initiatief van uw organisatie is beoordeeld met deze keuze.
    [one] Dit gaat over { $judged } beoordeelde signalen van 1 initiatief van uw organisatie.
   *[other] Dit gaat over { $judged } beoordeelde signalen van { $initiatives } initiatieven van uw organisatie.
} Van andere organisaties ziet u alleen aantallen, en pas vanaf { $enough } initiatieven.
practice-export = Bewaar deze tabel:
practice-export-csv = CSV
practice-export-jsonl = JSONL
practice-few = te weinig
practice-few-told = minder dan { $enough } initiatieven
practice-stops-title = Welke bepalingen houden de meeste initiatieven tegen?
practice-stops-lead = Geteld zijn initiatieven waarbij een beoordelaar bevestigde dat de bepaling in de weg staat. Wat alleen het model denkt, telt niet mee.
practice-stops-caption = Bepalingen die de meeste initiatieven tegenhouden
practice-stops-table = Alle bepalingen die tegenhouden
practice-stops-none = Met deze keuze heeft nog geen beoordelaar een belemmering bevestigd.
practice-clause = Bepaling
practice-kinds = Soorten
practice-confirmed = Houdt tegen
practice-rejected-count = Houdt niet tegen
practice-waiting = Nog te beoordelen
practice-elsewhere = Elders
practice-initiatives = { $count ->
    [one] 1 initiatief
   *[other] { $count } initiatieven
}
practice-oordelen-title = Waar volgen mensen het model niet?
practice-oordelen-lead = Hier ziet u waar het model belemmeringen ziet die er volgens mensen niet zijn. Een aandeel staat er pas vanaf { $from } oordelen; het interval (95%) zegt hoe zeker het is.
practice-by-kind = Per soort
practice-by-kind-lead = Hoe vaak het model deze soort noemde en mensen haar niet overnamen.
practice-by-kind-caption = Soorten die mensen niet overnamen
practice-by-kind-table = Alle soorten
practice-by-clause = Per bepaling
practice-by-clause-caption = Bepalingen die mensen afwezen
practice-judged = Beoordeeld
practice-rejected = Afgewezen
practice-share = Aandeel
practice-share-told = { $share } ({ $low } tot { $high })
practice-share-bar = { $share } ({ $rejected } van { $judged })
practice-share-few = te weinig om te zeggen
practice-elsewhere-told = { $rejected } van { $judged }
practice-missed = { $count ->
    [0] Geen enkele keer voegde een mens een bepaling toe die het model had gemist.
    [one] 1 keer voegde een mens een bepaling toe die het model had gemist.
   *[other] { $count } keer voegde een mens een bepaling toe die het model had gemist.
}
practice-oordelen-none = Met deze keuze is nog niets beoordeeld.
practice-nothing-rejected = Geen bepaling is afgewezen.
practice-ruimte-title = Welke ruimte is eerder gebruikt?
practice-ruimte-lead = Dit zijn bepalingen waarmee een initiatief toch door kon gaan, volgens een beoordelaar. Ze kunnen een volgend initiatief helpen.
practice-ruimte-none = Met deze keuze heeft nog niemand verteld dat ruimte is gebruikt.
practice-worked = Dit lukte in
practice-worked-in = { $municipality }, { $when } ({ $initiatives ->
    [one] 1 initiatief
   *[other] { $initiatives } initiatieven
})
practice-against = Belemmering
practice-ask-title = Hoe liep het af?
practice-ask-lead = Bij deze belemmeringen staat ruimte. Weet u of die is gebruikt? Uw antwoord helpt het volgende initiatief.
practice-ask-for = voor { $title }
practice-ask-link = Vertel welke ruimte is gebruikt
practice-ask-link-of = Vertel welke ruimte is gebruikt bij { $place }, { $title }
practice-used-thanks = Bewaard. Dank u wel.
practice-used-title = Welke ruimte is gebruikt?
practice-used-lead = { $title } kon misschien niet doorgaan door deze bepaling. Kruis aan met welke ruimte het toch lukte. Lukte het nog niet, laat dan alles leeg.
practice-used-barrier = De belemmering
practice-used-which = Hiermee lukte het
practice-used-option = { $place } ({ $kind })
practice-used-save = Bewaar
practice-used-none = Bij deze bepaling kennen we geen ruimte.
practice-used-back = Terug naar ruimte die is gebruikt
practice-vergelijken-title = Wie vraagt een vergunning, wie een melding, wie niets?
practice-vergelijken-lead = Kies een activiteit. U ziet per overheid wat haar regels vragen en waar dat staat, en u kunt teksten naast elkaar leggen. Wie het minst vraagt, staat bovenaan; de zwaarste eis telt. Het model leest de regels; kijk de bepaling na voordat u iets overneemt.
practice-choose = Kies een activiteit
practice-level = Van wie
practice-level-gemeente = gemeenten
practice-level-waterschap = waterschappen
practice-level-provincie = provincies
practice-compare = Vergelijk
practice-no-authorities = De verzameling heeft geen regelingen van overheden om te vergelijken.
practice-one-authority = De verzameling heeft regelingen van één overheid. Om te vergelijken zijn er meer nodig.
practice-asks-vergunning = Vraagt een vergunning
practice-asks-melding = Vraagt een melding
practice-asks-niets = Geen vergunning of melding gevonden
practice-asked = Wat overheden vragen
practice-authorities = { $count ->
    [one] 1 overheid
   *[other] { $count } overheden
}
practice-who-asks = Wat vraagt wie: { $activity }
practice-authority = Overheid
practice-permit = Vergunning
practice-notification = Melding
practice-free = Vrij
practice-not-found = niet gevonden
practice-regulations = { $count ->
    [one] 1 regeling gelezen
   *[other] { $count } regelingen gelezen
}
practice-beside-title = Teksten naast elkaar
practice-beside-one = Leg de tekst van
practice-beside-other = naast die van
practice-beside-show = Leg naast elkaar
practice-beside-none = Er zijn geen twee bepalingen om naast elkaar te leggen.
practice-beside-variants = Dit is vrijwel dezelfde bepaling.
practice-beside-same = De teksten zijn gelijk.
practice-beside-likeness = { $share } van de woorden staat in beide teksten.
practice-beside-only = Wat is doorgestreept met − ervoor, staat alleen bij { $one }. Wat is onderstreept met + ervoor, staat alleen bij { $other }.
practice-beside-lighter = { $name } vraagt het minst.
practice-beside-asks = Vraagt volgens het model: { $what }
practice-what-vergunning = een vergunning
practice-what-melding = een melding
practice-what-niets = niets vooraf
practice-what-other = iets anders
practice-basis-all = { $initiatives ->
    [0] Nog geen initiatief is beoordeeld met deze keuze.
    [one] Dit gaat over { $judged } beoordeelde signalen van 1 initiatief, van alle organisaties.
   *[other] Dit gaat over { $judged } beoordeelde signalen van { $initiatives } initiatieven, van alle organisaties.
}
practice-stops-table-caption = Aantal initiatieven per bepaling
practice-who-asks-caption = Regels per overheid
practice-before = Vooraf nodig
