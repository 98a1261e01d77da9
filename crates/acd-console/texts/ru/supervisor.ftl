supervisor-comma = {", "}
supervisor-and = {" и "}
supervisor-or = {", или "}
supervisor-term = { $skill } { $level }+
supervisor-show = Показать
supervisor-clear = Сбросить фильтр
supervisor-details = Подробности
supervisor-crumbs = Назад
supervisor-read = Прочитать сводку
supervisor-summary-queues = Опаздывают: { $late }, под угрозой: { $risk }, всего ждут: { $n }.
supervisor-summary-agents = В разговоре: { $talking }, завершение: { $wrapup }, вызов: { $ringing }, свободны: { $free }, не готовы: { $away }, без связи: { $lost }.
supervisor-summary-contacts = Ждут: { $n }, из них слишком долго: { $late }.
supervisor-until = до { $time }
supervisor-and-more = и ещё { $n }

supervisor-channel = Канал
supervisor-channel-voice = Звонок
supervisor-channel-chat = Чат
supervisor-channel-email = Письмо
supervisor-channel-sms = SMS
supervisor-channel-social = Соцсеть
supervisor-channel-video = Видеозвонок
supervisor-channel-fax = Факс
supervisor-channel-callback = Обратный звонок
supervisor-channel-task = Задача

supervisor-agent = Оператор
supervisor-contact = Обращение
supervisor-queue = Очередь
supervisor-state = Состояние
supervisor-team = Группа
supervisor-place = Где
supervisor-choose-all = Выбрать всё на странице
supervisor-choose-one = Выбрать { $name }
supervisor-chosen = С выбранными
supervisor-chosen-count = Выбрано: %n
supervisor-clear-chosen = Снять выбор
supervisor-changes = Изменений порядка: %n
supervisor-turn = Страницы
supervisor-turn-back = Назад
supervisor-turn-on = Дальше
supervisor-turn-at = Страница { $page } из { $pages }
supervisor-none-found = По запросу «{ $words }» ничего нет.
supervisor-none-filtered = Под этот фильтр ничего не подходит.

supervisor-search-queues = Поиск очередей
supervisor-count-queues = { $n ->
    [one] { $n } очередь, сначала те, где нужна помощь
    [few] { $n } очереди, сначала те, где нужна помощь
   *[other] { $n } очередей, сначала те, где нужна помощь
}
supervisor-no-queues = В конфигурации нет очередей.
supervisor-filter-any-state = Любое состояние
supervisor-filter-help = Нужна помощь
supervisor-waiting = Ждут
supervisor-ringing-too = + { $n } звонит
supervisor-longest = Дольше всех
supervisor-level = В срок
supervisor-level-too-few = Меньше 10 обращений за последние 30 минут
supervisor-goal = цель { $goal } за { $time }
supervisor-predicted = Ожидание
supervisor-nobody-serves = никто не обслуживает
supervisor-free = Свободны
supervisor-of-staff = из { $ready } готовых, в системе { $all }
supervisor-paused-count = на паузе { $n }
supervisor-steps = Шаги
supervisor-step-count = шаг { $step }: { $n }
supervisor-talking-count = в разговоре { $n }
supervisor-callback-count = обратных звонков { $n }
supervisor-scheduled-count = запланировано { $n }
supervisor-reserve-joined = резерв подключён
supervisor-late = Опаздывает
supervisor-at-risk = Под угрозой
supervisor-on-target = В норме
supervisor-open = Открыта
supervisor-closed = Закрыта
supervisor-closed-hours = Закрыта: нерабочее время
supervisor-closed-holiday = Закрыта: праздник
supervisor-closed-emergency = Закрыта: авария
supervisor-draining = Закроется с последним обращением
supervisor-emergency-on = Все очереди закрыты из-за аварии.

supervisor-search-agents = Поиск: имя, группа, навык
supervisor-count-agents = { $n ->
    [one] { $n } оператор, { $order }
    [few] { $n } оператора, { $order }
   *[other] { $n } операторов, { $order }
}
supervisor-order-longest = сначала дольше всех в своём состоянии
supervisor-order-shortest = сначала меньше всех в своём состоянии
supervisor-order-name = по имени
supervisor-order-state = по состоянию
supervisor-order-today = по числу обращений за день
supervisor-no-agents = Никто не вошёл в систему.
supervisor-filter-logged-in = В системе
supervisor-filter-anyone = Все
supervisor-filter-unusual = Необычное
supervisor-filter-any-team = Любая группа
supervisor-filter-any-queue = Любая очередь
supervisor-in-hand = В работе
supervisor-slots = Места
supervisor-today = Сегодня
supervisor-doing-lost = Нет связи
supervisor-doing-talking = Разговор
supervisor-doing-held = Удержание
supervisor-doing-wrap-up = Завершение
supervisor-doing-connecting = Соединение
supervisor-doing-ringing = Вызов
supervisor-doing-outside = Другой звонок
supervisor-doing-idle = Свободен
supervisor-doing-not-ready = Не готов
supervisor-doing-offline = Не в системе
supervisor-then = затем { $reason }
supervisor-leaves-after = затем выйдет из системы
supervisor-unusual-stuck = Длится необычно долго
supervisor-unusual-past-return = Должен был вернуться в { $time }
supervisor-unusual-lost = Нет связи с рабочим местом
supervisor-unusual-missed = { $n ->
    [one] { $n } пропуск подряд
    [few] { $n } пропуска подряд
   *[other] { $n } пропусков подряд
}
supervisor-unusual-back-off = Телефон занят или недоступен; ничего до { $time }

supervisor-search-contacts = Поиск: номер, оператор, атрибут
supervisor-count-contacts = { $n ->
    [one] { $n } обращение
    [few] { $n } обращения
   *[other] { $n } обращений
}
supervisor-no-contacts = Никто не ждёт.
supervisor-filter-in-queue = В очереди
supervisor-filter-anywhere = Везде
supervisor-filter-alerted = Ждёт слишком долго
supervisor-filter-any-channel = Любой канал
supervisor-waited = Ожидание
supervisor-position = Место
supervisor-needs = Требуется
supervisor-priority = Приоритет
supervisor-answer-by = Ответить до
supervisor-answer-late = срок прошёл
supervisor-offers = Предложений
supervisor-alerted = Ждёт слишком долго
supervisor-in-step = шаг { $step }
supervisor-awaits-agent = ждёт оператора { $agent }
supervisor-awaits-team = ждёт группу { $team }
supervisor-place-waiting = Ждёт
supervisor-place-ringing = Вызов
supervisor-place-talking = Разговор
supervisor-place-parked = Отложено
supervisor-place-scheduled = Запланировано
supervisor-place-leaving = Уходит
supervisor-place-ended = Завершено

supervisor-to-contacts = Обращения
supervisor-now-waiting = в очереди { $queue }, { $time }
supervisor-now-waiting-at = место { $position } в очереди { $queue }, { $time }
supervisor-now-ringing = у { $agents }, { $time }
supervisor-now-talking = с { $agent }, { $time }.
supervisor-now-held = На удержании у { $agent }, { $time }.
supervisor-now-with = Также участвуют: { $agents }.
supervisor-now-parked = у { $agent }
supervisor-now-scheduled = войдёт в очередь { $queue }: { $time }
supervisor-now-leaving = Коммутатору сказано завершить обращение.
supervisor-now-wraps-up = { $agent } завершает работу с ним.
supervisor-recording-off = Запись не ведётся.
supervisor-recording-on = Ведётся запись.
supervisor-recording-paused = Запись приостановлена.
supervisor-ended = Завершено { $time }
supervisor-ended-by-customer = Завершил клиент. { $time }
supervisor-ended-by-agent = Завершил оператор. { $time }
supervisor-ended-by-system = Прервано сбоем. { $time }
supervisor-why-waits = Почему оно всё ещё ждёт
supervisor-why-nobody = Эту очередь никто не обслуживает.
supervisor-why-outside = { $n ->
    [one] Ещё { $n } оператор не обслуживает эту очередь.
    [few] Ещё { $n } оператора не обслуживают эту очередь.
   *[other] Ещё { $n } операторов не обслуживают эту очередь.
}
supervisor-predicted-at-place = На этом месте половина ждёт до { $half }, четверо из пяти — до { $most }.
supervisor-facts = Сведения
supervisor-hidden = { $n ->
    [one] { $n } значение от вас скрыто.
    [few] { $n } значения от вас скрыты.
   *[other] { $n } значений от вас скрыто.
}
supervisor-arrived = Поступило
supervisor-attempts = Неудачных звонков
supervisor-customer = Клиент
supervisor-dial = Номер для звонка
supervisor-reveal = Показать
supervisor-not-shown = вам не показывается
supervisor-reveal-title = Показать: { $name }
supervisor-follows-reveal = Значение будет показано вам один раз. Кто его запросил и зачем, записывается.
supervisor-revealed = Записано, что вы это видели.
supervisor-timeline = Что произошло
supervisor-step-joined = Вошло в очередь { $queue }.
supervisor-step-keeps-place = Сохраняет место с { $time }.
supervisor-step-offered = Предложено оператору { $agent }:
supervisor-step-connected = Соединено с { $agent }.
supervisor-step-attempt = { $agent }: звонок клиенту, никто не ответил.
supervisor-step-no-response = Забрано у { $agent }: клиенту не ответили в срок.
supervisor-step-outcome = Итог: { $code }
supervisor-step-act = { $author }: { $act }
supervisor-length-talk = разговор { $time }
supervisor-length-hold = удержание { $time }
supervisor-length-wrap-up = завершение { $time }

supervisor-reason-until = { $reason }, до { $time }
supervisor-reason-first-until = { $reason }, первый освободится в { $time }
supervisor-reason-eligible = можно предложить сейчас
supervisor-reason-offline = не в системе
supervisor-reason-not-ready = «не готов»: { $name }
supervisor-reason-busy = все места заняты: { $channel }
supervisor-reason-blocked = занятость, которую нельзя прервать: { $channel }
supervisor-reason-lacks-skill = нет навыка { $name } { $level } или выше
supervisor-reason-back-off = телефон занят или недоступен
supervisor-reason-session-lost = нет связи с рабочим местом
supervisor-reason-adapter-absent = коммутатор обращения не подключён
supervisor-reason-not-in-queue = не обслуживает эту очередь
supervisor-reason-no-channel = не принимает такие обращения: { $channel }
supervisor-reason-offered-elsewhere = вызов у другого оператора
supervisor-reason-tier = уровень { $level } ещё не открыт
supervisor-reason-tier-outside = уровень { $level } не подходит
supervisor-reason-delay = обслуживает эту очередь только после более долгого ожидания
supervisor-reason-awaits-agent = сначала ждут оператора { $name }
supervisor-reason-awaits-team = сначала ждут группу { $name }
supervisor-reason-paused = пауза в этой очереди: { $name }
supervisor-reason-outside = другой звонок
supervisor-reason-reserve = в резерве, который не подключён
supervisor-reason-training = обучение, норма на сегодня выполнена
supervisor-reason-not-asked = работа по запросу, запроса не было
supervisor-reason-step = текущий шаг — для других
supervisor-reason-not-called-now = клиент не ответил, повторный звонок ещё рано
supervisor-reason-callback-hours = в это время клиенту не звонят
supervisor-reason-offered = вызов идёт здесь
supervisor-reason-pool-full = нет мест в пуле { $name }
supervisor-reason-wrap-up = завершение обращения
supervisor-reason-total-full = нет свободных мест совсем
supervisor-reason-has-offer = уже идёт другой вызов
supervisor-reason-on-its-way-out = обращение уходит из очереди
supervisor-reason-own-question = участие в разговоре, о котором вопрос
supervisor-reason-contact-back-off = только что не было ответа на это обращение
supervisor-reason-removed = больше нет в конфигурации
supervisor-reason-leaving = выход после текущей работы

supervisor-offer-rings = идёт вызов.
supervisor-offer-connecting = принято, соединение.
supervisor-offer-accepted = принято.
supervisor-offer-rejected = отклонено.
supervisor-offer-rang-out = нет ответа, засчитан пропуск.
supervisor-offer-customer-gone = клиент ушёл.
supervisor-offer-withdrawn = отозвано: обращение снято.
supervisor-offer-moved = отозвано: обращение перемещено.
supervisor-offer-max-wait = отозвано: истекло предельное ожидание.
supervisor-offer-lost-race = принял другой.
supervisor-offer-agent-gone = стал «не готов» во время вызова; засчитан пропуск.
supervisor-offer-forced = отозвано: состояние изменил супервизор.
supervisor-offer-session-lost = отозвано: связь потеряна.
supervisor-offer-outside = отозвано: другой звонок.
supervisor-offer-busy = телефон занят.
supervisor-offer-no-answer = телефон не ответил.
supervisor-offer-unreachable = телефон недоступен.
supervisor-offer-customer-not-reached = клиент не ответил.
supervisor-offer-phone-rejected = отклонено на телефоне.
supervisor-offer-system = сбой, ничьей вины нет.
supervisor-offer-over = закончено.
supervisor-because-assigned = назначил супервизор
supervisor-because-only-one = больше никто не мог принять
supervisor-because-behind = остальные только что не приняли его или отдали
supervisor-because-tier = младший уровень идёт первым
supervisor-because-leases = меньше всех в работе из { $n }
supervisor-because-idle = дольше всех без работы из { $n }, { $time }
supervisor-because-number = наравне со следующим из { $n }; первый в списке
supervisor-because-order = первый из { $n } по порядку очереди
supervisor-because-most-skilled = самый опытный из { $n }
supervisor-because-least-skilled = наименее опытный из { $n } подходящих
supervisor-because-least-occupied = наименее занятый из { $n }
supervisor-because-fewest-contacts = меньше всех обращений из { $n }
supervisor-because-round-robin = следующий по кругу из { $n }
supervisor-because-linear = первый по списку из { $n }
supervisor-because-most-spare = больше всех свободных мест из { $n }
supervisor-because-least-loaded = наименее загружен из { $n }
supervisor-because-percent = больше всех отстаёт от своей доли из { $n }
supervisor-because-random = выбран случайно из { $n }
supervisor-next-was = следующий — { $agent }

supervisor-outcome-left = Вышло из очереди
supervisor-outcome-answered = Принято
supervisor-outcome-abandoned = Клиент ушёл
supervisor-outcome-lost = Потеряно из-за сбоя
supervisor-outcome-timed-out = Истекло предельное ожидание
supervisor-outcome-overflowed = Направлено дальше очередью
supervisor-outcome-offer-limit = Исчерпано число предложений
supervisor-outcome-attempt-limit = Исчерпано число звонков
supervisor-outcome-closed = Очередь закрылась
supervisor-outcome-exit-choice = Клиент выбрал другой путь
supervisor-outcome-callback = Стало обратным звонком
supervisor-outcome-no-staff = Ушёл последний оператор
supervisor-outcome-transferred = Перемещено
supervisor-outcome-withdrawn = Снято
supervisor-outcome-deferred = Отложено на дату
supervisor-outcome-served = Тем временем обслужено
supervisor-next-queue = в очередь { $name }
supervisor-next-agent = к { $name }
supervisor-next-external = на внешний номер
supervisor-next-voicemail = в почтовый ящик { $name }
supervisor-next-callback = в обратный звонок
supervisor-next-announcement = к объявлению { $name }
supervisor-next-end = и завершено

supervisor-to-agents = Операторы
supervisor-returns-at = Вернётся сам в { $time }.
supervisor-why-nothing = Почему ничего не приходит
supervisor-serves-nothing = Этот оператор не обслуживает ни одной очереди.
supervisor-nobody-waits-for-them = В его очередях никто не ждёт.
supervisor-in-queue-count = { $n ->
    [0] никто не ждёт
    [one] ждёт { $n }
   *[other] ждут { $n }
}
supervisor-paused-because = Пауза: { $reason }
supervisor-contacts-outside = { $n ->
    [one] Ещё { $n } обращение ждёт в очередях, которые этот оператор не обслуживает.
    [few] Ещё { $n } обращения ждут в очередях, которые этот оператор не обслуживает.
   *[other] Ещё { $n } обращений ждут в очередях, которые этот оператор не обслуживает.
}
supervisor-logged-in-since = В системе с
supervisor-skills = Навыки
supervisor-site = Площадка
supervisor-on-demand = По запросу
supervisor-has-asked = запросил следующее обращение
supervisor-has-not-asked = запроса ещё не было
supervisor-acts-to-them = Что с ним делали

supervisor-acts = Действия
supervisor-act-ready = Готов
supervisor-act-not-ready = Не готов
supervisor-act-pause = Пауза в очереди
supervisor-act-resume = Снять паузу
supervisor-act-log-out = Вывести из системы
supervisor-act-free-agent = Освободить
supervisor-act-move = Переместить
supervisor-act-priority = Приоритет
supervisor-act-assign = Назначить
supervisor-act-withdraw = Снять
supervisor-act-free-contact = Освободить
supervisor-act-listen = Слушать
supervisor-act-whisper = Подсказывать
supervisor-act-barge = Вступить
supervisor-act-record = Записывать
supervisor-act-pause-recording = Приостановить запись
supervisor-act-stop-recording = Остановить запись
supervisor-act-close = Аварийно закрыть
supervisor-act-close-all = Авария: закрыть все очереди
supervisor-act-open = Открыть снова
supervisor-act-open-all = Открыть все очереди снова
supervisor-go-ready = { $n ->
    [1] Сделать готовым: { $name }
    [one] Сделать готовыми { $n } оператора
   *[other] Сделать готовыми { $n } операторов
}
supervisor-go-not-ready = { $n ->
    [1] Сделать не готовым: { $name }
    [one] Сделать не готовыми { $n } оператора
   *[other] Сделать не готовыми { $n } операторов
}
supervisor-go-pause = { $n ->
    [1] Поставить на паузу: { $name }
    [one] Поставить на паузу { $n } оператора
   *[other] Поставить на паузу { $n } операторов
}
supervisor-go-resume = { $n ->
    [1] Вернуть в очередь: { $name }
    [one] Вернуть в очередь { $n } оператора
   *[other] Вернуть в очередь { $n } операторов
}
supervisor-go-log-out = { $n ->
    [1] Вывести из системы: { $name }
    [one] Вывести из системы { $n } оператора
   *[other] Вывести из системы { $n } операторов
}
supervisor-go-free-agent = { $n ->
    [1] Освободить: { $name }
    [one] Освободить { $n } оператора
   *[other] Освободить { $n } операторов
}
supervisor-go-move = { $n ->
    [1] Переместить { $name }
    [one] Переместить { $n } обращение
    [few] Переместить { $n } обращения
   *[other] Переместить { $n } обращений
}
supervisor-go-priority = { $n ->
    [1] Изменить приоритет: { $name }
    [one] Изменить приоритет { $n } обращения
   *[other] Изменить приоритет { $n } обращений
}
supervisor-go-assign = Назначить { $name }
supervisor-go-withdraw = { $n ->
    [1] Снять { $name }
    [one] Снять { $n } обращение
    [few] Снять { $n } обращения
   *[other] Снять { $n } обращений
}
supervisor-go-free-contact = { $n ->
    [1] Освободить { $name }
    [one] Освободить { $n } обращение
    [few] Освободить { $n } обращения
   *[other] Освободить { $n } обращений
}
supervisor-go-close = Аварийно закрыть { $name }
supervisor-go-close-all = Аварийно закрыть все очереди
supervisor-go-open = Открыть { $name } снова
supervisor-go-open-all = Открыть все очереди снова
supervisor-follows-ready = Обращения пойдут, как только освободится место.
supervisor-follows-not-ready = Сразу. Вызовы отзываются и никому не засчитываются; разговоры продолжаются.
supervisor-follows-pause = Из этой очереди ничего не приходит до конца паузы. Остальные очереди работают.
supervisor-follows-resume = Обращения этой очереди снова приходят.
supervisor-follows-log-out = Сразу. Вызовы отзываются; разговоры продолжаются. Войти снова можно.
supervisor-follows-free-agent = Все вызовы отзываются, все разговоры и завершения прекращаются: клиентов отключит. Для зависшего оператора.
supervisor-follows-move = Переходят в другую очередь, сохраняя время ожидания. Вызовы отзываются.
supervisor-follows-priority = Большее число идёт раньше.
supervisor-follows-assign = Предлагается этому оператору сейчас, даже если его места заняты.
supervisor-follows-withdraw = Выходят из очереди, и коммутатору будет сказано их завершить.
supervisor-follows-free-contact = Всё, что их держит, прекращается, и они завершаются: клиента отключит. Для зависшего обращения.
supervisor-follows-listen = Вы слышите обоих. Никому об этом не сообщается.
supervisor-follows-whisper = Вас слышит только оператор.
supervisor-follows-barge = Вас слышат оба.
supervisor-follows-record = С этого момента разговор записывается. Оператор это видит.
supervisor-follows-pause-recording = Ничего не записывается, пока кто-нибудь не продолжит.
supervisor-follows-stop-recording = Запись заканчивается. Оператор это видит.
supervisor-follows-close = Все, кто ждёт или на вызове в этой очереди, сразу уходят, войти нельзя. Разговоры продолжаются.
supervisor-follows-close-all = Все, кто ждёт или на вызове в любой очереди, сразу уходят, войти нельзя. Разговоры продолжаются.
supervisor-follows-open = Обращения снова могут входить, если позволяют часы работы.
supervisor-follows-open-all = Обращения снова могут входить там, где позволяют часы работы.
supervisor-to-whom = Всего { $n }
supervisor-why = Почему
supervisor-optional = необязательно
supervisor-type-name = Для подтверждения введите «{ $name }»
supervisor-choose-queue = Выберите очередь
supervisor-reason-code = Причина
supervisor-reached-at = Где вас найти
supervisor-lacks-target = Выберите хотя бы одно.
supervisor-too-many = Слишком много за один раз. Выберите не больше 1000.
supervisor-lacks-code = Укажите причину.
supervisor-lacks-queue = Выберите очередь.
supervisor-lacks-agent = Выберите оператора.
supervisor-lacks-priority = Приоритет — целое число.
supervisor-lacks-address = Укажите, где вас найти: номер или добавочный.
supervisor-lacks-name = Имя не совпадает.
supervisor-lacks-why = Укажите зачем.
supervisor-done = Сделано.
supervisor-all-done = Сделано: { $done }.
supervisor-some-done = Сделано: { $done }, отказано: { $refused }.
supervisor-show-refused = Показать

supervisor-refused = Система отказала. Ничего не изменилось.
supervisor-refused-not-logged-in = { $name } не в системе. Ничего не изменилось.
supervisor-refused-not-waiting = { $name } уже не ждёт. Ничего не изменилось.
supervisor-refused-ended = { $name }: обращение завершено.
supervisor-refused-unknown-contact = Обращения { $name } больше нет.
supervisor-refused-unknown-agent = Оператора { $name } больше нет.
supervisor-refused-unknown-queue = Такой очереди больше нет.
supervisor-refused-no-conversation = { $name }: сейчас разговора нет.
supervisor-refused-not-recorded = Разговоры этой очереди не записываются.
supervisor-refused-not-a-member = { $name } не обслуживает эту очередь.
supervisor-refused-no-right = Вам это не разрешено. Изменить это может администратор.
supervisor-refused-unknown-value = Такого значения больше нет.
supervisor-refused-signed-out = Ваш сеанс закончился. Войдите снова и повторите.
supervisor-refused-repeated = Эта форма уже отправлена с другим содержанием. Откройте её снова.
supervisor-refused-argument = Что-то в форме не подходит. Посмотрите подробности и исправьте.
supervisor-refused-busy = Сервер занят. Повторите через мгновение.
supervisor-refused-no-answer = Нет ответа в срок. Сделано ли это, видно в списке; повтор выполнит это только один раз.

supervisor-search-acts = Имя автора
supervisor-kind = Вид
supervisor-filter-any-kind = Любые
supervisor-kind-contacts = Обращения
supervisor-kind-agents = Операторы
supervisor-kind-queues = Очереди
supervisor-kind-conversations = Разговоры
supervisor-kind-reveals = Скрытые значения
supervisor-when = Когда
supervisor-who = Кто
supervisor-what = Что
supervisor-older = Раньше
supervisor-no-acts = Никто ещё не вмешивался.
supervisor-no-acts-found = Такого никто не делал.
supervisor-acts-forgotten = Сделанное до { $time } здесь уже не хранится. Оно есть в журнале.
supervisor-did-something = Действие, которого эта страница ещё не знает
supervisor-did-adjust = Изменено { $contact }: { $changes }
supervisor-did-assign = { $contact } назначено оператору { $agent }
supervisor-did-withdraw = Снято { $contact }
supervisor-did-free-contact = Освобождено { $contact }
supervisor-did-ready = Готов: { $agent }
supervisor-did-not-ready = Не готов: { $agent }, { $code }
supervisor-did-log-out = Выведен из системы: { $agent }
supervisor-did-free-agent = Освобождён: { $agent }
supervisor-did-pause = Пауза: { $agent } в { $queue }, { $code }
supervisor-did-resume = Пауза снята: { $agent } в { $queue }
supervisor-did-close = Аварийно закрыта { $queue }
supervisor-did-close-all = Аварийно закрыты все очереди
supervisor-did-open = Снова открыта { $queue }
supervisor-did-open-all = Снова открыты все очереди
supervisor-did-monitor = { $how }: { $contact }
supervisor-did-record = Включена запись { $contact }
supervisor-did-pause-recording = Приостановлена запись { $contact }
supervisor-did-stop-recording = Остановлена запись { $contact }
supervisor-did-reveal = Просмотрено: { $item }, { $contact }
supervisor-did-read-personal = Прочитаны персональные данные клиента
supervisor-did-erase-personal = Стёрты персональные данные клиента
supervisor-changed-queue = перемещено в { $queue }
supervisor-changed-priority = приоритет { $n }
supervisor-changed-needs = требуется { $needs }
supervisor-changed-age = время ожидания изменено на { $time }
supervisor-changed-attributes = атрибуты { $keys }
supervisor-changed-date = отложено до { $time }
