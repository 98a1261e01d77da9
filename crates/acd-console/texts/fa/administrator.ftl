# پیکربندی

administrator-title = پیکربندی
administrator-tabs = پیکربندی
administrator-tab-document = سند
administrator-tab-versions = نسخه‌ها
administrator-tab-scenarios = سناریوها
administrator-in-force = نسخهٔ { $version } از { $at } برقرار است، به دست { $author }
administrator-document = سند، آن‌گونه که هست یا خواهد بود
administrator-draft-kept = این پیش‌نویس شما از ساعت { $time } است، برگرفته از نسخهٔ { $version }. در همین مرورگر نگه داشته می‌شود.
administrator-discard = دور انداختن پیش‌نویس
administrator-dry-run = اجرای آزمایشی
administrator-to-scenarios = اجرای سناریوها

# اشکال‌ها
administrator-problems = اشکال‌ها
administrator-checked-as-you-type = متن هنگام تایپ بررسی می‌شود.
administrator-not-checked = بررسی نشد: ارتباط نیست.
administrator-no-problems = بدون اشکال
administrator-only-warnings = می‌توان آن را برقرار کرد، اما شاید منظور چیز دیگری بوده است:
administrator-error = خطا
administrator-warning = هشدار
administrator-line = سطر { $line }

# چه تغییر می‌کند
administrator-trial = چه تغییر می‌کند و برای چه کسی
administrator-nothing-tried = اجرای آزمایشی متن را روی رونوشتی از وضع کنونی مرکز اجرا می‌کند. به کسی کاری ندارد.
administrator-not-applicable = نمی‌توان آن را برقرار کرد. نخست خطاها را درست کنید.
administrator-changes-nothing = همین هم‌اکنون برقرار است.
administrator-changes = تغییرها
administrator-effects = معنای آن در این لحظه
administrator-no-effects = برای کسانی که اکنون اینجا هستند هیچ.
administrator-change-added = افزوده
administrator-change-removed = حذف‌شده
administrator-change-changed = تغییرکرده
administrator-change-reordered = با ترتیبی دیگر
administrator-effect-drains = { $n ->
    [0] صف { $queue } دیگر تماسی نمی‌پذیرد و بی‌درنگ برداشته می‌شود.
   *[other] صف { $queue } دیگر تماسی نمی‌پذیرد و پس از رسیدگی به { $n } تماسِ درون آن برداشته می‌شود.
}
administrator-effect-agent-leaves = { $agent } پس از آخرین تماس خارج می‌شود.
administrator-effect-leave = { $n ->
    [one] { $n } تماس بی‌درنگ از صف { $queue } می‌رود.
   *[other] { $n } تماس بی‌درنگ از صف { $queue } می‌روند.
}
administrator-effect-offered = { $n ->
    [one] { $n } تماس از صف { $queue } بی‌درنگ به کارشناسی پیشنهاد می‌شود.
   *[other] { $n } تماس از صف { $queue } بی‌درنگ به کارشناسان پیشنهاد می‌شوند.
}
administrator-effect-lost = { $n ->
    [one] دیگر کسی نمی‌تواند به { $n } تماس صف { $queue } رسیدگی کند.
   *[other] دیگر کسی نمی‌تواند به { $n } تماس صف { $queue } رسیدگی کند.
}
administrator-effect-found = { $n ->
    [one] سرانجام کسی می‌تواند به { $n } تماس صف { $queue } رسیدگی کند.
   *[other] سرانجام کسی می‌تواند به { $n } تماس صف { $queue } رسیدگی کند.
}
administrator-effect-moved = { $n ->
    [one] جایگاه یا شمار کارشناسانِ { $n } تماس صف { $queue } تغییر می‌کند.
   *[other] جایگاه یا شمار کارشناسانِ { $n } تماس صف { $queue } تغییر می‌کند.
}
administrator-more = { $n ->
    [one] و { $n } مورد دیگر
   *[other] و { $n } مورد دیگر
}
administrator-contacts-affected = { $n ->
    [0] بر هیچ‌یک از منتظران اثری ندارد.
    [one] بر { $n } تماس منتظر اثر دارد
   *[other] بر { $n } تماس منتظر اثر دارد
}
administrator-contacts = تماس‌های منتظری که بر آن‌ها اثر دارد
administrator-contact = تماس
administrator-queue = صف
administrator-place = جایگاه
administrator-matching = کارشناسان مناسب
administrator-becomes = بی‌درنگ
administrator-then = سپس
administrator-ends-overflowed = می‌رود: سرریز
administrator-ends-no-staff = می‌رود: کارشناسی نیست
administrator-ends-timed-out = می‌رود: انتظار بیش از اندازه
administrator-ends-transferred = به صف دیگری می‌رود
administrator-ends-otherwise = از صف می‌رود
administrator-offered-to = پیشنهاد به { $agent }
administrator-waits-on = همچنان منتظر
administrator-changed-since = متن پس از این اجرای آزمایشی تغییر کرده است. برای برقرار کردن، دوباره اجرا کنید.
administrator-apply-means = { $changes ->
    [one] { $changes } تغییر بی‌درنگ برقرار می‌شود
   *[other] { $changes } تغییر بی‌درنگ برقرار می‌شود
}؛ { $contacts ->
    [0] بر هیچ‌یک از منتظران اثری ندارد.
    [one] بر { $contacts } تماس منتظر اثر دارد.
   *[other] بر { $contacts } تماس منتظر اثر دارد.
} درست همان متنی که آزموده شد برقرار می‌شود، نه چیز دیگری.
administrator-lacks-name = نامی که نوشته شد نام مستأجر نیست.
administrator-lacks-comment = بنویسید چرا، برای تاریخچه.
administrator-comment = چرا، برای تاریخچه
administrator-apply = برقرار کردن
administrator-applied = نسخهٔ { $version } برقرار است.
administrator-other-in-force = نسخهٔ { $version } از { $at } برقرار است، به دست { $author }؛ مال شما از نسخهٔ { $from } است.
administrator-against-yours = از نسخهٔ { $version } تا متن شما
administrator-go-on-from = متن من به جای نسخهٔ { $version }

# نسخه‌ها
administrator-version = نسخه
administrator-when = کِی
administrator-who = چه کسی
administrator-why = چرا
administrator-acts = کارها
administrator-now = برقرار
administrator-by-file = پرونده
administrator-older = نسخه‌های قدیمی‌تر
administrator-difference = تفاوت
administrator-no-difference = تفاوتی نیست.
administrator-against-now = در برابر نسخهٔ برقرار
administrator-from-to = از نسخهٔ { $from } تا نسخهٔ { $to }
administrator-line-gone = حذف‌شده:
administrator-line-new = افزوده:
administrator-lines-left-out = { $n ->
    [one] { $n } سطر دیگر تفاوت دارد
   *[other] { $n } سطر دیگر تفاوت دارند
}
administrator-roll-back = بازگشت
administrator-roll-back-means = آنچه نسخهٔ { $version } می‌گوید دوباره، به‌صورت نسخه‌ای تازه و به جای نسخهٔ { $now }، برقرار می‌شود. تغییرهای پس از آن دیگر برقرار نیستند و در تاریخچه می‌مانند.

# سناریوها
administrator-scenarios-are = سناریو می‌گوید در کدام ثانیه چه رخ می‌دهد و چه باید دیده شود. با ساعتی مجازی و جدا از همهٔ کارها اجرا می‌شود.
administrator-against = در برابر
administrator-open-files = باز کردن پرونده‌ها
administrator-add-file = نوشتن یکی
administrator-remove-file = برداشتن
administrator-file-name = نام پرونده
administrator-file-text = متن پرونده
administrator-run = اجرا
administrator-results = نتیجه‌ها
administrator-nothing-run = هنوز چیزی اجرا نشده است.
administrator-no-file = سناریویی برای اجرا نیست. پرونده‌ای باز کنید یا بنویسید.
administrator-not-runnable = سند خطا دارد، پس نمی‌توان سناریویی را با آن اجرا کرد.
administrator-ran = { $passed ->
    [one] { $passed } گذشت
   *[other] { $passed } گذشت
}، { $others ->
    [0] دیگری نیست
    [one] { $others } نگذشت
   *[other] { $others } نگذشت
}
administrator-passed = گذشت
administrator-failed = نگذشت
administrator-invalid = خوانده نمی‌شود
administrator-given-up = رها شد
administrator-given-up-why = زمانش به پایان رسید یا رویدادهایش بیش از اندازه بود. آن را تنها اجرا کنید یا کوتاه‌ترش کنید.
administrator-expected = انتظار می‌رفت
administrator-seen = دیده شد
administrator-timeline = آنچه پیش از آن رخ داد
