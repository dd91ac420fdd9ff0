# The page where residents tell their initiative, and what is read in it.
submit-title = What do you want to do together?
submit-lead = Tell in your own words what you want to do with your neighbours. We look for the rules that come with it, and for the room those rules leave. You also see whom you can ask.
submit-no-account = You do not need an account.
submit-erased = Your initiative has been erased. The link no longer works.
submit-field-titel = Title
submit-hint-titel = A few words. For instance: Zomerfeest in onze straat.
submit-field-omschrijving = Your story
submit-hint-omschrijving = Please write in Dutch: the rules are Dutch, and so is our reader. What will you do? Where, and at what time? With how many people? Is there food, drink, music, building or money in it? Then say so. Do not give names and addresses of other people.
submit-field-gemeente = Municipality
submit-hint-gemeente = Tells us which local rules apply to you.
submit-field-datum = Date
submit-hint-datum = Rules change. If you know the day, we look at the rules of that day.
submit-titel-missing = Give your plan a title.
submit-omschrijving-missing = Tell us what you want to do.
submit-omschrijving-unreadable = Write ordinary Dutch sentences. We cannot read this.
submit-datum-unreadable = This is not a date.
submit-send = Send
submit-read = See what we read
submit-next = What happens next
submit-next-1 = You send your story.
submit-next-2 = The computer reads it and searches the rules. That usually takes less than a minute.
submit-next-3 = You get a secret link of your own. With it you can always come back.
submit-next-4 = Someone at the municipality may look along. You see on your page what they think of it.
submit-privacy = What do we do with your story?
submit-privacy-who = Who can read your story? You, people with your secret link, people of your municipality who work with this, and the administrator. Nobody else.
submit-privacy-long = { $days ->
    [one] We keep your own text for 1 day.
   *[other] We keep your own text for { $days } days.
} After that we keep only a text without names.
submit-privacy-erase = Do you want everything gone? You always can, with a button on your own page.
submit-privacy-more = Read more about privacy
submit-no-advice = This is no legal advice. It is a first picture. The municipality decides.
reading-title = What we read
reading-empty = Write your story. You then see here what we read in it.
reading-short = Write a little more. There is not enough to read yet.
reading-none = We do not yet read an activity in this that we know. Write down what exactly you will do.
reading-found = { $count ->
    [one] We read 1 activity in your story.
   *[other] We read { $count } activities in your story.
}
reading-because = by: { $words }
reading-unsure = maybe
reading-wrong = Is it wrong, or is something missing? Change your story. The more precisely you write, the better we search.
reading-marked = Your story, with the words that we use
reading-cut = Your story is long. Here we read its beginning only. Once you send it we read all of it.
reading-rules = { $count ->
    [one] We have 1 regulation of the municipality of { $place }.
   *[other] We have { $count } regulations of the municipality of { $place }.
} We search those.
reading-no-rules = We have no rules of { $place } itself. We then search only rules that hold everywhere. Ask your municipality about the rest.
reading-no-place = Fill in your municipality too. Each has rules of its own.
reading-not-kept = We keep nothing of this. We only do once you send it.
