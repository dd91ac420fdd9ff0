# The page of one initiative: where it stands, and what was found.
outcome-sent = Verstuurd op { $day }
outcome-place = Gemeente { $place }
outcome-for-day = Voor { $day }
outcome-link = Bewaar deze link
outcome-link-told = Alleen met deze link komt u hier terug. Sla hem op of mail hem aan uzelf. Wie de link heeft, kan alles lezen en wissen. Geef hem dus alleen aan mensen die meedoen.
outcome-link-field = Uw geheime link
outcome-copy = Link kopiëren
outcome-copied = De link is gekopieerd.
outcome-waiting = We lezen uw verhaal
outcome-waiting-told = Dit duurt meestal minder dan een minuut. Deze bladzijde ververst vanzelf. U mag hem ook sluiten en later terugkomen.
outcome-look-again = Kijk of het klaar is
outcome-failed = Het lezen is niet gelukt
outcome-failed-told = Uw verhaal is bewaard. Dat het niet lukte, ligt niet aan u. Probeer het over een uur nog eens met deze link, of vraag het aan { $name }.
outcome-withdrawn = U hebt dit initiatief ingetrokken. Er kijkt niemand meer naar.
outcome-unread = Daarom hebben we het niet gelezen.
outcome-no-advice = Dit is geen juridisch advies. De computer zocht, en kan iets missen of verkeerd begrijpen. Twijfelt u? Vraag het uw gemeente.
outcome-short = In het kort
outcome-short-activities = { $count ->
    [0] We lazen in uw verhaal geen activiteit die we kennen.
    [one] We lazen 1 activiteit in uw verhaal.
   *[other] We lazen { $count } activiteiten in uw verhaal.
}
outcome-short-first = { $count ->
    [0] We vonden geen regel om op te letten.
    [one] Er is 1 regel waar u het beste eerst naar kijkt.
   *[other] Er zijn { $count } regels waar u het beste eerst naar kijkt.
}
outcome-short-room = { $count ->
    [0] We vonden geen regel die ruimte geeft.
    [one] Er is 1 regel die u misschien ruimte geeft.
   *[other] Er zijn { $count } regels die u misschien ruimte geven.
}
outcome-judged-none = Er heeft nog geen medewerker van de gemeente meegekeken.
outcome-judged-some = Een medewerker van de gemeente keek al naar { $count } van de { $all } regels.
outcome-story = Wat u ons vertelde
outcome-story-pseudonym = Uw eigen tekst is gewist, zoals beloofd. Dit is de versie zonder namen.
outcome-free = Wat waarschijnlijk vrij is
outcome-free-told = Hiervoor vonden we geen regel die u in de weg staat. Dat is geen belofte: we kennen niet alle regels.
outcome-free-none = Bij elke activiteit vonden we wel een regel. Vaak is er een oplossing. Kijk hieronder.
outcome-free-unread = We lazen geen activiteit die we kennen. Daarom kunnen we niet zeggen wat vrij is.
outcome-free-missing = Kijk ook wat we niet doorzochten.
outcome-free-blind = Van uw gemeente hebben we geen regels. Daarom kunnen we niet zeggen wat vrij is. Vraag het uw gemeente.
outcome-tell-again = Vertel het opnieuw, en schrijf op wat u precies gaat doen
outcome-attention = Wat aandacht vraagt
outcome-attention-told = Per onderwerp ziet u eerst de regels die u het meest kunnen raken. Geldt een regel voor u? Dan staat erbij wat u kunt doen.
outcome-attention-none = We vonden in de regels niets dat u in de weg staat.
outcome-general = Algemeen
outcome-chance = Wat betekent de kans?
outcome-chance-told = De kans is hoe vaak zo’n regel een plan als het uwe echt raakt. Bij 10% raakt hij 1 van de 10 plannen. Kleine kansen laten we ook zien. Een regel te veel lezen kost u een minuut. Een regel missen kost u misschien veel meer.
outcome-strength-told = Ook ziet u hoe zwaar een regel weegt: van 1 (kost moeite) tot 3 (houdt tegen).
outcome-p = Kans
outcome-strength = Hoe zwaar
outcome-verdict = Gemeente
outcome-verdict-none = nog niet bekeken
outcome-verdict-bevestigd = bekeken: dit geldt voor u
outcome-verdict-aangepast = bekeken en verbeterd: dit geldt voor u
outcome-verdict-toegevoegd = toegevoegd door een medewerker
outcome-opening = Deze regel kan voor u gelden
outcome-kind-verbod = Een verbod
outcome-kind-vergunningplicht = Toestemming vooraf
outcome-kind-meldingsplicht = Vooraf melden
outcome-kind-informatieplicht = Gegevens bijhouden of geven
outcome-kind-gebod = Een eis aan hoe u het doet
outcome-kind-zorgplicht = Zelf zorgen dat niemand last heeft
outcome-kind-hoedanigheid = Een eis aan wie het doet
outcome-kind-plaats = Een eis aan de plek
outcome-kind-begrenzing = Een grens aan hoeveel, wanneer of hoe lang
outcome-kind-financieel = Kosten
outcome-kind-procedure = Iets aanvragen of inleveren
outcome-kind-beslisruimte = De overheid mag nee zeggen
outcome-kind-handhaving = Een straf of maatregel
outcome-do-verbod = Dit mag niet zomaar. Kijk of er een uitzondering is, of doe het op een andere manier.
outcome-do-vergunningplicht = Vraag eerst toestemming. Begin pas als u die hebt. Doe dit op tijd, want een antwoord kan weken duren.
outcome-do-meldingsplicht = Meld het voordat u begint. Meestal is een formulier van de gemeente genoeg.
outcome-do-informatieplicht = Schrijf op wat u doet, of geef het door als erom wordt gevraagd.
outcome-do-gebod = Dit mag, als u zich aan deze eis houdt. Kijk of dat lukt.
outcome-do-zorgplicht = Zorg zelf dat niemand last of schade heeft. Spreek af wie daarop let.
outcome-do-hoedanigheid = Kijk of u aan deze eis voldoet. Misschien kan iemand anders het voor u doen, zoals een vereniging.
outcome-do-plaats = Kijk of het mag op uw plek. Soms mag het een stuk verderop wel.
outcome-do-begrenzing = Kijk of u binnen deze grens blijft. Soms kunt u uw plan iets kleiner of korter maken.
outcome-do-financieel = Reken dit mee in uw kosten. Vraag of het ook goedkoper of gratis kan.
outcome-do-procedure = Kijk wat u moet inleveren en wanneer. Begin er op tijd mee.
outcome-do-beslisruimte = De gemeente of een andere overheid beslist. Praat vroeg met hen. Vraag wat zij nodig hebben om ja te zeggen.
outcome-do-handhaving = Houdt u zich niet aan de regels? Dan kan dit gebeuren.
outcome-law = Wat de regel zegt
outcome-whole = Lees de hele regel
outcome-words = U schrijft: { $words }.
outcome-no-words = De tekst hiervan lijkt op uw verhaal, of gaat over elk plan.
outcome-limit-within = De regel noemt: { $clause }. U noemt: { $story }. Dat past, als het over hetzelfde gaat.
outcome-limit-beyond = De regel noemt: { $clause }. U noemt: { $story }. Dat past niet, als het over hetzelfde gaat.
outcome-fallen = { $count ->
    [one] Doet u dit niet? Dan raakt 1 van deze { $all } regels u veel minder snel.
   *[other] Doet u dit niet? Dan raken { $count } van deze { $all } regels u veel minder snel.
}
outcome-fallen-all = { $all ->
    [one] Doet u dit niet? Dan raakt deze regel u veel minder snel.
   *[other] Doet u dit niet? Dan raken deze regels u veel minder snel.
}
outcome-change-told = Doet u dit niet: { $activity }? Dan zakt de kans van { $before } naar { $after }.
outcome-variants = { $count ->
    [one] Nog 1 andere regeling zegt bijna hetzelfde.
   *[other] Nog { $count } andere regelingen zeggen bijna hetzelfde.
}
outcome-amended = Deze regel is intussen gewijzigd. Kijk naar de nieuwe tekst.
outcome-room-beside = Ruimte hierbij
outcome-others = { $count ->
    [one] Nog 1 regel met een kleinere kans
   *[other] Nog { $count } regels met een kleinere kans
}
outcome-rejected = Bekeken: geldt niet voor u
outcome-rejected-told = Een medewerker keek hiernaar. Deze regels staan u niet in de weg.
outcome-call = Wie u kunt bellen
outcome-call-told = Bel gerust, ook als u nog niet zeker bent. Het nummer staat op de website van die organisatie.
outcome-call-none = Bel het algemene nummer van uw gemeente. Vraag naar iemand die helpt bij plannen van bewoners.
outcome-desk-gemeente = { $name ->
    [none] Uw gemeente
   *[other] Gemeente { $name }
}
outcome-desk-provincie = { $name ->
    [none] De provincie
   *[other] Provincie { $name }
}
outcome-desk-waterschap = { $name ->
    [none] Het waterschap
   *[other] { $name }
}
outcome-desk-rijk = Het Rijk
outcome-desk-rijk-told = Vraag het eerst uw gemeente. Die weet de weg.
outcome-desk-other = Uw gemeente
outcome-deciders = Wie erover gaat
outcome-ask = Vraag naar
outcome-script = Zo kunt u het vragen
outcome-script-told = “Wij willen dit doen: { $title }. Ik las { $rule }. Geldt dat voor ons?”
outcome-script-room = “Ik las ook { $room }. Kunnen wij daar gebruik van maken?”
outcome-room = Welke ruimte er is
outcome-room-told = Deze regels kunnen u helpen: een uitzondering, een proef, of steun van de overheid.
outcome-room-toegestaan = Misschien mag het gewoon
outcome-room-do-toegestaan = Lees goed of dit ook over uw plan gaat.
outcome-room-vrijstelling = Misschien geldt er een uitzondering
outcome-room-do-vrijstelling = Kijk of uw plan binnen deze uitzondering valt.
outcome-room-ontheffing = Misschien wil de overheid voor u afwijken
outcome-room-do-ontheffing = Vraag erom. Leg uit waarom het bij u geen kwaad kan.
outcome-room-experiment = Misschien kan het als proef
outcome-room-do-experiment = Stel voor om het eerst een tijd te proberen.
outcome-room-ondersteuning = Misschien is er hulp of geld
outcome-room-do-ondersteuning = Vraag of u dit kunt krijgen, en wat u daarvoor moet doen.
outcome-room-none = In deze regels vonden we geen ruimte voor uw plan. Vraag de gemeente of er toch iets mogelijk is.
outcome-room-for = Hoort bij
outcome-room-general = Voor uw hele plan
outcome-decides = Wie beslist
outcome-how = Hoe
outcome-term = Termijn
outcome-procedure-application = U vraagt het aan.
outcome-procedure-official = De overheid doet dit zelf. U hoeft niets aan te vragen.
outcome-procedure-extended = U vraagt het aan. Iedereen mag eerst reageren. Dat duurt maanden.
outcome-procedure-lapse = U vraagt het aan. Komt er geen antwoord op tijd? Dan hebt u toestemming.
outcome-coverage = Waar we zochten
outcome-searched = Doorzocht
outcome-missing = Niet doorzocht
outcome-missing-none = We misten niets dat we hadden moeten hebben.
outcome-keep = Intrekken of wissen
outcome-print = Printen of als PDF bewaren
outcome-withdraw = Intrekken
outcome-withdraw-told = Gaat het niet door? Trek het in. Dan kijkt er niemand meer naar.
outcome-erase = Alles wissen
outcome-erase-told = Al uw woorden gaan weg, en de link werkt niet meer.
outcome-kept-until = Uw eigen tekst bewaren we tot { $day }.
outcome-contents = Op deze bladzijde
outcome-ready = Uw antwoord is klaar.
sure-withdraw-title = Intrekken?
sure-withdraw-told = Als u “{ $title }” intrekt, kijkt er niemand meer naar. U kunt het wel blijven lezen. Dit kunt u niet terugdraaien.
sure-withdraw-do = Ja, intrekken
sure-erase-title = Alles wissen?
sure-erase-told = Als u “{ $title }” wist, gaan al uw woorden weg. De link werkt daarna niet meer. Dit kunt u niet terugdraaien.
sure-erase-stays = Wat medewerkers over een regel vonden, blijft bewaard. Daar staat niets van u bij.
sure-erase-do = Ja, alles wissen
sure-back = Nee, ga terug
own-title = Mijn initiatieven
own-none = U hebt nog niets verstuurd terwijl u aangemeld was.
own-new = Nieuw initiatief
own-status-waiting = we lezen het nu
own-status-failed = lezen is niet gelukt
own-status-read = klaar
own-status-unread = ingetrokken
own-withdrawn = ingetrokken
