// The turns of a conversation as plain data {question, state, text, first, answer, problem, rating}, kept for this tab.

const HISTORY = 6; // earlier questions sent along
const KEPT = 30; // turns kept over a reload

class Conversation {
  constructor(key, changed) {
    Object.assign(this, { key, changed, turns: [], control: null });
    this.restore();
  }

  get running() { return Boolean(this.control); }

  restore() {
    try {
      this.turns = list(JSON.parse(sessionStorage.getItem(this.key))).filter(turn => string(turn.question));
    } catch { /* nothing was kept, or not by us, or storage is forbidden */ }
    for (const turn of this.turns) {
      turn.text = string(turn.text);
      if (!{ done: turn.answer, failed: turn.problem }[turn.state]) turn.state = 'stopped'; // the reload cut it off
    }
  }

  remember() {
    const plain = this.turns.slice(-KEPT).map(turn => ({ ...turn, passages: undefined }));
    try { sessionStorage.setItem(this.key, JSON.stringify(plain)); } catch { /* full or forbidden: it lasts until the reload */ }
  }

  clear() {
    this.stop();
    this.turns = [];
    this.remember();
  }

  drop(turn) { this.turns = this.turns.filter(other => other !== turn); }

  stop() { this.control?.abort(); }

  async ask(server, question, more) {
    const turn = { question, state: 'searching', text: '' };
    const control = new AbortController();
    const earlier = this.turns.filter(other => other.state !== 'failed').map(other => other.question);
    this.control = control;
    this.turns.push(turn);
    this.remember();
    this.changed(turn);
    try {
      turn.answer = await askServer(server, { question, history: earlier.slice(-HISTORY), ...more }, control.signal, {
        passages: found => {
          turn.first = string(found[0]?.title);
          turn.passages = found.map(passage => string(passage.text)).filter(text => text.includes('['));
          this.changed(turn);
        },
        delta: text => {
          turn.text += text;
          turn.state = 'streaming';
          this.changed(turn);
        },
      });
      if (!string(turn.answer?.answer) && !turn.answer?.refused) throw { kind: 'failed' };
      turn.state = 'done';
    } catch (error) {
      const lost = navigator.onLine === false ? 'offline' : turn.first || turn.text ? 'interrupted' : 'unreachable';
      turn.problem = error.kind ? error : { kind: error instanceof TypeError ? lost : 'failed' };
      turn.state = control.signal.aborted ? 'stopped' : 'failed';
    }
    control.abort(); // the rest of a stream that ended early is not read
    if (this.control === control) this.control = null;
    if (!this.turns.includes(turn)) return; // a new conversation was begun meanwhile
    this.remember();
    this.changed(turn);
  }
}
