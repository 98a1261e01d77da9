# Тексты рабочего места оператора.

desk-title = Рабочее место
desk-loading = Загрузка

# Присутствие
desk-presence = Ваше состояние
desk-ready = Готов
desk-not-ready = Не готов
desk-logged-out = Вне смены
desk-open-elsewhere = Открыто в другом месте
desk-ready-for = { $time }, { $free ->
    [0] свободных мест нет
    [one] { $free } место свободно
    [few] { $free } места свободны
   *[other] { $free } мест свободно
}
desk-not-ready-for = { $reason }, { $time }
desk-not-ready-until = { $reason }, { $time }, вернётесь в { $back }
desk-busy-outside = На посторонней линии
desk-back-off = Телефон был занят. Обращения снова через { $time }
desk-pending-not-ready = { $reason } после этого обращения
desk-pending-log-out = Конец смены после этого обращения
desk-stay-ready = Остаться готовым
desk-stay = Остаться
desk-change = Сменить
desk-change-presence = Сменить состояние
desk-go-ready = Готов
desk-not-ready-because = Не готов
desk-go-not-ready = Не готов
desk-log-out = Закончить смену
desk-log-out-consequence = { $open ->
    [0] Новых обращений не будет.
    [one] Новых обращений не будет. У вас { $open } открытое обращение: смена закончится вместе с ним.
    [few] Новых обращений не будет. У вас { $open } открытых обращения: смена закончится вместе с ними.
   *[other] Новых обращений не будет. У вас { $open } открытых обращений: смена закончится вместе с ними.
}
desk-made-not-ready = Вас перевели в «Не готов»: { $reason }, в { $time }.
desk-paused-in = Вы не получаете обращений из { $queue }: { $reason }.
desk-serve-again = Снова принимать

# День
desk-your-day = Ваш день
desk-day-contacts = Обращения
desk-day-talk = Разговор
desk-day-missed = Пропущено
desk-day-left = { $reason }, осталось
desk-of = из { $all }

# Вызовы
desk-offers = Вызовы
desk-ringing = Вызов
desk-assigned = Вызов: назначен вам
desk-phone-rings = Звонит ваш телефон
desk-connecting = Соединение
desk-connecting-auto = Соединится само
desk-ringing-title = Вызов: { $channel }, { $queue }
desk-accept = Принять
desk-reject = Отклонить
desk-pick-up = Снимите трубку.
desk-time-is-up = Время вышло
desk-alert-ringing = Вызов: { $channel }, { $queue }, { $who }. F2 принимает. { $seconds ->
    [one] { $seconds } секунда.
    [few] { $seconds } секунды.
   *[other] { $seconds } секунд.
}
desk-alert-phone = Вызов: { $channel }, { $queue }, { $who }. Снимите трубку.
desk-five-seconds = Осталось 5 секунд
desk-press-accept = F2 принимает.
desk-asks = Просит помощи
desk-waited = Ожидание
desk-will-dial = Будет набран
desk-answer-by = Ответить до
desk-nothing-rings = Вызовов нет.
desk-idle = Свободны { $time }
desk-nothing-not-ready = Пока вы не готовы, вызовов нет.
desk-nothing-on-demand = Обращение приходит, когда вы его просите.
desk-next-contact = Следующее обращение
desk-next-is-coming = Следующее обращение придёт, как только появится.
desk-returning = Эта вкладка не отвечала. Идёт подключение.
desk-ended-lost-race = Принял кто-то другой.
desk-ended-customer-gone = Клиент ушёл.
desk-ended-not-reached = До клиента не дозвонились.
desk-ended-taken-out = Обращение покинуло очередь.
desk-ended-missed = Время вызова вышло: считается пропущенным.
desk-ended-phone-busy = Ваш телефон был занят.
desk-ended-phone-unanswered = Трубку не сняли: считается пропущенным.
desk-ended-phone-unreachable = Ваш телефон недоступен: не считается.
desk-ended-phone-rejected = Отклонено на телефоне.
desk-ended-connect-failed = Соединение не удалось: не считается.
desk-ended-agent-gone = Отозвано: вы не готовы.
desk-ended-taken-back = Отозвано: не считается.

# Каналы и места
desk-channel-voice = Звонок
desk-channel-chat = Чат
desk-channel-email = Письмо
desk-channel-sms = СМС
desk-channel-social = Соцсети
desk-channel-video = Видеозвонок
desk-channel-fax = Факс
desk-channel-callback = Обратный звонок
desk-channel-task = Задача
desk-place = { $channel }, { $queue }
desk-place-answer-by = { $channel }, ответить до { $time }

# Обращения
desk-contacts = Ваши обращения
desk-open = Открытые
desk-slots = занято { $taken } из { $all }
desk-no-contacts = Открытых обращений нет.
desk-parked = Отложенные
desk-holds-no-slot = места не занимают
desk-just-ended = Только что завершены
desk-left = ещё { $time }
desk-hint-keys = и затем клавишу с кнопки или обращения. F8 F8 покажет все.
desk-talking = Разговор
desk-open-word = Открыто
desk-suspended = Ждёт вас
desk-held = На удержании
desk-consulting = Консультация
desk-conference-word = Конференция
desk-helping = Помощь
desk-wrap-up = Завершение
desk-attempt = Не дозвонились
desk-parked-word = Отложено
desk-put-off-word = Перенесено
desk-no-outcome = Нет итога
desk-ended = Завершено
desk-new-contact = Новое обращение соединено.
desk-no-contact-in-hand = Нет обращения в работе.

# Обращение в работе
desk-acts = Это обращение
desk-you-help = Вы помогаете: { $agent }
desk-recorded = Идёт запись
desk-recording-paused = Запись приостановлена
desk-callback-kept = Обратный звонок сохранён
desk-held-for = удержание { $time }
desk-answer-within = Ответьте клиенту в течение { $time }, иначе обращение отзовут.
desk-on-hold = На удержании
desk-takes-part = Участвует
desk-asked-waiting = Ожидание
desk-asked-ringing = Вызов
desk-asked-invited = Приглашён, вызов
desk-give-over = Передать
desk-join = Объединить
desk-back = Вернуться
desk-hold = Удержать
desk-resume = Продолжить
desk-transfer = Перевести
desk-consult = Спросить
desk-park = Отложить
desk-unpark = Взять снова
desk-put-off = Перенести
desk-put-off-until = Перенести на
desk-pause-recording = Остановить запись
desk-record = Записывать
desk-record-again = Записывать снова
desk-enter-wrap-up = Завершение
desk-finish = Готово
desk-minute-more = Ещё минуту
desk-more-acts = Ещё
desk-conference = Пригласить
desk-requeue = Вернуть в очередь
desk-escalate = На следующий уровень
desk-ask-wrap-up = Время на завершение после обращения
desk-keep-callback = Сохранить обратный звонок
desk-end-call = Завершить
desk-end-contact = Завершить
desk-leave = Выйти
desk-customer = Клиент
desk-nothing-known = Ничего не известно.
desk-show = Показать
desk-customer-key = Ключ клиента
desk-number = Номер
desk-not-for-supervisors = руководителю не видно
desk-references = Ссылки
desk-script = Сценарий: { $queue }

# Перевод, консультация, конференция
desk-transfer-to = Перевести
desk-ask-whom = Спросить
desk-bring-in-whom = Пригласить
desk-search-targets = Очередь, оператор или номер
desk-enter-takes-first = Enter выбирает первого.
desk-queues = Очереди
desk-agents = Операторы
desk-outside = Наружу
desk-nobody-matches = Нет ни очереди, ни оператора для «{ $query }».
desk-more-match = { $n ->
    [one] Подходит ещё { $n }.
   *[other] Подходят ещё { $n }.
}
desk-refused-closed = Закрыта
desk-refused-no-staff = Никого нет
desk-refused-full = Переполнена
desk-refused-diverted = Ждёт слишком много
desk-refused-predicted-wait = Ожидание слишком долгое
desk-waiting = { $n ->
    [0] никто не ждёт
    [one] ждёт { $n }
   *[other] ждут { $n }
}
desk-about = около { $time }
desk-free-agents = свободно: { $n }
desk-agent-free = Свободен
desk-agent-busy = Занят
desk-agent-not-ready = Не готов
desk-agent-logged-out = Вне смены

# Итог и заметки
desk-outcome-and-notes = Итог и заметки
desk-what-became = Чем закончилось
desk-notes = Заметки
desk-save = Сохранить
desk-saved = Сохранено в { $time }
desk-saving = Сохраняется
desk-not-saved = Не сохранено: нет связи. Текст остаётся здесь и будет отправлен.
desk-outcome-lacks = Итог ещё не выбран.
desk-after-timed = После обращения: завершение, { $time }
desk-after-forced = После обращения: завершение { $time }, раньше закончить нельзя
desk-after-manual = После обращения: завершение, пока вы не закончите
desk-after-optional = После обращения: завершение, если нужно
desk-after-on-request = После обращения: завершение, только если попросите
desk-wrap-up-earlier = Можно закончить раньше.
desk-wrap-up-up-to = Можно закончить раньше или продлить до { $time }.
desk-wrap-up-left = Завершение: ещё { $time }
desk-wrap-up-forced = Завершение до { $time }
desk-wrap-up-yours = Завершение: длится, пока вы не закончите.

# Начало смены
desk-you-are-logged-out = Вы вне смены
desk-start-means = Вы один раз услышите сигнал вызова, и страница спросит, можно ли показывать уведомления. Затем вы в смене и не готовы.
desk-start-shift = Начать смену
desk-log-in = Войти в смену
desk-slept = Эта вкладка спала с { $from } до { $to }.
desk-this-tab-slept = Эта вкладка спала с { $from } до { $to }. Она снова на связи.
desk-connected-again = { $ended ->
    [0] Связь восстановлена.
    [one] Связь восстановлена. За это время закончился { $ended } вызов.
    [few] Связь восстановлена. За это время закончилось { $ended } вызова.
   *[other] Связь восстановлена. За это время закончилось { $ended } вызовов.
}
desk-needs-script = Вызовы приходят только там, где разрешены скрипты. Разрешите их для этой страницы.
desk-elsewhere = Ваше рабочее место открыто в другом месте с { $time }
desk-elsewhere-means = Вызовы приходят туда. Открытые обращения перейдут сюда вместе с вами.
desk-take-it-here = Перенести сюда
desk-sound = Звук
desk-sound-on = Звук включён
desk-sound-is-off = Звук выключен. Щёлкните в любом месте.
desk-heard-it = Вы слышали сигнал?
desk-not-heard = Проверьте громкость и выбрана ли гарнитура. Звук вкладки может быть отключён: это видно на ней.
desk-play-again = Ещё раз
desk-yes = Да
desk-no = Нет
desk-notifications-denied = Уведомления запрещены: вызов виден, только когда эта страница сверху. Разрешите их в замке рядом с адресом.
