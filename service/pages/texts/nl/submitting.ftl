# The page where residents tell their initiative, and what is read in it.
submit-title = Wat wilt u samen doen?
submit-lead = Vertel in uw eigen woorden wat u met uw buurt wilt doen. Wij zoeken welke regels daarbij horen, en welke ruimte die regels laten. U ziet ook bij wie u verder kunt vragen.
submit-no-account = U hebt geen account nodig.
submit-erased = Uw initiatief is gewist. De link werkt niet meer.
submit-field-titel = Titel
submit-hint-titel = Een paar woorden. Bijvoorbeeld: Zomerfeest in onze straat.
submit-field-omschrijving = Uw verhaal
submit-hint-omschrijving = Schrijf zoals u praat. Wat gaat u doen? Waar en hoe laat? Met hoeveel mensen? Gaat het om eten, drank, muziek, bouwen of geld? Zet dat er ook bij. Noem geen namen en adressen van andere mensen.
submit-field-gemeente = Gemeente
submit-hint-gemeente = Zo weten we welke regels van de gemeente voor u gelden.
submit-field-datum = Datum
submit-hint-datum = Regels veranderen. Weet u de dag al? Dan kijken we naar de regels van die dag.
submit-titel-missing = Geef uw plan een titel.
submit-omschrijving-missing = Vertel wat u wilt doen.
submit-omschrijving-unreadable = Schrijf in gewone Nederlandse zinnen. Dit kunnen we niet lezen.
submit-datum-unreadable = Dit is geen datum.
submit-send = Versturen
submit-read = Bekijk wat wij lezen
submit-next = Zo gaat het verder
submit-next-1 = U verstuurt uw verhaal.
submit-next-2 = De computer leest het en zoekt in de regels. Dat duurt meestal minder dan een minuut.
submit-next-3 = U krijgt een eigen, geheime link. Daarmee komt u altijd terug.
submit-next-4 = Een medewerker van de gemeente kan meekijken. Op uw bladzijde ziet u wat die ervan vindt.
submit-privacy = Wat doen we met uw verhaal?
submit-privacy-who = Wie kunnen uw verhaal lezen? U, mensen met uw geheime link, medewerkers van uw gemeente die hiermee werken, en de beheerder. Verder niemand.
submit-privacy-long = { $days ->
    [one] Uw eigen tekst bewaren we 1 dag.
   *[other] Uw eigen tekst bewaren we { $days } dagen.
} Daarna houden we alleen een tekst zonder namen.
submit-privacy-erase = Wilt u alles weg? Dat kan altijd, met een knop op uw eigen bladzijde.
submit-privacy-more = Lees meer over privacy
submit-no-advice = Dit is geen juridisch advies. U krijgt een eerste beeld. De gemeente beslist.
reading-title = Wat wij lezen
reading-empty = Schrijf uw verhaal. Hier ziet u dan wat wij erin lezen.
reading-short = Schrijf nog wat meer. Er is nog te weinig om te lezen.
reading-none = We lezen hier nog geen activiteit in die we kennen. Schrijf op wat u precies gaat doen.
reading-found = { $count ->
    [one] We lezen 1 activiteit in uw verhaal.
   *[other] We lezen { $count } activiteiten in uw verhaal.
}
reading-because = door: { $words }
reading-unsure = misschien
reading-wrong = Klopt het niet, of mist u iets? Pas uw verhaal aan. Hoe preciezer u schrijft, hoe beter we zoeken.
reading-marked = Uw verhaal, met de woorden die we gebruiken
reading-cut = Uw verhaal is lang. We lezen hier alleen het begin. Na het versturen lezen we alles.
reading-rules = { $count ->
    [one] We hebben 1 regeling van de gemeente { $place }.
   *[other] We hebben { $count } regelingen van de gemeente { $place }.
} Daar zoeken we in.
reading-no-rules = Van { $place } hebben we geen eigen regels. We zoeken dan alleen in regels die overal gelden. Vraag uw gemeente naar de rest.
reading-no-place = Vul ook uw gemeente in. Elke gemeente heeft eigen regels.
reading-not-kept = Hiervan bewaren we niets. Dat doen we pas als u verstuurt.
