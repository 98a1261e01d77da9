//! The picture of what is shown: a function of the model and the size of the terminal. What it draws on is no terminal
//! yet, so that two pictures can be compared before anything is sent.

mod canvas;
mod engine;
pub(crate) mod palette;
mod table;
#[cfg(test)]
mod tests;

use acd_client::{
    supervisor::{Standing, TenantView},
    v1::{AgentCounts, QueueState},
};
use ratatui::{
    buffer::Buffer,
    layout::{Rect, Size},
    style::{Modifier, Style},
};

use crate::{
    model::{
        Link, Model, Parts,
        agents::AgentRow,
        contacts::ContactRow,
        pages::{Opened, Page, Subject},
        queues::{By, QueueRow},
        table::Row as _,
        tenants::TenantRow,
    },
    text,
};

use canvas::Canvas;
use palette::{CHOSEN, FAINT, Palette, STRONG};
use table::{Words, table};

/// The least that anything can be shown in.
const WIDTH_MIN: u16 = 30;
const HEIGHT_MIN: u16 = 6;
/// From so many lines on there is room for more than a table.
const ROOMY: u16 = 16;
/// The lines of the digits.
const BASES: [&str; 4] = ["Queues", "Agents", "Contacts", "Engine"];
/// Lines of text longer than this are hard to read.
const TEXT_WIDTH_MAX: u16 = 110;

const MONITOR: &str = "A monitor sees queues and adapters, and nobody by name. Agents, contacts and why need the role \
                       supervisor.";

/// Draws what is shown.
pub(crate) fn draw(model: &mut Model, palette: Palette, size: Size) -> Buffer {
    let area = Rect::new(0, 0, size.width, size.height);
    let mut buffer = Buffer::empty(area);
    let mut canvas = Canvas::new(&mut buffer, area);
    if size.width < WIDTH_MIN || size.height < HEIGHT_MIN {
        canvas.line("Too small.", STRONG);
        canvas.line(
            &format!("{WIDTH_MIN} x {HEIGHT_MIN} is the least"),
            Style::new(),
        );
        return buffer;
    }
    let mut opened = std::mem::replace(model.pages.top_mut(), Opened::new(Page::Help));
    head(&mut canvas, model, palette);
    let mut keys = canvas.split_last();
    bottom(&mut keys, model, palette, &mut opened);
    body(&mut canvas, model, palette, &mut opened);
    *model.pages.top_mut() = opened;
    buffer
}

/// Who is looked at, whether it is live, and what must not be overlooked.
fn head(canvas: &mut Canvas<'_>, model: &Model, palette: Palette) {
    if canvas.height() >= ROOMY {
        for line in &model.head {
            canvas.line(line, Style::new());
        }
    }
    let at = format!("{} UTC", text::clock(model.now_ms()));
    let (state, style) = match &model.link {
        _ if model.is_frozen() => (format!("FROZEN {at}"), CHOSEN.add_modifier(Modifier::BOLD)),
        Link::Opening => ("connecting".to_owned(), Style::new()),
        Link::Live => (format!("live {at}"), palette.live()),
        Link::Away(_) => ("NO CONNECTION".to_owned(), palette.banner()),
    };
    let room = canvas
        .width()
        .saturating_sub(text::width(&state) as u16 + 1);
    let onlooker = &model.onlooker;
    let taken = canvas.put(0, "acd top  ", room, FAINT);
    let tenant = text::shown(&onlooker.tenant);
    let taken = taken + canvas.put(taken, &tenant, room - taken, STRONG);
    let server = format!("  {}", text::shown(&onlooker.server));
    canvas.put(taken, &server, room - taken, FAINT);
    canvas.put_right(0, &state, canvas.width(), style);
    canvas.skip(1);
    if let Link::Away(why) = &model.link {
        let why = text::shown(why);
        let silence = text::lasted(model.silence().as_millis() as i64);
        let told = match model.view().sequence {
            0 => format!("Nothing has come yet. Trying again: {why}"),
            _ => format!(
                "No connection for {silence}. This is how it was at {at}. Trying again: {why}"
            ),
        };
        canvas.look(1, palette.banner());
        canvas.line(&told, palette.banner());
    }
    if model.view().emergency {
        canvas.look(1, palette.banner());
        canvas.line("EMERGENCY: all queues are closed.", palette.banner());
    }
}

/// The keys, or the filter that is typed.
fn bottom(canvas: &mut Canvas<'_>, model: &Model, palette: Palette, opened: &mut Opened) {
    let key = palette.key();
    let plain = Style::new();
    let filter = opened.table().filter(|_| model.is_typing);
    if let Some(table) = filter {
        let typed = text::shown(table.filter());
        return canvas.spans(&[
            ("/", key),
            (&typed, STRONG),
            (" ", CHOSEN),
            ("  Enter ", key),
            ("keeps it  ", plain),
            ("Esc ", key),
            ("takes it away", plain),
        ]);
    }
    let is_wide = canvas.width() >= 80;
    let mut spans = Vec::new();
    let is_base = matches!(
        opened.page,
        Page::Queues | Page::Agents | Page::Contacts | Page::Engine
    );
    const DIGITS: [&str; 4] = ["1", "2", "3", "4"];
    match (is_base, is_wide) {
        (true, true) => {
            for (base, name) in BASES.into_iter().enumerate() {
                spans.push((DIGITS[base], key));
                let is_open = base == model.pages.base();
                spans.push((name, if is_open { CHOSEN } else { plain }));
                spans.push((" ", plain));
            }
        }
        (true, false) => spans.extend([("1-4", key), (" pages ", plain)]),
        (false, _) => spans.extend([("Esc", key), (" back ", plain)]),
    }
    let of_table: &[(&str, &str)] = match (&opened.page, is_wide) {
        (Page::Why(_) | Page::Help | Page::Engine, _) => &[],
        (Page::Queue(_), true) => &[
            ("Tab", " other table "),
            ("/", " filter "),
            ("<>", " sort "),
            ("Enter", " why "),
        ],
        (Page::Queues, true) => &[("/", " filter "), ("<>", " sort "), ("Enter", " open ")],
        (Page::Tenants, true) => &[("Enter", " shows it ")],
        (_, true) => &[("/", " filter "), ("<>", " sort "), ("Enter", " why ")],
        (_, false) => &[("/", " filter ")],
    };
    for (name, does) in of_table {
        spans.extend([(*name, key), (*does, plain)]);
    }
    spans.extend([("?", key), (" help ", plain), ("q", key), (" quit", plain)]);
    canvas.spans(&spans);
}

fn body(canvas: &mut Canvas<'_>, model: &Model, palette: Palette, opened: &mut Opened) {
    let is_old = matches!(model.link, Link::Away(_)) && !model.is_frozen();
    if is_old {
        canvas.look(canvas.height(), FAINT);
    }
    let page = opened.page.clone();
    match &page {
        Page::Queues => {
            totals(canvas, model, palette);
            let rows = QueueRow::all(model.view(), model.now_ms());
            let words = Words {
                title: "Queues",
                nothing: match model.link {
                    Link::Live => "There are no queues.",
                    _ => "",
                },
            };
            table(canvas, palette, &words, &mut opened.tables[0], rows, true);
        }
        Page::Agents => {
            let parts = Parts {
                agents: true,
                ..Parts::default()
            };
            if !is_known(canvas, model, parts) {
                return;
            }
            totals(canvas, model, palette);
            let rows = AgentRow::all(model.view(), model.now_ms());
            agents(canvas, palette, opened, 0, rows);
        }
        Page::Contacts => {
            let parts = Parts {
                contacts: true,
                ..Parts::default()
            };
            if !is_known(canvas, model, parts) {
                return;
            }
            totals(canvas, model, palette);
            let rows = ContactRow::all(model.view(), model.now_ms());
            contacts(canvas, palette, opened, "No contact is open.", rows);
        }
        Page::Queue(name) => queue(canvas, model, palette, opened, name),
        Page::Engine => {
            let lines = engine::lines(model, palette);
            let lines: Vec<_> = lines
                .iter()
                .map(|(text, style)| (text.as_str(), *style))
                .collect();
            scrolled(canvas, opened, &lines);
        }
        Page::Why(subject) => why(canvas, model, opened, subject),
        Page::Tenants => {
            let onlooker = &model.onlooker;
            let names = onlooker.tenants.iter();
            let rows = names.map(|name| TenantRow {
                name,
                is_shown: *name == onlooker.tenant,
            });
            let words = Words {
                title: "Tenants",
                nothing: "There is none that you may look at.",
            };
            table(canvas, palette, &words, &mut opened.tables[0], rows, true);
        }
        Page::Help => {
            let lines: Vec<_> = HELP.lines().map(|line| (line, Style::new())).collect();
            scrolled(canvas, opened, &lines);
        }
    }
}

/// Whether these parts are there to be shown; if not it is said why.
fn is_known(canvas: &mut Canvas<'_>, model: &Model, parts: Parts) -> bool {
    if !model.onlooker.sees_names {
        for line in text::wrapped(MONITOR, canvas.width().into()) {
            canvas.line(&line, Style::new());
        }
        return false;
    }
    let is_known = model.knows(parts);
    if !is_known {
        let told = match model.is_frozen() {
            true => "Not known when the picture was frozen. Space goes on.",
            false => "Loading.",
        };
        canvas.line(told, Style::new());
    }
    is_known
}

/// The whole tenant in three lines, or one where there is little room.
fn totals(canvas: &mut Canvas<'_>, model: &Model, palette: Palette) {
    let view = model.view();
    let is_roomy = canvas.height() + 2 >= ROOMY;
    let sum = |of: fn(&QueueState) -> u32| {
        let all = view.queues.values().map(|queue| u64::from(of(queue)));
        text::number(all.sum())
    };
    let oldest = view
        .queues
        .values()
        .map(|queue| queue.oldest_enqueued_at_ms);
    let oldest = oldest.filter(|at_ms| *at_ms > 0).min();
    let longest = oldest.map_or("-".to_owned(), |at_ms| text::lasted(model.now_ms() - at_ms));
    let told = format!(
        "waiting {}  ringing {}  longest {longest}  talking {}",
        sum(|queue| queue.waiting),
        sum(|queue| queue.offered),
        sum(|queue| queue.connected),
    );
    let standing = |wanted| {
        let stands = view.queues.keys().filter_map(|name| view.stands(name));
        stands.filter(|stands| stands.standing == wanted).count()
    };
    let late = match standing(Standing::Late) {
        0 => String::new(),
        late => format!("   ! {late} late"),
    };
    let risk = match standing(Standing::AtRisk) {
        0 => String::new(),
        risk => format!("   ^ {risk} at risk"),
    };
    canvas.spans(&[
        (&told, STRONG),
        (&late, palette.tone(crate::model::table::Tone::Wrong)),
        (&risk, palette.tone(crate::model::table::Tone::Risk)),
    ]);
    if is_roomy {
        let (lost, others) = agent_counts(&view.agent_counts);
        let wrong = palette.tone(crate::model::table::Tone::Wrong);
        canvas.spans(&[("agents: ", FAINT), (&lost, wrong), (&others, Style::new())]);
        adapters(canvas, view, model.now_ms(), palette);
    }
}

/// Those whose session is lost, and all others.
fn agent_counts(counts: &AgentCounts) -> (String, String) {
    let told = |count: u32, what: &str| format!("{} {what}", text::number(count.into()));
    let lost = match counts.connection_lost {
        0 => String::new(),
        lost => told(lost, "session lost, "),
    };
    let mut others = vec![told(counts.idle, "idle")];
    let further = [
        (counts.ringing, "ringing"),
        (counts.talking, "talking"),
        (counts.wrap_up, "wrap-up"),
        (counts.busy_outside, "busy outside"),
        (counts.not_ready, "not ready"),
        (counts.offline, "out"),
    ];
    others.extend(
        further
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|it| told(it.0, it.1)),
    );
    (lost, others.join(", "))
}

/// All adapters in a line, those that are away first.
fn adapters(canvas: &mut Canvas<'_>, view: &TenantView, now_ms: i64, palette: Palette) {
    let (present, away): (Vec<_>, Vec<_>) = view.adapters.values().partition(|it| it.present);
    let away = away.into_iter().map(|adapter| {
        let since = text::lasted_about(now_ms - adapter.since_at_ms);
        format!("! {} AWAY {since}  ", text::shown(&adapter.adapter))
    });
    let present = present.into_iter().map(|adapter| {
        let open = text::number(adapter.open_contacts.into());
        format!("{} connected, {open} open  ", text::shown(&adapter.adapter))
    });
    let none = if view.adapters.is_empty() { "none" } else { "" };
    canvas.spans(&[
        ("adapters: ", FAINT),
        (none, Style::new()),
        (
            &away.collect::<String>(),
            palette.tone(crate::model::table::Tone::Wrong),
        ),
        (&present.collect::<String>(), Style::new()),
    ]);
}

fn agents<'a>(
    canvas: &mut Canvas<'_>,
    palette: Palette,
    opened: &mut Opened,
    place: usize,
    rows: impl Iterator<Item = AgentRow<'a>>,
) {
    let words = Words {
        title: "Agents",
        nothing: "There are no agents.",
    };
    let has_cursor = opened.focus == place;
    table(
        canvas,
        palette,
        &words,
        &mut opened.tables[place],
        rows,
        has_cursor,
    );
}

fn contacts<'a>(
    canvas: &mut Canvas<'_>,
    palette: Palette,
    opened: &mut Opened,
    nothing: &str,
    rows: impl Iterator<Item = ContactRow<'a>>,
) {
    let words = Words {
        title: "Contacts",
        nothing,
    };
    let has_cursor = opened.focus == 0;
    table(
        canvas,
        palette,
        &words,
        &mut opened.tables[0],
        rows,
        has_cursor,
    );
}

/// One queue: its figures, its contacts, its agents.
fn queue(
    canvas: &mut Canvas<'_>,
    model: &Model,
    palette: Palette,
    opened: &mut Opened,
    name: &str,
) {
    let (view, now_ms) = (model.view(), model.now_ms());
    let Some(row) = QueueRow::all(view, now_ms).find(|row| row.name() == name) else {
        let gone = format!("The queue {} is no more.", text::shown(name));
        return canvas.line(&gone, Style::new());
    };
    let cell = |by| row.cell(by).text;
    let mark = format!("Queue {} {}", cell(By::Name), cell(By::Mark));
    let remarks = format!(" {}", cell(By::Remarks));
    let tone = palette.tone(row.tone());
    canvas.spans(&[(&mark, tone.add_modifier(Modifier::BOLD)), (&remarks, tone)]);
    canvas.line(
        &format!(
            "waiting {}  ringing {}  longest {}  expected {}  talking {}  wrap-up {}",
            cell(By::Waiting),
            cell(By::Ringing),
            cell(By::Longest),
            cell(By::Expected),
            cell(By::Talking),
            cell(By::WrapUp)
        ),
        STRONG,
    );
    if canvas.height() >= ROOMY {
        let goal = match row.queue.service_level_goal {
            0 => String::new(),
            goal => format!(", goal {goal} %"),
        };
        let told = format!(
            "{} idle, {} ready, {} logged in; in {}: {} of late, {} today{goal}",
            row.queue.agents_idle,
            row.queue.agents_ready,
            row.queue.agents_logged_in,
            text::lasted(row.queue.service_level_ms),
            cell(By::Recent),
            cell(By::Today),
        );
        canvas.line(&told, Style::new());
    }
    let parts = Parts {
        agents: true,
        contacts: true,
    };
    if !is_known(canvas, model, parts) {
        return;
    }
    let open = ContactRow::of_queue(view, name, now_ms);
    let serve = AgentRow::of_queue(view, name, now_ms);
    let nothing = "No contact of this queue is open.";
    if canvas.height() < ROOMY - 4 {
        // There is room for one of them.
        return match opened.focus {
            0 => contacts(canvas, palette, opened, nothing, open),
            _ => agents(canvas, palette, opened, 1, serve),
        };
    }
    let mut upper = canvas.split(canvas.height() / 2);
    contacts(&mut upper, palette, opened, nothing, open);
    agents(canvas, palette, opened, 1, serve);
}

/// Why a contact waits, or why an agent gets none.
fn why(canvas: &mut Canvas<'_>, model: &Model, opened: &mut Opened, subject: &Subject) {
    let what = match subject {
        Subject::Contact(_) => "Contact",
        Subject::Agent(_) => "Agent",
    };
    let known = model.why.as_ref().filter(|why| why.subject == *subject);
    let at_ms = known.and_then(|why| why.at_ms);
    let as_of = at_ms.map_or(String::new(), |at_ms| {
        format!("  as of {} UTC", text::clock(at_ms))
    });
    let title = format!("{what} {}", text::shown(subject.name()));
    canvas.spans(&[(&title, STRONG), (&as_of, FAINT)]);
    if known.is_none() && !model.onlooker.sees_names {
        return canvas.line(MONITOR, Style::new());
    }
    let Some(why) = known else {
        return canvas.line("Asking.", Style::new());
    };
    let width = canvas.width().min(TEXT_WIDTH_MAX);
    let sentences = why.sentences.iter().flat_map(|sentence| sentence.lines());
    let lines = sentences.flat_map(|line| text::wrapped(&text::shown(line), width.into()));
    let lines: Vec<_> = lines.collect();
    let lines: Vec<_> = lines
        .iter()
        .map(|line| (line.as_str(), Style::new()))
        .collect();
    scrolled(canvas, opened, &lines);
}

/// Lines of text, as far as they are scrolled, and how many more there are.
fn scrolled(canvas: &mut Canvas<'_>, opened: &mut Opened, lines: &[(&str, Style)]) {
    let columns = usize::from(canvas.width());
    let whole = lines.iter().flat_map(|(text, style)| {
        let parts = match text::width(text) > columns {
            true => text::wrapped(text, columns),
            false => vec![(*text).to_owned()],
        };
        parts.into_iter().map(move |part| (part, *style))
    });
    let lines: Vec<_> = whole.collect();
    let height = usize::from(canvas.height());
    let fits = lines.len() <= height;
    let seen = if fits {
        height
    } else {
        height.saturating_sub(1)
    };
    let above = opened.scroll.settle(lines.len(), seen);
    for (text, style) in lines.iter().skip(above).take(seen) {
        canvas.line(text, *style);
    }
    if !fits {
        let below = lines.len().saturating_sub(above + seen);
        canvas.line(&format!("-- {above} lines above, {below} below --"), FAINT);
    }
}

const HELP: &str = "\
It looks and does not act. `acd supervise` acts.

1 2 3 4           queues, agents, contacts, the engine
Up Down, j k      the cursor; it stays with its row while rows come and go
PgUp PgDn         a screen; Home (g): the first row, and the cursor stays there;
                  End (G): the last
Enter             a queue: its contacts and agents; a contact or agent: why
Esc               back
Tab               the other table of a queue; else the next page
< > (arrows)      sort by the column before or after;  r  the other way round
/                 show only rows with a text: name, state, queue, skill, contact
Space             freeze the picture, and go on
t                 another tenant
Ctrl-L            draw all of it again;  Ctrl-Z  leave for a while
q, F10, Ctrl-C    quit

Marks             ! needs a hand now   ^ may soon   - takes no part
Queues            30m, today: answered in time, of those answered or given up
                  expect: how long who comes now is thought to wait
Times of day are UTC, as in `acd explain` and in the log.";
