// 👍 and 👎 under an answer, and a word about what was wrong.

function feedbackView(turn, view) {
  const row = make('div', 'feedback');
  row.setAttribute('role', 'group');
  name(row, view.text('helpful'));
  for (const rating of ['up', 'down']) {
    const press = button('rate', icon(rating), view.text(rating));
    press.setAttribute('aria-pressed', String(turn.rating === rating));
    press.addEventListener('click', () => view.rate(turn, rating));
    row.append(press);
  }
  if (turn.unsaved) row.append(make('span', 'note', view.text('unsaved')));
  else if (turn.rating === 'down' && !turn.commented) row.append(commentView(turn, view));
  else if (turn.rating) row.append(make('span', 'note', view.text('thanks')));
  return row;
}

function commentView(turn, view) {
  const form = make('form', 'comment');
  const field = make('input');
  Object.assign(field, { type: 'text', maxLength: 500, placeholder: view.text('comment'), autocomplete: 'off' });
  name(field, view.text('comment'));
  const submit = button('again', view.text('tell'));
  submit.type = 'submit';
  form.append(field, submit);
  form.addEventListener('submit', event => {
    event.preventDefault();
    view.rate(turn, 'down', field.value.trim());
  });
  return form;
}
