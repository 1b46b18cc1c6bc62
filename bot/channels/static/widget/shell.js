// The fixed parts of the widget, without behaviour: {root, launcher, panel, heading, fresh, close, scroller, …}.

function shellOf() {
  const parts = {
    root: make('div', 'root'), launcher: button('launcher', icon('chat')), panel: make('section', 'panel'), heading: make('h2', 'heading'),
    fresh: button('tool', icon('fresh')), close: button('tool', icon('close')), scroller: make('div', 'scroller'),
    welcome: make('div', 'welcome'), lead: make('p', 'lead'), promise: make('p', 'promise'), suggested: make('div', 'suggested'),
    turns: make('div', 'turns'), form: make('form', 'ask'), label: make('label', 'unseen'), box: make('textarea', 'box'),
    send: button('action', icon('send')), stop: button('action stop', icon('stop')), hint: make('p', 'hint'), log: make('div', 'unseen'),
  };
  const { root, launcher, panel, heading, scroller, welcome, form, label, box, send, hint, log } = parts;
  Object.assign(box, { id: 'box', rows: 1, maxLength: 1000, enterKeyHint: 'send', autocomplete: 'off' });
  box.setAttribute('aria-describedby', 'hint');
  hint.id = 'hint';
  label.htmlFor = 'box';
  heading.id = 'heading';
  send.type = 'submit';
  panel.tabIndex = -1;
  panel.hidden = true;
  panel.setAttribute('aria-labelledby', 'heading');
  scroller.tabIndex = 0;
  scroller.setAttribute('role', 'region');
  log.setAttribute('role', 'log');
  log.setAttribute('aria-live', 'polite');
  launcher.setAttribute('aria-haspopup', 'dialog');
  launcher.append(make('span', 'launch-text'));
  welcome.append(parts.lead, parts.promise, parts.suggested);
  scroller.append(welcome, parts.turns);
  form.append(label, box, send, parts.stop, hint);
  panel.append(make('div', 'top', heading, parts.fresh, parts.close), scroller, form, log);
  root.append(launcher, panel);
  return parts;
}
