# The configuration

administrator-title = Configuration
administrator-tabs = Configuration
administrator-tab-document = Document
administrator-tab-versions = Versions
administrator-tab-scenarios = Scenarios
administrator-in-force = Version { $version } is in force since { $at }, by { $author }
administrator-document = The document, as it is or is to be
administrator-draft-kept = This is your draft of { $time }, made from version { $version }. It is kept in this browser.
administrator-discard = Discard the draft
administrator-dry-run = Dry run
administrator-to-scenarios = Run scenarios

# Problems
administrator-problems = Problems
administrator-checked-as-you-type = The text is checked while you type.
administrator-not-checked = Not checked: no connection.
administrator-no-problems = No problems
administrator-only-warnings = It can be applied, and likely does not do what was meant:
administrator-error = Error
administrator-warning = Warning
administrator-line = Line { $line }

# What would change
administrator-trial = What changes, and for whom
administrator-nothing-tried = A dry run applies the text to a copy of the centre as it is now. Nobody is touched.
administrator-not-applicable = It cannot be applied. Correct the errors first.
administrator-changes-nothing = It says what is in force already.
administrator-changes = Changes
administrator-effects = What that means now
administrator-no-effects = Nothing for those who are here now.
administrator-change-added = Added
administrator-change-removed = Removed
administrator-change-changed = Changed
administrator-change-reordered = In another order
administrator-effect-drains = { $queue } takes no more contacts, and is gone when { $n ->
    [0] nobody is left in it.
    [one] { $n } contact in it is served.
   *[other] { $n } contacts in it are served.
}
administrator-effect-agent-leaves = { $agent } is logged out after the last contact.
administrator-effect-leave = { $n ->
    [one] { $n } contact in { $queue } leaves at once.
   *[other] { $n } contacts in { $queue } leave at once.
}
administrator-effect-offered = { $n ->
    [one] { $n } contact in { $queue } is offered to an agent at once.
   *[other] { $n } contacts in { $queue } are offered to agents at once.
}
administrator-effect-lost = { $n ->
    [one] Nobody can serve { $n } contact in { $queue } any more.
   *[other] Nobody can serve { $n } contacts in { $queue } any more.
}
administrator-effect-found = { $n ->
    [one] Somebody can serve { $n } contact in { $queue } at last.
   *[other] Somebody can serve { $n } contacts in { $queue } at last.
}
administrator-effect-moved = { $n ->
    [one] { $n } contact in { $queue } has another place, or more or fewer agents.
   *[other] { $n } contacts in { $queue } have another place, or more or fewer agents.
}
administrator-more = { $n ->
    [one] and { $n } more
   *[other] and { $n } more
}
administrator-contacts-affected = { $n ->
    [0] Nobody who waits is affected.
    [one] { $n } contact that waits is affected
   *[other] { $n } contacts that wait are affected
}
administrator-contacts = Contacts that wait and are affected
administrator-contact = Contact
administrator-queue = Queue
administrator-place = Place
administrator-matching = Matching agents
administrator-becomes = At once
administrator-then = then
administrator-ends-overflowed = Leaves: overflow
administrator-ends-no-staff = Leaves: no staff
administrator-ends-timed-out = Leaves: waited too long
administrator-ends-transferred = Moves to another queue
administrator-ends-otherwise = Leaves the queue
administrator-offered-to = Offered to { $agent }
administrator-waits-on = Waits on
administrator-changed-since = The text has changed since this dry run. Run it again to apply.
administrator-apply-means = { $changes ->
    [one] { $changes } change comes into force at once
   *[other] { $changes } changes come into force at once
}, { $contacts ->
    [0] and nobody who waits is affected.
    [one] and { $contacts } contact that waits is affected.
   *[other] and { $contacts } contacts that wait are affected.
} The text that was tried is applied, and no other.
administrator-lacks-name = The name that was typed is not the tenant’s.
administrator-lacks-comment = Say why, for the history.
administrator-comment = Why, for the history
administrator-apply = Apply
administrator-applied = Version { $version } is in force.
administrator-other-in-force = Version { $version } is in force since { $at }, by { $author }; yours is from { $from }.
administrator-against-yours = From version { $version } to yours
administrator-go-on-from = My text in the place of version { $version }

# Versions
administrator-version = Version
administrator-when = When
administrator-who = Who
administrator-why = Why
administrator-acts = Acts
administrator-now = In force
administrator-by-file = file
administrator-older = Older versions
administrator-difference = Difference
administrator-no-difference = No difference.
administrator-against-now = Against now
administrator-from-to = From version { $from } to version { $to }
administrator-line-gone = gone:
administrator-line-new = new:
administrator-lines-left-out = { $n ->
    [one] { $n } more line differs
   *[other] { $n } more lines differ
}
administrator-roll-back = Roll back
administrator-roll-back-means = What version { $version } says comes into force again, as a new version, in the place of version { $now }. What was changed since is gone, and stays in the history.

# Scenarios
administrator-scenarios-are = A scenario says what happens at which second and what must be seen. It is run on a virtual clock, beside all that works.
administrator-against = Against
administrator-open-files = Open files
administrator-add-file = Write one
administrator-remove-file = Remove
administrator-file-name = Name of the file
administrator-file-text = Text of the file
administrator-run = Run
administrator-results = Results
administrator-nothing-run = Nothing was run yet.
administrator-no-file = There is no scenario to run. Open a file or write one.
administrator-not-runnable = The document has errors, so no scenario can be run against it.
administrator-ran = { $passed ->
    [one] { $passed } passed
   *[other] { $passed } passed
}, { $others ->
    [0] no other
    [one] { $others } did not
   *[other] { $others } did not
}
administrator-passed = Passed
administrator-failed = Failed
administrator-invalid = Cannot be read
administrator-given-up = Given up
administrator-given-up-why = Its time was over, or too much happened in it. Run it alone, or make it shorter.
administrator-expected = Expected
administrator-seen = Seen
administrator-timeline = What happened before
