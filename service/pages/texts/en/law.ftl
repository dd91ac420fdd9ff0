# Regulations and clauses.
law-title = Regulations
law-lead = Here are { $regulations ->
    [one] 1 regulation
   *[other] { $regulations } regulations
} with { $clauses } clauses. A clause is an article, or a paragraph (lid) of an article. The texts of the law are in Dutch.
law-search = Search
law-search-hint = A name or a number, such as verordening, or words of the text, such as straat afsluiten.
law-level = Made by
law-level-all = All authorities
law-counted = { $name } ({ $count })
law-level-rijk = National government
law-level-provincie = Province
law-level-gemeente = Municipality
law-level-waterschap = Water board
law-level-overig = Other
law-authority = Authority
law-authority-all = All
law-find = Search
law-regulations-found = { $count ->
    [one] 1 regulation found
   *[other] { $count } regulations found
}
law-no-regulation = No regulation has these words in its name. Try fewer words.
law-clauses = { $count ->
    [one] 1 clause
   *[other] { $count } clauses
}
law-version-of = version of { $day }
law-clauses-found = { $most ->
    [yes] More than { $count } clauses with all these words
   *[no] { $count ->
        [one] 1 clause with all these words
       *[other] { $count } clauses with all these words
    }
}
law-no-clause = No clause has all these words. Try fewer words, or a part of a word.
law-all-clauses = See all { $count } clauses
law-search-title = Search in the text of regulations
law-words = Words
law-words-hint = You find clauses that hold all these words. A part of a word will do. The texts are in Dutch.
law-all-regulations = All regulations
law-pages = Pages
law-page-before = Previous page
law-page = Page { $number } of { $count }
law-relief = room
law-barrier = rule
law-outside = (other website)
law-older = This is an old version. The rules may be different now.
law-older-clause = This is the text of { $day }. The rules may be different now. Of an old text the model says nothing.
law-to-newest = To the newest version
law-no-article = Article { $number } is not in this regulation.
law-valid-from = Valid from
law-valid-until = Valid until
law-version = Version of
law-versions = { $count } versions: what has changed?
law-one-version = the only version that we have here
law-id = Number
law-source = Official text
law-source-link = See the official text
law-licence = Rights in the text
law-article = Go to article
law-article-hint = For instance 2:4
law-go = Go
law-kind = Kind
law-kind-all = All kinds
law-kind-counted = { $name } ({ $count })
law-show = Show
law-contents = Contents
law-articles = { $count ->
    [one] 1 article
   *[other] { $count } articles
}
law-text = The text
law-only-kind = { $name }: { $count ->
    [one] 1 clause
   *[other] { $count } clauses
}
law-kind-off = Show the whole text
law-first-sight = Below each clause stands which kind of rule or room our model reads in it at first sight. That can be wrong. Under “More about this clause” stands what the model says when it reads better.
law-more = More about this clause
law-to-text = To the text
law-open = Open { $place }
law-repealed = repealed
law-repealed-told = This clause was repealed: it no longer applies.
law-empty = There are no clauses here.
law-versions-title = Versions
law-versions-none = We have only one version of this regulation here. There is nothing to compare.
law-versions-here = Versions that we have here
law-newest = the newest
law-from = Old version
law-to = New version
law-compare = Compare
law-compared = From { $older } to { $newer }
law-count-gelijk = { $count } the same
law-count-gewijzigd = { $count } changed
law-count-nieuw = { $count } new
law-count-vervallen = { $count } gone
law-count-verplaatst = { $count } moved: the same words under another number
law-change-gewijzigd = changed
law-change-nieuw = new
law-change-vervallen = gone
law-change-verplaatst = moved
law-no-change = Between these versions no words have changed.
law-legend = What was added is underlined and has a plus. What was taken out is struck through and has a minus.
law-removed = gone
law-added = new
law-moved = Stood before in { $before }.
law-article-whole = The whole article
law-this = This clause
law-in-context = Read on in the regulation
law-ref = Reference
law-official-id = Official identifier
law-reading = What the model reads in it
law-reading-told = The model looks in every clause for kinds of rules and room. The words that speak for them are marked in the text. A model can be wrong; a person decides.
law-no-kind = The model reads no rule here that holds you back, and no room.
law-doubt = What the model doubts
law-strength = Strength
law-addressee = For whom
law-addressee-private = residents and businesses
law-addressee-government = the government itself
law-addressee-none = nobody in particular
law-qualification = Kind of rule (Environment and Planning Act)
law-official = says the authority itself
law-activities = Activity
law-all-kinds = All kinds with their probability
law-kind-group = Rule or room
law-chance = Probability
law-room = Room beside this clause
law-room-told = These clauses may give room: in the same article, by a reference, or for the whole regulation.
law-room-none = We found no clause that gives room here. Call the authority that this rule belongs to: sometimes there is a way.
law-decides = Who decides
law-procedure = How
law-term = Term
law-referring = What refers to it
law-referring-none = In this regulation nothing refers to it.
law-referring-more = And { $count } others.
law-elsewhere = In other regulations
law-elsewhere-ask = Search in other regulations too
law-elsewhere-none = In the other regulations that we have, nothing refers to it.
law-flags = Flags on this clause
law-flags-told = Initiatives that you may see and for which this clause was named.
law-flags-none = There are no flags on this clause.
law-verdict-none = not judged yet
law-verdict-bevestigd = confirmed
law-verdict-afgewezen = rejected
law-verdict-aangepast = corrected
law-verdict-toegevoegd = added by a person
