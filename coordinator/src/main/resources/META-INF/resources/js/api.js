// The HTTP contract (docs/api.md), relative to where the page is served, so that a proxy may put it under a path.

import { askForToken, authorized } from './sign-in.js';

/** An answer that is not 2xx, with the problem+json text when there is one. */
export class Problem extends Error {
  constructor(status, body) {
    const what = body?.detail || body?.title || `HTTP ${status}`;
    super([what, body?.remedy].filter(Boolean).join(': '));
    this.what = what;
    this.status = status;
  }
}

async function request(path, options) {
  const response = await fetch(`api/${path}`, { headers: authorized({ Accept: 'application/json' }), ...options });
  if (!response.ok) {
    const problem = new Problem(response.status, await response.json().catch(() => null));
    if (response.status === 401) askForToken(problem.what);
    throw problem;
  }
  return response.status === 204 ? null : response.json().catch(() => null);
}

const part = encodeURIComponent;
export const campaigns = () => request('campaigns');
export const campaign = name => request(`campaigns/${part(name)}`);
export const tasks = name => request(`campaigns/${part(name)}/tasks`);
export const workers = () => request('workers');
export const task = (name, task) => request(`campaigns/${part(name)}/tasks/${part(task)}`);
export const log = (name, task, epoch, after) =>
  request(`campaigns/${part(name)}/tasks/${part(task)}/log?${new URLSearchParams({ ...(epoch ? { epoch } : {}), after })}`);
export const act = (name, task, action) => request(`campaigns/${part(name)}/tasks/${part(task)}/${action}`, { method: 'POST' });
export const actOnCampaign = (name, action) => request(`campaigns/${part(name)}/${action}`, { method: 'POST' });
export const reportAddress = (name, file) => `api/reports/${part(name)}/${file}`;
export const eventsAddress = log => log ? `api/events?log=${log.split('/').map(part).join('/')}` : 'api/events';
