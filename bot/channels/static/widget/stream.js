// One question to the server: its request, its server-sent events, and what can go wrong.

// What is thrown where no answer comes: {kind, detail, code, until}, `kind` a key of the texts.
function trouble(body, status, retryAfter) {
  const { code, message, request_id: id } = body?.error || {};
  const problem = { kind: 'failed', until: Date.now() + retryAfter * 1000 || Date.parse(retryAfter) || 0 };
  if (/empty/.test(code)) problem.kind = 'empty';
  else if (status === 429 || /rate|limit/.test(code)) problem.kind = 'limited';
  else if (status === 503 || /busy|overload/.test(code)) problem.kind = 'busy';
  else if (status === 401) problem.kind = 'keyless';
  else if (status === 403) problem.kind = 'denied';
  else if (status === 502 || status === 504) problem.kind = 'unreachable';
  else Object.assign(problem, { detail: string(message), code: string(id) });
  return problem;
}

// Yields {event, data} for each server-sent event of the response, however the bytes were cut.
async function* eventsOf(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let [pending, event, data] = ['', '', []];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return; // an event without its closing empty line is not whole
    pending += decoder.decode(value, { stream: true });
    const lines = pending.split(/\r\n|\n|\r(?!$)/); // a carriage return at the very end may be half of a CRLF
    pending = lines.pop();
    for (const line of lines) {
      if (line === '') {
        if (data.length) yield { event: event || 'message', data: data.join('\n') };
        [event, data] = ['', []];
      } else if (!line.startsWith(':')) {
        const [, field, content] = /^([^:]*):? ?([^]*)$/.exec(line);
        if (field === 'event') event = content;
        if (field === 'data') data.push(content);
      }
    }
  }
}

// `server` is {host, key}; the headers carry the key where there is one.
function post(server, path, body, accept, signal) {
  const headers = { 'Content-Type': 'application/json', Accept: accept };
  if (server.key) headers.Authorization = `Bearer ${server.key}`;
  return fetch(server.host + path, { method: 'POST', headers, body: JSON.stringify(body), signal });
}

// Asks, and calls `on.passages(list)`, `on.delta(text)` as they come; the final answer. Throws a problem.
async function askServer(server, body, signal, on) {
  const response = await post(server, 'v1/ask', body, 'text/event-stream', signal);
  if (!response.ok) {
    throw trouble(await response.json().catch(() => null), response.status, response.headers.get('Retry-After') || 0);
  }
  if (!string(response.headers.get('Content-Type')).startsWith('text/event-stream')) return response.json();
  for await (const { event, data } of eventsOf(response)) {
    if (event === 'error') throw trouble(JSON.parse(data), 0, 0);
    if (event === 'passages') on.passages(list(JSON.parse(data).passages));
    if (event === 'delta') on.delta(string(JSON.parse(data).text));
    if (event === 'answer') return JSON.parse(data);
  }
  throw { kind: 'interrupted' };
}
