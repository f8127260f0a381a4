// Server-sent events over fetch instead of EventSource, for two reasons: a changed address (another task's log) resumes
// at the last event seen, and the server's pings are visible, so that a connection that died silently is noticed.
import { authorized } from './sign-in.js';

const SILENCE_MS = 40_000;
const LONGEST_DELAY_MS = 10_000;

export class EventStream {
  #handlers;
  #url = null;
  #controller = null;
  #lastId = null;
  #delay = 500;

  /** `handlers`: open(), event(kind, data), lost(). */
  constructor(handlers) { this.#handlers = handlers; }

  /** Follows `url`; if another address was followed, goes on after the last event seen. */
  connect(url) {
    this.#url = url;
    this.#controller?.abort();
    this.#run(this.#controller = new AbortController());
  }

  async #run(controller) {
    while (!controller.signal.aborted) {
      try {
        await this.#read(controller);
      } catch (failure) {
        if (controller.signal.aborted) return;
      }
      this.#handlers.lost();
      await new Promise(wake => setTimeout(wake, this.#delay));
      this.#delay = Math.min(LONGEST_DELAY_MS, this.#delay * 2);
    }
  }

  async #read(controller) {
    const headers = authorized({ Accept: 'text/event-stream', ...(this.#lastId === null ? {} : { 'Last-Event-ID': this.#lastId }) });
    const connection = new AbortController();
    const stop = () => connection.abort();
    controller.signal.addEventListener('abort', stop);
    let watchdog = setTimeout(stop, SILENCE_MS);
    try {
      const response = await fetch(this.#url, { headers, cache: 'no-store', signal: connection.signal });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      this.#delay = 500;
      this.#handlers.open();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let buffer = '';
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(watchdog);
        watchdog = setTimeout(stop, SILENCE_MS);
        const frames = (buffer + value).replaceAll('\r\n', '\n').split('\n\n');
        buffer = frames.pop();
        frames.forEach(frame => this.#frame(frame));
      }
    } finally {
      clearTimeout(watchdog);
      controller.signal.removeEventListener('abort', stop);
      connection.abort();
    }
  }

  #frame(frame) {
    let kind = 'message';
    const data = [];
    for (const line of frame.split('\n')) {
      const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line);
      if (field === 'event') kind = value;
      else if (field === 'data') data.push(value);
      else if (field === 'id') this.#lastId = value;
    }
    if (data.length) this.#handlers.event(kind, data.join('\n'));
  }
}
