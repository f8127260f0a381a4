// The token of a coordinator that asks for one. Kept in this tab only, and never part of an address.
import { byId, el } from './dom.js';

const KEY = 'heng-token';

/** Headers with the token, if there is one. */
export function authorized(headers) {
  const token = sessionStorage.getItem(KEY);
  return token ? { ...headers, Authorization: `Bearer ${token}` } : headers;
}

/** Asks for a token, once, and loads the page anew with it. `why` is what the coordinator said. */
export function askForToken(why) {
  const dialog = byId('sign-in');
  if (dialog.open) return;
  sessionStorage.removeItem(KEY);
  const field = el('input', { type: 'password', id: 'sign-in-token', autocomplete: 'off', spellcheck: 'false', required: true });
  dialog.replaceChildren(el('form', { method: 'dialog', onsubmit: event => {
    event.preventDefault();
    sessionStorage.setItem(KEY, field.value.trim());
    location.reload();
  } },
  el('h2', { id: 'sign-in-title' }, 'Who is it?'),
  el('p', { class: 'note' }, why),
  el('label', { for: 'sign-in-token' }, 'Token'), field,
  el('p', { class: 'note' }, 'An admin makes one with ', el('code', null, './heng token create NAME --role viewer'),
    '. This tab forgets it when it is closed.'),
  el('button', { class: 'plain' }, 'Sign in')));
  dialog.showModal();
  field.focus();
  offerRedirect(dialog);
}

/** A way to the identity provider, if the coordinator knows one. */
async function offerRedirect(dialog) {
  const response = await fetch('api/login/options');
  if (!response.ok || !(await response.json()).redirect) return;
  dialog.firstElementChild.append(el('p', null, el('a', { href: 'api/login' }, 'Sign in with the identity provider')));
}

/** Links cannot carry a token, so with one, reports are fetched and saved. */
export function saveReports() {
  document.addEventListener('click', async event => {
    const link = event.target.closest('a[href^="api/reports/"]');
    if (!link || !sessionStorage.getItem(KEY)) return;
    event.preventDefault();
    const response = await fetch(link.href, { headers: authorized({}) });
    if (!response.ok) { askForToken(`HTTP ${response.status}`); return; }
    const address = URL.createObjectURL(await response.blob());
    el('a', { href: address, download: link.href.split('/').slice(-2).join('-') }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  });
}
