'use strict';
(() => {
  const board = document.getElementById('board'), lost = document.getElementById('lost');
  const address = location.pathname + '?part=board&lang=' + document.documentElement.lang;
  let busy = false, again = false;

  // What somebody is choosing just now is not taken out of their hands.
  const inUse = () => board.contains(document.activeElement) && ['SELECT', 'INPUT'].includes(document.activeElement.tagName);

  async function look() {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(address, { cache: 'no-store' });
      if (answer.status === 401) { location.reload(); return; }
      if (!answer.ok) throw new Error(answer.status);
      const html = await answer.text();
      lost.hidden = true;
      if (inUse()) return;
      const focused = document.activeElement && document.activeElement.id;
      board.innerHTML = html;
      if (focused && board.querySelector('#' + CSS.escape(focused))) document.getElementById(focused).focus();
      document.title = document.getElementById('count').dataset.title;
    } catch {
      lost.hidden = false;
    } finally {
      busy = false;
      if (again) { again = false; look(); }
    }
  }

  const events = new EventSource(location.pathname + '/events');
  events.addEventListener('changed', look);
  events.onerror = look;
  // Minutes go by, and what central has told about somebody is no event.
  setInterval(look, 15000);
})();
