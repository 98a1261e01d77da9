# متن‌های میز کارشناس.

desk-title = میز کار
desk-loading = در حال بار شدن

# وضعیت
desk-presence = وضعیت شما
desk-ready = آماده
desk-not-ready = ناآماده
desk-logged-out = بیرون از شیفت
desk-open-elsewhere = در جای دیگر باز است
desk-ready-for = از { $time } پیش، { $free ->
    [0] بدون ظرفیت آزاد
   *[other] { $free } ظرفیت آزاد
}
desk-not-ready-for = { $reason }، از { $time } پیش
desk-not-ready-until = { $reason }، از { $time } پیش، بازگشت { $back }
desk-busy-outside = در تماسی بیرون از صف‌ها
desk-back-off = تلفن شما مشغول بود. تماس بعدی تا { $time } دیگر
desk-pending-not-ready = { $reason } پس از این تماس
desk-pending-log-out = پایان شیفت پس از این تماس
desk-stay-ready = آماده بمان
desk-stay = بمان
desk-change = تغییر
desk-change-presence = تغییر وضعیت
desk-go-ready = آماده شدن
desk-not-ready-because = ناآماده
desk-go-not-ready = ناآماده شدن
desk-log-out = پایان شیفت
desk-log-out-consequence = { $open ->
    [0] دیگر تماسی به شما نمی‌رسد.
   *[other] دیگر تماسی به شما نمی‌رسد. { $open } تماس باز دارید: شیفت با پایان آن‌ها تمام می‌شود.
}
desk-made-not-ready = شما ناآماده شدید: { $reason }، ساعت { $time }.
desk-paused-in = از { $queue } تماسی به شما نمی‌رسد: { $reason }.
desk-serve-again = از نو دریافت کن

# روز
desk-your-day = روز شما
desk-day-contacts = تماس‌ها
desk-day-talk = مکالمه
desk-day-missed = بی‌پاسخ
desk-day-left = { $reason }، مانده
desk-of = از { $all }

# زنگ
desk-offers = زنگ
desk-ringing = زنگ می‌خورد
desk-assigned = زنگ می‌خورد: برای شما
desk-phone-rings = تلفن شما زنگ می‌زند
desk-connecting = در حال اتصال
desk-connecting-auto = خودش وصل می‌شود
desk-ringing-title = زنگ: { $channel }، { $queue }
desk-accept = پذیرفتن
desk-reject = رد کردن
desk-pick-up = گوشی را بردارید.
desk-time-is-up = زمان تمام شد
desk-alert-ringing = زنگ: { $channel }، { $queue }، { $who }. F2 می‌پذیرد. { $seconds } ثانیه.
desk-alert-phone = زنگ: { $channel }، { $queue }، { $who }. گوشی را بردارید.
desk-five-seconds = ۵ ثانیه مانده
desk-press-accept = F2 می‌پذیرد.
desk-asks = کمک می‌خواهد
desk-waited = انتظار
desk-will-dial = شماره‌گیری می‌شود
desk-answer-by = پاسخ تا
desk-nothing-rings = زنگی نیست.
desk-idle = بیکار { $time }
desk-nothing-not-ready = تا آماده نباشید زنگی نمی‌خورد.
desk-nothing-on-demand = تماس وقتی می‌رسد که بخواهید.
desk-next-contact = تماس بعدی
desk-next-is-coming = تماس بعدی به محض رسیدن می‌آید.
desk-returning = این زبانه پاسخ نداد. دوباره وصل می‌شود.
desk-ended-lost-race = کس دیگری پذیرفت.
desk-ended-customer-gone = مشتری رفت.
desk-ended-not-reached = مشتری در دسترس نبود.
desk-ended-taken-out = از صف بیرون رفت.
desk-ended-missed = زنگ تمام شد: بی‌پاسخ شمرده می‌شود.
desk-ended-phone-busy = تلفن شما مشغول بود.
desk-ended-phone-unanswered = تلفن شما پاسخ نداد: بی‌پاسخ شمرده می‌شود.
desk-ended-phone-unreachable = تلفن شما در دسترس نبود: شمرده نمی‌شود.
desk-ended-phone-rejected = با تلفن رد شد.
desk-ended-connect-failed = اتصال برقرار نشد: شمرده نمی‌شود.
desk-ended-agent-gone = پس گرفته شد: ناآماده هستید.
desk-ended-taken-back = پس گرفته شد: شمرده نمی‌شود.

# کانال‌ها و جاها
desk-channel-voice = تلفن
desk-channel-chat = گفت‌وگو
desk-channel-email = ایمیل
desk-channel-sms = پیامک
desk-channel-social = شبکهٔ اجتماعی
desk-channel-video = تماس تصویری
desk-channel-fax = فکس
desk-channel-callback = تماس برگشتی
desk-channel-task = کار
desk-place = { $channel }، { $queue }
desk-place-answer-by = { $channel }، پاسخ تا { $time }

# تماس‌ها
desk-contacts = تماس‌های شما
desk-open = باز
desk-slots = { $taken } از { $all } ظرفیت
desk-no-contacts = تماس بازی نیست.
desk-parked = پارک‌شده
desk-holds-no-slot = ظرفیت نمی‌گیرد
desk-just-ended = تازه پایان یافته
desk-left = { $time } مانده
desk-hint-keys = و سپس کلید روی دکمه یا تماس. F8 F8 همه را نشان می‌دهد.
desk-talking = مکالمه
desk-open-word = باز
desk-suspended = منتظر شما
desk-held = نگه‌داشته
desk-consulting = مشورت
desk-conference-word = گفت‌وگوی چندنفره
desk-helping = کمک
desk-wrap-up = کار پایانی
desk-attempt = در دسترس نبود
desk-parked-word = پارک
desk-put-off-word = به تعویق افتاده
desk-no-outcome = بدون نتیجه
desk-ended = پایان‌یافته
desk-new-contact = تماس تازه‌ای وصل شد.
desk-no-contact-in-hand = تماسی در دست نیست.

# تماس در دست
desk-acts = این تماس
desk-you-help = به { $agent } کمک می‌کنید
desk-recorded = ضبط می‌شود
desk-recording-paused = ضبط متوقف است
desk-callback-kept = تماس برگشتی نگه داشته شد
desk-held-for = نگه‌داشته { $time }
desk-answer-within = تا { $time } دیگر به مشتری پاسخ دهید، وگرنه تماس پس گرفته می‌شود.
desk-on-hold = نگه‌داشته
desk-takes-part = شرکت دارد
desk-asked-waiting = در انتظار
desk-asked-ringing = زنگ می‌خورد
desk-asked-invited = دعوت‌شده، زنگ می‌خورد
desk-give-over = سپردن
desk-join = پیوستن همه
desk-back = بازگشت
desk-hold = نگه‌داشتن
desk-resume = ادامه
desk-transfer = انتقال
desk-consult = مشورت
desk-park = پارک
desk-unpark = پس گرفتن
desk-put-off = به تعویق انداختن
desk-put-off-until = به تعویق انداختن تا
desk-pause-recording = توقف ضبط
desk-record = ضبط
desk-record-again = ادامهٔ ضبط
desk-enter-wrap-up = کار پایانی
desk-finish = پایان کار
desk-minute-more = یک دقیقه بیشتر
desk-more-acts = کارهای دیگر
desk-conference = آوردن کسی به گفت‌وگو
desk-requeue = بازگرداندن به صف
desk-escalate = به سطح بالاتر
desk-ask-wrap-up = کار پایانی پس از این تماس
desk-keep-callback = نگه‌داشتن تماس برگشتی
desk-end-call = پایان تماس
desk-end-contact = پایان
desk-leave = ترک
desk-customer = مشتری
desk-nothing-known = چیزی دانسته نیست.
desk-show = نشان بده
desk-customer-key = شناسهٔ مشتری
desk-number = شماره
desk-not-for-supervisors = سرپرست نمی‌بیند
desk-references = پیوست‌ها
desk-script = راهنمای گفت‌وگو: { $queue }

# انتقال، مشورت، گفت‌وگوی چندنفره
desk-transfer-to = انتقال به
desk-ask-whom = پرسیدن از
desk-bring-in-whom = آوردنِ
desk-search-targets = صف، کارشناس یا شماره
desk-enter-takes-first = Enter نخستین را برمی‌گزیند.
desk-queues = صف‌ها
desk-agents = کارشناسان
desk-outside = بیرون
desk-nobody-matches = هیچ صف و کارشناسی با { $query } جور نیست.
desk-more-match = { $n } مورد دیگر جور است.
desk-refused-closed = بسته
desk-refused-no-staff = کسی نیست
desk-refused-full = پر
desk-refused-diverted = منتظران زیادند
desk-refused-predicted-wait = انتظار زیاد است
desk-waiting = { $n ->
    [0] کسی منتظر نیست
   *[other] { $n } منتظر
}
desk-about = حدود { $time }
desk-free-agents = { $n } آزاد
desk-agent-free = آزاد
desk-agent-busy = مشغول
desk-agent-not-ready = ناآماده
desk-agent-logged-out = بیرون از شیفت

# نتیجه و یادداشت
desk-outcome-and-notes = نتیجه و یادداشت
desk-what-became = نتیجهٔ تماس
desk-notes = یادداشت
desk-save = ذخیره
desk-saved = ذخیره شد، { $time }
desk-saving = در حال ذخیره
desk-not-saved = ذخیره نشد: ارتباط نیست. متن همین‌جا می‌ماند و دوباره فرستاده می‌شود.
desk-outcome-lacks = نتیجه هنوز برگزیده نشده است.
desk-after-timed = پس از این تماس: کار پایانی، { $time }
desk-after-forced = پس از این تماس: کار پایانی { $time } که کوتاه نمی‌شود
desk-after-manual = پس از این تماس: کار پایانی تا وقتی تمامش کنید
desk-after-optional = پس از این تماس: کار پایانی، اگر بخواهید
desk-after-on-request = پس از این تماس: کار پایانی فقط اگر بخواهید
desk-wrap-up-earlier = می‌توانید زودتر تمام کنید.
desk-wrap-up-up-to = می‌توانید زودتر تمام کنید یا تا { $time } ادامه دهید.
desk-wrap-up-left = کار پایانی: { $time } مانده
desk-wrap-up-forced = کار پایانی تا { $time }
desk-wrap-up-yours = کار پایانی: تا وقتی تمامش کنید.

# آغاز شیفت
desk-you-are-logged-out = بیرون از شیفت هستید
desk-start-means = یک بار صدای زنگ را می‌شنوید و پرسیده می‌شود که آیا این صفحه می‌تواند به شما اعلان بدهد. سپس در شیفت و ناآماده هستید.
desk-start-shift = آغاز شیفت
desk-log-in = ورود به شیفت
desk-slept = این زبانه از { $from } تا { $to } خوابیده بود.
desk-this-tab-slept = این زبانه از { $from } تا { $to } خوابیده بود. دوباره وصل است.
desk-connected-again = { $ended ->
    [0] دوباره وصل شد.
   *[other] دوباره وصل شد. در این میان { $ended } زنگ پایان یافت.
}
desk-needs-script = زنگ فقط جایی می‌خورد که اسکریپت اجازه دارد. برای این صفحه اجازه دهید.
desk-elsewhere = میز شما از { $time } در جای دیگری باز است
desk-elsewhere-means = زنگ‌ها آنجا می‌خورند. تماس‌های بازتان با شما به اینجا می‌آیند.
desk-take-it-here = آوردن به اینجا
desk-sound = صدا
desk-sound-on = صدا روشن
desk-sound-is-off = صدا خاموش است. هر جا کلیک کنید.
desk-heard-it = صدا را شنیدید؟
desk-not-heard = بلندی صدا را بررسی کنید و اینکه هدست برگزیده باشد. شاید صدای زبانه بسته باشد: روی آن دیده می‌شود.
desk-play-again = دوباره پخش کن
desk-yes = بله
desk-no = نه
desk-notifications-denied = اعلان‌ها اجازه ندارند: زنگ فقط وقتی دیده می‌شود که این صفحه رو باشد. در قفل کنار نشانی اجازه دهید.
