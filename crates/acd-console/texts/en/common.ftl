# What every page says. Figures in texts come with their digits; "isolate" marks are put in by the program.

-product = acd

common-product = { -product }
common-percent = { $n }{ "\u00A0" }%
common-date = { $day } { $month } { $year }
common-moment = { $date }, { $time }
common-month-1 = January
common-month-2 = February
common-month-3 = March
common-month-4 = April
common-month-5 = May
common-month-6 = June
common-month-7 = July
common-month-8 = August
common-month-9 = September
common-month-10 = October
common-month-11 = November
common-month-12 = December

# Navigation
common-skip = Go to the content
common-nav = Pages
common-nav-desk = Desk
common-nav-wall = Wallboard
common-nav-queues = Queues
common-nav-agents = Agents
common-nav-contacts = Contacts
common-nav-acts = Acts
common-nav-config = Configuration
common-tenants = Choose a tenant
common-settings = Settings
common-sign-out = Sign out
common-me = You are signed in as { $name }

# The connection
common-live = Live
common-as-of = As of { $time }
common-loading = Loading
common-reconnecting = No connection for { $time }. Calls go on. Trying again.
common-connected-again = Connected again.
common-engine-away = The engine cannot be reached since { $time }. Calls go on. Trying again.
common-session-ends = Your session ends in { $time }. What you typed is kept.
common-sign-in-again = Sign in again

# Acts
common-sending = Sending
common-press-again = Press again: { $act }
common-cancel = Cancel
common-close = Close
common-more = More
common-less = Less
common-sort = Sort
common-keys = Keys
common-keys-intro = Press F8, then the key on a button. F2 accepts. Esc leaves.
common-type-name = Type { $name } to confirm
common-act-not-sent = Not sent: no connection. It is tried again.
common-reason-logged-in = just logged in
common-reason-no-answer = no answer
common-reason-rejected = offer rejected
common-reason-unreachable = phone not reached
