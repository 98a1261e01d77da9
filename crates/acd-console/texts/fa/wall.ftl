# تابلو
wall-late = دیرکرد
wall-at-risk = در خطر
wall-fine = عادی
wall-closed = بسته
wall-draining = رو به پایان
wall-late-count = { $n } دیرکرد
wall-risk-count = { $n } در خطر
wall-both-count = { $late } دیرکرد، { $risk } در خطر
wall-announced = { $n } صف دیرکرد دارد: { $queues }.
wall-announced-queue = { $queue }، { $n } نفر منتظر
wall-none-late = هیچ صفی دیرکرد ندارد.
wall-separator = ، { "" }
wall-queues = { $n ->
    [one] { $n } صف
   *[other] { $n } صف، بدترین در بالا
}
wall-no-queue = هیچ صفی نشان داده نمی‌شود. نام‌های نشانی یا پیکربندی را ببینید.
wall-state = وضعیت
wall-queue = صف
wall-waiting = منتظر
wall-longest = طولانی‌ترین
wall-in-time = پاسخ به‌موقع، ۳۰ دقیقهٔ گذشته
wall-expected = انتظار برآوردی
wall-free = آزاد از آماده
wall-day-since = منتظران از { $time }
wall-goal = { $goal } در { $time }
wall-no-goal = در { $time }
wall-of = از { $n }
wall-peak = حداکثر { $n }
wall-nothing = هیچ
wall-outside-hours = بیرون از ساعت کار
wall-holiday = تعطیل
wall-emergency-queue = بسته به‌علت اضطرار
wall-channel-voice = تماس
wall-channel-chat = گفت‌وگو
wall-channel-email = ایمیل
wall-channel-sms = پیامک
wall-channel-social = شبکهٔ اجتماعی
wall-channel-video = تماس تصویری
wall-channel-fax = نمابر
wall-channel-callback = تماس برگشتی
wall-channel-task = کار
wall-logged-in = کارشناسان حاضر: { $n }
wall-idle = آزاد
wall-ringing = در حال زنگ
wall-talking = در گفت‌وگو
wall-wrap-up = ثبت نتیجه
wall-other-call = تماس دیگر
wall-not-ready = ناآماده
wall-lost = قطع ارتباط
wall-emergency = همهٔ صف‌ها به‌علت اضطرار بسته‌اند.
wall-away = { $adapter } از { $time } پیش در دسترس نیست. { $n ->
    [0] تماسی در دست ندارد.
   *[other] { $n } تماس آن جای خود را نگه می‌دارند.
}
wall-away-others = { $n } آداپتور دیگر هم در دسترس نیست.
wall-page = صفحهٔ { $n } از { $of }
wall-paused = متوقف
wall-full-screen = تمام‌صفحه
