# What we learn from initiatives.
practice-parts = Parts
practice-tab-stops = What stops initiatives
practice-tab-oordelen = Where people do not follow the model
practice-tab-ruimte = Room that was used
practice-tab-vergelijken = Compare municipalities
practice-activity = What it is about
practice-activity-all = All activities
practice-kind = Kind of barrier
practice-kind-all = All kinds
practice-municipality = Municipality
practice-municipality-all = All municipalities
practice-filter = Show
practice-basis = { $initiatives ->
    [0] No initiative of your organisation was judged yet with this choice.
    [one] This is about { $judged } judged flags of 1 initiative of your organisation.
   *[other] This is about { $judged } judged flags of { $initiatives } initiatives of your organisation.
} Of other organisations you see numbers only, and only from { $enough } initiatives on.
practice-export = Keep this table:
practice-export-csv = As CSV
practice-export-jsonl = As JSONL
practice-few = too few
practice-few-told = fewer than { $enough } initiatives
practice-stops-title = Which clauses stop most initiatives?
practice-stops-lead = Counted are initiatives for which a reviewer confirmed that the clause stands in the way. What only the model thinks does not count.
practice-stops-caption = Clauses that stop most initiatives
practice-stops-table = All clauses that stop initiatives
practice-stops-none = With this choice no reviewer confirmed a barrier yet.
practice-clause = Clause
practice-kinds = Kinds
practice-confirmed = Stops
practice-rejected-count = Does not stop
practice-waiting = Still to be judged
practice-elsewhere = Elsewhere
practice-initiatives = { $count ->
    [one] 1 initiative
   *[other] { $count } initiatives
}
practice-oordelen-title = Where do people not follow the model?
practice-oordelen-lead = Here you see where the model sees barriers that are none according to people. A share is given from { $from } judgements on; the interval (95%) says how certain it is.
practice-by-kind = By kind
practice-by-kind-lead = How often the model named this kind and people did not keep it.
practice-by-kind-caption = Kinds that people did not keep
practice-by-kind-table = All kinds
practice-by-clause = By clause
practice-by-clause-caption = Clauses that people rejected
practice-judged = Judged
practice-rejected = Rejected
practice-share = Share
practice-share-told = { $share } ({ $low } to { $high })
practice-share-bar = { $share } ({ $rejected } of { $judged })
practice-share-few = too few to tell
practice-elsewhere-told = { $rejected } of { $judged }
practice-missed = { $count ->
    [0] Not once did a person add a clause that the model had missed.
    [one] Once a person added a clause that the model had missed.
   *[other] { $count } times a person added a clause that the model had missed.
}
practice-oordelen-none = With this choice nothing was judged yet.
practice-nothing-rejected = No clause was rejected.
practice-ruimte-title = Which room was used before?
practice-ruimte-lead = These are clauses with which an initiative could go on after all, according to a reviewer. They may help a next initiative.
practice-ruimte-none = With this choice nobody told yet that room was used.
practice-worked = This worked in
practice-worked-in = { $municipality }, { $when } ({ $initiatives ->
    [one] 1 initiative
   *[other] { $initiatives } initiatives
})
practice-against = Barrier
practice-ask-title = How did it end?
practice-ask-lead = There is room beside these barriers. Do you know whether it was used? Your answer helps the next initiative.
practice-ask-for = for { $title }
practice-ask-link = Tell which room was used
practice-ask-link-of = Tell which room was used with { $place }, { $title }
practice-used-thanks = Kept. Thank you.
practice-used-title = Which room was used?
practice-used-lead = { $title } could perhaps not go on because of this clause. Tick with which room it worked after all. If it did not work yet, leave everything empty.
practice-used-barrier = The barrier
practice-used-which = It worked with
practice-used-option = { $place } ({ $kind })
practice-used-save = Keep
practice-used-none = We know of no room beside this clause.
practice-used-back = Back to room that was used
practice-vergelijken-title = Who asks a permit, who a notification, who nothing?
practice-vergelijken-lead = Choose an activity. For each authority you see what its rules ask and where that stands, and you can put texts side by side. Who asks least stands first; the heaviest demand counts. The model reads the rules; check the clause before you take anything over.
practice-choose = Choose an activity
practice-level = Of whom
practice-level-gemeente = municipalities
practice-level-waterschap = water boards
practice-level-provincie = provinces
practice-compare = Compare
practice-no-authorities = The collection holds no regulations of authorities to compare.
practice-one-authority = The collection holds regulations of one authority. To compare, more are needed.
practice-asks-vergunning = Asks a permit
practice-asks-melding = Asks a notification
practice-asks-niets = No permit or notification found
practice-asked = What authorities ask
practice-authorities = { $count ->
    [one] 1 authority
   *[other] { $count } authorities
}
practice-who-asks = Who asks what: { $activity }
practice-authority = Authority
practice-permit = Permit
practice-notification = Notification
practice-free = Free
practice-not-found = not found
practice-regulations = { $count ->
    [one] 1 regulation read
   *[other] { $count } regulations read
}
practice-beside-title = Texts side by side
practice-beside-one = Put the text of
practice-beside-other = beside that of
practice-beside-show = Put side by side
practice-beside-none = There are no two clauses to put side by side.
practice-beside-variants = This is nearly the same clause.
practice-beside-same = The texts are the same.
practice-beside-likeness = { $share } of the words stand in both texts.
practice-beside-only = What is struck through with − before it stands at { $one } only. What is underlined with + before it stands at { $other } only.
practice-beside-lighter = { $name } asks least.
practice-beside-asks = Asks according to the model: { $what }
practice-what-vergunning = a permit
practice-what-melding = a notification
practice-what-niets = nothing beforehand
practice-what-other = something else
practice-basis-all = { $initiatives ->
    [0] No initiative was judged yet with this choice.
    [one] This is about { $judged } judged flags of 1 initiative, of all organisations.
   *[other] This is about { $judged } judged flags of { $initiatives } initiatives, of all organisations.
}
practice-stops-table-caption = Number of initiatives by clause
practice-who-asks-caption = Rules by authority
practice-before = Needed beforehand
