'use strict';
// Keeps the display's page: the network first, what was kept where it does not answer. Streams and acknowledgements go past it.
const KEPT = 'storeedge-display';
const page = new URL(self.registration.scope).pathname;

self.addEventListener('install', event => event.waitUntil((async () => {
  // With the words behind the address (the key, the theme) that the page itself was opened by.
  await (await caches.open(KEPT)).put(page, await fetch(page + location.search));
  await self.skipWaiting();
})()));
self.addEventListener('activate', event => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', event => {
  if (event.request.mode !== 'navigate') return;
  event.respondWith((async () => {
    const kept = await caches.open(KEPT);
    try {
      const answer = await fetch(event.request);
      if (answer.ok) await kept.put(page, answer.clone());
      return answer;
    } catch (fault) {
      const last = await kept.match(page);
      if (last) return last;
      throw fault;
    }
  })());
});
