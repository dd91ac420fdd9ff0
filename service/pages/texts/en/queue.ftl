# The queue of the reviewer.
queue-title = Work list
queue-filters = Choose what you see{ $count ->
    [0] {""}
   *[other] {" "}({ $count } on)
}
queue-filter = Choose what you see
queue-filter-gemeente = Municipality
queue-filter-activiteit = Activity
queue-filter-soort = Kind
queue-filter-zwaarte = Strength
queue-filter-ouderdom = Submitted
queue-filter-twijfel = Doubt
queue-filter-oordeel = Verdict
queue-filter-herkomst = Origin
queue-filter-volgorde = Order
queue-all = Everything
queue-counted = { $name } ({ $count })
queue-no-municipality = No municipality named
queue-no-activity = No activity
queue-age-week = In the last week
queue-age-maand = A week to a month ago
queue-age-ouder = More than a month ago
queue-doubt-helft = Chance near one half
queue-doubt-modellen = Two models differ
queue-doubt-oordeel = Verdict to look at again
queue-verdict-geen = Not judged yet
queue-verdict-alle = Everything
queue-verdict-bevestigd = Confirmed
queue-verdict-afgewezen = Rejected
queue-verdict-aangepast = Corrected
queue-verdict-toegevoegd = Added by a person
queue-origin-signaal = Flags
queue-origin-steekproef = Sample
queue-sampled = Sample
queue-order-oudste = Oldest initiative first
queue-order-nieuwste = Newest initiative first
queue-order-kans = Highest chance first
queue-order-twijfel = Chance closest to one half first
queue-show = Show
queue-all-open = Back to all that is open
queue-found = { $count ->
    [one] 1 flag
   *[other] { $count } flags
}
queue-in = { $count ->
    [one] For 1 initiative.
   *[other] For { $count } initiatives.
}
queue-start = Begin with the first
queue-none = There is nothing to judge now. As soon as an initiative has been read, its flags stand here.
queue-none-filtered = There is nothing like this. Choose something else, or go back to all that is open.
queue-submitted = submitted on { $day }
queue-tick = Tick: { $place }
queue-by-person = Added by a person
queue-differing = Another model said { $before }
queue-ticked = What you ticked
queue-tick-all = Tick or untick all on this page
queue-note = Note beside each judgement
queue-confirm = Confirm what is ticked
queue-reject = Reject what is ticked
queue-fault-none = First tick the flags that you want to judge.
queue-done-bevestigd = { $count ->
    [one] 1 flag confirmed.
   *[other] { $count } flags confirmed.
}
queue-done-afgewezen = { $count ->
    [one] 1 flag rejected.
   *[other] { $count } flags rejected.
}
queue-done-none = Nothing was judged.
queue-passed-over = { $count ->
    [one] 1 was passed over: somebody judged it meanwhile.
   *[other] { $count } were passed over: somebody judged them meanwhile.
}
queue-undo = { $count ->
    [one] Take this judgement back
   *[other] Take these { $count } judgements back
}
queue-taken-back = { $count ->
    [one] 1 judgement taken back. What stood before counts again.
   *[other] { $count } judgements taken back. What stood before counts again.
}
queue-pages = Pages
queue-page-before = Previous page
queue-page = Page { $number } of { $count }
