import { type Browser, type Driven, type Page as DrivenPage, drive } from './drive.js'
import { serve } from './server.js'

/** Opens a page that has the package as `globalThis.parevmTest`. */
export async function open({ browser, isolated }: open.Parameters): Promise<open.Page> {
  const server = await serve({ isolated })
  try {
    const opened = await drive(browser)
    await opened.page.goto(server.url)
    await opened.page.waitForFunction('globalThis.parevmTest !== undefined')
    return {
      ...opened,
      url: server.url,
      evaluate: (work, argument) => opened.page.evaluate(work, argument),
      async close() {
        await opened.close()
        await server.close()
      },
    }
  } catch (error) {
    await server.close()
    throw error
  }
}

export declare namespace open {
  type Parameters = { browser: Browser; isolated: boolean }
  type Page = Driven & Pick<DrivenPage, 'evaluate'> & { readonly url: string }
}
