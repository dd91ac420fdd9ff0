# The page of one initiative: where it stands, and what was found.
outcome-sent = Sent on { $day }
outcome-place = Municipality of { $place }
outcome-for-day = For { $day }
outcome-link = Keep this link
outcome-link-told = Only this link brings you back here. Save it, or mail it to yourself. Whoever has the link can read and erase everything. So give it only to people who take part.
outcome-link-field = Your secret link
outcome-copy = Copy link
outcome-copied = The link has been copied.
outcome-waiting = We are reading your story
outcome-waiting-told = This usually takes less than a minute. This page refreshes by itself. You may also close it and come back later.
outcome-look-again = See whether it is ready
outcome-failed = Reading did not work
outcome-failed-told = Your story has been kept. That it did not work is not your fault. Try this link again in an hour, or ask { $name }.
outcome-withdrawn = You have withdrawn this initiative. Nobody looks at it any more.
outcome-unread = That is why we have not read it.
outcome-no-advice = This is no legal advice. The computer searched, and may miss or misunderstand something. In doubt? Ask your municipality.
outcome-short = In short
outcome-short-activities = { $count ->
    [0] We read no activity in your story that we know.
    [one] We read 1 activity in your story.
   *[other] We read { $count } activities in your story.
}
outcome-short-first = { $count ->
    [0] We found no rule to watch.
    [one] There is 1 rule that you had best look at first.
   *[other] There are { $count } rules that you had best look at first.
}
outcome-short-room = { $count ->
    [0] We found no rule that gives room.
    [one] There is 1 rule that may give you room.
   *[other] There are { $count } rules that may give you room.
}
outcome-judged-none = Nobody of the municipality has looked along yet.
outcome-judged-some = Someone of the municipality has looked at { $count } of the { $all } rules.
outcome-story = What you told us
outcome-story-pseudonym = Your own text has been erased, as promised. This is the version without names.
outcome-free = What is probably free
outcome-free-told = For this we found no rule that stands in your way. That is no promise: we do not know all rules.
outcome-free-none = We found a rule for every activity. Often there is a way. Look below.
outcome-free-unread = We read no activity that we know. So we cannot say what is free.
outcome-free-missing = See also what we did not search.
outcome-free-blind = We have no rules of your municipality. So we cannot say what is free. Ask your municipality.
outcome-tell-again = Tell it again, and write down what exactly you will do
outcome-attention = What needs attention
outcome-attention-told = For each subject you first see the rules that may touch you most. If a rule applies to you, it says what you can do.
outcome-attention-none = We found nothing in the rules that stands in your way.
outcome-general = In general
outcome-chance = What does the chance mean?
outcome-chance-told = The chance is how often such a rule really touches a plan like yours. At 10% it touches 1 in 10 plans. We show small chances too. Reading one rule too many costs you a minute. Missing one may cost you much more.
outcome-strength-told = You also see how heavy a rule is: from 1 (takes effort) to 3 (stops).
outcome-p = Chance
outcome-strength = How heavy
outcome-verdict = Municipality
outcome-verdict-none = not looked at yet
outcome-verdict-bevestigd = looked at: this applies to you
outcome-verdict-aangepast = looked at and corrected: this applies to you
outcome-verdict-toegevoegd = added by someone of the municipality
outcome-opening = This rule may apply to you
outcome-kind-verbod = A prohibition
outcome-kind-vergunningplicht = Consent beforehand
outcome-kind-meldingsplicht = Notify beforehand
outcome-kind-informatieplicht = Keep or give information
outcome-kind-gebod = A requirement on how you do it
outcome-kind-zorgplicht = Take care that nobody is bothered
outcome-kind-hoedanigheid = A requirement on who does it
outcome-kind-plaats = A requirement on the place
outcome-kind-begrenzing = A limit on how much, when or how long
outcome-kind-financieel = Costs
outcome-kind-procedure = Something to apply for or hand in
outcome-kind-beslisruimte = The authority may say no
outcome-kind-handhaving = A sanction or measure
outcome-do-verbod = You cannot simply do this. See whether there is an exception, or do it in another way.
outcome-do-vergunningplicht = Ask for consent first. Start only when you have it. Be early, for an answer may take weeks.
outcome-do-meldingsplicht = Notify it before you start. A form of the municipality is usually enough.
outcome-do-informatieplicht = Write down what you do, or tell it when you are asked.
outcome-do-gebod = You may do this if you meet this requirement. See whether you can.
outcome-do-zorgplicht = Take care yourself that nobody is harmed or bothered. Agree on who watches that.
outcome-do-hoedanigheid = See whether you meet this requirement. Perhaps somebody else can do it for you, such as an association.
outcome-do-plaats = See whether it is allowed at your place. Sometimes it is, a little further on.
outcome-do-begrenzing = See whether you stay within this limit. Sometimes you can make your plan a little smaller or shorter.
outcome-do-financieel = Count this in your costs. Ask whether it can be cheaper or free.
outcome-do-procedure = See what you have to hand in, and when. Start in time.
outcome-do-beslisruimte = The municipality or another authority decides. Talk to them early. Ask what they need to say yes.
outcome-do-handhaving = If you do not keep to the rules, this may happen.
outcome-law = What the rule says
outcome-whole = Read the whole rule
outcome-words = You write: { $words }.
outcome-no-words = The text of these resembles your story, or is about any plan.
outcome-limit-within = The rule names: { $clause }. You name: { $story }. That fits, if it is about the same thing.
outcome-limit-beyond = The rule names: { $clause }. You name: { $story }. That does not fit, if it is about the same thing.
outcome-fallen = { $count ->
    [one] Without this, 1 of these { $all } rules is much less likely to touch you.
   *[other] Without this, { $count } of these { $all } rules are much less likely to touch you.
}
outcome-fallen-all = { $all ->
    [one] Without this, the rule is much less likely to touch you.
   *[other] Without this, these rules are much less likely to touch you.
}
outcome-change-told = Without { $activity } the chance falls from { $before } to { $after }.
outcome-variants = { $count ->
    [one] 1 other regulation says nearly the same.
   *[other] { $count } other regulations say nearly the same.
}
outcome-amended = This rule has been amended in the meantime. Look at the new text.
outcome-room-beside = Room beside it
outcome-others = { $count ->
    [one] 1 more rule with a smaller chance
   *[other] { $count } more rules with a smaller chance
}
outcome-rejected = Looked at: does not apply to you
outcome-rejected-told = Someone of the municipality looked at these. They do not stand in your way.
outcome-call = Whom you can call
outcome-call-told = Do call, even when you are not sure yet. The number is on the website of that organisation.
outcome-call-none = Call the general number of your municipality. Ask for someone who helps with plans of residents.
outcome-desk-gemeente = { $name ->
    [none] Your municipality
   *[other] Municipality of { $name }
}
outcome-desk-provincie = { $name ->
    [none] The province
   *[other] Province of { $name }
}
outcome-desk-waterschap = { $name ->
    [none] The water board
   *[other] { $name }
}
outcome-desk-rijk = The state
outcome-desk-rijk-told = Ask your municipality first. They know the way.
outcome-desk-other = Your municipality
outcome-deciders = Who is in charge
outcome-ask = Ask about
outcome-script = How you can ask it
outcome-script-told = “Wij willen dit doen: { $title }. Ik las { $rule }. Geldt dat voor ons?”
outcome-script-room = “Ik las ook { $room }. Kunnen wij daar gebruik van maken?”
outcome-room = What room there is
outcome-room-told = These rules may help you: an exception, a pilot, or support of the authorities.
outcome-room-toegestaan = Perhaps it is simply allowed
outcome-room-do-toegestaan = Read carefully whether this is about your plan too.
outcome-room-vrijstelling = Perhaps there is an exception
outcome-room-do-vrijstelling = See whether your plan falls within this exception.
outcome-room-ontheffing = Perhaps the authority will make an exception for you
outcome-room-do-ontheffing = Ask for it. Explain why it does no harm in your case.
outcome-room-experiment = Perhaps it can be done as a pilot
outcome-room-do-experiment = Propose to try it for a while first.
outcome-room-ondersteuning = Perhaps there is help or money
outcome-room-do-ondersteuning = Ask whether you can get this, and what you have to do for it.
outcome-room-none = We found no room for your plan in these rules. Ask the municipality whether something is possible all the same.
outcome-room-for = Belongs to
outcome-room-general = For your plan as a whole
outcome-decides = Who decides
outcome-how = How
outcome-term = Term
outcome-procedure-application = You apply for it.
outcome-procedure-official = The authority does this by itself. You need not apply.
outcome-procedure-extended = You apply for it. Everybody may respond first. That takes months.
outcome-procedure-lapse = You apply for it. If no answer comes in time, you have consent.
outcome-coverage = Where we searched
outcome-searched = Searched
outcome-missing = Not searched
outcome-missing-none = Nothing was missing that we should have had.
outcome-keep = Withdraw or erase
outcome-print = Print, or save as PDF
outcome-withdraw = Withdraw
outcome-withdraw-told = Is it off? Withdraw it. Then nobody looks at it any more.
outcome-erase = Erase everything
outcome-erase-told = All your words go, and the link no longer works.
outcome-kept-until = We keep your own text until { $day }.
outcome-contents = On this page
outcome-ready = Your answer is ready.
sure-withdraw-title = Withdraw?
sure-withdraw-told = If you withdraw “{ $title }”, nobody looks at it any more. You can still read it. You cannot undo this.
sure-withdraw-do = Yes, withdraw
sure-erase-title = Erase everything?
sure-erase-told = If you erase “{ $title }”, all your words go. The link no longer works after that. You cannot undo this.
sure-erase-stays = What people of the municipality thought of a rule stays. It holds nothing of yours.
sure-erase-do = Yes, erase everything
sure-back = No, go back
own-title = My initiatives
own-none = You have not sent anything yet while you were logged in.
own-new = New initiative
own-status-waiting = we are reading it
own-status-failed = reading did not work
own-status-read = ready
own-status-unread = withdrawn
own-withdrawn = withdrawn
