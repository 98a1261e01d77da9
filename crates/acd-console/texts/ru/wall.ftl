# Табло.
wall-late = Отстаёт
wall-at-risk = Под угрозой
wall-fine = В норме
wall-closed = Закрыта
wall-draining = Завершается
wall-late-count = { $n ->
    [one] { $n } отстаёт
   *[other] { $n } отстают
}
wall-risk-count = { $n } под угрозой
wall-both-count = Отстают: { $late }, под угрозой: { $risk }
wall-announced = Отстают: { $n }. { $queues }.
wall-announced-queue = { $queue }: ждут { $n }
wall-none-late = Отстающих очередей нет.
wall-separator = , { "" }
wall-queues = { $n ->
    [one] { $n } очередь, худшие сверху
    [few] { $n } очереди, худшие сверху
   *[other] { $n } очередей, худшие сверху
}
wall-no-queue = Ни одна очередь не показана. Проверьте имена в адресе или конфигурацию.
wall-state = Состояние
wall-queue = Очередь
wall-waiting = Ждут
wall-longest = Дольше всех
wall-in-time = Отвечено вовремя за 30 минут
wall-expected = Ожидание, прогноз
wall-free = Свободны из готовых
wall-day-since = Ждали с { $time }
wall-goal = { $goal } за { $time }
wall-no-goal = за { $time }
wall-of = из { $n }
wall-peak = не более { $n }
wall-nothing = нет
wall-outside-hours = Нерабочие часы
wall-holiday = Праздник
wall-emergency-queue = Закрыта экстренно
wall-channel-voice = Звонки
wall-channel-chat = Чаты
wall-channel-email = Письма
wall-channel-sms = СМС
wall-channel-social = Соцсети
wall-channel-video = Видеозвонки
wall-channel-fax = Факсы
wall-channel-callback = Обратные звонки
wall-channel-task = Задачи
wall-logged-in = Операторов в системе: { $n }
wall-idle = Свободны
wall-ringing = Звонит
wall-talking = В разговоре
wall-wrap-up = Поствызов
wall-other-call = Другой звонок
wall-not-ready = Не готовы
wall-lost = Связь потеряна
wall-emergency = Все очереди закрыты экстренно.
wall-away = { $adapter } не на связи { $time }. { $n ->
    [0] Обращений у него нет.
    [one] Его { $n } обращение сохраняет место.
    [few] Его { $n } обращения сохраняют места.
   *[other] Его { $n } обращений сохраняют места.
}
wall-away-others = { $n ->
    [one] Ещё { $n } адаптер не на связи.
    [few] Ещё { $n } адаптера не на связи.
   *[other] Ещё { $n } адаптеров не на связи.
}
wall-page = Страница { $n } из { $of }
wall-paused = Остановлено
wall-full-screen = Во весь экран
