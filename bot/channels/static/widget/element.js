// <wenbao-chat>: the panel with a conversation in it.

class WenbaoChat extends WenbaoPanel {
  static observedAttributes = ['lang', 'data-lang', 'data-title', 'data-theme', 'data-mode', 'data-position', 'data-host',
    ...THEMED.map(option => `data-${option}`)];

  connectedCallback() {
    this.away = new AbortController();
    if (!this.shadowRoot) this.build();
    const { signal } = this.away;
    addEventListener('online', () => this.retryOffline(), { signal });
    DARK.addEventListener('change', () => this.paint(), { signal });
    visualViewport?.addEventListener('resize', () => this.fit(), { signal });
    visualViewport?.addEventListener('scroll', () => this.fit(), { signal });
    this.speak();
    this.show(this.inline || this.wasOpen(), false);
  }

  disconnectedCallback() {
    this.away.abort();
    this.conversation.stop();
  }

  attributeChangedCallback() { if (this.isConnected && this.parts) this.speak(); }

  // ---- made once

  build() {
    const parts = this.parts = shellOf();
    this.view = { again: turn => this.again(turn), rate: (turn, rating, comment) => this.rate(turn, rating, comment) };
    this.conversation = new Conversation(this.key, turn => this.turnChanged(turn));
    this.announcer = new Announcer(parts.log);
    this.peek = new Peek(parts.turns, this.view);
    parts.panel.append(this.peek.box);
    this.following = 'turn'; // kept in view: the newest 'turn', the 'end', or '' once the reader scrolled away
    const shadow = this.attachShadow({ mode: 'open' });
    shadow.adoptedStyleSheets = [SHEET];
    shadow.append(parts.root);
    this.listen();
  }

  listen() {
    const { root, launcher, close, fresh, form, box, stop, scroller } = this.parts;
    launcher.addEventListener('click', () => this.open());
    close.addEventListener('click', () => this.close());
    fresh.addEventListener('click', () => this.reset());
    stop.addEventListener('click', event => {
      if (event.detail < 2) this.conversation.stop(); // not the second half of a double click on "send"
    });
    form.addEventListener('submit', event => {
      event.preventDefault();
      this.ask(box.value);
    });
    box.addEventListener('input', () => this.buttons());
    box.addEventListener('keydown', event => {
      // 229: Safari ends the composition just before the Enter that confirmed it.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      form.requestSubmit();
    });
    root.addEventListener('keydown', event => this.keyPressed(event));
    // The page's own shortcuts are not for what is typed here.
    for (const type of ['keydown', 'keypress', 'keyup']) root.addEventListener(type, event => event.stopPropagation());
    for (const type of ['wheel', 'touchmove', 'pointerdown', 'keydown']) {
      scroller.addEventListener(type, () => { this.following = ''; }, { passive: true });
    }
    scroller.addEventListener('scroll', () => this.scrolled());
  }

  // ---- what a page may call

  reset() {
    this.conversation.clear();
    this.announcer.begin('');
    this.drawAll();
    this.suggest();
    this.parts.box.focus();
  }

  ask(question) {
    const text = string(question).trim();
    if (!text || this.conversation.running) return;
    this.parts.box.value = '';
    this.following = 'turn';
    this.announcer.begin(this.view.text('searching'));
    const { since, until, source } = this.dataset;
    const filters = Object.fromEntries(Object.entries({ since, until, source }).filter(([, value]) => value));
    const more = { language: this.view.language, filters };
    this.conversation.ask(this.server, text, more);
    this.show(true, false);
  }

  // ---- language, theme, drawing

  speak() {
    const { launcher, panel, heading, fresh, close, scroller, lead, promise, label, box, send, stop, hint, root } = this.parts;
    const text = textsOf(this);
    const changed = languageOf(this) !== this.view.language;
    if (changed) this.parts.suggested.replaceChildren();
    Object.assign(this.view, { text, host: this.server.host, language: languageOf(this) });
    root.lang = this.view.language === 'zh' ? 'zh-CN' : 'en';
    heading.textContent = this.dataset.title || text('title');
    launcher.lastChild.textContent = text('open');
    name(launcher, `${text('open')} · ${heading.textContent}`);
    name(fresh, text('fresh'));
    name(close, text('close'));
    name(send, text('send'));
    name(stop, text('stop'));
    name(scroller, text('conversation'));
    for (const [element, key] of [[lead, 'lead'], [promise, 'promise'], [label, 'label'], [hint, 'hint']]) element.textContent = text(key);
    box.placeholder = text('placeholder');
    close.hidden = this.inline;
    launcher.hidden = this.inline || !panel.hidden;
    panel.setAttribute('role', this.inline ? 'region' : 'dialog');
    if (this.inline) panel.removeAttribute('aria-modal');
    else panel.setAttribute('aria-modal', 'true');
    this.raise();
    this.paint();
    this.drawAll();
    if (changed && !panel.hidden) this.suggest();
  }

  drawAll() {
    this.peek.hide();
    this.parts.turns.replaceChildren();
    this.conversation.turns.forEach(turn => this.draw(turn));
    this.parts.welcome.hidden = this.conversation.turns.length > 0;
    this.buttons();
  }

  draw(turn) {
    const index = this.conversation.turns.indexOf(turn);
    if (index < 0) return; // a new conversation was begun meanwhile
    const { turns, welcome } = this.parts;
    let element = turns.children[index];
    if (!element) {
      element = make('article', 'turn', spoken(make('h3', 'question', turn.question)), make('div'));
      turns.append(element);
      welcome.hidden = true;
    }
    element.lastChild.replaceChildren(...turnView(turn, this.view));
    this.follow();
  }

  buttons() {
    const { box, send, stop } = this.parts;
    const { running } = this.conversation;
    const lost = this.shadowRoot.activeElement === (running ? send : stop);
    send.hidden = running;
    stop.hidden = !running;
    send.disabled = !box.value.trim();
    box.rows = Math.min(6, box.value.split('\n').length);
    if (lost) (running ? stop : box).focus();
  }

  // ---- a turn goes on

  turnChanged(turn) {
    const ended = !['searching', 'streaming'].includes(turn.state);
    const quoted = turn.passages || [];
    if (turn.state === 'streaming') this.announcer.follow(turn.text, quoted);
    if (ended) this.announceEnd(turn);
    if (turn.state === 'streaming') {
      this.frame ||= requestAnimationFrame(() => { this.frame = 0; this.draw(turn); });
    } else {
      cancelAnimationFrame(this.frame); // it would take the focus from what is drawn now
      this.frame = 0;
      this.draw(turn);
    }
    this.buttons();
    if (ended) this.dispatchEvent(new CustomEvent('wenbao-answer', { bubbles: true, detail: turn.answer }));
  }

  announceEnd(turn) {
    const { text } = this.view;
    if (turn.state === 'stopped') return this.announcer.say(text('stopped'));
    if (turn.state === 'failed') return this.announcer.say(problemText(turn.problem, this.view));
    const citations = list(turn.answer.citations);
    this.announcer.end(string(turn.answer.answer) || text('refused'), quotesOf(citations));
    return citations.length && this.announcer.say(text('said', { n: citations.length }));
  }

  again(turn) {
    if (this.conversation.running) return;
    this.conversation.drop(turn);
    this.drawAll();
    this.ask(turn.question);
    this.parts.box.focus();
  }

  retryOffline() {
    const last = this.conversation.turns.at(-1);
    if (last?.problem?.kind === 'offline') this.again(last);
  }

  // A click on the vote that is given takes it back; a comment, which may be empty, comes with its vote.
  async rate(turn, rating, comment) {
    const vote = turn.rating === rating && comment === undefined ? 'none' : rating;
    turn.rating = vote === 'none' ? undefined : vote;
    turn.commented = comment !== undefined;
    const latest = turn.votes = (turn.votes || 0) + 1;
    const { answer_id, answer } = turn.answer;
    try {
      const body = { answer_id: string(answer_id), vote, question: turn.question, answer: string(answer), ...(comment && { comment }) };
      // One after the other: of two votes the later one must arrive last.
      const send = () => post(this.server, 'v1/feedback', body, 'application/json');
      this.voting = this.voting ? this.voting.then(send, send) : send();
      turn.unsaved = !(await this.voting).ok;
    } catch { turn.unsaved = true; }
    if (turn.votes !== latest) return; // another one follows, and says how it went
    if (turn.unsaved) turn.rating = undefined;
    this.conversation.remember();
    const index = this.conversation.turns.indexOf(turn);
    this.draw(turn);
    const row = this.parts.turns.children[index]?.querySelector('.feedback');
    (row?.querySelector('input') || row?.querySelector('[aria-pressed=true]') || row?.querySelector('button'))?.focus();
    this.announcer.say(this.view.text(turn.unsaved ? 'unsaved' : 'thanks'));
  }

  // ---- suggestions, asked for once the panel is open

  async suggest() {
    const { suggested, welcome } = this.parts;
    if (welcome.hidden || suggested.firstChild || this.suggesting || this.dataset.suggestions === 'off') return;
    this.suggesting = true;
    try {
      const own = (this.dataset.suggestions || '').split('|').filter(Boolean);
      const { host, key } = this.server;
      const headers = key ? { Authorization: `Bearer ${key}` } : {};
      const from = async () => (await fetch(`${host}v1/suggestions?language=${this.view.language}`, { headers })).json();
      const found = (own.length ? own : (await from()).suggestions).filter(string).slice(0, 6);
      const buttons = found.map(question => {
        const press = spoken(button('suggestion', question));
        press.addEventListener('click', () => { this.ask(question); this.parts.box.focus({ preventScroll: true }); });
        return press;
      });
      if (found.length) suggested.replaceChildren(make('h3', '', this.view.text('suggestions')), bullets('', buttons));
    } catch { /* suggestions are a courtesy; without them the widget is complete */ }
    this.suggesting = false;
  }

  // ---- scrolling: a new turn comes into view; a reader who scrolls is left alone

  follow() {
    const { scroller, turns } = this.parts;
    const last = turns.lastElementChild;
    if (!this.following || !last) return;
    const bottom = scroller.scrollHeight - scroller.clientHeight;
    const top = scroller.scrollTop + last.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 8;
    scroller.scrollTop = this.following === 'end' ? bottom : Math.min(bottom, top);
    this.was = scroller.scrollTop;
  }

  scrolled() {
    const { scroller } = this.parts;
    const top = scroller.scrollTop;
    if (!this.following && top > this.was && scroller.scrollHeight - scroller.clientHeight - top < 8) this.following = 'end';
    this.was = top;
    if (this.peek.shown) this.peek.place();
  }
}
