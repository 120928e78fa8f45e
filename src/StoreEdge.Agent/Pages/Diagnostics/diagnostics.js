'use strict';
(() => {
  const words = {
    en: {
      attention: 'Needs attention', checks: 'Checks', receivers: 'Receivers', central: 'Central', displays: 'Displays', events: 'Live events',
      next: 'Next', present: 'Present now', frames: 'Frames per second', waiting: 'Events waiting', acknowledged: 'Last central ack',
      updated: 'updated', up: 'running for', ago: s => `${s} ago`, lost: s => `The agent does not answer. What you see is ${s} old.`, never: 'not yet', no: 'none',
      inside: 'inside', outside: 'outside', perSecond: 'frames/s', known: 'known beacons', dropped: 'dropped', malformed: 'malformed', last: 'last', closed: 'not open', blind: 'blind', blindFor: s => `hears nobody for ${s}; its silence ends no visit`,
      lastMinute: 'Frames per second, last minute', broker: 'Broker', connected: 'connected', disconnected: 'not connected', journal: 'Journal', stored: 'events stored', held: 'held by central',
      oldest: 'oldest waits', pace: 'events/s at most', deadLetters: 'dead letters', bundle: 'Offer bundle', offers: 'offers', showing: 'showing', drawn: 'last drawing acknowledged', quiet: 'Nothing yet.',
      test: 'test', privacy: 'Shows no personal data and changes nothing.', data: 'The same as JSON', act: 'Test, listen, change: the technician’s page',
      verdicts: { pass: 'pass', warn: 'warning', fail: 'failed', unknown: 'unknown', 'not-applicable': 'not applicable' },
      types: { arrival: 'Arrival', zone: 'Zone change', dwell: 'Dwell', departure: 'Departure', consent: 'Consent', choice: 'Choice', 'screen-choice': 'Choice at a display', 'screen-claim': 'Display claimed', identified: 'Customer recognised', 'help-requested': 'Help wanted', 'help-changed': 'Help goes on', 'gift-marked': 'Was a gift', 'customer-erased': 'Customer erased', decision: 'Decision', rendered: 'Rendered', 'proof-of-play': 'Proof of play', footfall: 'Footfall' },
    },
    'pt-BR': {
      attention: 'Requer atenção', checks: 'Verificações', receivers: 'Receptores', central: 'Central', displays: 'Telas', events: 'Eventos ao vivo',
      next: 'Próximo passo', present: 'Presentes agora', frames: 'Quadros por segundo', waiting: 'Eventos na fila', acknowledged: 'Última confirmação',
      updated: 'atualizado', up: 'em execução há', ago: s => `há ${s}`, lost: s => `O agente não responde. Estes dados têm ${s}.`, never: 'ainda não', no: 'nenhum',
      inside: 'dentro', outside: 'fora', perSecond: 'quadros/s', known: 'beacons conhecidos', dropped: 'perdidos', malformed: 'inválidos', last: 'último', closed: 'fechado', blind: 'cego', blindFor: s => `não ouve ninguém há ${s}; seu silêncio não encerra visitas`,
      lastMinute: 'Quadros por segundo, último minuto', broker: 'Broker', connected: 'conectado', disconnected: 'sem conexão', journal: 'Diário', stored: 'eventos guardados', held: 'na central',
      oldest: 'o mais antigo espera há', pace: 'eventos/s no máximo', deadLetters: 'recusados e guardados', bundle: 'Pacote de ofertas', offers: 'ofertas', showing: 'exibindo', drawn: 'último desenho confirmado', quiet: 'Nada ainda.',
      test: 'teste', privacy: 'Não mostra dados pessoais e não altera nada.', data: 'O mesmo em JSON', act: 'Testar, ouvir, mudar: a página do técnico',
      verdicts: { pass: 'aprovado', warn: 'aviso', fail: 'falhou', unknown: 'desconhecido', 'not-applicable': 'não se aplica' },
      types: { arrival: 'Chegada', zone: 'Mudança de zona', dwell: 'Permanência', departure: 'Saída', consent: 'Consentimento', choice: 'Escolha', 'screen-choice': 'Escolha em uma tela', 'screen-claim': 'Tela reservada', identified: 'Cliente reconhecido', 'help-requested': 'Pedido de ajuda', 'help-changed': 'Andamento da ajuda', 'gift-marked': 'Era presente', 'customer-erased': 'Cliente apagado', decision: 'Decisão', rendered: 'Exibido', 'proof-of-play': 'Prova de exibição', footfall: 'Fluxo de pessoas' },
    },
  };
  const $ = id => document.getElementById(id);
  const language = document.documentElement.lang;
  const w = words[language] || words.en;
  const drawn = new Map();
  const history = new Map();
  let report = JSON.parse($('report').textContent);
  let heard = performance.now();
  let events = report.events;

  const make = (tag, name, ...inside) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    element.append(...inside.filter(i => i !== null && i !== undefined && i !== ''));
    return element;
  };
  const span = seconds => {
    const s = Math.max(0, seconds);
    return s < 120 ? `${Math.floor(s)} s` : s < 7200 ? `${Math.floor(s / 60)} min` : s < 172800 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 86400)} d`;
  };
  const number = (value, digits = 0) => value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const ago = seconds => seconds === null ? w.never : w.ago(span(seconds));

  // A section is only touched when what it says has changed: no flicker, and a selection or a reading position stays.
  const section = (id, key, title, fill) => {
    const text = JSON.stringify(key);
    if (drawn.get(id) === text) return;
    drawn.set(id, text);
    const content = fill();
    $(id).hidden = content === null;
    if (content === null) return;
    const heading = make('h2', '', title);
    heading.id = `${id}-title`;
    $(id).setAttribute('aria-labelledby', heading.id);
    $(id).replaceChildren(heading, content);
  };

  // What stands between backticks is to be typed as it is.
  const prose = text => text.split('`').map((part, i) => i % 2 ? make('code', '', part) : part);
  const check = c => {
    const sign = make('span', 'sign');
    sign.setAttribute('role', 'img');
    sign.setAttribute('aria-label', w.verdicts[c.verdict]);
    return make('li', `check ${c.verdict}`, sign, make('h3', '', c.title), make('p', '', ...prose(c.evidence)),
      c.nextAction ? make('p', 'next', make('b', '', w.next), ...prose(c.nextAction)) : null);
  };
  const row = (head, figure, tone, ...details) => {
    const element = make('li', 'row', make('div', 'head', make('b', '', head), make('span', `figure ${tone}`, figure)));
    element.append(...details.filter(Boolean).map(d => typeof d === 'string' ? make('p', 'detail', d) : d));
    return element;
  };
  const join = parts => parts.filter(Boolean).join(' · ');

  const spark = (id) => {
    const values = history.get(id) || [];
    const most = Math.max(1, ...values);
    const name = 'http://www.w3.org/2000/svg';
    const svg = document.createElementNS(name, 'svg');
    svg.setAttribute('class', 'spark');
    svg.setAttribute('viewBox', '0 0 59 20');
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', `${w.lastMinute}: ${values.length ? `${Math.round(Math.min(...values))}–${Math.round(most)}` : w.never}`);
    const base = document.createElementNS(name, 'line');
    for (const [k, v] of [['x1', 0], ['x2', 59], ['y1', 19.5], ['y2', 19.5]]) base.setAttribute(k, v);
    const path = document.createElementNS(name, 'path');
    const start = 60 - values.length;
    path.setAttribute('d', values.map((v, i) => `${i ? 'L' : 'M'}${start + i} ${(19 - 17 * v / most).toFixed(1)}`).join(''));
    svg.append(base, path);
    return svg;
  };

  const remember = () => {
    for (const x of report.receivers) {
      const values = history.get(x.id) || [];
      values.push(x.framesPerSecond);
      if (values.length > 60) values.shift();
      history.set(x.id, values);
    }
  };

  const draw = () => {
    const r = report;
    const verdict = $('verdict');
    if (verdict.className !== `verdict ${r.verdict}`) verdict.className = `verdict ${r.verdict}`;
    const summary = verdict.querySelector('.summary');
    if (summary.textContent !== r.summary) summary.textContent = r.summary;

    const rate = r.receivers.reduce((sum, x) => sum + x.framesPerSecond, 0);
    $('tiles').replaceChildren(...[
      [w.present, r.presentNow === null ? '–' : number(r.presentNow)], [w.frames, number(rate, rate < 100 ? 1 : 0)],
      [w.waiting, r.outbox ? number(r.outbox.pending) : '–'], [w.acknowledged, r.outbox ? ago(r.outbox.lastAcknowledgedSecondsAgo) : '–'],
    ].map(([name, value]) => make('div', '', make('dt', '', name), make('dd', '', value))));

    const bad = r.checks.filter(c => c.verdict === 'fail' || c.verdict === 'warn');
    const good = r.checks.filter(c => !bad.includes(c));
    section('attention', bad, w.attention, () => bad.length ? make('ul', '', ...bad.map(check)) : null);
    section('checks', good, w.checks, () => make('ul', '', ...good.map(check)));

    section('receivers', [r.receivers, history.size && [...history.values()].map(v => v.join())], w.receivers, () => make('ul', '', ...r.receivers.map(x => row(
      x.id, !x.connected ? w.closed : x.blind ? w.blind : `${number(x.framesPerSecond, 1)} ${w.perSecond}`, x.connected && !x.blind ? '' : 'bad', x.connected ? spark(x.id) : null,
      join([x.zone, w[x.side] || x.side, x.radio?.adapter, `${w.last} ${ago(x.lastFrameSecondsAgo)}`]),
      join([`${w.known} ${number(x.enrolledShare * 100)} %`, `${w.dropped} ${number(x.dropped)}`, `${w.malformed} ${number(x.malformed)}`, x.radio?.steps]),
      x.blind ? w.blindFor(span(x.blindSeconds)) : null, x.blind !== x.fault ? x.blind : null, x.fault, x.link)), r.receivers.length ? null : make('li', 'none', w.no)));

    section('central', [r.link, r.outbox, r.bundle], w.central, () => make('ul', '',
      r.link ? row(w.broker, r.link.connected ? w.connected : w.disconnected, r.link.connected ? 'good' : 'bad', join([r.link.broker, r.link.connectedSeconds === null ? '' : span(r.link.connectedSeconds)]), r.link.fault) : null,
      r.outbox ? row(w.journal, `${number(r.outbox.lastSeq)} ${w.stored}`, '',
        join([`${number(r.outbox.acknowledgedSeq)} ${w.held}`, r.outbox.pending ? `${w.oldest} ${span(r.outbox.oldestPendingSeconds)}` : '', r.outbox.pending && r.outbox.backlogPerSecond ? `${number(r.outbox.backlogPerSecond)} ${w.pace}` : '', r.outbox.deadLetters ? `${number(r.outbox.deadLetters)} ${w.deadLetters}` : '', `${number(r.outbox.databaseBytes / 1e6, 1)} MB`])) : null,
      r.bundle ? row(w.bundle, `${number(r.bundle.offers)} ${w.offers}`, '', join([r.bundle.version, r.bundle.hash.slice(0, 12)])) : null));

    section('displays', r.displays, w.displays, () => r.displays.length ? make('ul', '', ...r.displays.map(x => row(
      x.id, x.connected ? w.connected : w.disconnected, x.connected ? 'good' : 'bad',
      join([x.zone, x.showing ? `${w.showing} ${x.showing}` : '', x.lastAcknowledgedSecondsAgo === null ? '' : `${w.drawn} ${ago(x.lastAcknowledgedSecondsAgo)}`])))) : null);

    const reading = $('events').querySelector('.events')?.scrollTop || 0;
    section('events', events.map(e => e.seq), w.events, () => {
      if (!events.length) return make('p', 'none', w.quiet);
      const list = make('ol', 'events', ...events.map(e => {
        const time = make('time', '', new Date(e.time).toLocaleTimeString(language, { hour12: false }));
        time.dateTime = e.time;
        return make('li', e.fresh ? 'fresh' : '', time, make('span', '', (w.types[e.type] || e.type) + (e.test ? ` (${w.test})` : '')), make('span', 'place', e.place || ''));
      }));
      list.tabIndex = 0;
      list.setAttribute('aria-labelledby', 'events-title');
      return list;
    });
    if (reading) $('events').querySelector('.events').scrollTop = reading;
  };

  const tick = () => {
    const old = (performance.now() - heard) / 1000;
    document.querySelector('.facts').textContent = join([`${w.updated} ${w.ago(span(old))}`, `${w.up} ${span(report.uptimeSeconds + old)}`]);
    $('stale').hidden = old < 5;
    if (old >= 5) $('stale').textContent = w.lost(span(old));
  };

  for (const link of $('languages').children) if (link.lang === language) link.setAttribute('aria-current', 'true');
  const json = make('a', '', w.data);
  json.href = `/diagnostics/status.json?lang=${language}`;
  const act = make('a', '', w.act);
  act.href = `/technician?lang=${language}`;
  $('footer').replaceChildren(`${w.privacy} ${report.store.id} · storeedge ${report.version} · `, json, ' · ', act);
  remember();
  draw();
  tick();
  setInterval(tick, 1000);

  const live = new EventSource(`/diagnostics/live?lang=${language}`);
  live.addEventListener('snapshot', message => {
    report = JSON.parse(message.data);
    events = report.events.map(e => ({ ...e }));
    heard = performance.now();
    remember();
    draw();
    tick();
  });
  live.addEventListener('event', message => {
    const one = JSON.parse(message.data);
    if (events.some(e => e.seq === one.seq)) return;
    events = [{ ...one, fresh: true }, ...events].slice(0, 30);
    draw();
  });
})();
