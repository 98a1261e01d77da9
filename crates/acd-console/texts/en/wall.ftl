# The wallboard.
wall-late = Late
wall-at-risk = At risk
wall-fine = Fine
wall-closed = Closed
wall-draining = Ending
wall-late-count = { $n } late
wall-risk-count = { $n } at risk
wall-both-count = { $late } late, { $risk } at risk
wall-announced = { $n } late: { $queues }.
wall-announced-queue = { $queue }, { $n } waiting
wall-none-late = No queue is late.
wall-separator = , { "" }
wall-queues = { $n ->
    [one] { $n } queue
   *[other] { $n } queues, worst first
}
wall-no-queue = No queue is shown. Look at the names in the address, or at the configuration.
wall-state = State
wall-queue = Queue
wall-waiting = Waiting
wall-longest = Longest
wall-in-time = Answered in time, last 30 minutes
wall-expected = Expected wait
wall-free = Free of ready
wall-day-since = Waiting since { $time }
wall-goal = { $goal } in { $time }
wall-no-goal = in { $time }
wall-of = of { $n }
wall-peak = at most { $n }
wall-nothing = none
wall-outside-hours = Outside its hours
wall-holiday = Holiday
wall-emergency-queue = Closed in an emergency
wall-channel-voice = Calls
wall-channel-chat = Chats
wall-channel-email = E-mails
wall-channel-sms = Text messages
wall-channel-social = Social media
wall-channel-video = Video calls
wall-channel-fax = Faxes
wall-channel-callback = Callbacks
wall-channel-task = Tasks
wall-logged-in = Agents logged in: { $n }
wall-idle = Idle
wall-ringing = Ringing
wall-talking = Talking or on hold
wall-wrap-up = Wrap-up
wall-other-call = Other call
wall-not-ready = Not ready
wall-lost = Connection lost
wall-emergency = All queues are closed in an emergency.
wall-away = { $adapter } has been away for { $time }. { $n ->
    [0] It holds no contact.
    [one] Its contact keeps its place.
   *[other] Its { $n } contacts keep their place.
}
wall-away-others = { $n ->
    [one] Another adapter is away, too.
   *[other] { $n } other adapters are away, too.
}
wall-page = Page { $n } of { $of }
wall-paused = Paused
wall-full-screen = Full screen
