'use strict';
(() => {
  const boot = JSON.parse(document.getElementById('boot').textContent);
  const by = id => document.getElementById(id), root = document.documentElement;
  const stage = by('stage'), poster = by('poster'), votes = by('votes'), own = by('own');
  const OFFLINE_MS = 20000;   // so long may the line be down before what it brought is taken off the screen
  const SILENT_MS = 35000;    // two heartbeats of 15 s missed: the line is dead although nobody closed it
  const ACK_MS = 10000, ROTATE_MS = 20000, SHIFT_MS = 60000;
  const REST_EVERY_MS = 900000, REST_MS = 20000;    // against burn-in: a screen that has idled for a quarter of an hour is black for a moment
  const NOBODYS = { lit: true, brightness: 100, votes: [] };
  const now = () => performance.now();
  // The screen proves by its key, where it has one, that it is the screen.
  const key = new URLSearchParams(location.search).get('key');
  const at = door => '/display/' + boot.display + '/' + door + (key ? '?key=' + encodeURIComponent(key) : '');
  const post = (door, body) => fetch(at(door), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const words = () => boot.words[root.lang.slice(0, 2)] ?? boot.words.en;
  let idle = boot.idle, turn = 0, current = null, until = 0, source, heardAt = now(), lostAt = now(), frame = 0, drawing = 0;
  let screen = NOBODYS, claimedUntil = 0, idleSince = now(), restUntil = 0;

  // SHA-256 (FIPS 180-4). The browser's own exists only on secure origins, and a store's screen is often plain HTTP.
  const sha256 = text => {
    const primes = [], rotate = (x, n) => x >>> n | x << 32 - n, fraction = x => (x - Math.floor(x)) * 4294967296 | 0;
    for (let n = 2; primes.length < 64; n++) if (primes.every(p => n % p)) primes.push(n);
    const k = primes.map(p => fraction(Math.cbrt(p))), hash = primes.slice(0, 8).map(p => fraction(Math.sqrt(p)));
    const bytes = new TextEncoder().encode(text), blocks = new Uint8Array((bytes.length + 72 >> 6) << 6), w = new Int32Array(64);
    blocks.set(bytes); blocks[bytes.length] = 128;
    const view = new DataView(blocks.buffer);
    view.setUint32(blocks.length - 4, bytes.length * 8);
    for (let at = 0; at < blocks.length; at += 64) {
      for (let i = 0; i < 64; i++) {
        const a = w[i - 15], b = w[i - 2];
        w[i] = i < 16 ? view.getInt32(at + i * 4)
          : w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >>> 3) + w[i - 7] + (rotate(b, 17) ^ rotate(b, 19) ^ b >>> 10);
      }
      let [a, b, c, d, e, f, g, h] = hash;
      for (let i = 0; i < 64; i++) {
        const t = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + (e & f ^ ~e & g) + k[i] + w[i] | 0;
        const s = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + (a & b ^ a & c ^ b & c) | 0;
        h = g; g = f; f = e; e = d + t | 0; d = c; c = b; b = a; a = t + s | 0;
      }
      [a, b, c, d, e, f, g, h].forEach((v, i) => { hash[i] = hash[i] + v | 0; });
    }
    return hash.map(v => (v >>> 0).toString(16).padStart(8, '0')).join('');
  };

  const dress = theme => {
    by('brand').textContent = theme.name;
    for (const part of ['accent', 'paper', 'ink']) root.style.setProperty('--' + part, theme[part]);
  };

  // Shrinks the letters until everything stands on the screen: a long text is better small than cut off.
  const fit = () => {
    let size = 1;
    do root.style.setProperty('--fit', size);
    while ((poster.scrollHeight > poster.clientHeight + 1 || poster.scrollWidth > poster.clientWidth + 1) && (size -= 0.04) > 0.4);
  };

  // A panel that hangs the other way than the browser's window has its picture turned.
  const turnRight = () => {
    const wide = innerWidth >= innerHeight;
    root.toggleAttribute('data-turned', boot.orientation === 'portrait' && wide || boot.orientation === 'landscape' && !wide);
    fit();
  };

  const tap = (label, isFirst, act) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.classList.toggle('first', isFirst);
    button.addEventListener('click', act);
    return button;
  };

  const vote = (showing, choice) => async () => {
    const kept = [...votes.children];
    votes.replaceChildren(words().thanks);
    try {
      const answer = await post('vote', { showing, choice });
      // What was not kept is not thanked for; what had gone by then needs no word.
      if (answer.status === 503 && current?.showing === showing) votes.replaceChildren(...kept);
    } catch {
      if (current?.showing === showing) votes.replaceChildren(...kept);
    }
  };

  const drawVotes = () => votes.replaceChildren(...(current ? screen.votes : []).map((choice, index) =>
    tap(choice === 'never' && !claimedUntil ? words().refuse : words().votes[choice], index === 0, vote(current.showing, choice))));

  const left = () => {
    const seconds = Math.max(0, Math.ceil((claimedUntil - now()) / 1000));
    return Math.floor(seconds / 60) + ':' + String(seconds % 60).padStart(2, '0');
  };

  const drawOwn = () => {
    own.hidden = !claimedUntil && !screen.code;
    own.className = claimedUntil ? 'claimed' : 'open';
    by('own-before').textContent = claimedUntil ? words().claimed : words().claim;
    by('own-main').textContent = claimedUntil ? left() : screen.code ?? '';
    by('own-after').textContent = claimedUntil ? '' : words().where;
    by('release').hidden = !claimedUntil;
    by('release').textContent = words().release;
  };

  const dim = () => {
    document.body.classList.toggle('dark', !screen.lit || now() < restUntil);
    by('dim').style.opacity = 1 - screen.brightness / 100;
  };

  const surround = message => {
    screen = message ?? NOBODYS;
    claimedUntil = screen.claimedMs ? now() + screen.claimedMs : 0;
    dim();
    drawOwn();
    // The agent serves another page than this one by now: taken once nothing is shown, and once only.
    if (screen.edition && screen.edition !== boot.edition && !current && sessionStorage.getItem('edition') !== screen.edition) {
      sessionStorage.setItem('edition', screen.edition);
      location.reload();
    }
  };

  const draw = content => {
    for (const part of poster.querySelectorAll('[data-text]')) part.textContent = content[part.dataset.text] ?? '';
    poster.dataset.class = content.class;
    root.lang = content.language;
    root.style.setProperty('--tone', content.tone ?? 'var(--accent)');
    drawVotes();
    drawOwn();
    poster.classList.remove('enter');
    fit();
    void poster.offsetWidth;    // restarts the animation
    poster.classList.add('enter');
  };

  const drawIdle = () => {
    if (current) idleSince = now();
    current = null;
    dress(idle.theme);
    if (idle.posters.length) draw(idle.posters[turn % idle.posters.length]);
  };

  // Two animation frames after the last change the words have really been painted; only then is anything claimed.
  const acknowledge = (tries = 3) => {
    if (boot.preview) return;
    const mine = ++drawing;
    requestAnimationFrame(() => requestAnimationFrame(async () => {
      frame += 2;
      if (mine !== drawing) return;
      const texts = [...poster.querySelectorAll('[data-text]')].map(part => part.textContent).filter(text => text);
      const ack = { showing: current?.showing ?? null, contentHash: sha256(texts.join('\n')), frame };
      try {
        await post('ack', ack);
      } catch {
        if (tries > 1) setTimeout(() => { if (mine === drawing) acknowledge(tries - 1); }, 1000);
      }
    }));
  };

  const heard = () => { heardAt = now(); lostAt = 0; };

  const connect = () => {
    source?.close();
    source = new EventSource(at('events'));
    source.onopen = heard;
    source.onerror = () => { lostAt ||= now(); };
    source.addEventListener('beat', heard);
    source.addEventListener('show', event => {
      heard();
      const message = JSON.parse(event.data), again = current?.showing === message.showing;
      current = message;
      until = now() + message.lifetimeMs;
      restUntil = 0;
      surround(message.screen);
      if (!again) draw(message.poster);
      acknowledge();
    });
    source.addEventListener('idle', event => {
      heard();
      const message = JSON.parse(event.data), was = JSON.stringify(idle);
      idle = message.content;
      const isNew = current || was !== JSON.stringify(idle);
      if (current) { current = null; idleSince = now(); }
      surround(message.screen);
      if (isNew) drawIdle();
      acknowledge();
    });
  };

  setInterval(() => {
    if (now() - heardAt > SILENT_MS) { lostAt ||= now(); heardAt = now(); connect(); }
    if (source.readyState === EventSource.CLOSED) { lostAt ||= now(); connect(); }
    const isLost = lostAt && now() - lostAt > OFFLINE_MS;
    if (current && (now() >= until || isLost)) drawIdle();
    // What only the agent can honour is not offered while it does not answer.
    if (isLost && (screen.code || screen.votes.length || claimedUntil)) surround({ ...screen, code: null, claimedMs: 0, votes: [] });
    if (claimedUntil) drawOwn();
    if (current) idleSince = now();
    else if (now() - idleSince > REST_EVERY_MS) { restUntil = now() + REST_MS; idleSince = restUntil; }
    dim();
  }, 1000);
  setInterval(acknowledge, ACK_MS);
  setInterval(() => { if (!current && idle.posters.length > 1) { turn++; drawIdle(); } }, ROTATE_MS);

  // Burn-in: the whole picture wanders within ±6 px; the stage overlaps the screen by as much.
  let step = 0;
  setInterval(() => { step++; stage.style.transform = `translate(${[0, 5, 5, 0, -5, -5, 0][step % 7]}px, ${[5, 3, -3, -5, -3, 3, 0][step % 7]}px)`; }, SHIFT_MS);

  by('release').addEventListener('click', () => { by('release').hidden = true; post('release', {}).catch(() => {}); });
  addEventListener('resize', turnRight);
  // The page itself is kept for a browser that starts while the agent is away; only secure origins, such as this machine's own, let it be.
  navigator.serviceWorker?.register(at('worker.js'), { scope: '/display/' + boot.display }).catch(() => {});
  turnRight();
  drawIdle();
  connect();
})();
