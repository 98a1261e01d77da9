# Queues, agents, contacts, one of each, and who did what. Reasons and states are said of no particular number of people.

supervisor-comma = {", "}
supervisor-and = {" and "}
supervisor-or = {", or "}
supervisor-term = { $skill } { $level }+
supervisor-show = Show
supervisor-clear = Clear filter
supervisor-details = Details
supervisor-crumbs = Way back
supervisor-read = Read summary
supervisor-summary-queues = { $late } late, { $risk } at risk, { $n } waiting in all.
supervisor-summary-agents = { $talking } talking, { $wrapup } in wrap-up, { $ringing } ringing, { $free } free, { $away } not ready, { $lost } without connection.
supervisor-summary-contacts = { $n } waiting, { $late } of them too long.
supervisor-until = until { $time }
supervisor-and-more = and { $n } more

# Channels
supervisor-channel = Channel
supervisor-channel-voice = Call
supervisor-channel-chat = Chat
supervisor-channel-email = E-mail
supervisor-channel-sms = SMS
supervisor-channel-social = Social
supervisor-channel-video = Video call
supervisor-channel-fax = Fax
supervisor-channel-callback = Callback
supervisor-channel-task = Task

# Tables
supervisor-agent = Agent
supervisor-contact = Contact
supervisor-queue = Queue
supervisor-state = State
supervisor-team = Team
supervisor-place = Where
supervisor-choose-all = Choose all on this page
supervisor-choose-one = Choose { $name }
supervisor-chosen = With those chosen
supervisor-chosen-count = %n chosen
supervisor-clear-chosen = Clear
supervisor-changes = Changes of order: %n
supervisor-turn = Pages
supervisor-turn-back = Back
supervisor-turn-on = Next
supervisor-turn-at = Page { $page } of { $pages }
supervisor-none-found = Nothing matches “{ $words }”.
supervisor-none-filtered = Nothing matches this filter.

# Queues
supervisor-search-queues = Search queues
supervisor-count-queues = { $n ->
    [one] { $n } queue, those that need help first
   *[other] { $n } queues, those that need help first
}
supervisor-no-queues = The configuration has no queues.
supervisor-filter-any-state = Any state
supervisor-filter-help = Needs help
supervisor-waiting = Waiting
supervisor-ringing-too = + { $n } ringing
supervisor-longest = Longest wait
supervisor-level = In time
supervisor-level-too-few = Fewer than 10 contacts in the last 30 minutes
supervisor-goal = goal { $goal } in { $time }
supervisor-predicted = Expected wait
supervisor-nobody-serves = nobody serves
supervisor-free = Free
supervisor-of-staff = of { $ready } ready, { $all } logged in
supervisor-paused-count = { $n } paused
supervisor-steps = Steps
supervisor-step-count = step { $step }: { $n }
supervisor-talking-count = { $n } talking
supervisor-callback-count = { $n } callbacks
supervisor-scheduled-count = { $n } scheduled
supervisor-reserve-joined = reserve joined
supervisor-late = Late
supervisor-at-risk = At risk
supervisor-on-target = On target
supervisor-open = Open
supervisor-closed = Closed
supervisor-closed-hours = Closed: outside its hours
supervisor-closed-holiday = Closed: a holiday
supervisor-closed-emergency = Closed: emergency
supervisor-draining = Ends with its last contact
supervisor-emergency-on = All queues are closed in an emergency.

# Agents
supervisor-search-agents = Search name, team, skill
supervisor-count-agents = { $n ->
    [one] { $n } agent, { $order }
   *[other] { $n } agents, { $order }
}
supervisor-order-longest = longest in state first
supervisor-order-shortest = shortest in state first
supervisor-order-name = by name
supervisor-order-state = by state
supervisor-order-today = by contacts today
supervisor-no-agents = Nobody is logged in.
supervisor-filter-logged-in = Logged in
supervisor-filter-anyone = Everybody
supervisor-filter-unusual = Unusual
supervisor-filter-any-team = Any team
supervisor-filter-any-queue = Any queue
supervisor-in-hand = In hand
supervisor-slots = Slots
supervisor-today = Today
supervisor-doing-lost = Connection lost
supervisor-doing-talking = Talking
supervisor-doing-held = On hold
supervisor-doing-wrap-up = Wrap-up
supervisor-doing-connecting = Connecting
supervisor-doing-ringing = Ringing
supervisor-doing-outside = Other call
supervisor-doing-idle = Free
supervisor-doing-not-ready = Not ready
supervisor-doing-offline = Logged out
supervisor-then = then { $reason }
supervisor-leaves-after = then logs out
supervisor-unusual-stuck = Lasts unusually long
supervisor-unusual-past-return = Due back at { $time }
supervisor-unusual-lost = No connection to the desk
supervisor-unusual-missed = { $n ->
    [one] { $n } miss in a row
   *[other] { $n } misses in a row
}
supervisor-unusual-back-off = Phone busy or away; nothing until { $time }

# Contacts
supervisor-search-contacts = Search id, agent, attribute
supervisor-count-contacts = { $n ->
    [one] { $n } contact
   *[other] { $n } contacts
}
supervisor-no-contacts = Nobody waits.
supervisor-filter-in-queue = In a queue
supervisor-filter-anywhere = Anywhere
supervisor-filter-alerted = Waits too long
supervisor-filter-any-channel = Any channel
supervisor-waited = Waited
supervisor-position = Place
supervisor-needs = Needs
supervisor-priority = Priority
supervisor-answer-by = Answer by
supervisor-answer-late = too late
supervisor-offers = Offers
supervisor-alerted = Waits too long
supervisor-in-step = step { $step }
supervisor-awaits-agent = waits for { $agent }
supervisor-awaits-team = waits for team { $team }
supervisor-place-waiting = Waiting
supervisor-place-ringing = Ringing
supervisor-place-talking = Talking
supervisor-place-parked = Parked
supervisor-place-scheduled = Scheduled
supervisor-place-leaving = Leaving
supervisor-place-ended = Ended

# One contact
supervisor-to-contacts = Contacts
supervisor-now-waiting = in { $queue } for { $time }
supervisor-now-waiting-at = at place { $position } in { $queue } for { $time }
supervisor-now-ringing = with { $agents } for { $time }
supervisor-now-talking = with { $agent } for { $time }.
supervisor-now-held = { $agent } has it on hold for { $time }.
supervisor-now-with = Also there: { $agents }.
supervisor-now-parked = with { $agent }
supervisor-now-scheduled = joins { $queue } on { $time }
supervisor-now-leaving = The switch has been told to end it.
supervisor-now-wraps-up = { $agent } finishes the work.
supervisor-recording-off = Not recorded.
supervisor-recording-on = Recorded.
supervisor-recording-paused = The recording is paused.
supervisor-ended = Ended { $time }
supervisor-ended-by-customer = The customer ended it. { $time }
supervisor-ended-by-agent = The agent ended it. { $time }
supervisor-ended-by-system = A failure ended it. { $time }
supervisor-why-waits = Why it still waits
supervisor-why-nobody = Nobody serves this queue.
supervisor-why-outside = { $n ->
    [one] { $n } other agent does not serve this queue.
   *[other] { $n } other agents do not serve this queue.
}
supervisor-predicted-at-place = At this place half wait up to { $half }, four of five up to { $most }.
supervisor-facts = Facts
supervisor-hidden = { $n ->
    [one] { $n } value is hidden from you.
   *[other] { $n } values are hidden from you.
}
supervisor-arrived = Arrived
supervisor-attempts = Dialled in vain
supervisor-customer = Customer
supervisor-dial = Number to dial
supervisor-reveal = Show
supervisor-not-shown = not shown to you
supervisor-reveal-title = Show { $name }
supervisor-follows-reveal = The value is shown to you once. That you asked for it, and why, is recorded.
supervisor-revealed = It is recorded that you have seen this.
supervisor-timeline = What happened
supervisor-step-joined = Joined { $queue }.
supervisor-step-keeps-place = It keeps its place of { $time }.
supervisor-step-offered = Offered to { $agent }:
supervisor-step-connected = Connected with { $agent }.
supervisor-step-attempt = { $agent } dialled and reached nobody.
supervisor-step-no-response = Taken back from { $agent }: no answer to the customer in time.
supervisor-step-outcome = Outcome: { $code }
supervisor-step-act = { $author }: { $act }
supervisor-length-talk = talk { $time }
supervisor-length-hold = hold { $time }
supervisor-length-wrap-up = wrap-up { $time }

# Why nobody, or not this agent
supervisor-reason-until = { $reason }, until { $time }
supervisor-reason-first-until = { $reason }, the first free at { $time }
supervisor-reason-eligible = could take it now
supervisor-reason-offline = logged out
supervisor-reason-not-ready = not ready: { $name }
supervisor-reason-busy = all slots taken: { $channel }
supervisor-reason-blocked = kept by something that may not be interrupted: { $channel }
supervisor-reason-lacks-skill = without { $name } { $level } or better
supervisor-reason-back-off = phone busy or away
supervisor-reason-session-lost = connection to the desk lost
supervisor-reason-adapter-absent = the switch of the contact is not connected
supervisor-reason-not-in-queue = does not serve this queue
supervisor-reason-no-channel = takes no such contacts: { $channel }
supervisor-reason-offered-elsewhere = it rings with somebody else
supervisor-reason-tier = tier { $level } is not open for it yet
supervisor-reason-tier-outside = tier { $level } is not meant
supervisor-reason-delay = serves this queue only after a longer wait
supervisor-reason-awaits-agent = it waits for { $name } first
supervisor-reason-awaits-team = it waits for team { $name } first
supervisor-reason-paused = paused in this queue: { $name }
supervisor-reason-outside = in another call
supervisor-reason-reserve = in reserve, which has not joined
supervisor-reason-training = in training, done for today
supervisor-reason-not-asked = on demand, has not asked
supervisor-reason-step = the present step is for others
supervisor-reason-not-called-now = the customer was not reached and is not dialled yet
supervisor-reason-callback-hours = the customer is not called at this time of day
supervisor-reason-offered = it rings here
supervisor-reason-pool-full = no room left in pool { $name }
supervisor-reason-wrap-up = in wrap-up
supervisor-reason-total-full = no room left at all
supervisor-reason-has-offer = something rings already
supervisor-reason-on-its-way-out = it is leaving its queue
supervisor-reason-own-question = takes part in the conversation it asks about
supervisor-reason-contact-back-off = has just failed this contact
supervisor-reason-removed = no longer in the configuration
supervisor-reason-leaving = finishes, then leaves

# Offers and their ends
supervisor-offer-rings = it rings.
supervisor-offer-connecting = accepted, connecting.
supervisor-offer-accepted = accepted.
supervisor-offer-rejected = rejected.
supervisor-offer-rang-out = it rang out and counts as missed.
supervisor-offer-customer-gone = the customer left.
supervisor-offer-withdrawn = taken back, the contact was withdrawn.
supervisor-offer-moved = taken back, the contact was moved.
supervisor-offer-max-wait = taken back, the longest wait was reached.
supervisor-offer-lost-race = someone else took it.
supervisor-offer-agent-gone = went not ready while it rang; counts as missed.
supervisor-offer-forced = taken back, a supervisor changed the state.
supervisor-offer-session-lost = taken back, the connection was lost.
supervisor-offer-outside = taken back, another call came.
supervisor-offer-busy = the phone was busy.
supervisor-offer-no-answer = the phone was not answered.
supervisor-offer-unreachable = the phone could not be reached.
supervisor-offer-customer-not-reached = the customer was not reached.
supervisor-offer-phone-rejected = rejected at the phone.
supervisor-offer-system = a failure, nobody’s fault.
supervisor-offer-over = over.
supervisor-because-assigned = a supervisor assigned it
supervisor-because-only-one = nobody else could take it
supervisor-because-behind = the others had just failed it or given it away
supervisor-because-tier = the lower tier goes first
supervisor-because-leases = least in hand of { $n }
supervisor-because-idle = idle longest of { $n }, { $time }
supervisor-because-number = equal to the next of { $n }; first in the list
supervisor-because-order = first of { $n } by the order of the queue
supervisor-because-most-skilled = most skilled of { $n }
supervisor-because-least-skilled = least skilled of { $n } who will do
supervisor-because-least-occupied = least occupied of { $n }
supervisor-because-fewest-contacts = fewest contacts of { $n }
supervisor-because-round-robin = next in turn of { $n }
supervisor-because-linear = first in the list of { $n }
supervisor-because-most-spare = most room of { $n }
supervisor-because-least-loaded = least loaded of { $n }
supervisor-because-percent = furthest below their share of { $n }
supervisor-because-random = drawn from { $n }
supervisor-next-was = next was { $agent }

# How a visit ended
supervisor-outcome-left = Left the queue
supervisor-outcome-answered = Answered
supervisor-outcome-abandoned = The customer left
supervisor-outcome-lost = Lost by a failure
supervisor-outcome-timed-out = The longest wait was reached
supervisor-outcome-overflowed = Sent on by the queue
supervisor-outcome-offer-limit = Offered as often as may be
supervisor-outcome-attempt-limit = Dialled as often as may be
supervisor-outcome-closed = The queue closed
supervisor-outcome-exit-choice = The customer chose another way
supervisor-outcome-callback = Became a callback
supervisor-outcome-no-staff = The last agent left
supervisor-outcome-transferred = Moved
supervisor-outcome-withdrawn = Withdrawn
supervisor-outcome-deferred = Put off to a date
supervisor-outcome-served = Served meanwhile
supervisor-next-queue = to { $name }
supervisor-next-agent = to { $name }
supervisor-next-external = to a number outside
supervisor-next-voicemail = to the mailbox { $name }
supervisor-next-callback = to a callback
supervisor-next-announcement = to the announcement { $name }
supervisor-next-end = and ended

# One agent
supervisor-to-agents = Agents
supervisor-returns-at = Back by themselves at { $time }.
supervisor-why-nothing = Why nothing comes
supervisor-serves-nothing = This agent serves no queue.
supervisor-nobody-waits-for-them = Nobody waits in their queues.
supervisor-in-queue-count = { $n ->
    [0] nobody waits
    [one] { $n } waits
   *[other] { $n } wait
}
supervisor-paused-because = Paused: { $reason }
supervisor-contacts-outside = { $n ->
    [one] { $n } contact waits in a queue this agent does not serve.
   *[other] { $n } contacts wait in queues this agent does not serve.
}
supervisor-logged-in-since = Logged in since
supervisor-skills = Skills
supervisor-site = Site
supervisor-on-demand = On demand
supervisor-has-asked = has asked for the next contact
supervisor-has-not-asked = has not asked yet
supervisor-acts-to-them = What was done to them

# Acts
supervisor-acts = Acts
supervisor-act-ready = Ready
supervisor-act-not-ready = Not ready
supervisor-act-pause = Pause in a queue
supervisor-act-resume = End a pause
supervisor-act-log-out = Log out
supervisor-act-free-agent = Free
supervisor-act-move = Move
supervisor-act-priority = Priority
supervisor-act-assign = Assign
supervisor-act-withdraw = Withdraw
supervisor-act-free-contact = Free
supervisor-act-listen = Listen
supervisor-act-whisper = Whisper
supervisor-act-barge = Join
supervisor-act-record = Record
supervisor-act-pause-recording = Pause recording
supervisor-act-stop-recording = Stop recording
supervisor-act-close = Emergency close
supervisor-act-close-all = Emergency: close all queues
supervisor-act-open = Open again
supervisor-act-open-all = Open all queues again
supervisor-go-ready = { $n ->
    [1] Make { $name } ready
   *[other] Make { $n } agents ready
}
supervisor-go-not-ready = { $n ->
    [1] Make { $name } not ready
   *[other] Make { $n } agents not ready
}
supervisor-go-pause = { $n ->
    [1] Pause { $name } in a queue
   *[other] Pause { $n } agents in a queue
}
supervisor-go-resume = { $n ->
    [1] Let { $name } back into a queue
   *[other] Let { $n } agents back into a queue
}
supervisor-go-log-out = { $n ->
    [1] Log out { $name }
   *[other] Log out { $n } agents
}
supervisor-go-free-agent = { $n ->
    [1] Free { $name }
   *[other] Free { $n } agents
}
supervisor-go-move = { $n ->
    [1] Move { $name }
   *[other] Move { $n } contacts
}
supervisor-go-priority = { $n ->
    [1] Change the priority of { $name }
   *[other] Change the priority of { $n } contacts
}
supervisor-go-assign = Assign { $name }
supervisor-go-withdraw = { $n ->
    [1] Withdraw { $name }
   *[other] Withdraw { $n } contacts
}
supervisor-go-free-contact = { $n ->
    [1] Free { $name }
   *[other] Free { $n } contacts
}
supervisor-go-close = Close { $name } in an emergency
supervisor-go-close-all = Close all queues in an emergency
supervisor-go-open = Open { $name } again
supervisor-go-open-all = Open all queues again
supervisor-follows-ready = They get contacts as soon as a slot is free.
supervisor-follows-not-ready = At once. What rings is taken back and counts against nobody; conversations go on.
supervisor-follows-pause = They get nothing of this queue until the pause ends. Other queues go on.
supervisor-follows-resume = They get contacts of this queue again.
supervisor-follows-log-out = At once. What rings is taken back; conversations go on. They can log in again.
supervisor-follows-free-agent = All offers are taken back, and all conversations and wrap-ups end: customers are cut off. For an agent who is stuck.
supervisor-follows-move = They join the other queue at their age. What rings is taken back.
supervisor-follows-priority = A higher number goes first.
supervisor-follows-assign = It is offered to this agent now, even if their slots are taken.
supervisor-follows-withdraw = They leave their queue, and the switch is told to end them.
supervisor-follows-free-contact = Whatever holds them ends, and they end: the customer is cut off. For a contact that is stuck.
supervisor-follows-listen = You hear both. Nobody is told.
supervisor-follows-whisper = Only the agent hears you.
supervisor-follows-barge = Both hear you.
supervisor-follows-record = From now on the conversation is recorded. The agent sees it.
supervisor-follows-pause-recording = Nothing is recorded until somebody goes on.
supervisor-follows-stop-recording = The recording ends. The agent sees it.
supervisor-follows-close = Whoever waits or rings in this queue leaves at once, and nobody can join. Conversations go on.
supervisor-follows-close-all = Whoever waits or rings in any queue leaves at once, and nobody can join. Conversations go on.
supervisor-follows-open = Contacts can join again, if its hours allow it.
supervisor-follows-open-all = Contacts can join again, where hours allow it.
supervisor-to-whom = { $n ->
    [one] { $n } in all
   *[other] { $n } in all
}
supervisor-why = Why
supervisor-optional = optional
supervisor-type-name = Type “{ $name }” to confirm
supervisor-choose-queue = Choose a queue
supervisor-reason-code = Reason
supervisor-reached-at = Where you are reached
supervisor-lacks-target = Choose at least one.
supervisor-too-many = That is too many at once. Choose at most 1,000.
supervisor-lacks-code = Say the reason.
supervisor-lacks-queue = Choose a queue.
supervisor-lacks-agent = Choose an agent.
supervisor-lacks-priority = The priority is a whole number.
supervisor-lacks-address = Say where you are reached: a number or an extension.
supervisor-lacks-name = The name is not the same.
supervisor-lacks-why = Say why.
supervisor-done = Done.
supervisor-all-done = { $done } done.
supervisor-some-done = { $done } done, { $refused } refused.
supervisor-show-refused = Show

# Refusals
supervisor-refused = The engine refused. Nothing has changed.
supervisor-refused-not-logged-in = { $name } is not logged in. Nothing has changed.
supervisor-refused-not-waiting = { $name } no longer waits. Nothing has changed.
supervisor-refused-ended = { $name } has ended.
supervisor-refused-unknown-contact = There is no contact { $name } any more.
supervisor-refused-unknown-agent = There is no agent { $name } any more.
supervisor-refused-unknown-queue = There is no such queue any more.
supervisor-refused-no-conversation = { $name } is in no conversation now.
supervisor-refused-not-recorded = Conversations of this queue are not recorded.
supervisor-refused-not-a-member = { $name } does not serve this queue.
supervisor-refused-no-right = You may not do this. An administrator can change it.
supervisor-refused-unknown-value = There is no such value any more.
supervisor-refused-signed-out = Your session has ended. Sign in again, then repeat it.
supervisor-refused-repeated = This form was sent before with other content. Open it again.
supervisor-refused-argument = Something in the form does not fit. Look at Details, and change it.
supervisor-refused-busy = The server is busy. Try again in a moment.
supervisor-refused-no-answer = No answer in time. Whether it was done shows in the list; trying again does it once only.

# What everybody did
supervisor-search-acts = Name of who did it
supervisor-kind = Kind
supervisor-filter-any-kind = Anything
supervisor-kind-contacts = Contacts
supervisor-kind-agents = Agents
supervisor-kind-queues = Queues
supervisor-kind-conversations = Conversations
supervisor-kind-reveals = Hidden values
supervisor-when = When
supervisor-who = Who
supervisor-what = What
supervisor-older = Older
supervisor-no-acts = Nobody has stepped in yet.
supervisor-no-acts-found = Nobody did such a thing.
supervisor-acts-forgotten = What was done before { $time } is no longer kept here. The log has it.
supervisor-did-something = Something this page does not know yet
supervisor-did-adjust = Changed { $contact }: { $changes }
supervisor-did-assign = Assigned { $contact } to { $agent }
supervisor-did-withdraw = Withdrew { $contact }
supervisor-did-free-contact = Freed { $contact }
supervisor-did-ready = Made { $agent } ready
supervisor-did-not-ready = Made { $agent } not ready: { $code }
supervisor-did-log-out = Logged { $agent } out
supervisor-did-free-agent = Freed { $agent }
supervisor-did-pause = Paused { $agent } in { $queue }: { $code }
supervisor-did-resume = Let { $agent } back into { $queue }
supervisor-did-close = Closed { $queue } in an emergency
supervisor-did-close-all = Closed all queues in an emergency
supervisor-did-open = Opened { $queue } again
supervisor-did-open-all = Opened all queues again
supervisor-did-monitor = { $how }: { $contact }
supervisor-did-record = Recorded { $contact }
supervisor-did-pause-recording = Paused the recording of { $contact }
supervisor-did-stop-recording = Stopped the recording of { $contact }
supervisor-did-reveal = Saw { $item } of { $contact }
supervisor-did-read-personal = Read the personal data of a customer
supervisor-did-erase-personal = Erased the personal data of a customer
supervisor-changed-queue = moved to { $queue }
supervisor-changed-priority = priority { $n }
supervisor-changed-needs = needs { $needs }
supervisor-changed-age = age changed by { $time }
supervisor-changed-attributes = attributes { $keys }
supervisor-changed-date = put off to { $time }
