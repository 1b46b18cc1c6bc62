// Every text of ours. {name} stands for a value; an attribute such as data-text-send="…" replaces the text `send`.

const TEXTS = {
  zh: {
    title: '问报', open: '提问', close: '关闭', fresh: '新对话', conversation: '对话',
    lead: '向报纸档案提一个问题', promise: '每个回答都引出它所依据的原句；档案里没有的，就说没有。', suggestions: '可以这样问',
    label: '您的问题', placeholder: '问一个问题…', send: '发送', stop: '停止', hint: 'Enter 发送，Shift+Enter 换行',
    searching: '正在检索', reading: '正在阅读《{title}》等文章', sources: '出处', source: '出处 {n}：{title}', newTab: '（在新窗口打开）',
    nearest: '最接近的文章', untitled: '（无题）', stopped: '已停止。', again: '再问一次', wait: '{n} 秒后可再问',
    refused: '档案里没有找到这个问题的答案。', said: '回答完毕，出处 {n} 条。',
    helpful: '这个回答有用吗？', up: '有用', down: '没有用', thanks: '谢谢您的反馈。', comment: '哪里不对？（可不填）', tell: '提交',
    unsaved: '反馈没有送到，请再点一次。',
    empty: '档案里还没有文章。先放入一些报纸文章，再来提问。', offline: '您的设备没有联网。连上网络后会自动再问一次。',
    unreachable: '连不上问报。它可能正在重启，请稍后再问一次。', interrupted: '回答传到一半中断了。',
    busy: '现在提问的人很多，请稍等片刻再问。', limited: '问得太快了，请稍等片刻再问。',
    denied: '这个页面还没有提问的权限，请联系网站管理员。', keyless: '这个页面还没有提问的密钥，请联系网站管理员。', failed: '出了点问题，没能回答。', code: '编号 {n}',
  },
  en: {
    title: 'Wenbao', open: 'Ask', close: 'Close', fresh: 'New conversation', conversation: 'Conversation',
    lead: 'Ask the newspaper archive', promise: 'Every answer quotes the sentence it rests on. What the archive does not hold, it does not answer.',
    suggestions: 'You might ask',
    label: 'Your question', placeholder: 'Ask a question…', send: 'Send', stop: 'Stop', hint: 'Enter sends, Shift+Enter starts a new line',
    searching: 'Searching', reading: 'Reading “{title}” and others', sources: 'Sources', source: 'Source {n}: {title}', newTab: ' (opens in a new tab)',
    nearest: 'Nearest articles', untitled: '(untitled)', stopped: 'Stopped.', again: 'Ask again', wait: 'Ask again in {n} s',
    refused: 'The archive does not hold an answer to this question.', said: 'End of the answer. Sources: {n}.',
    helpful: 'Was this answer helpful?', up: 'Helpful', down: 'Not helpful', thanks: 'Thank you for telling us.',
    comment: 'What was wrong? (optional)', tell: 'Submit', unsaved: 'Your feedback did not arrive; please try once more.',
    empty: 'The archive holds no articles yet. Add some, then ask.', offline: 'Your device is offline. The question is asked again once it is connected.',
    unreachable: 'Wenbao cannot be reached. It may be restarting; ask again in a moment.', interrupted: 'The answer broke off halfway.',
    busy: 'Many people are asking just now. Please ask again in a moment.', limited: 'That was a little fast. Please wait a moment before asking again.',
    denied: 'This page may not ask questions yet; tell its webmaster.', keyless: 'This page has no key to ask with yet; tell its webmaster.', failed: 'Something went wrong and there is no answer.', code: 'Reference {n}',
  },
};

// The language of the interface, and of the fixed phrases of an answer: the element's, the page's, the browser's.
function languageOf(element) {
  const wished = [element.dataset.lang, element.closest('[lang]')?.lang, document.documentElement.lang, navigator.language];
  return /^zh\b/i.test(wished.find(Boolean) || 'zh') ? 'zh' : 'en';
}

// A function from a key and values to the text, in the element's language and with its own texts.
function textsOf(element) {
  const texts = TEXTS[languageOf(element)];
  return (key, values = {}) => {
    const own = element.getAttribute(`data-text-${key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`);
    return (own ?? texts[key] ?? texts.failed).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  };
}
