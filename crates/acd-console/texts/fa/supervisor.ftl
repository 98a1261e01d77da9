supervisor-comma = {"، "}
supervisor-and = {" و "}
supervisor-or = {"، یا "}
supervisor-term = { $skill } { $level } یا بیشتر
supervisor-show = نمایش
supervisor-clear = پاک کردن فیلتر
supervisor-details = جزئیات
supervisor-crumbs = راه بازگشت
supervisor-read = خواندن خلاصه
supervisor-summary-queues = { $late } صف دیر شده، { $risk } در خطر، در مجموع { $n } در انتظار.
supervisor-summary-agents = { $talking } در گفت‌وگو، { $wrapup } در کار پایانی، { $ringing } در حال زنگ، { $free } آزاد، { $away } ناآماده، { $lost } بدون ارتباط.
supervisor-summary-contacts = { $n } در انتظار، { $late } از آن‌ها بیش از حد.
supervisor-until = تا { $time }
supervisor-and-more = و { $n } مورد دیگر

supervisor-channel = کانال
supervisor-channel-voice = تماس تلفنی
supervisor-channel-chat = گفت‌وگوی متنی
supervisor-channel-email = ایمیل
supervisor-channel-sms = پیامک
supervisor-channel-social = شبکهٔ اجتماعی
supervisor-channel-video = تماس تصویری
supervisor-channel-fax = دورنگار
supervisor-channel-callback = تماس برگشتی
supervisor-channel-task = کار

supervisor-agent = کارشناس
supervisor-contact = تماس
supervisor-queue = صف
supervisor-state = وضعیت
supervisor-team = گروه
supervisor-place = جا
supervisor-choose-all = انتخاب همه در این صفحه
supervisor-choose-one = انتخاب { $name }
supervisor-chosen = با انتخاب‌شده‌ها
supervisor-chosen-count = %n انتخاب‌شده
supervisor-clear-chosen = لغو انتخاب
supervisor-changes = تغییر در ترتیب: %n
supervisor-turn = صفحه‌ها
supervisor-turn-back = قبلی
supervisor-turn-on = بعدی
supervisor-turn-at = صفحهٔ { $page } از { $pages }
supervisor-none-found = چیزی با «{ $words }» پیدا نشد.
supervisor-none-filtered = چیزی با این فیلتر پیدا نشد.

supervisor-search-queues = جست‌وجوی صف‌ها
supervisor-count-queues = { $n ->
    [one] { $n } صف، نخست آن‌ها که کمک می‌خواهند
   *[other] { $n } صف، نخست آن‌ها که کمک می‌خواهند
}
supervisor-no-queues = در پیکربندی هیچ صفی نیست.
supervisor-filter-any-state = هر وضعیت
supervisor-filter-help = نیازمند کمک
supervisor-waiting = در انتظار
supervisor-ringing-too = + { $n } در حال زنگ
supervisor-longest = طولانی‌ترین انتظار
supervisor-level = به‌موقع
supervisor-level-too-few = کمتر از ۱۰ تماس در ۳۰ دقیقهٔ گذشته
supervisor-goal = هدف { $goal } در { $time }
supervisor-predicted = انتظار پیش‌بینی‌شده
supervisor-nobody-serves = کسی پاسخ‌گو نیست
supervisor-free = آزاد
supervisor-of-staff = از { $ready } آماده، { $all } حاضر
supervisor-paused-count = { $n } در مکث
supervisor-steps = گام‌ها
supervisor-step-count = گام { $step }: { $n }
supervisor-talking-count = { $n } در گفت‌وگو
supervisor-callback-count = { $n } تماس برگشتی
supervisor-scheduled-count = { $n } زمان‌بندی‌شده
supervisor-reserve-joined = نیروی ذخیره پیوسته است
supervisor-late = دیر شده
supervisor-at-risk = در خطر
supervisor-on-target = در حد هدف
supervisor-open = باز
supervisor-closed = بسته
supervisor-closed-hours = بسته: خارج از ساعت کار
supervisor-closed-holiday = بسته: تعطیل
supervisor-closed-emergency = بسته: اضطراری
supervisor-draining = با آخرین تماس پایان می‌یابد
supervisor-emergency-on = همهٔ صف‌ها به‌طور اضطراری بسته‌اند.

supervisor-search-agents = جست‌وجوی نام، گروه، مهارت
supervisor-count-agents = { $n ->
    [one] { $n } کارشناس، { $order }
   *[other] { $n } کارشناس، { $order }
}
supervisor-order-longest = نخست آن‌ها که بیشتر در وضعیت خود بوده‌اند
supervisor-order-shortest = نخست آن‌ها که کمتر در وضعیت خود بوده‌اند
supervisor-order-name = به ترتیب نام
supervisor-order-state = به ترتیب وضعیت
supervisor-order-today = به ترتیب تماس‌های امروز
supervisor-no-agents = هیچ‌کس وارد نشده است.
supervisor-filter-logged-in = حاضران
supervisor-filter-anyone = همه
supervisor-filter-unusual = غیرعادی
supervisor-filter-any-team = هر گروه
supervisor-filter-any-queue = هر صف
supervisor-in-hand = در دست
supervisor-slots = جاها
supervisor-today = امروز
supervisor-doing-lost = ارتباط قطع است
supervisor-doing-talking = در گفت‌وگو
supervisor-doing-held = روی انتظار
supervisor-doing-wrap-up = کار پایانی
supervisor-doing-connecting = در حال اتصال
supervisor-doing-ringing = در حال زنگ
supervisor-doing-outside = تماس دیگر
supervisor-doing-idle = آزاد
supervisor-doing-not-ready = آماده نیست
supervisor-doing-offline = خارج از سامانه
supervisor-then = سپس { $reason }
supervisor-leaves-after = سپس خارج می‌شود
supervisor-unusual-stuck = بیش از معمول طول کشیده
supervisor-unusual-past-return = باید { $time } برمی‌گشت
supervisor-unusual-lost = ارتباط با میز کار قطع است
supervisor-unusual-missed = { $n ->
    [one] { $n } بار پیاپی بی‌پاسخ
   *[other] { $n } بار پیاپی بی‌پاسخ
}
supervisor-unusual-back-off = تلفن مشغول یا در دسترس نیست؛ تا { $time } چیزی نمی‌آید

supervisor-search-contacts = جست‌وجوی شناسه، کارشناس، ویژگی
supervisor-count-contacts = { $n ->
    [one] { $n } تماس
   *[other] { $n } تماس
}
supervisor-no-contacts = کسی منتظر نیست.
supervisor-filter-in-queue = در صف
supervisor-filter-anywhere = هر جا
supervisor-filter-alerted = انتظار بیش از حد
supervisor-filter-any-channel = هر کانال
supervisor-waited = انتظار
supervisor-position = نوبت
supervisor-needs = نیاز
supervisor-priority = اولویت
supervisor-answer-by = پاسخ تا
supervisor-answer-late = دیر شده
supervisor-offers = پیشنهادها
supervisor-alerted = انتظار بیش از حد
supervisor-in-step = گام { $step }
supervisor-awaits-agent = منتظر { $agent }
supervisor-awaits-team = منتظر گروه { $team }
supervisor-place-waiting = در انتظار
supervisor-place-ringing = در حال زنگ
supervisor-place-talking = در گفت‌وگو
supervisor-place-parked = کنار گذاشته
supervisor-place-scheduled = زمان‌بندی‌شده
supervisor-place-leaving = در حال خروج
supervisor-place-ended = پایان‌یافته

supervisor-to-contacts = تماس‌ها
supervisor-now-waiting = در صف { $queue }، { $time }
supervisor-now-waiting-at = نوبت { $position } در صف { $queue }، { $time }
supervisor-now-ringing = نزد { $agents }، { $time }
supervisor-now-talking = با { $agent }، { $time }.
supervisor-now-held = { $agent } آن را { $time } است که روی انتظار گذاشته.
supervisor-now-with = همراه با: { $agents }.
supervisor-now-parked = نزد { $agent }
supervisor-now-scheduled = در { $time } به صف { $queue } می‌پیوندد
supervisor-now-leaving = به مرکز تلفن گفته شده که آن را پایان دهد.
supervisor-now-wraps-up = { $agent } کار آن را تمام می‌کند.
supervisor-recording-off = ضبط نمی‌شود.
supervisor-recording-on = ضبط می‌شود.
supervisor-recording-paused = ضبط موقتاً متوقف است.
supervisor-ended = پایان یافت { $time }
supervisor-ended-by-customer = مشتری آن را پایان داد. { $time }
supervisor-ended-by-agent = کارشناس آن را پایان داد. { $time }
supervisor-ended-by-system = بر اثر خطا پایان یافت. { $time }
supervisor-why-waits = چرا هنوز منتظر است
supervisor-why-nobody = هیچ‌کس به این صف پاسخ نمی‌دهد.
supervisor-why-outside = { $n ->
    [one] { $n } کارشناس دیگر به این صف پاسخ نمی‌دهد.
   *[other] { $n } کارشناس دیگر به این صف پاسخ نمی‌دهند.
}
supervisor-predicted-at-place = در این نوبت نیمی تا { $half } و از هر پنج نفر چهار نفر تا { $most } منتظر می‌مانند.
supervisor-facts = مشخصات
supervisor-hidden = { $n ->
    [one] { $n } مقدار از شما پنهان است.
   *[other] { $n } مقدار از شما پنهان است.
}
supervisor-arrived = ورود
supervisor-attempts = شماره‌گیری بی‌نتیجه
supervisor-customer = مشتری
supervisor-dial = شمارهٔ گرفتنی
supervisor-reveal = نشان دادن
supervisor-not-shown = به شما نشان داده نمی‌شود
supervisor-reveal-title = نشان دادن { $name }
supervisor-follows-reveal = مقدار یک بار به شما نشان داده می‌شود. اینکه چه کسی و چرا خواسته است ثبت می‌شود.
supervisor-revealed = ثبت شد که شما این را دیده‌اید.
supervisor-timeline = چه گذشت
supervisor-step-joined = به صف { $queue } پیوست.
supervisor-step-keeps-place = نوبت خود از { $time } را نگه داشته است.
supervisor-step-offered = به { $agent } پیشنهاد شد:
supervisor-step-connected = به { $agent } وصل شد.
supervisor-step-attempt = { $agent } شماره گرفت و کسی پاسخ نداد.
supervisor-step-no-response = از { $agent } پس گرفته شد: به‌موقع به مشتری پاسخ نداد.
supervisor-step-outcome = نتیجه: { $code }
supervisor-step-act = { $author }: { $act }
supervisor-length-talk = گفت‌وگو { $time }
supervisor-length-hold = انتظار { $time }
supervisor-length-wrap-up = کار پایانی { $time }

supervisor-reason-until = { $reason }، تا { $time }
supervisor-reason-first-until = { $reason }، نخستین نفر { $time } آزاد می‌شود
supervisor-reason-eligible = هم‌اکنون ممکن است
supervisor-reason-offline = خارج از سامانه
supervisor-reason-not-ready = آماده نیست: { $name }
supervisor-reason-busy = همهٔ جاها پر است: { $channel }
supervisor-reason-blocked = کاری که نباید قطع شود: { $channel }
supervisor-reason-lacks-skill = بدون مهارت { $name } { $level } یا بیشتر
supervisor-reason-back-off = تلفن مشغول یا در دسترس نیست
supervisor-reason-session-lost = ارتباط با میز کار قطع است
supervisor-reason-adapter-absent = مرکز تلفن این تماس وصل نیست
supervisor-reason-not-in-queue = به این صف پاسخ نمی‌دهد
supervisor-reason-no-channel = چنین تماسی نمی‌پذیرد: { $channel }
supervisor-reason-offered-elsewhere = نزد کس دیگری زنگ می‌خورد
supervisor-reason-tier = رده { $level } هنوز برایش باز نیست
supervisor-reason-tier-outside = رده { $level } مورد نظر نیست
supervisor-reason-delay = فقط پس از انتظار بیشتر به این صف پاسخ می‌دهد
supervisor-reason-awaits-agent = نخست منتظر { $name } است
supervisor-reason-awaits-team = نخست منتظر گروه { $name } است
supervisor-reason-paused = مکث در این صف: { $name }
supervisor-reason-outside = در تماس دیگر
supervisor-reason-reserve = نیروی ذخیره که هنوز نپیوسته
supervisor-reason-training = در آموزش، سهم امروز تمام شده
supervisor-reason-not-asked = کار بر حسب درخواست، هنوز نخواسته
supervisor-reason-step = گام کنونی برای دیگران است
supervisor-reason-not-called-now = مشتری پاسخ نداد و هنوز دوباره شماره‌اش گرفته نمی‌شود
supervisor-reason-callback-hours = در این ساعت به مشتری زنگ زده نمی‌شود
supervisor-reason-offered = همین‌جا زنگ می‌خورد
supervisor-reason-pool-full = در مخزن { $name } جایی نمانده
supervisor-reason-wrap-up = در کار پایانی
supervisor-reason-total-full = هیچ جایی نمانده
supervisor-reason-has-offer = تماس دیگری زنگ می‌خورد
supervisor-reason-on-its-way-out = در حال خروج از صف
supervisor-reason-own-question = در همان گفت‌وگویی است که پرسش دربارهٔ آن است
supervisor-reason-contact-back-off = همین تماس را تازه از دست داده
supervisor-reason-removed = دیگر در پیکربندی نیست
supervisor-reason-leaving = پس از کار کنونی خارج می‌شود

supervisor-offer-rings = زنگ می‌خورد.
supervisor-offer-connecting = پذیرفته شد، در حال اتصال.
supervisor-offer-accepted = پذیرفته شد.
supervisor-offer-rejected = رد شد.
supervisor-offer-rang-out = بی‌پاسخ ماند و بی‌پاسخ شمرده شد.
supervisor-offer-customer-gone = مشتری رفت.
supervisor-offer-withdrawn = پس گرفته شد: تماس برداشته شد.
supervisor-offer-moved = پس گرفته شد: تماس جابه‌جا شد.
supervisor-offer-max-wait = پس گرفته شد: بیشترین انتظار گذشت.
supervisor-offer-lost-race = کس دیگری پذیرفت.
supervisor-offer-agent-gone = هنگام زنگ از آمادگی خارج شد؛ بی‌پاسخ شمرده شد.
supervisor-offer-forced = پس گرفته شد: سرپرست وضعیت را تغییر داد.
supervisor-offer-session-lost = پس گرفته شد: ارتباط قطع شد.
supervisor-offer-outside = پس گرفته شد: تماس دیگری آمد.
supervisor-offer-busy = تلفن مشغول بود.
supervisor-offer-no-answer = تلفن پاسخ نداد.
supervisor-offer-unreachable = تلفن در دسترس نبود.
supervisor-offer-customer-not-reached = مشتری پاسخ نداد.
supervisor-offer-phone-rejected = با تلفن رد شد.
supervisor-offer-system = خطای سامانه، تقصیر کسی نیست.
supervisor-offer-over = تمام شد.
supervisor-because-assigned = سرپرست آن را سپرد
supervisor-because-only-one = کس دیگری نمی‌توانست بپذیرد
supervisor-because-behind = دیگران تازه آن را از دست داده یا واگذار کرده بودند
supervisor-because-tier = ردهٔ پایین‌تر پیش‌تر است
supervisor-because-leases = کمترین کار در دست از میان { $n } نفر
supervisor-because-idle = بیشترین بی‌کاری از میان { $n } نفر، { $time }
supervisor-because-number = برابر با نفر بعدی از میان { $n } نفر؛ نخست در فهرست
supervisor-because-order = نخست از میان { $n } نفر به ترتیب صف
supervisor-because-most-skilled = ماهرترین از میان { $n } نفر
supervisor-because-least-skilled = کم‌مهارت‌ترین از میان { $n } نفر مناسب
supervisor-because-least-occupied = کم‌مشغله‌ترین از میان { $n } نفر
supervisor-because-fewest-contacts = کمترین تماس از میان { $n } نفر
supervisor-because-round-robin = نوبت بعدی از میان { $n } نفر
supervisor-because-linear = نخست در فهرست { $n } نفر
supervisor-because-most-spare = بیشترین جای خالی از میان { $n } نفر
supervisor-because-least-loaded = کم‌بارترین از میان { $n } نفر
supervisor-because-percent = عقب‌ترین از سهم خود از میان { $n } نفر
supervisor-because-random = به قرعه از میان { $n } نفر
supervisor-next-was = نفر بعدی { $agent } بود

supervisor-outcome-left = از صف خارج شد
supervisor-outcome-answered = پاسخ داده شد
supervisor-outcome-abandoned = مشتری رفت
supervisor-outcome-lost = بر اثر خطا از دست رفت
supervisor-outcome-timed-out = بیشترین انتظار گذشت
supervisor-outcome-overflowed = صف آن را جای دیگر فرستاد
supervisor-outcome-offer-limit = به اندازهٔ مجاز پیشنهاد شد
supervisor-outcome-attempt-limit = به اندازهٔ مجاز شماره‌گیری شد
supervisor-outcome-closed = صف بسته شد
supervisor-outcome-exit-choice = مشتری راه دیگری برگزید
supervisor-outcome-callback = به تماس برگشتی تبدیل شد
supervisor-outcome-no-staff = آخرین کارشناس رفت
supervisor-outcome-transferred = جابه‌جا شد
supervisor-outcome-withdrawn = برداشته شد
supervisor-outcome-deferred = به تاریخ دیگری افتاد
supervisor-outcome-served = در این میان به مشتری پاسخ داده شد
supervisor-next-queue = به صف { $name }
supervisor-next-agent = به { $name }
supervisor-next-external = به شماره‌ای بیرون
supervisor-next-voicemail = به صندوق صوتی { $name }
supervisor-next-callback = به تماس برگشتی
supervisor-next-announcement = به پیام { $name }
supervisor-next-end = و پایان یافت

supervisor-to-agents = کارشناسان
supervisor-returns-at = خودبه‌خود { $time } برمی‌گردد.
supervisor-why-nothing = چرا چیزی نمی‌آید
supervisor-serves-nothing = این کارشناس به هیچ صفی پاسخ نمی‌دهد.
supervisor-nobody-waits-for-them = در صف‌های او کسی منتظر نیست.
supervisor-in-queue-count = { $n ->
    [0] کسی منتظر نیست
    [one] { $n } نفر منتظر
   *[other] { $n } نفر منتظر
}
supervisor-paused-because = مکث: { $reason }
supervisor-contacts-outside = { $n ->
    [one] { $n } تماس در صف‌هایی منتظر است که این کارشناس به آن‌ها پاسخ نمی‌دهد.
   *[other] { $n } تماس در صف‌هایی منتظرند که این کارشناس به آن‌ها پاسخ نمی‌دهد.
}
supervisor-logged-in-since = حاضر از
supervisor-skills = مهارت‌ها
supervisor-site = محل کار
supervisor-on-demand = بر حسب درخواست
supervisor-has-asked = تماس بعدی را خواسته است
supervisor-has-not-asked = هنوز نخواسته است
supervisor-acts-to-them = آنچه دربارهٔ او انجام شد

supervisor-acts = اقدام‌ها
supervisor-act-ready = آماده
supervisor-act-not-ready = آماده نیست
supervisor-act-pause = مکث در یک صف
supervisor-act-resume = پایان مکث
supervisor-act-log-out = خارج کردن
supervisor-act-free-agent = رها کردن
supervisor-act-move = جابه‌جا کردن
supervisor-act-priority = اولویت
supervisor-act-assign = سپردن
supervisor-act-withdraw = برداشتن
supervisor-act-free-contact = رها کردن
supervisor-act-listen = شنیدن
supervisor-act-whisper = گفتن به کارشناس
supervisor-act-barge = پیوستن
supervisor-act-record = ضبط
supervisor-act-pause-recording = توقف موقت ضبط
supervisor-act-stop-recording = پایان ضبط
supervisor-act-close = بستن اضطراری
supervisor-act-close-all = اضطراری: بستن همهٔ صف‌ها
supervisor-act-open = باز کردن دوباره
supervisor-act-open-all = باز کردن دوبارهٔ همهٔ صف‌ها
supervisor-go-ready = { $n ->
    [1] آماده کردن { $name }
   *[other] آماده کردن { $n } کارشناس
}
supervisor-go-not-ready = { $n ->
    [1] خارج کردن { $name } از آمادگی
   *[other] خارج کردن { $n } کارشناس از آمادگی
}
supervisor-go-pause = { $n ->
    [1] مکث { $name } در یک صف
   *[other] مکث { $n } کارشناس در یک صف
}
supervisor-go-resume = { $n ->
    [1] برگرداندن { $name } به صف
   *[other] برگرداندن { $n } کارشناس به صف
}
supervisor-go-log-out = { $n ->
    [1] خارج کردن { $name } از سامانه
   *[other] خارج کردن { $n } کارشناس از سامانه
}
supervisor-go-free-agent = { $n ->
    [1] رها کردن { $name }
   *[other] رها کردن { $n } کارشناس
}
supervisor-go-move = { $n ->
    [1] جابه‌جا کردن { $name }
   *[other] جابه‌جا کردن { $n } تماس
}
supervisor-go-priority = { $n ->
    [1] تغییر اولویت { $name }
   *[other] تغییر اولویت { $n } تماس
}
supervisor-go-assign = سپردن { $name }
supervisor-go-withdraw = { $n ->
    [1] برداشتن { $name }
   *[other] برداشتن { $n } تماس
}
supervisor-go-free-contact = { $n ->
    [1] رها کردن { $name }
   *[other] رها کردن { $n } تماس
}
supervisor-go-close = بستن اضطراری { $name }
supervisor-go-close-all = بستن اضطراری همهٔ صف‌ها
supervisor-go-open = باز کردن دوبارهٔ { $name }
supervisor-go-open-all = باز کردن دوبارهٔ همهٔ صف‌ها
supervisor-follows-ready = همین که جایی آزاد شود تماس می‌گیرند.
supervisor-follows-not-ready = بی‌درنگ. آنچه زنگ می‌خورد پس گرفته می‌شود و به پای کسی نوشته نمی‌شود؛ گفت‌وگوها ادامه دارند.
supervisor-follows-pause = تا پایان مکث از این صف چیزی نمی‌آید. صف‌های دیگر ادامه دارند.
supervisor-follows-resume = دوباره تماس‌های این صف می‌آید.
supervisor-follows-log-out = بی‌درنگ. آنچه زنگ می‌خورد پس گرفته می‌شود؛ گفت‌وگوها ادامه دارند. ورود دوباره ممکن است.
supervisor-follows-free-agent = همهٔ پیشنهادها پس گرفته می‌شوند و همهٔ گفت‌وگوها و کارهای پایانی تمام می‌شوند: ارتباط مشتریان قطع می‌شود. برای کارشناسی که گیر کرده است.
supervisor-follows-move = با حفظ زمان انتظار به صف دیگر می‌روند. آنچه زنگ می‌خورد پس گرفته می‌شود.
supervisor-follows-priority = عدد بزرگ‌تر پیش‌تر است.
supervisor-follows-assign = هم‌اکنون به این کارشناس پیشنهاد می‌شود، حتی اگر جاهایش پر باشد.
supervisor-follows-withdraw = از صف خارج می‌شوند و به مرکز تلفن گفته می‌شود که پایانشان دهد.
supervisor-follows-free-contact = هر چه نگهشان داشته تمام می‌شود و پایان می‌یابند: ارتباط مشتری قطع می‌شود. برای تماسی که گیر کرده است.
supervisor-follows-listen = صدای هر دو را می‌شنوید. به کسی گفته نمی‌شود.
supervisor-follows-whisper = فقط کارشناس صدای شما را می‌شنود.
supervisor-follows-barge = هر دو صدای شما را می‌شنوند.
supervisor-follows-record = از این پس گفت‌وگو ضبط می‌شود. کارشناس آن را می‌بیند.
supervisor-follows-pause-recording = تا کسی ادامه ندهد چیزی ضبط نمی‌شود.
supervisor-follows-stop-recording = ضبط پایان می‌یابد. کارشناس آن را می‌بیند.
supervisor-follows-close = هر که در این صف منتظر است یا زنگ می‌خورد بی‌درنگ خارج می‌شود و کسی نمی‌تواند بپیوندد. گفت‌وگوها ادامه دارند.
supervisor-follows-close-all = هر که در هر صفی منتظر است یا زنگ می‌خورد بی‌درنگ خارج می‌شود و کسی نمی‌تواند بپیوندد. گفت‌وگوها ادامه دارند.
supervisor-follows-open = اگر ساعت کار اجازه دهد تماس‌ها دوباره می‌پیوندند.
supervisor-follows-open-all = هر جا ساعت کار اجازه دهد تماس‌ها دوباره می‌پیوندند.
supervisor-to-whom = { $n } مورد
supervisor-why = چرا
supervisor-optional = اختیاری
supervisor-type-name = برای تأیید بنویسید: «{ $name }»
supervisor-choose-queue = صفی انتخاب کنید
supervisor-reason-code = دلیل
supervisor-reached-at = کجا به شما زنگ بزنیم
supervisor-lacks-target = دست‌کم یکی را انتخاب کنید.
supervisor-too-many = این تعداد یک‌جا زیاد است. حداکثر ۱۰۰۰ مورد را انتخاب کنید.
supervisor-lacks-code = دلیل را بنویسید.
supervisor-lacks-queue = صفی انتخاب کنید.
supervisor-lacks-agent = کارشناسی انتخاب کنید.
supervisor-lacks-priority = اولویت یک عدد درست است.
supervisor-lacks-address = بنویسید کجا به شما زنگ بزنیم: یک شماره یا داخلی.
supervisor-lacks-name = نام یکسان نیست.
supervisor-lacks-why = بگویید چرا.
supervisor-done = انجام شد.
supervisor-all-done = { $done } مورد انجام شد.
supervisor-some-done = { $done } مورد انجام شد، { $refused } مورد رد شد.
supervisor-show-refused = نمایش

supervisor-refused = سامانه نپذیرفت. چیزی تغییر نکرد.
supervisor-refused-not-logged-in = { $name } وارد نشده است. چیزی تغییر نکرد.
supervisor-refused-not-waiting = { $name } دیگر منتظر نیست. چیزی تغییر نکرد.
supervisor-refused-ended = { $name } پایان یافته است.
supervisor-refused-unknown-contact = تماس { $name } دیگر نیست.
supervisor-refused-unknown-agent = کارشناس { $name } دیگر نیست.
supervisor-refused-unknown-queue = چنین صفی دیگر نیست.
supervisor-refused-no-conversation = { $name } اکنون در گفت‌وگو نیست.
supervisor-refused-not-recorded = گفت‌وگوهای این صف ضبط نمی‌شوند.
supervisor-refused-not-a-member = { $name } به این صف پاسخ نمی‌دهد.
supervisor-refused-no-right = شما اجازهٔ این کار را ندارید. مدیر سامانه می‌تواند آن را تغییر دهد.
supervisor-refused-unknown-value = چنین مقداری دیگر نیست.
supervisor-refused-signed-out = نشست شما پایان یافته است. دوباره وارد شوید و تکرار کنید.
supervisor-refused-repeated = این فرم پیش‌تر با محتوای دیگری فرستاده شده است. دوباره بازش کنید.
supervisor-refused-argument = چیزی در فرم درست نیست. جزئیات را ببینید و اصلاح کنید.
supervisor-refused-busy = سرور مشغول است. لحظه‌ای دیگر تلاش کنید.
supervisor-refused-no-answer = به‌موقع پاسخی نیامد. انجام شدن آن در فهرست دیده می‌شود؛ تلاش دوباره فقط یک بار انجامش می‌دهد.

supervisor-search-acts = نام انجام‌دهنده
supervisor-kind = نوع
supervisor-filter-any-kind = هر چیز
supervisor-kind-contacts = تماس‌ها
supervisor-kind-agents = کارشناسان
supervisor-kind-queues = صف‌ها
supervisor-kind-conversations = گفت‌وگوها
supervisor-kind-reveals = مقدارهای پنهان
supervisor-when = کی
supervisor-who = چه کسی
supervisor-what = چه
supervisor-older = قدیمی‌تر
supervisor-no-acts = هنوز کسی دخالت نکرده است.
supervisor-no-acts-found = کسی چنین کاری نکرده است.
supervisor-acts-forgotten = کارهای پیش از { $time } دیگر اینجا نگه داشته نمی‌شود. در گزارش رویدادها هست.
supervisor-did-something = چیزی که این صفحه هنوز نمی‌شناسد
supervisor-did-adjust = تغییر { $contact }: { $changes }
supervisor-did-assign = سپردن { $contact } به { $agent }
supervisor-did-withdraw = برداشتن { $contact }
supervisor-did-free-contact = رها کردن { $contact }
supervisor-did-ready = آماده کردن { $agent }
supervisor-did-not-ready = خارج کردن { $agent } از آمادگی: { $code }
supervisor-did-log-out = خارج کردن { $agent } از سامانه
supervisor-did-free-agent = رها کردن { $agent }
supervisor-did-pause = مکث { $agent } در { $queue }: { $code }
supervisor-did-resume = برگرداندن { $agent } به { $queue }
supervisor-did-close = بستن اضطراری { $queue }
supervisor-did-close-all = بستن اضطراری همهٔ صف‌ها
supervisor-did-open = باز کردن دوبارهٔ { $queue }
supervisor-did-open-all = باز کردن دوبارهٔ همهٔ صف‌ها
supervisor-did-monitor = { $how }: { $contact }
supervisor-did-record = ضبط { $contact }
supervisor-did-pause-recording = توقف موقت ضبط { $contact }
supervisor-did-stop-recording = پایان ضبط { $contact }
supervisor-did-reveal = دیدن { $item } از { $contact }
supervisor-did-read-personal = خواندن داده‌های شخصی یک مشتری
supervisor-did-erase-personal = پاک کردن داده‌های شخصی یک مشتری
supervisor-changed-queue = رفتن به { $queue }
supervisor-changed-priority = اولویت { $n }
supervisor-changed-needs = نیاز { $needs }
supervisor-changed-age = تغییر زمان انتظار به اندازهٔ { $time }
supervisor-changed-attributes = ویژگی‌های { $keys }
supervisor-changed-date = افتادن به { $time }
