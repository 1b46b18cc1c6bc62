// A turn's answer as elements. A view has: text (the texts), host (the server's address), language, and what to do on a click.

const MARKER = /\[(\d{1,3})\]/g;
const CONTEXT = 6; // characters around a marker that tell whether it stands in a quoted sentence

// Splits an answer into texts and citation numbers. A "[2]" that the newspaper printed itself is no citation: it is
// recognised by the characters around it, which then stand around it in one of the quoted texts too.
function parts(answer, quoted) {
  const found = [];
  let from = 0;
  for (const { 0: marker, 1: number, index } of answer.matchAll(MARKER)) {
    const before = answer.slice(Math.max(0, index - CONTEXT), index);
    const after = answer.slice(index + marker.length, index + marker.length + CONTEXT);
    const printed = [before.length > 1 && before + marker, after.length > 1 && marker + after];
    if (printed.some(around => around && quoted.some(text => text.includes(around)))) continue;
    found.push(answer.slice(from, index), +number);
    from = index + marker.length;
  }
  found.push(answer.slice(from));
  return found;
}

const quotesOf = citations => citations.map(citation => string(citation.quote)).filter(quote => quote.includes('['));

function spokenText(answer, quoted) {
  return parts(answer, quoted).filter(part => typeof part === 'string').join('').replace(/ +/g, ' ').trim();
}

function day(published, language) {
  if (language !== 'zh') return string(published);
  return string(published).replace(/^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/, (_, year, month, date) => (
    `${year}年${month ? `${+month}月` : ''}${date ? `${+date}日` : ''}`));
}

const origin = (item, view) => [day(item.published, view.language), string(item.source)].filter(Boolean).join(' · ');
const titleOf = (item, view) => string(item.title) || view.text('untitled');

function articleLink(item, view, className, content) {
  const link = make('a', className, content);
  const query = new URLSearchParams({ article_id: string(item.article_id), lang: view.language });
  const exact = Number.isInteger(item.start) && Number.isInteger(item.end);
  if (exact) { query.set('start', item.start); query.set('end', item.end); }
  if (item.pass) query.set('pass', string(item.pass)); // where a page needs a key, which a link cannot send
  link.href = `${view.host}article?${query}${exact ? '#quote' : ''}`;
  link.target = '_blank';
  link.rel = 'noopener';
  return link;
}

function chip(number, citation, view) {
  const link = articleLink(citation, view, 'chip', String(number));
  name(link, view.text('source', { n: number, title: titleOf(citation, view) }) + view.text('newTab'));
  link.citation = citation;
  return link;
}

// Numbers without a citation stay as they were written; `citations` is null while the answer still streams.
function answerText(value, citations, quoted, short, view) {
  const said = make('div', 'answer');
  let bold = short === value ? '' : short;
  const plain = part => {
    const at = bold ? part.indexOf(bold) : -1;
    if (at < 0) return said.append(part);
    said.append(part.slice(0, at), make('strong', '', bold), part.slice(at + bold.length));
    bold = '';
  };
  const cited = mark => { // on the line of what it belongs to
    const before = said.lastChild;
    const [end] = /\S{1,2}[^\S\n]*$/u.exec(before?.data || '') || [''];
    if (end) before.data = before.data.slice(0, -end.length);
    said.append(make('span', 'tied', end, mark));
  };
  for (const part of parts(value, quoted)) {
    if (typeof part === 'string') plain(part);
    else if (!citations) cited(make('span', 'chip', String(part)));
    else if (citations[part - 1]) cited(chip(part, citations[part - 1], view));
    else plain(`[${part}]`);
  }
  return spoken(said);
}

const titled = (item, view) => [spoken(articleLink(item, view, 'title', titleOf(item, view))), make('span', 'meta', origin(item, view))];
const quoteOf = citation => spoken(make('blockquote', '', string(citation.quote)));

// A quote is shown under its source only where the answer does not hold it word for word.
function sources(answer, citations, view) {
  return citations.map((citation, index) => {
    const quote = answer.includes(string(citation.quote)) ? [] : [quoteOf(citation)];
    return [make('span', 'number', String(index + 1)), make('div', '', ...titled(citation, view), ...quote)];
  });
}

function under(heading, className, items) {
  return items.length ? [make('section', 'under', make('h3', '', heading), bullets(className, items))] : [];
}

function doneView(turn, view) {
  const { answer } = turn;
  const citations = list(answer.citations);
  const text = string(answer.answer) || view.text('refused');
  const said = answerText(text, citations, quotesOf(citations), string(answer.short_answer), view);
  if (!answer.refused) {
    return [said, ...under(view.text('sources'), 'sources', sources(text, citations, view)), feedbackView(turn, view)];
  }
  const nearest = list(answer.nearest).map(item => titled(item, view));
  return [make('div', 'refusal', said, ...under(view.text('nearest'), '', nearest)), feedbackView(turn, view)];
}

function againView(turn, view) {
  const again = button('again', '');
  const count = () => {
    const left = Math.ceil((turn.problem?.until - Date.now()) / 1000) || 0;
    again.disabled = left > 0;
    again.textContent = left > 0 ? view.text('wait', { n: left }) : view.text('again');
    if (left > 0) setTimeout(() => again.isConnected && count(), 500);
  };
  count();
  again.addEventListener('click', () => view.again(turn));
  return again;
}

function problemText(problem, view) {
  return [view.text(problem.kind), problem.detail, problem.code && view.text('code', { n: problem.code })].filter(Boolean).join(' ');
}

function turnView(turn, view) {
  const begun = turn.text ? [answerText(turn.text, null, turn.passages || [], '', view)] : [];
  if (turn.state === 'searching') {
    return [make('p', 'status', turn.first ? view.text('reading', { title: turn.first }) : view.text('searching'))];
  }
  if (turn.state === 'streaming') return begun;
  if (turn.state === 'done') return doneView(turn, view);
  if (turn.state === 'stopped') return [...begun, make('p', 'note', view.text('stopped')), againView(turn, view)];
  const what = make('div', 'problem', spoken(make('p', '', problemText(turn.problem, view))));
  if (turn.problem.kind !== 'empty') what.append(againView(turn, view));
  return [...begun, what];
}
