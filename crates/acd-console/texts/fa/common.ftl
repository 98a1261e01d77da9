-product = acd

common-product = { -product }
# The Arabic letter mark keeps the sign on the right side of the figure.
common-percent = { "\u061C" }{ $n }٪
common-date = { $day } { $month } { $year }
common-moment = { $date }، ساعت { $time }
common-month-1 = فروردین
common-month-2 = اردیبهشت
common-month-3 = خرداد
common-month-4 = تیر
common-month-5 = مرداد
common-month-6 = شهریور
common-month-7 = مهر
common-month-8 = آبان
common-month-9 = آذر
common-month-10 = دی
common-month-11 = بهمن
common-month-12 = اسفند

common-skip = رفتن به محتوا
common-nav = صفحه‌ها
common-nav-desk = میز کار
common-nav-wall = تابلو
common-nav-queues = صف‌ها
common-nav-agents = کارشناسان
common-nav-contacts = تماس‌ها
common-nav-acts = اقدام‌ها
common-nav-config = پیکربندی
common-tenants = انتخاب سازمان
common-settings = تنظیمات
common-sign-out = خروج
common-me = با نام { $name } وارد شده‌اید

common-live = زنده
common-as-of = تا ساعت { $time }
common-loading = در حال بارگذاری
common-reconnecting = { $time } است که ارتباط قطع است. تماس‌ها ادامه دارند. دوباره تلاش می‌شود.
common-connected-again = ارتباط دوباره برقرار شد.
common-engine-away = از ساعت { $time } سامانهٔ توزیع در دسترس نیست. تماس‌ها ادامه دارند. دوباره تلاش می‌شود.
common-session-ends = نشست شما { $time } دیگر پایان می‌یابد. آنچه نوشته‌اید می‌ماند.
common-sign-in-again = ورود دوباره

common-sending = در حال ارسال
common-press-again = دوباره فشار دهید: { $act }
common-cancel = انصراف
common-close = بستن
common-more = بیشتر
common-less = کمتر
common-sort = مرتب کردن
common-keys = کلیدها
common-keys-intro = ‏F8 را بزنید، سپس کلیدی را که روی دکمه نوشته شده است. F2 می‌پذیرد. Esc خارج می‌شود.
common-type-name = برای تأیید بنویسید: { $name }
common-act-not-sent = فرستاده نشد: ارتباط قطع است. دوباره تلاش می‌شود.
common-reason-logged-in = تازه وارد شده
common-reason-no-answer = بی‌پاسخ
common-reason-rejected = تماس رد شد
common-reason-unreachable = تلفن در دسترس نیست
