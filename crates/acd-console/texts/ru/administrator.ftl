# Конфигурация

administrator-title = Конфигурация
administrator-tabs = Конфигурация
administrator-tab-document = Документ
administrator-tab-versions = Версии
administrator-tab-scenarios = Сценарии
administrator-in-force = Версия { $version } действует с { $at }, применил(а) { $author }
administrator-document = Документ: как есть или как будет
administrator-draft-kept = Это ваш черновик, { $time }, сделан из версии { $version }. Он хранится в этом браузере.
administrator-discard = Удалить черновик
administrator-dry-run = Пробный прогон
administrator-to-scenarios = Прогнать сценарии

# Ошибки
administrator-problems = Замечания
administrator-checked-as-you-type = Текст проверяется, пока вы печатаете.
administrator-not-checked = Не проверено: нет связи.
administrator-no-problems = Замечаний нет
administrator-only-warnings = Применить можно, но, похоже, имелось в виду другое:
administrator-error = Ошибка
administrator-warning = Предупреждение
administrator-line = Строка { $line }

# Что изменится
administrator-trial = Что изменится и для кого
administrator-nothing-tried = Пробный прогон применяет текст к копии центра, каким он сейчас есть. Никого это не касается.
administrator-not-applicable = Применить нельзя. Сначала исправьте ошибки.
administrator-changes-nothing = Это уже действует.
administrator-changes = Изменения
administrator-effects = Что это значит сейчас
administrator-no-effects = Для тех, кто сейчас здесь, ничего.
administrator-change-added = Добавлено
administrator-change-removed = Удалено
administrator-change-changed = Изменено
administrator-change-reordered = В другом порядке
administrator-effect-drains = { $queue } больше не принимает обращений и исчезнет, когда { $n ->
    [0] в ней никого не останется.
    [one] будет обслужено { $n } обращение в ней.
    [few] будут обслужены { $n } обращения в ней.
   *[other] будет обслужено { $n } обращений в ней.
}
administrator-effect-agent-leaves = { $agent } выйдет из системы после последнего обращения.
administrator-effect-leave = { $n ->
    [one] { $n } обращение в { $queue } сразу уйдёт.
    [few] { $n } обращения в { $queue } сразу уйдут.
   *[other] { $n } обращений в { $queue } сразу уйдут.
}
administrator-effect-offered = { $n ->
    [one] { $n } обращение в { $queue } сразу будет предложено оператору.
    [few] { $n } обращения в { $queue } сразу будут предложены операторам.
   *[other] { $n } обращений в { $queue } сразу будут предложены операторам.
}
administrator-effect-lost = { $n ->
    [one] { $n } обращение в { $queue } больше некому обслужить.
    [few] { $n } обращения в { $queue } больше некому обслужить.
   *[other] { $n } обращений в { $queue } больше некому обслужить.
}
administrator-effect-found = { $n ->
    [one] { $n } обращение в { $queue } наконец есть кому обслужить.
    [few] { $n } обращения в { $queue } наконец есть кому обслужить.
   *[other] { $n } обращений в { $queue } наконец есть кому обслужить.
}
administrator-effect-moved = { $n ->
    [one] У { $n } обращения в { $queue } изменится место или число операторов.
   *[other] У { $n } обращений в { $queue } изменится место или число операторов.
}
administrator-more = { $n ->
    [one] и ещё { $n }
    [few] и ещё { $n }
   *[other] и ещё { $n }
}
administrator-contacts-affected = { $n ->
    [0] Никого из ожидающих это не затронет.
    [one] Затронет { $n } ожидающее обращение
    [few] Затронет { $n } ожидающих обращения
   *[other] Затронет { $n } ожидающих обращений
}
administrator-contacts = Ожидающие обращения, которые это затронет
administrator-contact = Обращение
administrator-queue = Очередь
administrator-place = Место
administrator-matching = Подходящие операторы
administrator-becomes = Сразу
administrator-then = затем
administrator-ends-overflowed = Уйдёт: переполнение
administrator-ends-no-staff = Уйдёт: нет операторов
administrator-ends-timed-out = Уйдёт: ждёт слишком долго
administrator-ends-transferred = Перейдёт в другую очередь
administrator-ends-otherwise = Уйдёт из очереди
administrator-offered-to = Будет предложено: { $agent }
administrator-waits-on = Ждёт дальше
administrator-changed-since = После пробного прогона текст изменился. Повторите прогон, чтобы применить.
administrator-apply-means = { $changes ->
    [one] { $changes } изменение вступит в силу сразу
    [few] { $changes } изменения вступят в силу сразу
   *[other] { $changes } изменений вступят в силу сразу
}; { $contacts ->
    [0] никого из ожидающих это не затронет.
    [one] затронет { $contacts } ожидающее обращение.
    [few] затронет { $contacts } ожидающих обращения.
   *[other] затронет { $contacts } ожидающих обращений.
} Применяется именно тот текст, который был испытан.
administrator-lacks-name = Введённое имя не совпадает с именем арендатора.
administrator-lacks-comment = Напишите зачем — для истории.
administrator-comment = Зачем — для истории
administrator-apply = Применить
administrator-applied = Действует версия { $version }.
administrator-other-in-force = Версия { $version } действует с { $at }, применил(а) { $author }; ваша сделана из { $from }.
administrator-against-yours = От версии { $version } к вашей
administrator-go-on-from = Мой текст вместо версии { $version }

# Версии
administrator-version = Версия
administrator-when = Когда
administrator-who = Кто
administrator-why = Зачем
administrator-acts = Действия
administrator-now = Действует
administrator-by-file = файл
administrator-older = Более старые версии
administrator-difference = Разница
administrator-no-difference = Разницы нет.
administrator-against-now = С действующей
administrator-from-to = От версии { $from } к версии { $to }
administrator-line-gone = удалено:
administrator-line-new = добавлено:
administrator-lines-left-out = { $n ->
    [one] отличается ещё { $n } строка
    [few] отличаются ещё { $n } строки
   *[other] отличаются ещё { $n } строк
}
administrator-roll-back = Вернуть
administrator-roll-back-means = То, что говорит версия { $version }, снова вступит в силу как новая версия вместо версии { $now }. Сделанные с тех пор изменения перестанут действовать и останутся в истории.

# Сценарии
administrator-scenarios-are = Сценарий говорит, что происходит на какой секунде и что должно быть видно. Он идёт по виртуальным часам, в стороне от всей работы.
administrator-against = Проверить
administrator-open-files = Открыть файлы
administrator-add-file = Написать
administrator-remove-file = Убрать
administrator-file-name = Имя файла
administrator-file-text = Текст файла
administrator-run = Прогнать
administrator-results = Результаты
administrator-nothing-run = Пока ничего не прогонялось.
administrator-no-file = Прогонять нечего. Откройте файл или напишите сценарий.
administrator-not-runnable = В документе есть ошибки, поэтому прогнать сценарии по нему нельзя.
administrator-ran = { $passed ->
    [one] пройден { $passed }
    [few] пройдено { $passed }
   *[other] пройдено { $passed }
}, { $others ->
    [0] остальных нет
    [one] не пройден { $others }
    [few] не пройдено { $others }
   *[other] не пройдено { $others }
}
administrator-passed = Пройден
administrator-failed = Не пройден
administrator-invalid = Не читается
administrator-given-up = Прерван
administrator-given-up-why = Его время вышло или в нём слишком много событий. Прогоните его отдельно или сократите.
administrator-expected = Ожидалось
administrator-seen = Получено
administrator-timeline = Что было до этого
