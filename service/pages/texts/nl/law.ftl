# Regelingen en bepalingen.
law-title = Regelingen
law-lead = Hier staan { $regulations ->
    [one] 1 regeling
   *[other] { $regulations } regelingen
} met { $clauses } bepalingen. Een bepaling is een artikel, of een lid van een artikel.
law-search = Zoek
law-search-hint = Een naam of een nummer, zoals verordening, of woorden uit de tekst, zoals straat afsluiten.
law-level = Van wie
law-level-all = Alle overheden
law-counted = { $name } ({ $count })
law-level-rijk = Rijk
law-level-provincie = Provincie
law-level-gemeente = Gemeente
law-level-waterschap = Waterschap
law-level-overig = Overig
law-authority = Overheid
law-authority-all = Allemaal
law-find = Zoek
law-regulations-found = { $count ->
    [one] 1 regeling gevonden
   *[other] { $count } regelingen gevonden
}
law-no-regulation = Geen regeling heeft deze woorden in de naam. Probeer minder woorden.
law-clauses = { $count ->
    [one] 1 bepaling
   *[other] { $count } bepalingen
}
law-version-of = versie van { $day }
law-clauses-found = { $most ->
    [yes] Meer dan { $count } bepalingen met al deze woorden
   *[no] { $count ->
        [one] 1 bepaling met al deze woorden
       *[other] { $count } bepalingen met al deze woorden
    }
}
law-no-clause = Geen bepaling heeft al deze woorden. Probeer minder woorden, of een deel van een woord.
law-all-clauses = Bekijk alle { $count } bepalingen
law-search-title = Zoek in de tekst van regelingen
law-words = Woorden
law-words-hint = U vindt bepalingen waarin al deze woorden staan. Een deel van een woord mag ook.
law-all-regulations = Alle regelingen
law-pages = Bladeren
law-page-before = Vorige bladzijde
law-page = Bladzijde { $number } van { $count }
law-relief = ruimte
law-barrier = regel
law-outside = (andere website)
law-older = Dit is een oude versie. De regels kunnen nu anders zijn.
law-older-clause = Dit is de tekst van { $day }. De regels kunnen nu anders zijn. Van een oude tekst zegt het model niets.
law-to-newest = Naar de nieuwste versie
law-no-article = Artikel { $number } staat niet in deze regeling.
law-valid-from = Geldt vanaf
law-valid-until = Geldt tot
law-version = Versie van
law-versions = { $count } versies: wat is er veranderd?
law-one-version = de enige versie die we hier hebben
law-id = Nummer
law-source = Officiële tekst
law-source-link = Bekijk de officiële tekst
law-licence = Rechten op de tekst
law-article = Ga naar artikel
law-article-hint = Bijvoorbeeld 2:4
law-go = Ga
law-kind = Soort
law-kind-all = Alle soorten
law-kind-counted = { $name } ({ $count })
law-show = Toon
law-contents = Inhoud
law-articles = { $count ->
    [one] 1 artikel
   *[other] { $count } artikelen
}
law-text = De tekst
law-only-kind = { $name }: { $count ->
    [one] 1 bepaling
   *[other] { $count } bepalingen
}
law-kind-off = Toon de hele tekst
law-first-sight = Onder elke bepaling staat welke soort regel of ruimte ons model er op het eerste gezicht in leest. Dat kan fout zijn. Onder “Meer over deze bepaling” staat wat het model zegt als het beter leest.
law-more = Meer over deze bepaling
law-to-text = Naar de tekst
law-open = Open { $place }
law-repealed = vervallen
law-repealed-told = Deze bepaling is vervallen: ze geldt niet meer.
law-empty = Hier staan geen bepalingen.
law-versions-title = Versies
law-versions-none = We hebben hier maar één versie van deze regeling. Er valt niets te vergelijken.
law-versions-here = Versies die we hier hebben
law-newest = de nieuwste
law-from = Oude versie
law-to = Nieuwe versie
law-compare = Vergelijk
law-compared = Van { $older } naar { $newer }
law-count-gelijk = { $count } gelijk
law-count-gewijzigd = { $count } gewijzigd
law-count-nieuw = { $count } nieuw
law-count-vervallen = { $count } vervallen
law-count-verplaatst = { $count } verplaatst: dezelfde woorden onder een ander nummer
law-change-gewijzigd = gewijzigd
law-change-nieuw = nieuw
law-change-vervallen = vervallen
law-change-verplaatst = verplaatst
law-no-change = Tussen deze versies is niets veranderd aan de woorden.
law-legend = Wat erbij kwam, is onderstreept en heeft een plus. Wat wegging, is doorgestreept en heeft een min.
law-removed = weg
law-added = nieuw
law-moved = Stond eerst in { $before }.
law-article-whole = Het hele artikel
law-this = Deze bepaling
law-in-context = Lees verder in de regeling
law-ref = Verwijzing
law-official-id = Officieel kenmerk
law-reading = Wat het model hierin leest
law-reading-told = Het model zoekt in elke bepaling naar soorten regels en ruimte. De woorden die daarvoor pleiten, zijn in de tekst gemarkeerd. Een model kan fout zitten; een mens beslist.
law-no-kind = Het model leest hier geen regel die u tegenhoudt, en geen ruimte.
law-doubt = Waarover het model twijfelt
law-strength = Zwaarte
law-addressee = Voor wie
law-addressee-private = bewoners en bedrijven
law-addressee-government = de overheid zelf
law-addressee-none = niemand in het bijzonder
law-qualification = Soort regel (Omgevingswet)
law-official = zegt de overheid zelf
law-activities = Activiteit
law-all-kinds = Alle soorten met hun kans
law-kind-group = Regel of ruimte
law-chance = Kans
law-room = Ruimte naast deze bepaling
law-room-told = Deze bepalingen geven misschien ruimte: in hetzelfde artikel, door een verwijzing, of voor de hele regeling.
law-room-none = We vonden geen bepaling die hier ruimte geeft. Bel de overheid die over deze regel gaat: soms is er toch iets mogelijk.
law-decides = Wie beslist
law-procedure = Hoe
law-term = Termijn
law-referring = Wat hiernaar verwijst
law-referring-none = In deze regeling verwijst niets hiernaar.
law-referring-more = En nog { $count } andere.
law-elsewhere = In andere regelingen
law-elsewhere-ask = Zoek ook in andere regelingen
law-elsewhere-none = In andere regelingen die we hebben, verwijst niets hiernaar.
law-flags = Signalen op deze bepaling
law-flags-told = Initiatieven die u mag zien en waarvoor deze bepaling is genoemd.
law-flags-none = Er zijn geen signalen op deze bepaling.
law-verdict-none = nog niet beoordeeld
law-verdict-bevestigd = bevestigd
law-verdict-afgewezen = afgewezen
law-verdict-aangepast = aangepast
law-verdict-toegevoegd = door een mens toegevoegd
