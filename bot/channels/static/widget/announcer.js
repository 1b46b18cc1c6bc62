// What a screen reader hears: whole sentences, as soon as each is complete, never single tokens.

const SENTENCE = /[^]*?(?:[。！？!?…\n]+[”’」』）)"]*|\.["”’)]*(?=\s))(?:\s*\[\d{1,3}\])*/y;

class Announcer {
  constructor(log) { Object.assign(this, { log, at: 0 }); }

  begin(text) {
    this.at = 0;
    this.log.replaceChildren();
    this.say(text);
  }

  say(text) { if (text.trim()) this.log.append(spoken(make('p', '', text))); }

  // The answer so far; says the sentences that have become whole.
  follow(answer, quoted) {
    SENTENCE.lastIndex = this.at;
    while (SENTENCE.lastIndex < answer.length && SENTENCE.exec(answer)) {
      // A marker may still be on its way after the last sentence.
      this.say(spokenText(answer.slice(this.at, SENTENCE.lastIndex), quoted));
      this.at = SENTENCE.lastIndex;
    }
  }

  end(answer, quoted) {
    this.follow(answer, quoted);
    this.say(spokenText(answer.slice(this.at), quoted));
    this.at = answer.length;
  }
}
