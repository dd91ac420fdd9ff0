# One flag before the reviewer.
review-nav = Through the work list
review-back = Work list ({ $count } open)
review-before = Previous
review-after = Next
review-others = { $count ->
    [one] { $name } is looking at this
   *[other] { $name } are looking at this
}
review-and = {" and "}
review-you = you
review-somebody = somebody else
review-now = Below is the next one: { $place }.
review-done-bevestigd = Confirmed: { $place }.
review-done-afgewezen = Rejected: { $place }.
review-done-aangepast = Corrected: { $place }.
review-done-toegevoegd = Added: { $place }.
review-done-teruggenomen = Taken back: { $place }. What stood before counts again.
review-undo = Take back
review-take-back = Take your last judgement back
review-outdated = The model read this again meanwhile.
review-outdated-bevestigd = Meanwhile { $who } confirmed this.
review-outdated-afgewezen = Meanwhile { $who } rejected this.
review-outdated-aangepast = Meanwhile { $who } corrected this.
review-outdated-toegevoegd = Meanwhile { $who } added this.
review-outdated-teruggenomen = Meanwhile { $who } took a judgement back.
review-outdated-told = Your judgement was not kept. Look once more and choose again; what you wrote is still there.
review-verdict-bevestigd = confirmed
review-verdict-afgewezen = rejected
review-verdict-aangepast = corrected
review-verdict-toegevoegd = added by a person
review-verdict-teruggenomen = taken back
review-p = Chance that this stands in the way:
review-strength-is = Strength:
review-closed = This initiative was withdrawn. There is nothing left to judge.
review-initiative = The initiative
review-on = on { $day }
review-pseudonymised = The original text was kept for as long as it may be. You read it without personal data.
review-activities = Activities in the story
review-this-activity = which this flag is about
review-clause = The clause
review-anchor-ongewijzigd = This is the text that the model read. The regulations that we have now no longer say it like this.
review-anchor-verplaatst = The same words now stand under another number.
review-anchor-gewijzigd = The regulation was amended. This is the text that the model read.
review-anchor-verweesd = The regulation was amended, and no longer holds these words. This is the text that the model read.
review-newest = Read what it says now
review-this-clause = This clause was flagged
review-regulation = Regulation
review-valid-from = Valid from
review-version = Version of
review-source = Official text
review-source-link = See the official text
review-more = More
review-clause-page = Everything about this clause
review-why = Why this flag
review-why-activity = The clause is about an activity of the story: { $activity }.
review-why-person = No model gave this flag: a person added it.
review-limit-within = The clause sets a limit: { $clause }. The story says { $story }: that stays within it, if it is the same thing.
review-limit-beyond = The clause sets a limit: { $clause }. The story says { $story }: that goes beyond it, if it is the same thing.
review-change = Without { $activity } the chance falls from { $before } to { $after }.
review-signals = What weighed most for the model
review-signal-similar = The clause resembles clauses that stood in the way of such initiatives.
review-signal-usual = The clause resembles clauses that often stand in the way, whatever the initiative.
review-signal-own = The clause uses the same words as the story.
review-signal-activity = The clause regulates what happens in the story.
review-signal-barrier = The clause forbids or demands something, whatever this story says.
review-signal-private = The clause addresses residents and businesses.
review-signal-relief = The clause itself gives room too, or does not.
review-signal-reach = Many initiatives meet a clause like this, whatever they do.
review-signal-shape = The clause is short or long, and repealed or not.
review-signal-judged = People said before that this clause stands in the way of such initiatives.
review-signal-spared = What people said of this clause before: no barrier, or room instead.
review-signal-around = Clauses of the same article, chapter or regulation stood in the way before.
review-variants = { $count ->
    [one] 1 other clause says nearly the same
   *[other] { $count } other clauses say nearly the same
}
review-model = Model { $model }, read on { $moment }.
review-model-before = An earlier model ({ $model }) said { $share }.
review-room = Room beside it
review-room-none = We found no room beside this clause.
review-decides = Who decides
review-procedure = How
review-term = Term
review-earlier = Earlier judgements
review-of-flag = Of this flag
review-of-flag-none = Nobody judged this flag.
review-of-clause = Of this clause in other initiatives
review-of-clause-none = In your organisation nobody has judged this clause for another initiative yet.
review-counts = For initiatives of your organisation:
review-counts-elsewhere = For initiatives of other organisations:
review-said-by = by { $who }, { $moment }
review-settled = settled by a lawyer
review-undone = taken back later
review-judge = Your judgement
review-note = Note
review-note-hint = For colleagues and the lawyer. Write no names of people.
review-adjust = It stands in the way, but differently: correct kind, strength or words
review-adjust-short = Correct
review-adjust-save = Save the correction
review-kinds = Kinds of barrier
review-strength = Strength
review-evidence = Words that prove it
review-select-told = You can also select words in the clause and add them here.
review-select = Add the selection
review-select-none = First select words in the clause.
review-select-done = Added and ticked.
review-fault-kinds = Choose at least one kind.
review-fault-strength = Choose how strong it is.
review-missed = Add a clause that the model missed
review-confirm = Confirm
review-reject = Reject
review-add-title = Add a missed clause
review-add-back = Back to the flag
review-add-for = For the initiative
review-add-known = This clause is a flag of this initiative already. You find it in the work list.
review-add-search = Look for a clause
review-add-search-hint = Words that it holds, a reference such as CVDR900001/artikel-2:4/lid-1, or a JCI identifier.
review-add-find = Search
review-add-other = Choose another clause
review-add-found = { $most ->
    [yes] The first { $count } clauses with these words
   *[no] { $count ->
        [0] No clause found
        [one] 1 clause found
       *[other] { $count } clauses found
    }
}
review-add-save = Add as a barrier
keys-title = Keyboard shortcuts
keys-show = Keyboard shortcuts
keys-on = Keyboard shortcuts are on
keys-close = Close
keys-jk = next and previous line
keys-enter = open this line
keys-x = tick or untick this line
keys-s = begin with the first flag
keys-b = confirm
keys-w = reject
keys-a = correct
keys-e = add the selected words (while correcting)
keys-n = write a note
keys-t = add a missed clause
keys-u = take back
keys-brackets = next and previous page
keys-steps = next and previous flag
keys-escape = leave the text field, or close this window
keys-help = show this window
