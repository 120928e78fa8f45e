'use strict';
// What goes on is looked at each second, and only then; what somebody is choosing just now is not taken out of their hands.
(() => {
  const live = () => document.getElementById('live');
  const inUse = () => live().contains(document.activeElement) && ['SELECT', 'INPUT', 'TEXTAREA'].includes(document.activeElement.tagName);
  const look = async () => {
    if (!live()?.hasAttribute('data-busy')) return;
    try {
      const answer = await fetch(location.href, { cache: 'no-store' });
      if (answer.status === 401) { location.reload(); return; }
      if (answer.ok) {
        const next = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('live');
        if (next && !inUse() && next.innerHTML !== live().innerHTML) live().replaceWith(document.adoptNode(next));
        else if (next) live().toggleAttribute('data-busy', next.hasAttribute('data-busy'));
      }
    } catch {
      // The agent is away for a moment; the next look says more.
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 1000);
})();
