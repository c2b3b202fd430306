// Service worker that keeps what it has once fetched.
addEventListener('install', () => skipWaiting())
addEventListener('activate', (event) => event.waitUntil(clients.claim()))
addEventListener('fetch', (event) => {
  if (['/gone', '/close'].includes(new URL(event.request.url).pathname)) return
  event.respondWith(answer(event.request))
})

async function answer(request) {
  const cache = await caches.open('parevm')
  const kept = await cache.match(request)
  if (kept !== undefined) return kept
  const response = await fetch(request)
  if (response.ok) await cache.put(request, response.clone())
  return response
}
