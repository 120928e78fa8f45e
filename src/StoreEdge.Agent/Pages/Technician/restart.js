'use strict';
// The service is back once it has run for less time than has passed since it was asked to end.
(() => {
  const place = document.getElementById('restarting'), asked = performance.now();
  const look = async () => {
    const passed = (performance.now() - asked) / 1000;
    try {
      const report = await (await fetch('/diagnostics/status.json', { cache: 'no-store' })).json();
      const ready = await fetch('/health/ready', { cache: 'no-store' });
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
