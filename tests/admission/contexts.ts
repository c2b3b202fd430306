import { type play, play as playHere, type Reading } from './attempts.js'

/** Where a page of `site` runs a script: itself, what it embeds, what it starts. */
export const contexts = {
  page: (parameters) => playHere(parameters),
  'sandboxed frame': (parameters) =>
    inFrame((frame) => {
      frame.setAttribute('sandbox', 'allow-scripts allow-forms')
      frame.srcdoc = html(parameters)
    }),
  'data: frame': (parameters) =>
    inFrame((frame) => {
      frame.src = `data:text/html,${encodeURIComponent(html(parameters))}`
    }),
  'blob: frame': (parameters) =>
    inFrame((frame) => {
      frame.src = URL.createObjectURL(new Blob([html(parameters)], { type: 'text/html' }))
    }),
  worker: (parameters) => {
    const worker = new Worker('/worker.js')
    worker.postMessage(parameters)
    return message(worker)
  },
  'service worker': async (parameters) => {
    await navigator.serviceWorker.register('/worker.js')
    const { active } = await navigator.serviceWorker.ready
    const answer = message(navigator.serviceWorker)
    active?.postMessage(parameters)
    return answer
  },
} satisfies Record<string, (parameters: play.Parameters) => Promise<Reading[]>>

function html(parameters: play.Parameters): string {
  return `<!doctype html><body><script type="module">
    import { play } from '${parameters.site}/attempts.js'
    parent.postMessage(await play(${JSON.stringify(parameters)}), '*')
  </script>`
}

function inFrame(fill: (frame: HTMLIFrameElement) => void): Promise<Reading[]> {
  const frame = document.createElement('iframe')
  fill(frame)
  document.body.append(frame)
  return new Promise((resolve) => {
    addEventListener('message', ({ source, data }) => {
      if (source === frame.contentWindow) resolve(data)
    })
  })
}

function message(sender: Worker | ServiceWorkerContainer): Promise<Reading[]> {
  return new Promise((resolve) => {
    sender.addEventListener('message', (event) => resolve((event as MessageEvent).data))
  })
}
