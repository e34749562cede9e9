// SPDX-License-Identifier: MIT
'use strict';
/*
 * siptwinLadder(root, data, options): draws the ladder that `data` describes (docs/ladder.md: one run or capture, or
 * two beside each other) into the element `root`, and returns {draw(data), show(side, step), close()}. It is one
 * function that needs nothing but ladder.css: the page that siptwin writes and any other page use it alike.
 *
 * options, all of them optional:
 *   page      true: it is alone on its page; it shows the title, and the fragment #12 opens datagram 12
 *   actions   [{label, run(step, side)}]: buttons of a message that is open; a label may be a function of the step
 *   onshow    called with the step that was opened, or null
 */
const siptwinLadder = (root, first, options = {}) => {
  const SILENCE_NS = 1e9, PART = 400, CALLS_SHOWN = 200, CALL_COLOURS = 8, DIFF_CELLS = 1e6;
  const FATES = {lost: 'lost', no_host: 'no such host', closed_port: 'nobody there', full_socket: 'buffer full'};
  const prefs = {time: 'compressed', stamp: 'start', colour: 'kind', side: 'both', message: 'changes', calls: new Set(), find: ''};
  const id = 'l' + (siptwinLadder.count = (siptwinLadder.count || 0) + 1);
  let view, open = null;

  const el = (tag, attributes = {}, ...children) => {
    const e = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith('on')) e.addEventListener(name.slice(2), value);
      else if (value === true) e.setAttribute(name, '');
      else if (value !== false && value !== null && value !== undefined) e.setAttribute(name, value);
    }
    e.append(...children.filter(c => c !== null && c !== undefined && c !== false));
    return e;
  };
  const column = (e, from, to) => { e.style.gridColumn = to ? from + '/' + to : from; return e; };

  // Times: integers of nanoseconds, cut off, not rounded, as tcpdump does.
  const seconds = (ns, digits) => {
    const size = Math.abs(ns), unit = 10 ** (9 - digits), part = Math.trunc(size % 1e9 / unit);
    return (ns < 0 && size >= unit ? '-' : '') + Math.trunc(size / 1e9) + '.' + String(part).padStart(digits, '0');
  };
  const clock = (start, ns) => {
    let ns_part = start.ns + ns % 1e9, s = start.s + Math.trunc(ns / 1e9);
    s += Math.floor(ns_part / 1e9); ns_part -= Math.floor(ns_part / 1e9) * 1e9;
    return new Date(s * 1000).toISOString().slice(11, 19) + '.' + String(Math.trunc(ns_part / 1000)).padStart(6, '0');
  };

  // What a message is: request, 1xx, 2xx, 3xx, 4xx to 6xx, or no SIP at all.
  const kind_of = step => step.status ? 'r' + Math.min(4, Math.trunc(step.status / 100)) : step.method ? 'request' : 'other';
  const name_of = (step, full) => (step.number ? '#' + step.number + ' ' : '') + (full ? step.line || step.label : step.label) +
    (step.retransmission ? ', retransmission ' + step.retransmission : '') + (FATES[step.fate] ? ', ' + FATES[step.fate] : '');

  // Bytes are given as a text of characters 0 to 255. What cannot be shown becomes \xHH.
  const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/u;
  const bytes_of = text => Uint8Array.from(text, c => c.charCodeAt(0));
  const hex = n => n.toString(16).padStart(2, '0');
  const visible = text => {
    if (!/[^\t\x20-\x7e]/.test(text)) return text;
    let out = '';
    for (let i = 0; i < text.length;) {
      const c = text.charCodeAt(i), len = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 1;
      let character = null;
      try { character = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes_of(text.slice(i, i + len))); } catch { /* no UTF-8 */ }
      if (character && (character === '\t' || !HIDDEN.test(character))) { out += character; i += len; }
      else { out += '\\x' + hex(c); i++; }
    }
    return out;
  };
  const utf8 = text => { try { return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes_of(text)); } catch { return text; } };

  // The lines of the new text, with removed ones before what replaces them: the longest common subsequence.
  const lines_of = text => text.match(/[^\n]*\n|[^\n]+$/g) || [];
  const diff = (before, now) => {
    const a = lines_of(before), b = lines_of(now), n = a.length, m = b.length, out = [];
    if (before === now || n * m > DIFF_CELLS) return b.map(text => ({kind: 'span', text}));
    const sums = Array.from({length: n + 1}, () => new Uint32Array(m + 1));
    for (let i = n - 1; i >= 0; i--)
      for (let j = m - 1; j >= 0; j--) sums[i][j] = a[i] === b[j] ? sums[i + 1][j + 1] + 1 : Math.max(sums[i + 1][j], sums[i][j + 1]);
    for (let i = 0, j = 0; i < n || j < m;) {
      if (i < n && j < m && a[i] === b[j]) { out.push({kind: 'span', text: b[j]}); i++; j++; }
      else if (i < n && (j === m || sums[i + 1][j] >= sums[i][j + 1])) out.push({kind: 'del', text: a[i++]});
      else out.push({kind: 'ins', text: b[j++]});
    }
    // Of a removed line and the one in its place, what differs is marked, if they are alike at all.
    for (let k = 0; k < out.length;) {
      let removed = k, added, end;
      while (removed < out.length && out[removed].kind !== 'del') removed++;
      for (added = removed; added < out.length && out[added].kind === 'del';) added++;
      for (end = added; end < out.length && out[end].kind === 'ins';) end++;
      for (let i = removed; i < added && added + i - removed < end; i++) mark(out[i], out[added + i - removed]);
      k = Math.max(end, k + 1);
    }
    return out;
  };
  const mark = (a, b) => {
    const x = a.text, y = b.text, most = Math.min(x.length, y.length), word = t => t.split(':')[0];
    let head = 0, tail = 0;
    if (word(x) !== word(y)) return;
    while (head < most && x[head] === y[head]) head++;
    while (tail < most - head && x[x.length - 1 - tail] === y[y.length - 1 - tail]) tail++;
    a.mark = [head, x.length - tail]; b.mark = [head, y.length - tail];
  };

  // One run or capture is one side; two beside each other are two, in rows that belong together.
  const make_view = data => {
    const two = data.format === 'siptwin-compare', sides = two ? [data.a, data.b] : [data];
    const all = two ? data.rows.map(r => ({steps: [r.a ?? null, r.b ?? null], mark: r.mark, text: r.text}))
      : data.steps.map((_, i) => ({steps: [i], mark: data.steps[i].mark, text: data.steps[i].mark_text}));
    return {data, two, sides, all};
  };
  const step_of = (row, side) => row.steps[side] === null || row.steps[side] === undefined ? null : view.sides[side].steps[row.steps[side]];
  const shown_sides = () => !view.two ? [0] : prefs.side === 'both' ? [0, 1] : prefs.side === 'a' ? [0] : [1];
  // The calls of side B go by the number of their partners in A, so that they are filtered and coloured alike.
  const join_calls = () => {
    view.call_b = new Map();
    for (const row of view.all) {
      const a = step_of(row, 0), b = step_of(row, 1);
      if (a && b && a.call !== undefined && b.call !== undefined && !view.call_b.has(b.call)) view.call_b.set(b.call, a.call);
    }
  };
  const call_of = (step, side) => step.call === undefined ? undefined : side === 0 ? step.call : view.call_b.get(step.call);

  // Rows that pass the filter, how long each waits for the one before it, and where a silence is told: within
  // the time from one message to the next at the place of the longest wait, which notes may cut short.
  const plan = () => {
    const sides = shown_sides();
    view.rows = view.all.filter(row => sides.some(s => {
      const step = step_of(row, s);
      return step && (!prefs.calls.size || prefs.calls.has(call_of(step, s)));
    })).map(row => ({...row, wait: 0, silence: [], since: []}));
    for (const s of sides) {
      let before = null, message = null, longest = null;
      view.rows.forEach((row, k) => {
        const step = step_of(row, s);
        if (!step) return;
        const gap = before === null ? 0 : step.time_ns - before;
        before = step.time_ns;
        row.wait = Math.max(row.wait, gap);
        if (message !== null && (!longest || gap > longest.gap)) longest = {k, gap};
        if (step.kind !== 'message') return;
        row.since[s] = message === null ? 0 : step.time_ns - message;
        if (row.since[s] >= SILENCE_NS) view.rows[longest.k].silence[s] = row.since[s];
        message = step.time_ns; longest = null;
      });
    }
  };

  const stamp = (step, side, since) => {
    const start = view.sides[side].start;
    if (prefs.stamp === 'clock' && start) return clock(start, step.time_ns);
    if (prefs.stamp === 'delta') return step.kind === 'message' ? '+' + seconds(since || 0, 6) : '';
    return seconds(step.time_ns, 6);
  };

  const link = (number, side, text) => el('a', {class: 'goto', href: '#' + number, 'data-number': number, 'data-side': side}, text || '#' + number);
  // "on #4": numbers in a text that name a datagram are links
  const cause_of = (step, side) => {
    const out = [step.cause || ''];
    if (step.reference) out.push(' ', el('span', {class: 'dim'}, '[' + step.reference + ']'));
    if (step.position) out.push(' ', el('code', {}, step.position));
    return out;
  };

  const at_cell = (step, side, row, base) => {
    const call = call_of(step, side), many = view.sides[0].calls.length > 1;
    return column(el('span', {class: 'at', 'aria-hidden': 'true'},
      el('b', {}, step.number && step.kind === 'message' ? String(step.number) : ''),
      many && call !== undefined ? el('i', {class: 'call'}, String(call + 1)) : null,
      el('span', {}, stamp(step, side, row.since[side]))), base);
  };

  const arrow_cell = (step, side, k, base) => {
    const hosts = view.sides[side].hosts, {from, to} = step, self = from === to, right = to > from;
    const a = base + 2 + 2 * Math.min(from, to), b = self ? a + 1 : base + 2 + 2 * Math.max(from, to);
    const arrives = step.fate === 'closed_port' || step.fate === 'full_socket';
    const fate = FATES[step.fate] ? 'lost ' + (arrives ? 'arrives' : step.fate) : '';
    const [, short, method] = step.status && step.label.match(/^(.*?)( \([^)]*\))$/) || [null, step.label, null];
    const button = el('button', {
      type: 'button', tabindex: -1, class: ['arrow', self ? 'self' : right ? 'right' : 'left', kind_of(step), fate, step.retransmission ? 'again' : ''].join(' ').trim(),
      'data-side': side, 'data-row': k, 'aria-expanded': 'false', 'aria-controls': id + 'panel',
      'aria-label': name_of(step) + (step.sdp ? ', with SDP' : '') + ', ' + hosts[from].name + ' to ' + hosts[to].name + ', at ' + seconds(step.time_ns, 6) + ' s' +
        (view.two ? ', in ' + 'AB'[side] : '') + (view.rows[k].mark ? ', ' + MARKS[view.rows[k].mark] : '')},
      el('span', {class: 'label'}, step.retransmission ? el('span', {class: 'again-mark'}, '>>> ') : null, short,
        method ? el('span', {class: 'method'}, method) : null, step.sdp ? el('span', {class: 'sdp'}, ' (SDP)') : null,
        arrives || step.fate === 'no_host' ? ': ' + FATES[step.fate] : null),
      el('span', {class: 'line'}));
    return column(button, a, b);
  };

  const MARKS = {only: 'only here', added: 'new', different: 'different', changed: 'changed', moved: 'out of order', late: 'out of time'};
  const SIGNS = {added: '+', different: '!', changed: '!', moved: '~', late: 't'};

  const note_cell = (step, side, base) => {
    const hosts = view.sides[side].hosts, failure = step.kind === 'failure';
    return column(el('p', {class: failure ? 'failure' : ''}, failure ? el('b', {}, '\u2717 ') : null, step.host !== undefined ? el('b', {}, hosts[step.host].name) : null,
      step.about ? ', on ' : '', step.about ? link(step.about, side) : '', step.host !== undefined ? ': ' : '', ...cause_of(step, side)),
    base + 1, base + 1 + 2 * hosts.length);
  };

  const make_row = (row, k) => {
    const out = [], sides = shown_sides(), step = step_of(row, sides[0]) || step_of(row, sides[1]);
    const call = call_of(step, step_of(row, sides[0]) ? sides[0] : sides[1]);
    let wait = row.wait;
    if (row.silence.some(Boolean)) {
      const li = el('li', {class: 'silence'});
      sides.forEach((s, i) => row.silence[s] && li.append(column(el('span', {}, seconds(row.silence[s], 3) + ' s of silence'),
        view.bases[i] + 1, view.bases[i] + 1 + 2 * view.sides[s].hosts.length)));
      li.style.setProperty('--wait', wait / 1e9);
      wait = 0;
      out.push(li);
    }
    const li = el('li', {class: ['step', step.kind, row.mark ? 'mark ' + (row.mark !== 'only' ? row.mark : row.steps[0] !== null ? 'only-a' : 'only-b') : '', call === undefined ? '' : 'c' + call % CALL_COLOURS].join(' ').trim()});
    if (wait) li.style.setProperty('--wait', wait / 1e9);
    sides.forEach((s, i) => {
      const mine = step_of(row, s), base = view.bases[i];
      if (!mine) { li.append(column(el('span', {class: 'missing'}), base, base + 1 + 2 * view.sides[s].hosts.length)); return; }
      li.append(at_cell(mine, s, row, base));
      const cell = mine.kind === 'message' ? arrow_cell(mine, s, k, base) : note_cell(mine, s, base);
      li.append(cell);
      if (mine.kind === 'message') view.buttons.push(cell);
    });
    if (row.mark) li.append(el('span', {class: 'sign', title: row.text || MARKS[row.mark]}, row.mark === 'only' ? (row.steps[0] !== null ? '\u2212' : '+') : SIGNS[row.mark] || '!'));
    out.push(li);
    sides.forEach((s, i) => { // how a call ended that came to nothing
      const mine = step_of(row, s), ended = mine && mine.call !== undefined && view.sides[s].calls[mine.call];
      if (!ended || !ended.ending || ended.last !== row.steps[s]) return;
      out.push(el('li', {class: 'ended'}, column(el('p', {class: 'failure'}, '\u2717 ', view.sides[s].calls.length > 1 ? 'call ' + (mine.call + 1) + ': ' : '', ended.ending),
        view.bases[i] + 1, view.bases[i] + 1 + 2 * view.sides[s].hosts.length)));
    });
    return out;
  };

  // Rows are drawn in parts: the next one when its place comes near, or when something in it is wanted.
  const draw_until = wanted => {
    while (view.drawn < view.rows.length && view.drawn <= wanted) {
      const part = document.createDocumentFragment(), end = Math.min(view.rows.length, view.drawn + PART);
      for (; view.drawn < end; view.drawn++) part.append(...make_row(view.rows[view.drawn], view.drawn));
      view.steps.append(part);
    }
    view.more.hidden = view.drawn >= view.rows.length;
    view.more.textContent = 'Show more: ' + (view.rows.length - view.drawn) + ' of ' + view.rows.length + ' rows are not drawn yet';
    if (view.buttons.length && !view.buttons.some(b => b.tabIndex === 0)) view.buttons[0].tabIndex = 0;
  };

  const reach = button => { for (const b of view.buttons) if (b.tabIndex === 0) b.tabIndex = -1; if (button) button.tabIndex = 0; };
  const transaction_of = button => button && step_of(view.rows[button.dataset.row], +button.dataset.side).transaction;
  const light = button => { // all messages of one transaction stand out while one of them has the pointer or the focus
    const transaction = transaction_of(button);
    view.steps.classList.toggle('lit', Boolean(transaction));
    for (const b of view.buttons) b.parentNode.classList.toggle('hot', Boolean(transaction) && (transaction_of(b) === transaction && b.dataset.side === button.dataset.side ||
      view.two && b.parentNode === button.parentNode));
  };
  const focused = () => view.buttons.find(b => b === document.activeElement);

  const button_of = (side, index) => {
    const k = view.rows.findIndex(row => row.steps[side] === index);
    if (k < 0) return null;
    draw_until(k);
    return view.buttons.find(b => +b.dataset.row === k && +b.dataset.side === side) || null;
  };
  const number_button = (side, number) => button_of(side, view.sides[side].steps.findIndex(s => s.kind === 'message' && s.number === number));

  const add_lines = (pre, lines) => {
    for (const line of lines) {
      const body = line.text.replace(/\r?\n$/, ''), [from, to] = line.mark || [0, 0], end = Math.min(to, body.length);
      pre.append(el(line.kind, {}, visible(body.slice(0, Math.min(from, body.length))), from < end ? el('mark', {}, visible(body.slice(from, end))) : null,
        visible(body.slice(Math.max(end, Math.min(from, body.length)))),
        line.text.endsWith('\n') && !line.text.endsWith('\r\n') ? el('span', {class: 'end'}, '\\n') : null)); // SIP lines end with CRLF
    }
  };
  const add_dump = (pre, text) => {
    const bytes = bytes_of(text), wide = root.clientWidth < 500 ? 8 : 16;
    for (let i = 0; i < bytes.length; i += wide) {
      const part = [...bytes.slice(i, i + wide)];
      pre.append(el('span', {}, i.toString(16).padStart(4, '0') + '  ' + part.map(hex).join(' ').padEnd(wide * 3) + ' ' +
        part.map(c => c >= 0x20 && c < 0x7f ? String.fromCharCode(c) : '.').join('')));
    }
  };

  const copy = async (text, button) => {
    let done = true;
    try { await navigator.clipboard.writeText(text); } catch {
      const area = el('textarea', {class: 'copied'});
      area.value = text;
      root.append(area); area.select();
      done = document.execCommand('copy');
      area.remove(); button.focus();
    }
    button.textContent = done ? 'Copied' : 'Not copied: select the text instead';
  };

  const COMPARED = {hop: 'What this hop changed, compared with ', request: 'Made here, compared with the request ', first: 'Sent before as '};

  // The message of a step, and what it is compared with: the same in the other ladder, or what the hop made of it.
  const add_message = (panel, row, side) => {
    const here = view.sides[side], step = step_of(row, side), text = here.messages[step.message];
    const other = view.two ? step_of(row, 1 - side) : null;
    const before = other ? view.sides[1 - side].messages[other.message] : step.before !== undefined ? here.messages[here.steps[step.before].message] : null;
    const place = i => here.hosts[i].name + (here.hosts[i].address ? ' (' + here.hosts[i].address + ')' : '');
    panel.append(el('h2', {id: id + 'title'}, step.number ? link(step.number, side) : null, step.number ? ' ' : null,
      name_of(step, true).replace(/^#\d+ /, ''), view.two ? ', in ' + 'AB'[side] : null));
    panel.append(el('p', {class: 'dim'}, place(step.from) + ' \u2192 ' + place(step.to) + (step.sent_ns === undefined ? ', captured at ' : ', sent at ') + seconds(step.sent_ns ?? step.time_ns, 6) + ' s' +
      (step.arrived_ns !== undefined && step.fate === 'arrived' ? ', arrived at ' + seconds(step.arrived_ns, 6) + ' s' : '') + ', ' + text.length + ' bytes' +
      (here.start ? ', ' + clock(here.start, step.time_ns) + ' UTC' : '')));
    if (step.cause) panel.append(el('p', {class: 'why'}, 'Why: ', ...cause_of(step, side)));
    if (row.text) panel.append(el('p', {class: 'told'}, row.text));
    const lines = before === null ? lines_of(text).map(t => ({kind: 'span', text: t})) : side === 0 && other ? diff(text, before) : diff(before, text);
    const count = k => lines.filter(l => l.kind === k).length, added = count('ins'), removed = count('del');
    if (before !== null) panel.append(el('p', {class: 'compared'}, other ? 'Compared with the other side, A (\u2212) and B (+): '
      : COMPARED[step.compared], other ? null : el('button', {type: 'button', class: 'goto', 'data-step': step.before, 'data-side': side}, name_of(here.steps[step.before])),
    other ? '' : ': ', added + removed === 0 ? 'the same bytes.' : added + (added === 1 ? ' line' : ' lines') + ' added, ' + removed + ' removed.'));
    const ways = {changes: before === null ? null : 'Changes', sent: 'As sent', bytes: 'Bytes'};
    const way = before === null && prefs.message === 'changes' ? 'sent' : prefs.message;
    const tools = el('div', {class: 'tools'}, el('fieldset', {}, el('legend', {}, 'Show: '), ...Object.entries(ways).filter(([, l]) => l).map(([value, label]) =>
      el('label', {}, el('input', {type: 'radio', name: id + 'way', value, checked: value === way, onchange: () => { prefs.message = value; show_text(); }}), label))),
    el('button', {type: 'button', class: 'copy', onclick: e => copy(utf8(text), e.target)}, 'Copy'),
    ...(options.actions || []).map(a => el('button', {type: 'button', onclick: () => a.run(step, side)}, typeof a.label === 'function' ? a.label(step) : a.label)));
    const pre = el('pre', {tabindex: 0, 'aria-label': 'The message'});
    const show_text = () => {
      pre.replaceChildren();
      pre.className = prefs.message;
      if (prefs.message === 'bytes') add_dump(pre, text);
      else add_lines(pre, prefs.message === 'sent' || before === null ? lines_of(text).map(t => ({kind: 'span', text: t})) : lines);
    };
    show_text();
    panel.append(tools, pre);
  };

  const show = (button, keep) => {
    for (const b of view.buttons) if (b.getAttribute('aria-expanded') === 'true') b.setAttribute('aria-expanded', 'false');
    view.panel.replaceChildren();
    root.classList.toggle('open', Boolean(button));
    open = button;
    const step = button && step_of(view.rows[button.dataset.row], +button.dataset.side);
    if (button) {
      button.setAttribute('aria-expanded', 'true');
      view.panel.append(el('button', {type: 'button', class: 'close', 'aria-label': 'Close the message', onclick: close}, '\u2715'));
      add_message(view.panel, view.rows[button.dataset.row], +button.dataset.side);
      view.panel.scrollTop = 0;
      reach(button);
      if (!keep) button.scrollIntoView({block: 'nearest', inline: 'nearest'});
    }
    fit();
    if (options.onshow) options.onshow(step || null);
  };
  const close = () => { const button = open; show(null); if (button && button.isConnected) button.focus(); };
  const follow = button => { if (button) { show(button); button.focus(); } };

  const choice = (legend, name, values, then) => el('fieldset', {class: name}, el('legend', {}, legend), ...values.map(([value, label]) =>
    el('label', {}, el('input', {type: 'radio', name: id + name, value, checked: prefs[name] === value, onchange: () => { prefs[name] = value; then(); }}), label)));

  // Waiting is drawn to scale such that the whole ladder fits the screen, or, of a long one, its waiting takes half of it.
  const fit = () => {
    const waits = view.rows.reduce((sum, row) => sum + row.wait, 0) / 1e9, screen = view.scroll.clientHeight, high = Math.max(200, screen / 2, screen - 180 - 36 * view.rows.length);
    const px = Math.min(100, Math.max(.01, high / Math.max(waits, .001)));
    const tick = [1, 2, 5, 10, 20, 60, 120, 300, 600, 3600, 86400].find(t => t * px >= 12) || 86400;
    root.style.setProperty('--px', px);
    root.style.setProperty('--tick', tick * px + 'px');
    view.unit.textContent = 'Waiting is drawn to scale, ' + (px >= 10 ? Math.round(px) : px.toPrecision(2)) + ' pixels a second, a mark ' +
      (tick === 1 ? 'a second' : 'every ' + tick + ' seconds') + '; messages that follow each other at once are drawn apart.';
  };

  const ending = call => (call.status ? call.status + (call.reason ? ' ' + call.reason : '') : call.method === 'ACK' ? '' : 'no final response');
  const call_list = () => {
    const {hosts, calls} = view.sides[0], wanted = prefs.find.toLowerCase();
    const found = calls.map((call, i) => ({call, i})).filter(({call}) => !wanted || [call.id, ending(call), hosts[call.from].name, hosts[call.to].name]
      .some(t => t.toLowerCase().includes(wanted)));
    const rows = found.slice(0, CALLS_SHOWN).map(({call, i}) => el('tr', {class: call.failed ? 'failed' : ''},
      el('td', {}, el('button', {type: 'button', class: 'pick c' + i % CALL_COLOURS, 'aria-pressed': String(prefs.calls.has(i)), 'data-call': i}, String(i + 1))),
      el('td', {}, hosts[call.from].name + ' \u2192 ' + hosts[call.to].name), el('td', {}, call.method || ''),
      el('td', {}, (call.failed ? '\u2717 ' : '') + ending(call)), el('td', {class: 'number'}, seconds(view.sides[0].steps[call.first].time_ns, 3)),
      el('td', {class: 'number'}, seconds(view.sides[0].steps[call.last].time_ns - view.sides[0].steps[call.first].time_ns, 3)),
      el('td', {class: 'number'}, String(call.messages)), el('td', {class: 'id'}, visible(call.id))));
    const head = ['call', 'from \u2192 to', 'method', 'end', 'at s', 'lasts s', 'messages', 'Call-ID'];
    view.list.replaceChildren(el('table', {}, el('thead', {}, el('tr', {}, ...head.map(t => el('th', {scope: 'col'}, t)))), el('tbody', {}, ...rows)),
      found.length > rows.length ? el('p', {class: 'dim'}, 'The first ' + rows.length + ' of ' + found.length + ' calls; find others by a part of their Call-ID, host or end.') : '');
  };
  const calls_box = () => {
    const {calls} = view.sides[0], failed = calls.filter(c => c.failed).length;
    if (calls.length < 2) return null;
    view.list = el('div', {class: 'list', onclick: event => {
      const button = event.target.closest('.pick');
      if (!button) return;
      const i = +button.dataset.call;
      if (!prefs.calls.delete(i)) prefs.calls.add(i);
      redraw();
      root.querySelector('.pick[data-call="' + i + '"]')?.focus();
    }});
    call_list();
    return el('details', {class: 'calls', open: view.calls_open ?? true, ontoggle: e => { view.calls_open = e.target.open; }},
      el('summary', {}, calls.length + ' calls' + (failed ? ', ' + failed + ' failed' : '') + (prefs.calls.size ? '; ' + prefs.calls.size + ' shown' : '')),
      el('div', {class: 'tools'}, el('label', {}, 'Find: ', el('input', {type: 'search', value: prefs.find, oninput: e => { prefs.find = e.target.value; call_list(); }})),
        el('button', {type: 'button', disabled: !prefs.calls.size, onclick: () => { prefs.calls.clear(); redraw(); }}, 'Show all calls'),
        choice('Colour by: ', 'colour', [['kind', 'kind of message'], ['call', 'call']], redraw)), view.list);
  };

  const hosts_row = () => {
    const head = el('div', {class: 'hosts'}), lanes = el('div', {class: 'lanes', 'aria-hidden': 'true'});
    shown_sides().forEach((s, i) => view.sides[s].hosts.forEach((host, h) => {
      head.append(column(el('b', {title: host.address ? host.name + ' ' + host.address : host.name}, el('span', {}, host.name), host.address ? el('small', {}, host.address) : null),
        view.bases[i] + 1 + 2 * h, 'span 2'));
      lanes.append(column(el('i'), view.bases[i] + 1 + 2 * h, 'span 2'));
    }));
    return [head, lanes];
  };

  // Draws all but keeps what was chosen.
  const redraw = () => {
    const was = open && {side: +open.dataset.side, step: view.rows[open.dataset.row].steps[open.dataset.side]}, keep_scroll = view.scroll ? view.scroll.scrollTop : 0;
    const sides = shown_sides(), {data} = view, main = view.sides[0];
    root.classList.add('siptwin-ladder');
    root.classList.toggle('two', sides.length > 1);
    root.classList.toggle('scale', prefs.time === 'scale');
    root.classList.toggle('by-call', prefs.colour === 'call');
    root.classList.toggle('clocks', prefs.stamp === 'clock');
    if (options.page) root.classList.add('page');
    plan();
    view.bases = sides.map((_, i) => i ? 3 + 2 * main.hosts.length : 1);
    view.buttons = []; view.drawn = 0;
    view.steps = el('ol', {class: 'steps', 'aria-label': 'Messages in the order of time'});
    view.more = el('button', {type: 'button', class: 'more', onclick: () => draw_until(view.drawn)});
    view.unit = el('p', {class: 'unit'});
    view.panel = el('aside', {class: 'panel', id: id + 'panel', 'aria-label': 'Message'});
    const [hosts, lanes] = hosts_row();
    const inner = el('div', {class: 'inner'}, hosts, el('div', {class: 'body'}, lanes, view.steps));
    inner.style.setProperty('--columns', sides.map(s => 'var(--time) repeat(' + 2 * view.sides[s].hosts.length + ', minmax(0, 1fr))').join(' 24px '));
    inner.style.setProperty('--hosts', sides.reduce((sum, s) => sum + view.sides[s].hosts.length, 0));
    inner.style.setProperty('--sides', sides.length);
    const stamps = [['start', 'from the start'], ['delta', 'from the one before']].concat(main.start ? [['clock', 'time of day (UTC)']] : []);
    const legend = el('p', {class: 'legend', 'aria-hidden': 'true'}, ...[['request', 'request'], ['r1', '1xx'], ['r2', '2xx'], ['r3', '3xx'], ['r4', '4xx\u20136xx']].map(([k, t]) =>
      el('span', {class: 'key ' + k}, el('i'), t)), el('span', {class: 'key'}, '>>> retransmission'), el('span', {class: 'key'}, '\u2717 did not get through'));
    view.scroll = el('div', {class: 'scroll'}, options.page && data.description ? el('p', {class: 'about'}, data.description.trim().replace(/\s+/g, ' ')) : null,
      data.summary ? el('p', {class: 'summary'}, data.summary) : null, calls_box(), view.unit, legend, inner, view.more);
    root.replaceChildren(...[el('div', {class: 'bar'}, options.page ? el('h1', {}, view.two ? 'A: ' + data.a.title + ', B: ' + data.b.title : data.title) : null,
      view.two ? choice('Show: ', 'side', [['both', 'both'], ['a', 'A'], ['b', 'B']], redraw) : null,
      choice('Waiting: ', 'time', [['compressed', 'compressed'], ['scale', 'linear']], () => { root.classList.toggle('scale', prefs.time === 'scale'); fit(); }),
      choice('Times: ', 'stamp', stamps, redraw)), el('div', {class: 'main'}, view.scroll, view.panel)]);
    draw_until(0);
    if ('IntersectionObserver' in window) new IntersectionObserver(seen => { if (seen.some(s => s.isIntersecting) && !view.more.hidden) draw_until(view.drawn); },
      {root: null, rootMargin: '600px'}).observe(view.more);
    view.steps.addEventListener('pointerover', event => light(event.target.closest('.arrow') || focused()));
    view.steps.addEventListener('pointerleave', () => light(focused()));
    view.steps.addEventListener('focusin', event => { const b = event.target.closest('.arrow'); if (b) { light(b); reach(b); } });
    view.steps.addEventListener('focusout', () => light(null));
    fit();
    open = null;
    root.classList.remove('open');
    const again = was && button_of(was.side, was.step);
    view.scroll.scrollTop = keep_scroll;
    if (again) show(again, true);
  };

  const draw = data => {
    const was = view;
    view = make_view(data);
    view.calls_open = was && was.calls_open;
    view.scroll = was && was.scroll;
    if (was) { view.rows = was.rows; prefs.calls.clear(); }
    join_calls();
    if (!was && view.two && window.innerWidth < 700) prefs.side = 'a';
    redraw();
  };

  root.addEventListener('click', event => {
    const arrow = event.target.closest('.arrow'), goto = event.target.closest('.goto');
    if (arrow) show(arrow === open ? null : arrow);
    if (!goto) return;
    if (goto.dataset.step !== undefined) follow(button_of(+goto.dataset.side, +goto.dataset.step));
    else {
      if (!options.page || view.two) event.preventDefault();
      follow(number_button(+goto.dataset.side, +goto.dataset.number));
    }
  });
  root.addEventListener('keydown', event => {
    if (event.key === 'Escape' && open) { close(); return; }
    const arrow = event.target.closest('.arrow');
    if (!arrow || event.ctrlKey || event.altKey || event.metaKey) return;
    const across = view.two && prefs.side === 'both', mine = view.buttons.filter(b => b.dataset.side === arrow.dataset.side), at = mine.indexOf(arrow);
    if (across && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      const other = view.buttons.find(b => b !== arrow && b.dataset.row === arrow.dataset.row);
      if (other) { event.preventDefault(); go(other); }
      return;
    }
    const to = {ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: Infinity}[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (to >= mine.length) draw_until(event.key === 'End' ? Infinity : view.drawn);
    const all = view.buttons.filter(b => b.dataset.side === arrow.dataset.side);
    go(all[Math.max(0, Math.min(all.length - 1, to))]);
  });
  const go = button => { reach(button); button.focus(); if (open) show(button); };

  const by_hash = () => { const n = /^#(\d+)$/.exec(location.hash); if (n) follow(number_button(0, +n[1])); };
  draw(first);
  if (options.page) {
    window.addEventListener('hashchange', by_hash);
    window.addEventListener('resize', () => fit());
    window.addEventListener('beforeprint', () => draw_until(Infinity));
    by_hash();
  }
  return {draw, close, show: (side, step) => follow(button_of(side, step))};
};
if (document.getElementById('siptwin-ladder-data'))
  siptwinLadder(document.getElementById('siptwin-ladder'), JSON.parse(document.getElementById('siptwin-ladder-data').textContent), {page: true});
