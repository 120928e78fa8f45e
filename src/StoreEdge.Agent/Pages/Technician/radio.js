'use strict';
// One plot for each receiver: a minute from left to right, -100 to -30 dBm upwards, the thresholds as lines.
(() => {
  const place = document.getElementById('plots');
  if (!place?.hasAttribute('data-live')) return;
  const name = 'http://www.w3.org/2000/svg', width = 600, height = 140;
  const x = seconds => (width * (60 - seconds) / 60).toFixed(1), y = dbm => (height * (-30 - dbm) / 70).toFixed(1);
  const make = (tag, attributes) => {
    const element = document.createElementNS(name, tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const label = number => place.dataset.tag.replace('{0}', number);

  const draw = receiver => {
    const figure = document.createElement('figure'), caption = document.createElement('figcaption');
    const last = new Map();
    for (const [tag, seconds, dbm] of receiver.levels) if (!last.has(tag) || last.get(tag)[0] > seconds) last.set(tag, [seconds, dbm]);
    const said = [...last].map(([tag, [, dbm]]) => `${label(tag)} ${dbm} dBm`).join(' · ') || place.dataset.silence;
    const title = document.createElement('b');
    title.textContent = receiver.id;
    caption.append(title, ' ' + said);
    const svg = make('svg', { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `${receiver.id}: ${said}` });
    for (const dbm of [-40, -60, -80]) svg.append(make('line', { class: 'grid', x1: 0, x2: width, y1: y(dbm), y2: y(dbm) }));
    for (const [kind, dbm] of [['enter', receiver.enter], ['exit', receiver.exit]]) svg.append(make('line', { class: kind, x1: 0, x2: width, y1: y(dbm), y2: y(dbm) }));
    for (const tag of last.keys()) {
      const points = receiver.levels.filter(l => l[0] === tag).sort((a, b) => b[1] - a[1]).map(l => `${x(l[1])},${y(l[2])}`);
      svg.append(make('polyline', { class: `tag${(tag - 1) % 4}`, points: points.join(' ') }));
    }
    figure.append(caption, svg);
    return figure;
  };

  const look = async () => {
    try {
      const answer = await fetch('/technician/radio.json', { cache: 'no-store' });
      if (!answer.ok) { location.reload(); return; }
      const heard = await answer.json();
      place.replaceChildren(...heard.receivers.map(draw));
      if (!heard.live) { location.replace(location.href); return; }
    } catch {
      // The agent is away for a moment.
    }
    setTimeout(look, 1000);
  };
  look();
})();
