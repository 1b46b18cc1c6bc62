// The chat page. Everything that comes from outside is shown through textContent; nothing here builds HTML from text.

const TEXTS = {
  zh: {
    fresh: '新对话', conversation: '对话', lead: '向报纸档案提一个问题。',
    promise: '每个回答都引出它所依据的原句；档案里没有的，就说没有。', suggestions: '可以这样问',
    label: '您的问题', placeholder: '问一个问题…', send: '发送', stop: '停止', hint: 'Enter 发送，Shift+Enter 换行',
    searching: '正在检索', reading: title => `正在阅读《${title}》等文章`, sources: '来源', source: (n, title) => `来源 ${n}：${title}`,
    nearest: '最接近的文章', untitled: '（无题）', stopped: '已停止。', again: '再问一次', in: n => `${n} 秒后可再问`,
    refused: '档案里没有找到这个问题的答案。',
    empty: '档案里还没有文章。先放入一些报纸文章，再来提问。', offline: '您的设备似乎没有联网。连上网络后请再问一次。',
    unreachable: '连不上问报。它可能正在重启，请稍后再问一次。', interrupted: '回答传到一半中断了。',
    busy: '现在提问的人很多，请稍等片刻再问。', limited: '问得太快了，请稍等片刻再问。',
    failed: '出了点问题，没能回答。', code: '编号',
  },
  en: {
    fresh: 'New conversation', conversation: 'Conversation', lead: 'Ask the newspaper archive a question.',
    promise: 'Every answer quotes the sentence it rests on; if the archive does not hold the answer, it says so.', suggestions: 'You might ask',
    label: 'Your question', placeholder: 'Ask a question…', send: 'Send', stop: 'Stop', hint: 'Enter sends, Shift+Enter starts a new line',
    searching: 'Searching', reading: title => `Reading “${title}” and others`, sources: 'Sources', source: (n, title) => `Source ${n}: ${title}`,
    nearest: 'Nearest articles', untitled: '(untitled)', stopped: 'Stopped.', again: 'Ask again', in: n => `Ask again in ${n} s`,
    refused: 'The archive does not hold an answer to this question.',
    empty: 'The archive holds no articles yet. Add some, then ask.', offline: 'Your device seems to be offline. Ask again once it is connected.',
    unreachable: 'Wenbao cannot be reached. It may be restarting; ask again in a moment.', interrupted: 'The answer broke off halfway.',
    busy: 'Many people are asking just now. Please ask again in a moment.', limited: 'That was a little fast. Please wait a moment before asking again.',
    failed: 'Something went wrong and there is no answer.', code: 'Reference',
  },
};
const KEPT = 'wenbao.conversation';
const HISTORY = 6; // earlier questions sent along

const byId = id => document.getElementById(id);
const [scroller, turnsBox, form, box, send, stop] = ['scroller', 'turns', 'ask', 'question', 'send', 'stop'].map(byId);
const [peek, announcer] = ['peek', 'announcer'].map(byId);
const wished = [new URLSearchParams(location.search).get('lang'), stored('wenbao.language')];
let chosen = wished.find(code => Object.hasOwn(TEXTS, code)); // undefined: the browser's language
let language = chosen || (/^zh\b/i.test(navigator.language || 'zh') ? 'zh' : 'en');
let text = TEXTS[language];
let turns = []; // plain data {question, state, text, first, answer, problem}, from which all that is shown follows
let running = null; // the AbortController of the question being answered
let following = 'turn'; // kept in view: the newest 'turn', the 'end', or '' once the reader scrolled away

// ---- small helpers

function stored(key, value) { // the page also works where storage is full or forbidden
  try { return value === undefined ? sessionStorage.getItem(key) : sessionStorage.setItem(key, value); } catch { return null; }
}

function make(tag, className, content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (content !== undefined) element.textContent = content;
  return element;
}

const string = value => (typeof value === 'string' ? value : '');
const list = value => (Array.isArray(value) ? value.filter(item => item && typeof item === 'object') : []);

function spoken(element) {
  element.lang = /\p{Script=Han}/u.test(element.textContent) ? 'zh-CN' : 'en';
  return element;
}

function day(published) {
  if (language !== 'zh') return string(published);
  return string(published).replace(/^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/, (_, year, month, date) => (
    `${year}年${month ? `${+month}月` : ''}${date ? `${+date}日` : ''}`));
}

const origin = item => [day(item.published), string(item.source)].filter(Boolean).join(' · ');
const titleOf = item => string(item.title) || text.untitled;

function articleLink(item, className, content) {
  const link = make('a', className, content);
  const query = new URLSearchParams(chosen && { lang: chosen });
  const exact = Number.isInteger(item.start) && Number.isInteger(item.end);
  if (exact) { query.set('start', item.start); query.set('end', item.end); }
  link.href = `articles/${encodeURIComponent(string(item.article_id))}?${query}${exact ? '#quote' : ''}`;
  link.target = '_blank';
  link.rel = 'noopener';
  return link;
}

// ---- the turns, drawn from their state

function chip(number, citation) {
  const link = articleLink(citation, 'chip', number);
  link.setAttribute('aria-label', text.source(number, titleOf(citation)));
  link.citation = citation;
  return link;
}

function answerText(value, citations, short) {
  const said = make('div', 'answer');
  let bold = short === value ? '' : short;
  const plain = part => {
    const at = bold ? part.indexOf(bold) : -1;
    if (at < 0) return said.append(part);
    said.append(part.slice(0, at), make('strong', '', bold), part.slice(at + bold.length));
    bold = '';
  };
  // Split by a capturing group: odd entries are the numbers of markers.
  value.split(/\[(\d{1,3})\]/).forEach((part, index) => {
    const citation = citations?.[part - 1];
    if (index % 2 === 0) plain(part);
    else if (citation) said.append(chip(part, citation));
    else if (citations) plain(`[${part}]`);
    else said.append(make('span', 'chip', part)); // still streaming
  });
  return spoken(said);
}

function under(heading, items) {
  const part = make('section', 'under');
  const all = make('ul');
  all.setAttribute('role', 'list'); // which Safari drops from a list without bullets
  all.append(...items);
  part.append(make('h3', '', heading), all);
  return part;
}

function titled(article) {
  return [spoken(articleLink(article, 'title', titleOf(article))), make('span', 'meta', origin(article))];
}

function item(className, ...parts) {
  const element = make('li', className);
  element.append(...parts);
  return element;
}

function source(citation, index) {
  const what = make('div');
  what.append(...titled(citation), quoteOf(citation));
  return item('source', make('span', 'chip', index + 1), what);
}

const quoteOf = citation => spoken(make('blockquote', '', string(citation.quote)));

function problem(turn) {
  const { kind, detail } = turn.problem;
  const part = make('div', 'problem');
  part.append(make('p', '', text[kind] || text.failed));
  if (detail) part.append(make('p', 'note', detail));
  if (kind !== 'empty') part.append(again(turn));
  return part;
}

function again(turn) {
  const button = make('button', 'again', text.again);
  const count = () => {
    const left = Math.ceil((turn.problem?.until - Date.now()) / 1000) || 0;
    button.disabled = left > 0;
    button.textContent = left > 0 ? text.in(left) : text.again;
    if (left > 0 && turns.includes(turn)) setTimeout(count, 500);
  };
  count();
  button.addEventListener('click', () => {
    if (running) return;
    turns = turns.filter(other => other !== turn);
    drawAll();
    ask(turn.question);
    box.focus();
  });
  return button;
}

function contents(turn) {
  const { state, answer } = turn;
  const begun = turn.text ? [answerText(turn.text)] : [];
  if (state === 'searching') return [make('p', 'status', turn.first ? text.reading(turn.first) : text.searching)];
  if (state === 'streaming') return begun;
  if (state === 'stopped') return [...begun, make('p', 'note', text.stopped), again(turn)];
  if (state === 'failed') return [...begun, problem(turn)];
  const [citations, nearest] = [list(answer.citations), list(answer.nearest)];
  const said = answerText(string(answer.answer) || (answer.refused ? text.refused : ''), citations, string(answer.short_answer));
  if (!answer.refused) return [said, ...(citations.length ? [under(text.sources, citations.map(source))] : [])];
  const calm = make('div', 'refusal');
  calm.append(said, ...(nearest.length ? [under(text.nearest, nearest.map(article => item('', ...titled(article))))] : []));
  return [calm];
}

function draw(turn) {
  const index = turns.indexOf(turn);
  if (index < 0) return; // a new conversation was begun meanwhile
  let element = turnsBox.children[index];
  if (!element) {
    element = make('article', 'turn');
    element.append(spoken(make('h2', 'question', turn.question)), make('div'));
    turnsBox.append(element);
  }
  element.lastChild.replaceChildren(...contents(turn));
  follow();
}

function drawAll() {
  hidePeek();
  turnsBox.replaceChildren();
  turns.forEach(draw);
  byId('welcome').hidden = turns.length > 0;
}

const remember = () => stored(KEPT, JSON.stringify(turns));

function restore() {
  try {
    turns = list(JSON.parse(stored(KEPT))).filter(turn => string(turn.question));
  } catch { /* nothing was kept, or not by this page */ }
  for (const turn of turns) {
    turn.text = string(turn.text);
    if (!{ done: turn.answer, failed: turn.problem }[turn.state]) turn.state = 'stopped'; // the reload cut it off
  }
}

// ---- scrolling: a new turn comes into view; a reader who scrolls is left alone

const bottom = () => scroller.scrollHeight - scroller.clientHeight;
let was = 0; // its last place

function follow() {
  const last = turnsBox.lastElementChild;
  if (!following || !last) return;
  const top = scroller.scrollTop + last.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 8;
  scroller.scrollTop = following === 'end' ? bottom() : Math.min(bottom(), top);
  was = scroller.scrollTop;
}

for (const event of ['wheel', 'touchmove', 'pointerdown', 'keydown']) {
  scroller.addEventListener(event, () => { following = ''; }, { passive: true });
}
scroller.addEventListener('scroll', () => {
  const top = scroller.scrollTop;
  if (!following && top > was && bottom() - top < 8) following = 'end';
  was = top;
  hidePeek();
});

// ---- asking

// What is thrown where no answer comes: {kind, detail, until}, `kind` a key of the texts.
function trouble(body, status, retryAfter) {
  const { code, message, request_id: id } = body?.error || {};
  const problem = { kind: 'failed', until: Date.now() + retryAfter * 1000 || Date.parse(retryAfter) };
  if (/empty/.test(code)) problem.kind = 'empty';
  else if (status === 429 || /rate|limit/.test(code)) problem.kind = 'limited';
  else if (status === 503 || /busy|overload/.test(code)) problem.kind = 'busy';
  else if (status === 502 || status === 504) problem.kind = 'unreachable';
  else problem.detail = [string(message), string(id) && `${text.code} ${id}`].filter(Boolean).join(' · ');
  return problem;
}

// Yields {event, data} for each server-sent event of the response, however the bytes were cut.
async function* events(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let pending = '';
  let event = '';
  let data = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return; // an event without its closing empty line is not whole
    pending += decoder.decode(value, { stream: true });
    // A carriage return at the very end may be half of a CRLF.
    const lines = pending.split(/\r\n|\n|\r(?!$)/);
    pending = lines.pop();
    for (const line of lines) {
      if (line === '') {
        if (data.length) yield { event: event || 'message', data: data.join('\n') };
        event = '';
        data = [];
      } else if (!line.startsWith(':')) {
        const [, field, content] = /^([^:]*):? ?([^]*)$/.exec(line);
        if (field === 'event') event = content;
        if (field === 'data') data.push(content);
      }
    }
  }
}

async function receive(turn, signal) {
  const earlier = turns.filter(other => other !== turn && other.state !== 'failed').map(other => other.question);
  const response = await fetch('v1/ask', {
    method: 'POST', signal, headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
    body: JSON.stringify({ question: turn.question, history: earlier.slice(-HISTORY), language }),
  });
  if (!response.ok) {
    throw trouble(await response.json().catch(() => null), response.status, response.headers.get('Retry-After') || 0);
  }
  if (!string(response.headers.get('Content-Type')).startsWith('text/event-stream')) {
    turn.answer = await response.json();
    return;
  }
  let frame = 0;
  for await (const { event, data } of events(response)) {
    if (event === 'error') throw trouble(JSON.parse(data), 0, 0);
    if (event === 'passages') {
      const [first] = list(JSON.parse(data).passages);
      turn.first = first && titleOf(first);
      draw(turn);
    } else if (event === 'delta') {
      turn.text += string(JSON.parse(data).text);
      turn.state = 'streaming';
      frame ||= requestAnimationFrame(() => { frame = 0; draw(turn); });
    } else if (event === 'answer') {
      turn.answer = JSON.parse(data);
      return;
    }
  }
  throw { kind: 'interrupted' };
}

async function ask(question) {
  const turn = { question, state: 'searching', text: '' };
  const control = new AbortController();
  running = control;
  turns.push(turn);
  following = 'turn';
  byId('welcome').hidden = true;
  draw(turn);
  remember();
  buttons();
  try {
    await receive(turn, control.signal);
    if (!string(turn.answer?.answer) && !turn.answer?.refused) throw { kind: 'failed' };
    turn.state = 'done';
  } catch (error) {
    const lost = navigator.onLine === false ? 'offline' : turn.first || turn.text ? 'interrupted' : 'unreachable';
    turn.problem = error.kind ? error : { kind: error instanceof TypeError ? lost : 'failed' };
    turn.state = control.signal.aborted ? 'stopped' : 'failed';
  }
  control.abort(); // the rest of a stream that ended early is not read
  if (running === control) { running = null; buttons(); }
  if (!turns.includes(turn)) return; // a new conversation was begun meanwhile
  draw(turn);
  remember();
  announce(turn);
}

function announce(turn) {
  let said = text.stopped;
  if (turn.state === 'failed') said = [text[turn.problem.kind] || text.failed, turn.problem.detail].filter(Boolean).join(' ');
  if (turn.state === 'done') said = (string(turn.answer.answer) || text.refused).replace(/\[\d{1,3}\]/g, '');
  announcer.replaceChildren(make('p', '', said));
}

function buttons() {
  const lost = document.activeElement === (running ? send : stop);
  send.hidden = Boolean(running);
  stop.hidden = !running;
  send.disabled = !box.value.trim();
  if (lost) (running ? stop : box).focus();
}

form.addEventListener('submit', event => {
  event.preventDefault();
  const question = box.value.trim();
  if (!question || running) return;
  box.value = '';
  box.rows = 1;
  ask(question);
});
box.addEventListener('input', () => { box.rows = Math.min(6, box.value.split('\n').length); buttons(); });
box.addEventListener('keydown', event => {
  // 229: Safari ends the composition just before the Enter that confirmed it.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  form.requestSubmit();
});
stop.addEventListener('click', event => {
  if (event.detail < 2) running?.abort(); // not the second half of a double click on "send"
});
byId('fresh').addEventListener('click', () => {
  running?.abort();
  turns = [];
  remember();
  drawAll();
  announcer.replaceChildren();
  if (!byId('suggestions').querySelector('button')) suggest();
  box.focus();
});
byId('toggle').addEventListener('click', () => {
  chosen = language === 'zh' ? 'en' : 'zh';
  stored('wenbao.language', chosen);
  speak();
});

// ---- a citation's quote, shown while its number has the pointer or the focus

let hiding = 0;

function showPeek(link) {
  clearTimeout(hiding);
  peek.replaceChildren(quoteOf(link.citation), make('p', 'title', titleOf(link.citation)), make('p', 'meta', origin(link.citation)));
  peek.hidden = false;
  link.setAttribute('aria-describedby', 'peek');
  const at = link.getBoundingClientRect();
  const above = at.top - peek.offsetHeight - 6;
  peek.style.top = `${above > 8 ? above : at.bottom + 6}px`;
  peek.style.left = `${Math.max(12, Math.min(at.left - 16, innerWidth - peek.offsetWidth - 12))}px`;
}

function hidePeek() {
  clearTimeout(hiding);
  peek.hidden = true;
}

const hideSoon = () => { clearTimeout(hiding); hiding = setTimeout(hidePeek, 180); };
const linkOf = event => event.target.closest?.('.answer a.chip');
turnsBox.addEventListener('pointerover', event => { if (event.pointerType !== 'touch' && linkOf(event)) showPeek(linkOf(event)); });
turnsBox.addEventListener('pointerout', event => { if (linkOf(event)) hideSoon(); });
turnsBox.addEventListener('focusin', event => { if (linkOf(event)?.matches(':focus-visible')) showPeek(linkOf(event)); });
turnsBox.addEventListener('focusout', hideSoon);
peek.addEventListener('pointerenter', () => clearTimeout(hiding));
peek.addEventListener('pointerleave', hideSoon);
addEventListener('keydown', event => { if (event.key === 'Escape') hidePeek(); });

// ---- language, suggestions, start

function speak() {
  language = chosen || language;
  text = TEXTS[language];
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = text[element.dataset.text];
  for (const element of document.querySelectorAll('[data-label]')) element.setAttribute('aria-label', text[element.dataset.label]);
  box.placeholder = text.placeholder;
  const toggle = byId('toggle');
  toggle.textContent = language === 'zh' ? 'English' : '中文';
  toggle.lang = language === 'zh' ? 'en' : 'zh-CN';
  drawAll();
}

async function suggest() {
  try {
    const response = await fetch('v1/suggestions', { headers: { Accept: 'application/json' } });
    const found = (await response.json()).suggestions.filter(string).slice(0, 6);
    if (!response.ok || !found.length) return;
    byId('suggestions').querySelector('ul').replaceChildren(...found.map(question => {
      const button = spoken(make('button', '', question));
      button.addEventListener('click', () => { if (!running) { ask(question); box.focus({ preventScroll: true }); } });
      return item('', button);
    }));
    byId('suggestions').hidden = false;
  } catch { /* suggestions are a courtesy; without them the page is complete */ }
}

restore();
speak();
buttons();
if (!turns.length) suggest();
