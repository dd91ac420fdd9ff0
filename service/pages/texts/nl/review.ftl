# Eén signaal voor de beoordelaar.
review-nav = Door de werklijst
review-back = Werklijst ({ $count } open)
review-before = Vorige
review-after = Volgende
review-others = { $count ->
    [one] { $name } kijkt hiernaar
   *[other] { $name } kijken hiernaar
}
review-and = {" en "}
review-you = u
review-somebody = iemand anders
review-now = Hieronder staat het volgende: { $place }.
review-done-bevestigd = Bevestigd: { $place }.
review-done-afgewezen = Afgewezen: { $place }.
review-done-aangepast = Aangepast: { $place }.
review-done-toegevoegd = Toegevoegd: { $place }.
review-done-teruggenomen = Teruggenomen: { $place }. Wat daarvoor stond, geldt weer.
review-undo = Neem terug
review-take-back = Neem uw laatste oordeel terug
review-outdated = Het model heeft dit intussen opnieuw gelezen.
review-outdated-bevestigd = Intussen heeft { $who } dit bevestigd.
review-outdated-afgewezen = Intussen heeft { $who } dit afgewezen.
review-outdated-aangepast = Intussen heeft { $who } dit aangepast.
review-outdated-toegevoegd = Intussen heeft { $who } dit toegevoegd.
review-outdated-teruggenomen = Intussen heeft { $who } een oordeel teruggenomen.
review-outdated-told = Uw oordeel is niet bewaard. Kijk nog eens en kies opnieuw; wat u schreef, staat er nog.
review-verdict-bevestigd = bevestigd
review-verdict-afgewezen = afgewezen
review-verdict-aangepast = aangepast
review-verdict-toegevoegd = door een mens toegevoegd
review-verdict-teruggenomen = teruggenomen
review-p = Kans dat dit in de weg staat:
review-strength-is = Zwaarte:
review-closed = Dit initiatief is ingetrokken. Er is niets meer te beoordelen.
review-initiative = Het initiatief
review-on = op { $day }
review-pseudonymised = De bewaartijd van de oorspronkelijke tekst is om. U leest de tekst zonder persoonsgegevens.
review-activities = Activiteiten in het verhaal
review-this-activity = daar gaat dit signaal over
review-clause = De bepaling
review-anchor-ongewijzigd = Dit is de tekst die het model las. In de regelingen die we nu hebben, staat die tekst niet meer zo.
review-anchor-verplaatst = Dezelfde woorden staan nu onder een ander nummer.
review-anchor-gewijzigd = De regeling is gewijzigd. Hier staat de tekst die het model las.
review-anchor-verweesd = De regeling is gewijzigd, en deze woorden staan er niet meer in. Hier staat de tekst die het model las.
review-newest = Lees wat er nu staat
review-this-clause = Deze bepaling is gesignaleerd
review-regulation = Regeling
review-valid-from = Geldt vanaf
review-version = Versie van
review-source = Officiële tekst
review-source-link = Bekijk de officiële tekst
review-more = Meer
review-clause-page = Alles over deze bepaling
review-why = Waarom dit signaal
review-why-activity = De bepaling gaat over een activiteit uit het verhaal: { $activity }.
review-why-person = Geen model gaf dit signaal: een mens heeft het toegevoegd.
review-limit-within = De bepaling noemt een grens: { $clause }. Het verhaal zegt { $story }: dat blijft binnen de grens, als het om hetzelfde gaat.
review-limit-beyond = De bepaling noemt een grens: { $clause }. Het verhaal zegt { $story }: dat gaat over de grens, als het om hetzelfde gaat.
review-change = Zonder { $activity } zakt de kans van { $before } naar { $after }.
review-signals = Wat voor het model het zwaarst woog
review-signal-similar = De bepaling lijkt op bepalingen die bij zulke initiatieven in de weg stonden.
review-signal-usual = De bepaling lijkt op bepalingen die vaak in de weg staan, bij welk initiatief dan ook.
review-signal-own = De bepaling gebruikt dezelfde woorden als het verhaal.
review-signal-activity = De bepaling regelt wat in het verhaal gebeurt.
review-signal-barrier = De bepaling verbiedt of eist iets, los van dit verhaal.
review-signal-private = De bepaling richt zich tot bewoners en bedrijven.
review-signal-relief = De bepaling geeft zelf ook ruimte, of juist niet.
review-signal-reach = Veel initiatieven krijgen met zo'n bepaling te maken, wat zij ook doen.
review-signal-shape = De bepaling is kort of lang, en vervallen of niet.
review-signal-judged = Mensen zeiden eerder dat deze bepaling bij zulke initiatieven in de weg staat.
review-signal-spared = Wat mensen eerder over deze bepaling zeiden: geen belemmering, of juist ruimte.
review-signal-around = Bepalingen uit hetzelfde artikel, hoofdstuk of dezelfde regeling stonden eerder in de weg.
review-variants = { $count ->
    [one] 1 andere bepaling zegt bijna hetzelfde
   *[other] { $count } andere bepalingen zeggen bijna hetzelfde
}
review-model = Model { $model }, gelezen op { $moment }.
review-model-before = Een eerder model ({ $model }) zei { $share }.
review-room = Ruimte ernaast
review-room-none = Naast deze bepaling vonden we geen ruimte.
review-decides = Wie beslist
review-procedure = Hoe
review-term = Termijn
review-earlier = Eerdere oordelen
review-of-flag = Over dit signaal
review-of-flag-none = Niemand heeft dit signaal beoordeeld.
review-of-clause = Over deze bepaling bij andere initiatieven
review-of-clause-none = In uw organisatie heeft nog niemand deze bepaling bij een ander initiatief beoordeeld.
review-counts = Bij initiatieven van uw organisatie:
review-counts-elsewhere = Bij initiatieven van andere organisaties:
review-said-by = door { $who }, { $moment }
review-settled = beslechting door een jurist
review-undone = later teruggenomen
review-judge = Uw oordeel
review-note = Toelichting
review-note-hint = Voor collega's en de jurist. Schrijf geen namen van personen op.
review-adjust = Het staat in de weg, maar anders: pas soort, zwaarte of woorden aan
review-adjust-short = Pas aan
review-adjust-save = Bewaar de aanpassing
review-kinds = Soorten belemmering
review-strength = Zwaarte
review-evidence = Woorden die het bewijzen
review-select-told = U kunt ook woorden in de bepaling selecteren en hier toevoegen.
review-select = Voeg de selectie toe
review-select-none = Selecteer eerst woorden in de bepaling.
review-select-done = Toegevoegd en aangevinkt.
review-fault-kinds = Kies minstens één soort.
review-fault-strength = Kies hoe zwaar het is.
review-missed = Voeg een bepaling toe die het model miste
review-confirm = Bevestig
review-reject = Wijs af
review-add-title = Een gemiste bepaling toevoegen
review-add-back = Terug naar het signaal
review-add-for = Voor het initiatief
review-add-known = Deze bepaling is al een signaal van dit initiatief. U vindt haar in de werklijst.
review-add-search = Zoek een bepaling
review-add-search-hint = Woorden die erin staan, een verwijzing zoals CVDR900001/artikel-2:4/lid-1, of een JCI-kenmerk.
review-add-find = Zoek
review-add-other = Kies een andere bepaling
review-add-found = { $most ->
    [yes] De eerste { $count } bepalingen met deze woorden
   *[no] { $count ->
        [0] Geen bepaling gevonden
        [one] 1 bepaling gevonden
       *[other] { $count } bepalingen gevonden
    }
}
review-add-save = Voeg toe als belemmering
keys-title = Sneltoetsen
keys-show = Sneltoetsen
keys-on = Sneltoetsen zijn aan
keys-close = Sluit
keys-jk = volgende en vorige regel
keys-enter = open deze regel
keys-x = vink deze regel aan of uit
keys-s = begin bij het eerste signaal
keys-b = bevestig
keys-w = wijs af
keys-a = pas aan
keys-e = voeg de geselecteerde woorden toe (bij het aanpassen)
keys-n = schrijf een toelichting
keys-t = voeg een gemiste bepaling toe
keys-u = neem terug
keys-brackets = volgende en vorige bladzijde
keys-steps = volgende en vorige signaal
keys-escape = uit het tekstveld, of sluit dit venster
keys-help = toon dit venster
