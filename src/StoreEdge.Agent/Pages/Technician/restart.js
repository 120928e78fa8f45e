'use strict';
// The service is back once it has run for less time than has passed since it was asked to end. That was when this navigation began: a slow phone may come to this line long after the restart.
(() => {
  const place = document.getElementById('restarting');
  // A server that is about to end may take a question and never answer it.
  const ask = what => fetch(what, { cache: 'no-store', signal: AbortSignal.timeout(5000) });
  const look = async () => {
    const passed = performance.now() / 1000;
    try {
      const report = await (await ask('/diagnostics/status.json')).json();
      const ready = await ask('/health/ready');
      if (report.uptimeSeconds < passed && ready.ok) {
        place.textContent = place.dataset.back.replace('{s}', Math.ceil(passed));
        place.classList.add('good');
        if (place.dataset.to) location.href = place.dataset.to;
        return;
      }
    } catch {
      // Away, as expected.
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 1000);
})();
