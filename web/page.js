// SPDX-License-Identifier: MIT
'use strict';
/*
 * The playground: a scenario's files and a few what-ifs are the whole state; each change of it runs siptwin anew and draws
 * what came of it with siptwinLadder (view/ladder.js), marked against a baseline.
 */
const siptwinPage = async () => {
  const $ = id => document.getElementById(id);
  const base64 = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
  const library = JSON.parse($('library').textContent);
  const lab = await siptwinLab(createSiptwin, base64($('wasm').textContent.trim()), library);
  const EVENT_LIMIT = 3000000; // a page is to answer

  const el = (tag, attributes = {}, ...children) => {
    const e = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith('on')) e.addEventListener(name.slice(2), value);
      else if (value !== false && value !== null && value !== undefined) e.setAttribute(name, value === true ? '' : value);
    }
    e.append(...children.filter(c => c !== null && c !== undefined && c !== false));
    return e;
  };

  // The state, and what came of it.
  const state = {name: '', original: {}, files: {}, knobs: {}, drops: [], view: 'ladder'};
  const PLAIN = {delay: 0, path: null, loss: null, seed: 1, late: null, trying: null, stateful: null};
  let ladder = null, result = null, baseline = null, running = 0;

  // What the files say: the hosts and what each runs, as `siptwin new` writes it.
  const hosts_of = yaml => {
    const hosts = [];
    let inside = false;
    for (const line of (yaml || '').split('\n')) {
      const top = /^(\w+):/.exec(line), host = /^  ([\w-]+):/.exec(line), runs = /^    (sipp|kamailio):/.exec(line), file = /^      (config|scenario): *([^\s#]+)/.exec(line);
      if (top) inside = top[1] === 'hosts';
      else if (inside && host) hosts.push({name: host[1], runs: null, file: null});
      else if (inside && runs && hosts.length) hosts[hosts.length - 1].runs = runs[1];
      else if (inside && file && hosts.length) hosts[hosts.length - 1].file = file[2];
    }
    return hosts;
  };
  const proxies = () => hosts_of(state.files['scenario.yaml']).filter(h => h.runs === 'kamailio');
  const config = proxy => state.files[proxy.file] || '';
  const is_stateful = text => /^[^#\n]*\bt_relay\(/m.test(text);
  const is_plain = text => is_stateful(text) ? !/\bt_(?!relay\()\w+\(|failure_route|branch_route|onreply_route/.test(text) : /\bforward\(\)/.test(text);

  // The same proxy the other way: forward() for t_relay(), with tm or without it.
  const restated = (text, stateful) => stateful
    ? text.replace(/\bforward\(\)/g, 't_relay()').replace(/^(loadmodule "sl(?:\.so)?")/m, '$1\nloadmodule "tm.so"')
    : text.replace(/\bt_relay\(\)/g, 'forward()').replace(/^(loadmodule "tm(\.so)?"|modparam\("tm".*)$/gm, '# $&');

  const scenario_drops = () => {
    const block = /^  drop:[^\n]*\n((?:    - .*\n?)*)/m.exec(state.files['scenario.yaml'] || '');
    return block ? block[1].split('\n').map(l => l.replace(/^ *- /, '').replace(/ +#.*$/, '').trim()).filter(Boolean) : [];
  };

  // The command line that the what-ifs are, and the files that they need.
  const options_of = () => {
    const k = state.knobs, sets = [], files = {};
    const set = (key, value) => sets.push('--set', key + '=' + value);
    if (k.delay > 0) sets.push('--uas-delay', k.delay + 's');
    if (k.path !== null) set('network.delay', k.path ? k.path + 'ms' : '30us');
    if (k.loss !== null) set('network.loss', k.loss + '%');
    if (k.loss) set('seed', k.seed);
    for (const p of proxies()) {
      const text = config(p), workers = +((/^\s*children\s*=\s*(\d+)/m.exec(text) || [])[1] || 8);
      let now = is_stateful(text);
      if (k.stateful !== null && is_plain(text) && k.stateful !== now) {
        files[p.name + '.other.cfg'] = restated(text, k.stateful);
        set('hosts.' + p.name + '.kamailio.config', p.name + '.other.cfg');
        now = k.stateful;
      }
      if (k.trying !== null && now) set('hosts.' + p.name + '.kamailio.modparam.tm.auto_inv_100', k.trying ? 1 : 0);
      if (k.late !== null && workers > 1)
        set('hosts.' + p.name + '.kamailio.wakeup', '[' + Array.from({length: workers}, (_, i) => i === 1 ? Math.max(30, k.late * 100) + 'us' : '30us').join(', ') + ']');
    }
    if (state.drops.length) set('network.drop', '[' + scenario_drops().concat(state.drops.map(d => '{from: ' + d.from + ', to: ' + d.to + ', nth: ' + d.nth + '}')).join(', ') + ']');
    return {sets, files};
  };

  const latin = text => Uint8Array.from(text, c => c.charCodeAt(0) & 255);
  const folder_files = files => Object.fromEntries(Object.entries(files).map(([name, text]) => ['/' + state.name + '/' + name, latin(text)]));

  const simulate = async () => {
    const {sets, files} = options_of();
    const ran = await lab.run(['run', '/' + state.name, '-q', '-w', '/out/' + state.name + '.pcap', '--ladder', '/ladder.json', '--set', 'event_limit=' + EVENT_LIMIT, ...sets],
      {...folder_files({...state.files, ...files}), '/out/.keep': ''});
    const json = ran.read('/ladder.json');
    return {status: ran.status, err: ran.err, data: json ? JSON.parse(new TextDecoder().decode(json)) : null,
      captures: (ran.list('/out') || []).map(name => ({name, bytes: ran.read('/out/' + name)}))};
  };

  // What is there more often than in the baseline is marked; what is there less often is told.
  const leg = (data, s) => data.hosts[s.from].name + ' → ' + data.hosts[s.to].name;
  const key = (data, s) => s.label + '\t' + leg(data, s);
  const count = data => {
    const n = new Map();
    for (const s of data.steps) if (s.kind === 'message') n.set(key(data, s), (n.get(key(data, s)) || 0) + 1);
    return n;
  };
  const mark = (data, before) => {
    const had = count(before), now = new Map(), changes = [];
    for (const s of data.steps) {
      if (s.kind !== 'message') continue;
      const k = key(data, s), n = (now.get(k) || 0) + 1;
      now.set(k, n);
      delete s.mark; delete s.mark_text;
      if (n > (had.get(k) || 0)) { s.mark = 'added'; s.mark_text = 'not in the baseline'; }
    }
    for (const k of new Set([...had.keys(), ...now.keys()])) {
      const n = (now.get(k) || 0) - (had.get(k) || 0);
      if (n) changes.push({n, text: (n > 0 ? '+' : '−') + Math.abs(n) + ' ' + k.replace('\t', ', ')});
    }
    return changes;
  };

  const show_changes = changes => $('changes').replaceChildren(...changes.map(c => el('li', {class: c.n > 0 ? 'more' : 'less'}, c.text)));

  // Errors as siptwin prints them, FILE:LINE:COLUMN: error: TEXT.
  const errors_of = err => err.split('\n').map(line => /^(.*?):(\d+):(?:(\d+):)? (?:(error|warning): )?(.*)$/.exec(line)).filter(Boolean).map(m => ({
    file: m[1].replace(new RegExp('^/?' + state.name + '/'), ''), line: +m[2], column: +(m[3] || 1), kind: m[4] || 'call', text: m[5]}));

  const show_errors = r => {
    const found = errors_of(r.err), rest = r.status > 1 && !found.length ? r.err.trim().split('\n').filter(Boolean) : [];
    $('errors').replaceChildren(...found.map(e => el('li', {}, el('button', {type: 'button', onclick: () => go_to(e)}, e.file + ':' + e.line + (e.kind === 'call' ? ': ' : ':' + e.column + ': ' + e.kind + ': ') + e.text))),
      ...rest.map(text => el('li', {}, text)));
    return found;
  };

  // The packet list, as tshark's.
  const show_packets = data => {
    const address = h => data.hosts[h].address || data.hosts[h].name;
    const rows = data.steps.map((s, i) => ({s, i})).filter(r => r.s.kind === 'message' && r.s.number);
    const info = s => s.method && !s.status ? 'Request: ' + s.line + ' | ' : s.status ? 'Status: ' + s.label.replace(/ \([^)]*\)$/, '') + ' (' + s.method + ') | ' : s.label;
    const open = i => { view('ladder'); ladder.show(0, i); };
    const body = rows.map(({s, i}) => el('tr', {tabindex: 0, onclick: () => open(i), onkeydown: e => { if (e.key === 'Enter') open(i); }, class: s.mark || null},
      ...[s.number, (s.time_ns / 1e9).toFixed(6), address(s.from), address(s.to), s.sdp ? 'SIP/SDP' : 'SIP', (data.messages[s.message] || '').length + 42, info(s)].map(v => el('td', {}, String(v)))));
    $('packets').replaceChildren(el('table', {}, el('thead', {}, el('tr', {}, ...['No.', 'Time', 'Source', 'Destination', 'Protocol', 'Length', 'Info'].map(t => el('th', {scope: 'col'}, t)))), el('tbody', {}, ...body)));
  };

  // Which datagram from one host to another a step is: that is how network.drop names it.
  const nth_of = step => result.data.steps.filter(s => s.kind === 'message' && s.from === step.from && s.to === step.to).indexOf(step) + 1;
  const lose = step => {
    const hosts = result.data.hosts;
    state.drops.push({from: hosts[step.from].name, to: hosts[step.to].name, nth: nth_of(step), what: step.label});
    ladder.close();
    refresh();
  };

  const draw = r => {
    const data = r.data;
    if (ladder) ladder.draw(data);
    else ladder = siptwinLadder($('ladder'), data, {actions: [{label: 'Lose it', run: lose}]});
    show_packets(data);
  };

  const summarize = r => {
    const calls = r.data ? r.data.calls : [], failed = calls.filter(c => c.failed).length, messages = r.data ? r.data.steps.filter(s => s.kind === 'message' && s.number).length : 0;
    $('summary').classList.toggle('bad', r.status > 0);
    $('summary').textContent = r.status > 1 ? 'Not simulated: the files have errors.' :
      messages + ' datagrams, ' + calls.length + (calls.length === 1 ? ' call' : ' calls') + (r.status === 1 ? ', not all went as their scenario says' : failed ? ', ' + failed + ' came to nothing' : ', all well');
  };

  const refresh = async (keep_baseline = true) => {
    const mine = ++running;
    show_knobs();
    write_link();
    const r = await simulate();
    if (mine !== running) return; // a later change has overtaken it
    const found = show_errors(r);
    summarize(r);
    $('ladder').classList.toggle('stale', !r.data);
    show_gutter(found);
    show_views(found);
    if (!r.data) { document.body.dataset.ready = 'error'; return; }
    result = r;
    if (!keep_baseline || !baseline) baseline = r.data;
    show_changes(mark(r.data, baseline));
    draw(r);
    document.body.dataset.ready = String(mine);
  };

  // The what-ifs: id, how its value is told, from and to the slider.
  const SLIDERS = {
    delay: {tell: v => v ? v + ' s' : 'not at all', plain: 0},
    path: {tell: v => v === null ? 'as it is' : v ? v + ' ms' : '30 µs', plain: 0},
    loss: {tell: v => v === null ? 'none' : v + ' %', plain: 0},
    seed: {tell: v => String(v), plain: 1},
    late: {tell: v => v === null ? 'as it is' : v ? (v / 10) + ' ms' : '30 µs', plain: 0},
  };
  const show_knobs = () => {
    const k = state.knobs, all = proxies(), first = all[0] ? config(all[0]) : '', stateful = k.stateful === null ? is_stateful(first) : k.stateful;
    for (const [id, s] of Object.entries(SLIDERS)) {
      $(id).value = k[id] === null ? s.plain : k[id];
      $(id + '_text').textContent = s.tell(k[id]);
    }
    $('seed').disabled = !k.loss;
    $('late').disabled = !all.length;
    $('stateful').checked = stateful;
    $('stateful').disabled = !all.length || !all.every(p => is_plain(config(p)));
    $('trying').checked = stateful && (k.trying === null ? !/auto_inv_100",\s*0/.test(first) : k.trying);
    $('trying').disabled = !stateful || !all.length;
    $('lost').replaceChildren(...state.drops.map((d, i) => el('li', {}, d.what + ', ' + d.from + ' → ' + d.to + ' no. ' + d.nth,
      el('button', {type: 'button', 'aria-label': 'Do not lose ' + d.what, onclick: () => { state.drops.splice(i, 1); refresh(); }}, '✕'))));
  };

  // The views: ladder, packets, and a tab a file.
  const view = name => {
    state.view = name;
    $('ladder').hidden = name !== 'ladder';
    $('packets').hidden = name !== 'packets';
    $('editor').hidden = name === 'ladder' || name === 'packets';
    if (!$('editor').hidden && $('text').dataset.file !== name) { $('text').value = state.files[name]; $('text').dataset.file = name; $('text').setAttribute('aria-label', name); $('text').scrollTop = 0; }
    show_views(result_errors);
    show_gutter(result_errors);
  };
  let result_errors = [];
  const show_views = found => {
    result_errors = found;
    const names = ['ladder', 'packets', ...Object.keys(state.files).sort()];
    const title = n => n === 'ladder' ? 'Ladder' : n === 'packets' ? 'Packets' : n;
    if (!names.includes(state.view)) state.view = 'ladder';
    $('views').replaceChildren(...names.map((n, i) => el('button', {type: 'button', role: 'tab', id: 'tab_' + i, 'aria-selected': String(n === state.view), tabindex: n === state.view ? 0 : -1,
      class: found.some(e => e.file === n && e.kind === 'error') ? 'bad' : null, onclick: () => view(n),
      onkeydown: e => { const step = {ArrowRight: 1, ArrowLeft: -1}[e.key]; if (step) { view(names[(i + step + names.length) % names.length]); $('views').querySelector('[aria-selected=true]').focus(); } }}, title(n))));
  };
  const show_gutter = found => {
    const bad = new Set(found.filter(e => e.file === state.view).map(e => e.line)), lines = $('text').value.split('\n').length;
    $('gutter').replaceChildren(...Array.from({length: lines}, (_, i) => i + 1).flatMap(n => [bad.has(n) ? el('b', {}, String(n)) : String(n), '\n']));
    $('gutter').scrollTop = $('text').scrollTop;
  };
  const go_to = e => {
    if (!(e.file in state.files)) return;
    view(e.file);
    const text = $('text'), lines = text.value.split('\n'), at = lines.slice(0, e.line - 1).join('\n').length + (e.line > 1 ? 1 : 0) + e.column - 1;
    text.focus();
    text.setSelectionRange(at, at);
    text.scrollTop = Math.max(0, (e.line - 6) * 18);
  };

  // A scenario of the library, or files that somebody brings.
  const take = async (name, files, shown) => {
    const opened = await lab.open(name, files);
    if (!opened.files) {
      $('summary').textContent = 'This scenario cannot be opened.';
      $('summary').classList.add('bad');
      $('errors').replaceChildren(...opened.err.trim().split('\n').map(t => el('li', {}, t)));
      document.body.dataset.ready = 'refused';
      return false;
    }
    Object.assign(state, {name: shown, original: opened.files, files: {...opened.files}, knobs: {...PLAIN}, drops: []});
    baseline = null;
    delete $('text').dataset.file;
    const folded = /^description: >\n((?:  .*\n)+)/m.exec(opened.files['scenario.yaml']), quoted = /^title: (.*?)( +#.*)?$/m.exec(opened.files['scenario.yaml']);
    $('about').textContent = folded ? folded[1].trim().replace(/\s+/g, ' ') : quoted ? quoted[1] : '';
    if (!(state.view === 'ladder' || state.view === 'packets')) view('ladder');
    return true;
  };
  const choose = async name => { $('scenario').value = name; if (await take('/scenarios/' + name, {}, name)) await refresh(false); };

  const bring = async files => { // {path: bytes}: the folder whose scenario.yaml is highest
    const found = Object.keys(files).filter(p => /(^|\/)scenario\.yaml$/.test(p)).sort((a, b) => a.split('/').length - b.split('/').length)[0];
    if (!found) { $('summary').textContent = 'There is no scenario.yaml in this folder.'; $('summary').classList.add('bad'); document.body.dataset.ready = 'refused'; return; }
    const root = found.slice(0, -'scenario.yaml'.length), name = (root.split('/').filter(Boolean).pop() || 'mine').replace(/[^\w.-]/g, '_');
    const inside = Object.fromEntries(Object.entries(files).filter(([p]) => p.startsWith(root)).map(([p, bytes]) => ['/scenarios/' + name + '/' + p.slice(root.length), bytes]));
    if (await take('/scenarios/' + name, inside, name)) { $('scenario').value = ''; await refresh(false); }
  };
  const entry_files = async (entry, path = '') => {
    if (entry.isFile) return {[path + entry.name]: new Uint8Array(await (await new Promise((ok, no) => entry.file(ok, no))).arrayBuffer())};
    const reader = entry.createReader(), all = {};
    for (let batch; (batch = await new Promise((ok, no) => reader.readEntries(ok, no))).length;)
      for (const e of batch) Object.assign(all, await entry_files(e, path + entry.name + '/'));
    return all;
  };

  // What can be taken away.
  const give = (name, bytes, type) => {
    const link = el('a', {href: URL.createObjectURL(new Blob([bytes], {type})), download: name});
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const quote = word => /^[\w\/.=:@%+,-]+$/.test(word) ? word : "'" + word.replace(/'/g, "'\\''") + "'";
  const recipe = () => 'siptwin run ' + quote('./' + state.name) + ' -w ' + quote(state.name + '.pcap') + options_of().sets.map(w => ' ' + quote(w)).join('') + '\n';
  const crc_of = bytes => {
    let crc = -1;
    for (const b of bytes) { crc ^= b; for (let k = 0; k < 8; k++) crc = crc >>> 1 ^ (crc & 1 ? 0xedb88320 : 0); }
    return ~crc >>> 0;
  };
  const zip = files => { // stored, not packed: the files are small
    const parts = [], directory = [], enc = new TextEncoder();
    let at = 0;
    const record = (...fields) => { const b = new Uint8Array(fields.reduce((n, f) => n + f[0], 0)); let p = 0; for (const [size, v] of fields) for (let i = 0; i < size; i++) b[p++] = v / 2 ** (8 * i) & 255; return b; };
    for (const [path, bytes] of Object.entries(files)) {
      const name = enc.encode(path), crc = crc_of(bytes), common = [[2, 20], [2, 0x800], [2, 0], [2, 0], [2, 0x21], [4, crc], [4, bytes.length], [4, bytes.length], [2, name.length], [2, 0]];
      parts.push(record([4, 0x04034b50], ...common), name, bytes);
      directory.push(record([4, 0x02014b50], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]), name);
      at += 30 + name.length + bytes.length;
    }
    const size = directory.reduce((n, p) => n + p.length, 0), count = Object.keys(files).length;
    return new Blob([...parts, ...directory, record([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, at], [2, 0])]);
  };

  // The state in the address: the scenario of the library, the what-ifs, and the files that were changed.
  const write_link = () => {
    const changed = Object.fromEntries(Object.entries(state.files).filter(([n, t]) => state.original[n] !== t)), whole = !(state.name + '/scenario.yaml' in library);
    const knobs = Object.fromEntries(Object.entries(state.knobs).filter(([n, v]) => v !== PLAIN[n]));
    const bytes = new TextEncoder().encode(JSON.stringify({s: state.name, k: knobs, d: state.drops, f: whole ? state.files : changed, w: whole || undefined}));
    history.replaceState(null, '', '#' + btoa(Array.from(bytes, b => String.fromCharCode(b)).join('')).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, ''));
  };
  const read_link = async () => {
    if (!/^#[\w-]{8,}$/.test(location.hash)) return false;
    let saved;
    try { saved = JSON.parse(new TextDecoder().decode(base64(location.hash.slice(1).replace(/-/g, '+').replace(/_/g, '/')))); } catch { return false; }
    if (typeof saved.s !== 'string' || typeof saved.f !== 'object') return false;
    const files = saved.w ? Object.fromEntries(Object.entries(saved.f).map(([n, t]) => ['/scenarios/' + saved.s + '/' + n, latin(t)])) : {};
    if (!await take('/scenarios/' + saved.s, files, saved.s)) return false;
    $('scenario').value = saved.w ? '' : saved.s;
    await refresh(false);
    Object.assign(state.knobs, saved.k);
    state.drops = saved.d || [];
    if (!saved.w) Object.assign(state.files, saved.f);
    await refresh();
    return true;
  };

  // The four exercises of scenario 03.
  const with_knobs = (name, knobs) => async () => { await choose(name); Object.assign(state.knobs, knobs); await refresh(); };
  const TOUR = [
    {title: '1. Which packet is here but not in the stateless proxy?',
      text: 'This is a stateful proxy, and the baseline is the stateless one. The marked message is the answer: the 100. In return the 180 on its way to the caller is missing: one of two workers woke up late.',
      go: async () => { await choose('02_proxy_stateless'); const before = baseline; await choose('03_proxy_stateful'); baseline = before; await refresh(); }},
    {title: '2. Who makes the 100, and how do the addresses show it?',
      text: 'Open packet 2: it comes from 172.20.0.10, the proxy, before the INVITE has left for the callee. It says Server: kamailio, and its To has no tag.',
      go: async () => { await choose('03_proxy_stateful'); view('ladder'); ladder.show(0, result.data.steps.findIndex(s => s.status === 100)); }},
    {title: '3. The callee takes ten seconds. Who sends again what?',
      text: 'With the 100 the caller keeps quiet, and the proxy sends its INVITE five times. Take the 100 away: now both legs repeat. Make the proxy stateless: the same number, but each INVITE to the callee is a copy of the caller\'s.',
      go: with_knobs('03_prompt_workers', {delay: 10}), more: [['Without the 100', async () => { state.knobs.trying = false; await refresh(); }], ['Stateless', async () => { state.knobs.stateful = false; await refresh(); }]]},
    {title: '4. Does the 180 come before the 200?',
      text: 'With prompt workers it does. Let the second worker wake up 1.3 ms late: the 200 has gone through before, and the 180 is dropped. A stateless proxy sends it all the same, after the 200.',
      go: with_knobs('03_prompt_workers', {}), more: [['Late by 1.3 ms', async () => { state.knobs.late = 13; await refresh(); }], ['Stateless', async () => { state.knobs.stateful = false; await refresh(); }]]},
  ];
  const show_tour = async n => {
    const panel = $('tour_panel'), stop = TOUR[n];
    panel.hidden = !stop;
    if (!stop) return;
    panel.replaceChildren(el('h2', {}, stop.title), el('p', {}, stop.text), el('p', {class: 'buttons'},
      ...(stop.more || []).map(([label, run]) => el('button', {type: 'button', onclick: run}, label)),
      n > 0 ? el('button', {type: 'button', onclick: () => show_tour(n - 1)}, 'Back') : null,
      el('button', {type: 'button', id: 'tour_next', onclick: () => show_tour(n + 1)}, n + 1 < TOUR.length ? 'Next' : 'End of the tour')));
    view('ladder');
    await stop.go();
    document.body.dataset.tour = String(n + 1);
  };

  // What the page's elements do.
  const names = Object.keys(library).filter(p => /\/scenario\.yaml$/.test(p)).map(p => p.split('/')[0]).sort();
  const title_of = n => (/^title: (.*)$/m.exec(library[n + '/scenario.yaml']) || [])[1];
  $('scenario').append(el('option', {value: '', disabled: true}, '(your own)'), ...names.map(n => el('option', {value: n}, n + (title_of(n) ? ': ' + title_of(n) : ''))));
  $('scenario').addEventListener('change', () => choose($('scenario').value));
  for (const id of Object.keys(SLIDERS)) $(id).addEventListener('input', () => { state.knobs[id] = +$(id).value; refresh(); });
  for (const id of ['trying', 'stateful']) $(id).addEventListener('change', () => { state.knobs[id] = $(id).checked; refresh(); });
  $('reset').addEventListener('click', () => { Object.assign(state, {files: {...state.original}, knobs: {...PLAIN}, drops: []}); delete $('text').dataset.file; view(state.view); refresh(false); });
  $('keep').addEventListener('click', () => refresh(false));
  $('tour').addEventListener('click', () => show_tour(0));
  let typing = 0;
  $('text').addEventListener('input', () => {
    state.files[$('text').dataset.file] = $('text').value;
    show_gutter(result_errors);
    clearTimeout(typing);
    typing = setTimeout(() => refresh(), 250);
  });
  $('text').addEventListener('scroll', () => { $('gutter').scrollTop = $('text').scrollTop; });
  $('get_pcap').addEventListener('click', () => { for (const c of result.captures) give(c.name, c.bytes, 'application/vnd.tcpdump.pcap'); });
  $('get_recipe').addEventListener('click', () => give(state.name + '.recipe', recipe(), 'text/plain'));
  $('get_folder').addEventListener('click', () => {
    const all = {...state.files, ...options_of().files};
    give(state.name + '.zip', zip(Object.fromEntries(Object.entries(all).map(([n, t]) => [state.name + '/' + n, latin(t)]))), 'application/zip');
  });
  $('get_link').addEventListener('click', async () => {
    try { await navigator.clipboard.writeText(location.href); $('told').textContent = 'Copied: the link is also in the address bar.'; }
    catch { $('told').textContent = 'The link is in the address bar.'; }
  });
  $('folder').addEventListener('change', async () => bring(Object.fromEntries(await Promise.all(Array.from($('folder').files, async f => [f.webkitRelativePath || f.name, new Uint8Array(await f.arrayBuffer())])))));
  const zone = document.documentElement;
  zone.addEventListener('dragover', e => { e.preventDefault(); $('drop').classList.add('over'); });
  zone.addEventListener('dragleave', () => $('drop').classList.remove('over'));
  zone.addEventListener('drop', async e => {
    e.preventDefault();
    $('drop').classList.remove('over');
    const entries = Array.from(e.dataTransfer.items, i => i.webkitGetAsEntry()).filter(Boolean), all = {};
    for (const entry of entries) Object.assign(all, await entry_files(entry));
    await bring(all);
  });

  window.siptwin = {state, choose, bring, refresh, recipe, result: () => result}; // for tests, and for whoever likes a console
  if (!await read_link()) await choose('03_proxy_stateful');
};
siptwinPage().catch(e => { window.failed = String(e) + e.stack; throw e; });
