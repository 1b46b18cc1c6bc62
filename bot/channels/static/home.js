// The archive beside the chat: its list, and search with filters. All text from outside goes in through textContent.

const TEXTS = {
  zh: {
    views: '页面', ask: '提问', chat: '问档案', archive: '档案', words: '搜索', since: '从', until: '到', source: '来源', search: '搜索', clear: '清除', more: '更多',
    untitled: '（无题）', loading: '正在读取…', none: '没有找到。', emptyArchive: '档案里还没有文章。', passages: n => `${n} 段文字`, articles: n => `${n} 篇文章`,
    badDate: '日期请写成 2025、2025-05 或 2025-05-16。', failed: '没能读取，请稍后再试。', busy: '现在用的人很多，请稍后再试。',
    theme: '外观：', themes: { auto: '跟随系统', light: '浅色', dark: '深色' },
    keyNeeded: '这台服务器需要密钥。请输入管理员给您的密钥；它只留在这个标签页里。', key: '密钥', enter: '进入', leave: '忘掉密钥', keyFirst: '输入密钥以后，这里列出档案。',
    keyWrong: '这个密钥不对，或已失效。', keyless: '请先在页面上方输入密钥，再问一次。',
    embed: '把问答放进自己的网页', embedHow: '在网页里加上这一行：', demo: '嵌入示例',
  },
  en: {
    views: 'Views', ask: 'Ask', chat: 'Ask the archive', archive: 'Archive', words: 'Search', since: 'From', until: 'To', source: 'Source', search: 'Search', clear: 'Clear', more: 'More',
    untitled: '(untitled)', loading: 'Loading…', none: 'Nothing found.', emptyArchive: 'The archive holds no articles yet.',
    passages: n => (n === 1 ? '1 passage' : `${n} passages`), articles: n => (n === 1 ? '1 article' : `${n} articles`),
    badDate: 'Write a date as 2025, 2025-05 or 2025-05-16.', failed: 'This could not be read; try again in a moment.', busy: 'The server is busy; try again in a moment.',
    theme: 'Theme: ', themes: { auto: 'system', light: 'light', dark: 'dark' },
    keyNeeded: 'This server asks for a key. Enter the one that its administrator gave you; it stays in this tab only.', key: 'Key', enter: 'Enter',
    leave: 'Forget the key', keyFirst: 'The archive is listed here once you have entered the key.', keyWrong: 'This key is not right, or no longer valid.', keyless: 'Enter the key at the top of the page first, then ask again.',
    embed: 'Put the chat on your own page', embedHow: 'Add this line to the page:', demo: 'Embedding example',
  },
};
const PAGE = 20;
const THEMES = ['auto', 'light', 'dark'];

const byId = id => document.getElementById(id);
const [form, entry, found, results, more] = ['search', 'entry', 'found', 'results', 'more'].map(byId);
const chat = document.querySelector('wenbao-chat');
const wished = [new URLSearchParams(location.search).get('lang'), stored('wenbao.language'), /^zh\b/i.test(navigator.language || 'zh') ? 'zh' : 'en'];
let language = wished.find(code => Object.hasOwn(TEXTS, code));
let text = TEXTS[language];
let shown = 0; // articles listed so far
let latest = 0; // the newest request; answers to older ones are not shown
let key = '';

function stored(key, value) { // the page also works where storage is full or forbidden
  try { return value === undefined ? localStorage.getItem(key) : localStorage.setItem(key, value); } catch { return null; }
}

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

// ---- the key, where the server asks for one: kept by this tab, sent with every request of this page and of the chat

function kept(value) { // as `stored`, for this tab alone
  try { return value === undefined ? sessionStorage.getItem('wenbao.key') : sessionStorage.setItem('wenbao.key', value); } catch { return null; }
}

function use(value) {
  key = value;
  kept(value);
  if (value) chat.dataset.key = value; else delete chat.dataset.key;
}

function refused() {
  byId('entry-said').textContent = key ? text.keyWrong : '';
  entry.elements.key.setAttribute('aria-invalid', Boolean(key));
  use('');
  byId('leave').hidden = true;
  results.replaceChildren();
  entry.hidden = false;
}

function accepted() {
  byId('leave').hidden = !key;
  if (entry.hidden) return;
  if (entry.contains(document.activeElement)) { if (form.offsetParent) form.elements.q.focus(); else chat.open(); }
  entry.reset();
  entry.hidden = true;
  chat.suggest();
}

entry.addEventListener('submit', event => {
  event.preventDefault();
  use(entry.elements.key.value.trim());
  if (/^[\x21-\x7e]+$/.test(key)) show(); // anything else no header can hold
  else refused();
});
byId('leave').addEventListener('click', () => { use(''); chat.reset(); location.reload(); });
// Where the chat got no answer, its key may have been revoked.
chat.addEventListener('wenbao-answer', event => { if (!event.detail && key) read('v1/articles', { limit: 1 }).catch(() => {}); });

const string = value => (typeof value === 'string' ? value : '');

function spoken(element) {
  element.lang = /\p{Script=Han}/u.test(element.textContent) ? 'zh-CN' : 'en';
  return element;
}

function day(published) {
  if (language !== 'zh') return string(published);
  return string(published).replace(/^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/, (_, year, month, date) => (
    `${year}年${month ? `${+month}月` : ''}${date ? `${+date}日` : ''}`));
}

function articleLink(item) {
  const link = make('a', 'title', string(item.title) || text.untitled);
  const query = new URLSearchParams({ article_id: string(item.article_id), lang: language });
  const exact = Number.isInteger(item.start);
  if (exact) { query.set('start', item.start); query.set('end', item.end); }
  if (item.pass) query.set('pass', string(item.pass)); // where a page needs a key, which a link cannot send
  link.href = `article?${query}${exact ? '#quote' : ''}`;
  return spoken(link);
}

// Where the words of the query stand: its runs of at least two characters that the text holds, as [start, end].
function runs(passage, query) {
  const found = [];
  for (let at = 0, length = 0; at < passage.length; at += Math.max(length, 1)) {
    length = 0;
    for (let from = 0; from < query.length - 1; from += 1) {
      while (from + length < query.length && at + length < passage.length && query.slice(from, from + length + 1) === passage.slice(at, at + length + 1)
        && !/[\s\p{P}]/u.test(passage[at + length])) length += 1;
    }
    if (length > 1) found.push([at, at + length]);
  }
  return found;
}

function marked(passage, found) {
  const out = make('p', 'passage');
  let plain = 0;
  for (const [start, end] of found) {
    out.append(passage.slice(plain, start), make('b', '', passage.slice(start, end)));
    plain = end;
  }
  out.append(passage.slice(plain));
  return spoken(out);
}

// The sentence with most of the query's words, by its place in the article; the whole passage where it has none of them.
function sentenceOf(item, passage, found) {
  let [best, most] = [null, 0];
  for (const { 0: sentence, index } of passage.matchAll(/[^。！？!?\n]+[。！？!?]*[”’」』）]*/g)) {
    const inside = found.filter(([start]) => start >= index && start < index + sentence.length);
    const sum = inside.reduce((all, [start, end]) => all + end - start, 0);
    if (sum > most) [best, most] = [[index + sentence.search(/\S/), index + sentence.trimEnd().length], sum];
  }
  if (!best || !Number.isInteger(item.start)) return item;
  const [start, end] = best.map(at => item.start + [...passage.slice(0, at)].length); // the API counts code points
  return { ...item, start, end };
}

function row(item, query) {
  const origin = [day(item.published), string(item.source)].filter(Boolean).join(' · ');
  const passage = string(item.text);
  const found = runs(passage, query);
  const parts = [articleLink(sentenceOf(item, passage, found)), make('span', 'meta', origin)];
  if (passage) parts.push(marked(passage, found));
  return make('li', '', ...parts);
}

async function read(path, query) {
  const headers = { Accept: 'application/json', ...(key && { Authorization: `Bearer ${key}` }) };
  const response = await fetch(`${path}?${new URLSearchParams(query)}`, { headers });
  if (response.status === 401) {
    refused();
    throw new Error(text.keyFirst);
  }
  if (response.ok) accepted();
  if (response.ok) return { body: await response.json(), total: Number(response.headers.get('X-Total-Count')) };
  const { message } = (await response.json().catch(() => ({}))).error || {};
  throw new Error([429, 503].includes(response.status) ? text.busy : string(message) || text.failed);
}

// The status and the list always change together; what is read within LINGER_MS needs no word about it.
const LINGER_MS = 200;

function tell(status, rows = []) {
  found.textContent = status;
  results.replaceChildren(...rows);
}

function wish() {
  const fields = Object.fromEntries([...new FormData(form)].map(([key, value]) => [key, value.trim()]).filter(([, value]) => value));
  const wrong = ['since', 'until'].find(key => fields[key] && !/^\d{4}(-\d\d(-\d\d)?)?$/.test(fields[key]));
  for (const key of ['since', 'until']) form.elements[key].toggleAttribute('aria-invalid', false);
  if (wrong) form.elements[wrong].setAttribute('aria-invalid', 'true');
  return { fields, wrong };
}

async function show(offset = 0) {
  const mine = latest += 1;
  const { fields, wrong } = wish();
  if (wrong) { tell(text.badDate); more.hidden = true; return; }
  const kept = offset ? [...results.children] : [];
  const waiting = setTimeout(() => { if (mine === latest) tell(text.loading, kept); }, LINGER_MS);
  more.hidden = true;
  try {
    const path = fields.q ? 'v1/search' : 'v1/articles';
    const { body, total } = await read(path, fields.q ? { ...fields, limit: PAGE } : { ...fields, limit: PAGE, offset });
    if (mine !== latest) return;
    const items = fields.q ? body.hits : body;
    const rows = items.map(item => row(item, fields.q || ''));
    shown = offset + rows.length;
    more.hidden = Boolean(fields.q) || rows.length < PAGE;
    const any = fields.q || fields.since || fields.until || fields.source;
    const count = fields.q ? text.passages(shown) : text.articles(total || shown);
    tell(shown ? count : any ? text.none : text.emptyArchive, [...kept, ...rows]);
    if (offset) rows[0]?.querySelector('a').focus();
    else byId('archive').scrollTop = 0;
    learnSources(items);
  } catch (error) {
    if (mine !== latest) return;
    tell(error instanceof TypeError ? text.failed : error.message, kept);
    more.hidden = !offset; // what is listed stays, and the rest can be asked for again
    if (offset) more.focus();
  } finally { clearTimeout(waiting); }
}

function learnSources(items) {
  const known = new Set([...byId('sources').children].map(option => option.value));
  for (const source of new Set(items.map(item => string(item.source)))) {
    if (source && !known.has(source)) byId('sources').append(Object.assign(make('option'), { value: source }));
  }
}

form.addEventListener('submit', event => { event.preventDefault(); show(); });
form.addEventListener('reset', () => setTimeout(show));
more.addEventListener('click', () => show(shown));

// ---- language, light and dark, the two views of a narrow window

function speak() {
  text = TEXTS[language];
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = text[element.dataset.text];
  for (const element of document.querySelectorAll('[data-label]')) element.setAttribute('aria-label', text[element.dataset.label]);
  byId('language').textContent = language === 'zh' ? 'English' : '中文';
  byId('language').lang = language === 'zh' ? 'en' : 'zh-CN';
  chat.dataset.lang = language;
  chat.dataset.title = text.chat;
  chat.setAttribute('data-text-keyless', text.keyless);
  paint();
  show();
}

function paint() {
  const theme = document.documentElement.dataset.theme || 'auto';
  byId('theme').replaceChildren(make('span', 'prefix', text.theme), text.themes[theme]);
  byId('theme').setAttribute('aria-label', text.theme + text.themes[theme]);
  chat.dataset.theme = theme;
}

byId('theme').addEventListener('click', () => {
  const { dataset } = document.documentElement;
  dataset.theme = THEMES[(THEMES.indexOf(dataset.theme || 'auto') + 1) % THEMES.length];
  stored('wenbao.theme', dataset.theme);
  paint();
});
byId('language').addEventListener('click', () => {
  language = language === 'zh' ? 'en' : 'zh';
  stored('wenbao.language', language);
  speak();
});

function look() {
  const view = location.hash === '#archive' ? 'archive' : 'ask';
  document.body.dataset.view = view;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.dataset.view === view) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

addEventListener('hashchange', look);
byId('line').textContent = `<script src="${new URL('widget.js', document.baseURI)}" defer></script>`;
look();
use(kept() || '');
speak();
