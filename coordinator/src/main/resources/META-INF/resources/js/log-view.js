// The log of one attempt, followed live. Lines are fetched by sequence; an event is only the bell that says "more".
import * as api from './api.js';
import { el } from './dom.js';
import { clock } from './format.js';
import { onLog } from './live.js';
import { state } from './store.js';

const MOST_LINES = 5000;
const BELL_MS = 120;
const POLL_MS = 2500;

export class LogView {
  #key; #campaign; #task; #epoch = null; #next = 0; #source = null; #timer = null; #busy = false; #again = false; #count = 0; #closed = false;

  constructor(campaign, task) {
    this.#campaign = campaign;
    this.#task = task;
    this.#key = `${campaign}/${task}`;
    this.body = el('div', { class: 'log-body', tabindex: 0, role: 'log', 'aria-live': 'off', 'aria-label': `Log of ${task}` });
    this.note = el('span', null, 'Log');
    this.follow = el('input', { type: 'checkbox', checked: true });
    const tall = el('button', { type: 'button', class: 'quiet', 'aria-pressed': 'false', onclick: () => {
      tall.setAttribute('aria-pressed', String(this.element.classList.toggle('tall')));
      tall.textContent = this.element.classList.contains('tall') ? 'Shorter' : 'Taller';
    } }, 'Taller');
    this.element = el('div', { class: 'log' }, el('div', { class: 'log-head' }, this.note, el('label', null, this.follow, 'Follow'), tall), this.body);
    this.body.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    open = this;
    this.refresh();
  }

  /** Another attempt than the latest, or null for the latest. */
  show(epoch) {
    this.#epoch = epoch;
    this.#restart();
    this.refresh();
  }

  toggleFollow() {
    this.follow.checked = !this.follow.checked;
    if (this.follow.checked) this.#toEnd();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    if (open === this) open = null;
  }

  ring(key) {
    if (key && key !== this.#key) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.refresh(), BELL_MS);
  }

  async refresh() {
    if (this.#closed) return;
    if (this.#busy) { this.#again = true; return; }
    this.#busy = true;
    clearTimeout(this.#timer);
    let wait = POLL_MS;
    try {
      const answer = await api.log(this.#campaign, this.#task, this.#epoch, this.#next);
      if (this.#closed) return;
      if (this.#epoch === null && this.current !== undefined && answer.epoch !== this.current) { this.#restart(); this.#again = true; }
      else this.#append(answer.lines, answer.next);
      this.current = answer.epoch;
      const running = state.tasks.get(this.#task)?.status === 'RUNNING';
      if (answer.complete && !running) wait = null;
      this.element.classList.toggle('bare', !this.#count);
      this.note.textContent = !answer.epoch ? 'Not started' : `Attempt ${answer.epoch}, ${this.#count.toLocaleString('en')} lines${answer.complete ? '' : ', live'}`;
      if (!this.#count) this.body.replaceChildren(el('p', { class: 'log-empty' }, running ? 'No output yet.' : answer.epoch ? 'This attempt wrote nothing.' : 'Its output will appear here as soon as it starts.'));
    } catch (failure) {
      this.element.classList.toggle('bare', !this.#count);
      if (!this.#count) this.body.replaceChildren(el('p', { class: 'log-empty' }, failure.status === 404 ? 'No log: the task has not started.' : `The log cannot be read: ${failure.message}`));
    } finally {
      this.#busy = false;
      if (this.#again) { this.#again = false; this.refresh(); }
      else if (wait !== null && !this.#closed) this.#timer = setTimeout(() => this.refresh(), wait);
    }
  }

  #restart() {
    this.#next = 0;
    this.#count = 0;
    this.#source = null;
    this.body.replaceChildren();
  }

  #append(chunks, next) {
    if (!chunks.length) return;
    if (!this.#count) this.body.replaceChildren();
    const fragment = document.createDocumentFragment();
    for (const { source, at, text } of chunks) {
      if (source !== this.#source) fragment.append(el('p', { class: 'log-source' }, this.#source = source));
      for (const line of text.replace(/\n$/, '').split('\n')) {
        fragment.append(el('div', { class: `log-line ${severity(line)}` }, el('time', null, at ? clock(at) : ''), el('span', null, plain(line))));
        this.#count += 1;
      }
    }
    this.body.append(fragment);
    while (this.body.childElementCount > MOST_LINES) this.body.firstChild.remove();
    this.#next = next ?? chunks[chunks.length - 1].sequence;
    if (this.follow.checked) this.#toEnd();
  }

  #toEnd() { this.body.scrollTop = this.body.scrollHeight; }

  /** Scrolling up lets go of the end, scrolling back to it takes hold again. */
  #scrolled() {
    const away = this.body.scrollHeight - this.body.scrollTop - this.body.clientHeight;
    this.follow.checked = away < 24;
  }
}

let open = null;
onLog(data => open?.ring(data?.task ? `${data.campaign}/${data.task}` : null));

/** Escape sequences of terminals mean nothing here. */
const plain = line => line.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replaceAll(/\r(?!$)/g, '');

function severity(line) {
  if (/\b(ERROR|FAIL(ED|URE)?|Exception|fatal)\b/.test(line)) return 'error';
  return /\bWARN(ING)?\b/.test(line) ? 'warn' : '';
}
