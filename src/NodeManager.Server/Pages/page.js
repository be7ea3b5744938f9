'use strict';

// The secret of the sign-in link is in the fragment, which no server sees; it leaves the address bar before it is used. The token of the session is in
// the storage of this origin, port included: a cookie would go to every port of the host.
// A server of several clusters has the paths of each below this.
const base = /^\/clusters\/[^/]+/.exec(location.pathname)?.[0] ?? '';
const nodesPath = `${base}/api/plugins/streamspace-node-manager/nodes`;
const element = id => document.getElementById(id);
let follow = null;
let isAdmin = false;

const storageKey = 'nodemanager-session';

function withToken(headers) {
  const token = localStorage.getItem(storageKey);
  return token ? { ...headers, Authorization: `Bearer ${token}` } : headers;
}

async function request(path, options = {}) {
  const headers = withToken({ Accept: 'application/json', ...options.headers });
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  const response = await fetch(path, { ...options, headers, credentials: 'omit' });
  const text = await response.text();
  const body = text ? JSON.parse(text) : null;
  if (!response.ok && response.status !== 409) throw new Error(body?.message ?? `The server answered ${response.status}.`);
  return body;
}

function say(text) {
  element('message').textContent = text;
}

function cell(row, text, name) {
  const made = row.insertCell();
  made.textContent = text;
  if (name) made.className = name;
  return made;
}

const percent = value => value === undefined || value === null ? '–' : `${Math.round(value)} %`;

function stateOf(node) {
  return node.status.phase + (node.status.unschedulable ? ', cordoned' : '');
}

async function showNodes() {
  const nodes = await request(nodesPath);
  const ready = nodes.filter(node => node.status.ready).length;
  element('totals').textContent = `${nodes.length} nodes, ${ready} ready`;
  const body = element('nodes');
  const focused = document.activeElement?.dataset?.key;
  body.replaceChildren();
  for (const node of nodes) {
    const row = body.insertRow();
    cell(row, node.name);
    cell(row, stateOf(node), node.status.ready ? 'good' : 'bad');
    cell(row, percent(node.usage?.cpu_percent), 'number');
    cell(row, percent(node.usage?.memory_percent), 'number');
    cell(row, node.pods ?? '–', 'number');
    const actions = cell(row, '');
    if (isAdmin) actions.append(node.status.unschedulable ? button(node.name, 'Uncordon', uncordon) : button(node.name, 'Drain', drain));
  }

  if (focused) document.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function button(name, title, act) {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = title;
  made.dataset.key = `${title} ${name}`;
  made.setAttribute('aria-label', `${title} ${name}`);
  made.addEventListener('click', () => act(name).catch(problem => say(problem.message)));
  return made;
}

async function uncordon(name) {
  await request(`${nodesPath}/${encodeURIComponent(name)}/uncordon`, { method: 'POST' });
  say(`${name} is schedulable.`);
  await showNodes();
}

async function drain(name) {
  if (!confirm(`Drain ${name}? Its pods are evicted as their PodDisruptionBudgets allow; emptyDir data and pods without a controller are kept.`)) return;
  const operation = await request(`${nodesPath}/${encodeURIComponent(name)}/drain`, { method: 'POST', headers: { Prefer: 'respond-async' }, body: '{}' });
  sessionStorage.setItem('drain', JSON.stringify({ id: operation.id, name }));
  followDrain(operation.id, name);
}

function followDrain(id, name) {
  follow?.abort();
  element('drain').hidden = false;
  element('drain-title').textContent = `Drain of ${name}`;
  element('drain-result').textContent = 'Running';
  element('drain-progress').replaceChildren();
  element('drain-blockers').replaceChildren();
  const lines = new Map();
  follow = new AbortController();
  const acts = {};
  const line = (key, text) => {
    let item = lines.get(key);
    if (!item) {
      item = document.createElement('li');
      lines.set(key, item);
      element('drain-progress').append(item);
    }

    item.textContent = text;
  };
  const on = (type, act) => { acts[type] = act; };
  on('progress', event => event.progress.status && line(event.progress.key, `${event.progress.activity}: ${event.progress.status}`));
  on('warning', event => line(event.sequence, `Warning: ${event.text}`));
  on('failure', event => line(event.sequence, event.failure.message));
  on('result', event => {
    element('drain-result').textContent = event.result.message;
    element('drain-blockers').replaceChildren(...event.result.blockers.map(text => Object.assign(document.createElement('li'), { textContent: text })));
  });
  on('end', event => {
    follow.abort();
    sessionStorage.removeItem('drain');
    if (element('drain-result').textContent === 'Running') element('drain-result').textContent = event.state;
    showNodes().catch(problem => say(problem.message));
  });
  const { signal } = follow;
  readEvents(`${base}/api/v1/operations/${id}/events`, acts, signal).catch(problem => signal.aborted || say(problem.message));
}

// EventSource sends no header.
async function readEvents(path, acts, signal) {
  const response = await fetch(path, { headers: withToken({ Accept: 'text/event-stream' }), credentials: 'omit', signal });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (text + value).split('\n\n');
    text = events.pop();
    for (const event of events) {
      const type = /^event: ?(.*)$/m.exec(event)?.[1] ?? 'message';
      const data = [...event.matchAll(/^data: ?(.*)$/gm)].map(line => line[1]).join('\n');
      if (data) acts[type]?.(JSON.parse(data));
    }
  }
}

async function start() {
  const secret = location.hash.slice(1);
  if (secret) {
    history.replaceState(null, '', location.pathname);
    const { session } = await request('/sign-in', { method: 'POST', body: JSON.stringify({ secret }) });
    localStorage.setItem(storageKey, session);
  }

  const caller = await request(`${base}/api/v1/me`);
  isAdmin = caller.level === 'admin';
  element('cluster').textContent = `signed in as ${caller.name}`;
  await showNodes();
  element('overview').hidden = false;
  say('');
  const running = JSON.parse(sessionStorage.getItem('drain') ?? 'null');
  if (running) followDrain(running.id, running.name);
}

start().catch(problem => say(`${problem.message} Open the sign-in link that the server printed at its start.`));
