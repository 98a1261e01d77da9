# Texts of the area desk.

desk-title = Desk
desk-loading = Loading

# Presence
desk-presence = Your presence
desk-ready = Ready
desk-not-ready = Not ready
desk-logged-out = Logged out
desk-open-elsewhere = Open elsewhere
desk-ready-for = for { $time }, { $free ->
    [0] no slot free
    [one] { $free } slot free
   *[other] { $free } slots free
}
desk-not-ready-for = { $reason }, for { $time }
desk-not-ready-until = { $reason }, for { $time }, back at { $back }
desk-busy-outside = In a call outside
desk-back-off = Your phone was busy. Contacts again in { $time }
desk-pending-not-ready = { $reason } after this contact
desk-pending-log-out = Log out after this contact
desk-stay-ready = Stay ready
desk-stay = Stay
desk-change = Change
desk-change-presence = Change your presence
desk-go-ready = Go ready
desk-not-ready-because = Not ready
desk-go-not-ready = Go not ready
desk-log-out = Log out
desk-log-out-consequence = { $open ->
    [0] You get no more contacts.
    [one] You get no more contacts. You have { $open } open contact: you are logged out when it ends.
   *[other] You get no more contacts. You have { $open } open contacts: you are logged out when they end.
}
desk-made-not-ready = You were made not ready: { $reason }, at { $time }.
desk-paused-in = You take no contacts of { $queue }: { $reason }.
desk-serve-again = Take them again

# The day
desk-your-day = Your day
desk-day-contacts = Contacts
desk-day-talk = Talk
desk-day-missed = Missed
desk-day-left = { $reason }, left
desk-of = of { $all }

# What rings
desk-offers = Ringing
desk-ringing = Ringing
desk-assigned = Ringing: assigned to you
desk-phone-rings = Your phone rings
desk-connecting = Connecting
desk-connecting-auto = Comes by itself
desk-ringing-title = Ringing: { $channel }, { $queue }
desk-accept = Accept
desk-reject = Reject
desk-pick-up = Pick up your phone.
desk-time-is-up = Time is up
desk-alert-ringing = Ringing: { $channel }, { $queue }, { $who }. F2 accepts. { $seconds ->
    [one] { $seconds } second.
   *[other] { $seconds } seconds.
}
desk-alert-phone = Ringing: { $channel }, { $queue }, { $who }. Pick up your phone.
desk-five-seconds = 5 seconds left
desk-press-accept = F2 accepts.
desk-asks = Asks for help
desk-waited = Waited
desk-will-dial = Will be dialled
desk-answer-by = Answer by
desk-nothing-rings = Nothing rings.
desk-idle = Idle { $time }
desk-nothing-not-ready = Nothing rings while you are not ready.
desk-nothing-on-demand = You get a contact when you ask for one.
desk-next-contact = Next contact
desk-next-is-coming = The next contact comes as soon as there is one.
desk-returning = This tab did not answer. It connects again.
desk-ended-lost-race = Someone else took it.
desk-ended-customer-gone = The customer left.
desk-ended-not-reached = The customer was not reached.
desk-ended-taken-out = It left the queue.
desk-ended-missed = It rang out: counts as missed.
desk-ended-phone-busy = Your phone was busy.
desk-ended-phone-unanswered = Your phone was not answered: counts as missed.
desk-ended-phone-unreachable = Your phone could not be reached: does not count.
desk-ended-phone-rejected = Rejected at your phone.
desk-ended-connect-failed = The connection failed: does not count.
desk-ended-agent-gone = Taken back: you are not ready.
desk-ended-taken-back = Taken back: does not count.

# Channels and places
desk-channel-voice = Call
desk-channel-chat = Chat
desk-channel-email = E-mail
desk-channel-sms = Text message
desk-channel-social = Social media
desk-channel-video = Video call
desk-channel-fax = Fax
desk-channel-callback = Callback
desk-channel-task = Task
desk-place = { $channel }, { $queue }
desk-place-answer-by = { $channel }, answer by { $time }

# The contacts
desk-contacts = Your contacts
desk-open = Open
desk-slots = { $taken } of { $all } slots
desk-no-contacts = No contact is open.
desk-parked = Parked
desk-holds-no-slot = holds no slot
desk-just-ended = Just ended
desk-left = { $time } left
desk-hint-keys = then the key on a button or contact. F8 F8 lists all.
desk-talking = Talking
desk-open-word = Open
desk-suspended = Waits for you
desk-held = On hold
desk-consulting = Consulting
desk-conference-word = Conference
desk-helping = Helping
desk-wrap-up = Wrap-up
desk-attempt = Not reached
desk-parked-word = Parked
desk-put-off-word = Put off
desk-no-outcome = No outcome
desk-ended = Ended
desk-new-contact = A new contact is connected.
desk-no-contact-in-hand = No contact in hand.

# The contact in hand
desk-acts = This contact
desk-you-help = You help { $agent }
desk-recorded = Recorded
desk-recording-paused = Recording paused
desk-callback-kept = Callback kept
desk-held-for = held { $time }
desk-answer-within = Answer the customer within { $time }, or the contact is taken back.
desk-on-hold = On hold
desk-takes-part = Takes part
desk-asked-waiting = Waits
desk-asked-ringing = Rings
desk-asked-invited = Invited, rings
desk-give-over = Give over
desk-join = Join
desk-back = Back
desk-hold = Hold
desk-resume = Resume
desk-transfer = Transfer
desk-consult = Consult
desk-park = Park
desk-unpark = Take back
desk-put-off = Put off
desk-put-off-until = Put off until
desk-pause-recording = Pause recording
desk-record = Record
desk-record-again = Record again
desk-enter-wrap-up = Wrap-up
desk-finish = Finish
desk-minute-more = 1 minute more
desk-more-acts = More
desk-conference = Bring someone in
desk-requeue = Back to the queue
desk-escalate = To the next tier
desk-ask-wrap-up = Wrap-up after this contact
desk-keep-callback = Keep the callback
desk-end-call = End call
desk-end-contact = End
desk-leave = Leave
desk-customer = Customer
desk-nothing-known = Nothing is known.
desk-show = Show
desk-customer-key = Customer key
desk-number = Number
desk-not-for-supervisors = not shown to supervisors
desk-references = References
desk-script = Script: { $queue }

# Transfer, consult, conference
desk-transfer-to = Transfer to
desk-ask-whom = Ask
desk-bring-in-whom = Bring in
desk-search-targets = Queue, agent or number
desk-enter-takes-first = Enter takes the first.
desk-queues = Queues
desk-agents = Agents
desk-outside = Outside
desk-nobody-matches = No queue and no agent matches { $query }.
desk-more-match = { $n ->
    [one] { $n } more matches.
   *[other] { $n } more match.
}
desk-refused-closed = Closed
desk-refused-no-staff = Nobody there
desk-refused-full = Full
desk-refused-diverted = Too many wait
desk-refused-predicted-wait = The wait is too long
desk-waiting = { $n ->
    [0] nobody waits
    [one] { $n } waits
   *[other] { $n } wait
}
desk-about = about { $time }
desk-free-agents = { $n } free
desk-agent-free = Free
desk-agent-busy = Busy
desk-agent-not-ready = Not ready
desk-agent-logged-out = Logged out

# Outcome and notes
desk-outcome-and-notes = Outcome and notes
desk-what-became = What became of it
desk-notes = Notes
desk-save = Save
desk-saved = Saved { $time }
desk-saving = Saving
desk-not-saved = Not saved: no connection. It is kept here and tried again.
desk-outcome-lacks = The outcome is still to be chosen.
desk-after-timed = After this contact: wrap-up, { $time }
desk-after-forced = After this contact: wrap-up of { $time }, which cannot be cut short
desk-after-manual = After this contact: wrap-up until you finish it
desk-after-optional = After this contact: wrap-up, if you want it
desk-after-on-request = After this contact: wrap-up only if you ask for it
desk-wrap-up-earlier = You can end it earlier.
desk-wrap-up-up-to = You can end it earlier or take up to { $time }.
desk-wrap-up-left = Wrap-up: { $time } left
desk-wrap-up-forced = Wrap-up until { $time }
desk-wrap-up-yours = Wrap-up: it ends when you finish it.

# Start of the shift
desk-you-are-logged-out = You are logged out
desk-start-means = You hear the ringing tone once and are asked whether this page may notify you. Then you are logged in and not ready.
desk-start-shift = Start shift
desk-log-in = Log in
desk-slept = This tab slept from { $from } to { $to }.
desk-this-tab-slept = This tab slept from { $from } to { $to }. It is connected again.
desk-connected-again = { $ended ->
    [0] Connected again.
    [one] Connected again. { $ended } offer has ended meanwhile.
   *[other] Connected again. { $ended } offers have ended meanwhile.
}
desk-needs-script = Contacts ring only where scripts may run. Allow them for this page.
desk-elsewhere = Your desk is open elsewhere since { $time }
desk-elsewhere-means = Contacts ring there. Your open contacts come with you when you take it here.
desk-take-it-here = Take it here
desk-sound = Sound
desk-sound-on = Sound on
desk-sound-is-off = Sound is off. Click anywhere.
desk-heard-it = Did you hear it?
desk-not-heard = Check the volume, and that the headset is chosen for sound. The page may be muted: its tab says so.
desk-play-again = Play again
desk-yes = Yes
desk-no = No
desk-notifications-denied = Notifications are denied: you see an offer only while this page is on top. Allow them in the lock beside the address.
