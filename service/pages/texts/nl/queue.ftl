# De werklijst van de beoordelaar.
queue-title = Werklijst
queue-filters = Kiezen wat u ziet{ $count ->
    [0] {""}
   *[other] {" "}({ $count } aan)
}
queue-filter = Kiezen wat u ziet
queue-filter-gemeente = Gemeente
queue-filter-activiteit = Activiteit
queue-filter-soort = Soort
queue-filter-zwaarte = Zwaarte
queue-filter-ouderdom = Ingediend
queue-filter-twijfel = Twijfel
queue-filter-oordeel = Oordeel
queue-filter-herkomst = Herkomst
queue-filter-volgorde = Volgorde
queue-all = Alles
queue-counted = { $name } ({ $count })
queue-no-municipality = Geen gemeente genoemd
queue-no-activity = Geen activiteit
queue-age-week = In de laatste week
queue-age-maand = Een week tot een maand geleden
queue-age-ouder = Meer dan een maand geleden
queue-doubt-helft = Kans rond de helft
queue-doubt-modellen = Twee modellen verschillen
queue-doubt-oordeel = Oordeel nakijken
queue-verdict-geen = Nog niet beoordeeld
queue-verdict-alle = Alles
queue-verdict-bevestigd = Bevestigd
queue-verdict-afgewezen = Afgewezen
queue-verdict-aangepast = Aangepast
queue-verdict-toegevoegd = Door een mens toegevoegd
queue-origin-signaal = Signalen
queue-origin-steekproef = Steekproef
queue-sampled = Steekproef
queue-order-oudste = Oudste initiatief eerst
queue-order-nieuwste = Nieuwste initiatief eerst
queue-order-kans = Hoogste kans eerst
queue-order-twijfel = Kans dichtst bij de helft eerst
queue-show = Toon
queue-all-open = Terug naar alles wat open is
queue-found = { $count ->
    [one] 1 signaal
   *[other] { $count } signalen
}
queue-in = { $count ->
    [one] Voor 1 initiatief.
   *[other] Voor { $count } initiatieven.
}
queue-start = Begin bij het eerste
queue-none = Er is nu niets te beoordelen. Zodra een initiatief is gelezen, staan de signalen hier.
queue-none-filtered = Met deze keuzes is er niets. Kies iets anders, of ga terug naar alles wat open is.
queue-submitted = ingediend op { $day }
queue-tick = Vink aan: { $place }
queue-by-person = Door een mens toegevoegd
queue-differing = Een ander model zei { $before }
queue-ticked = Wat u hebt aangevinkt
queue-tick-all = Vink alles op deze bladzijde aan of uit
queue-note = Toelichting bij elk oordeel
queue-confirm = Bevestig wat is aangevinkt
queue-reject = Wijs af wat is aangevinkt
queue-fault-none = Vink eerst de signalen aan die u wilt beoordelen.
queue-done-bevestigd = { $count ->
    [one] 1 signaal bevestigd.
   *[other] { $count } signalen bevestigd.
}
queue-done-afgewezen = { $count ->
    [one] 1 signaal afgewezen.
   *[other] { $count } signalen afgewezen.
}
queue-done-none = Er is niets beoordeeld.
queue-passed-over = { $count ->
    [one] 1 is overgeslagen: iemand heeft dat intussen beoordeeld.
   *[other] { $count } zijn overgeslagen: iemand heeft die intussen beoordeeld.
}
queue-undo = { $count ->
    [one] Neem dit oordeel terug
   *[other] Neem deze { $count } oordelen terug
}
queue-taken-back = { $count ->
    [one] 1 oordeel teruggenomen. Wat daarvoor stond, geldt weer.
   *[other] { $count } oordelen teruggenomen. Wat daarvoor stond, geldt weer.
}
queue-pages = Bladeren
queue-page-before = Vorige bladzijde
queue-page = Bladzijde { $number } van { $count }
