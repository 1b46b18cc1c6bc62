// Elements are made, never parsed: all text from outside goes in as text nodes.

const SVG = 'http://www.w3.org/2000/svg';
const ICONS = {
  chat: 'M4 5h16v11H11l-5 4v-4H4zM8 9h8M8 12.5h5',
  close: 'M6 6l12 12M18 6L6 18',
  fresh: 'M12 5v14M5 12h14',
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M7.5 7.5h9v9h-9z',
  up: 'M7 11v9H4v-9zM7 11l4-8c1.7 0 2.5 1.2 2.2 2.8L12.6 9H18a2 2 0 0 1 2 2.4l-1.4 7A2 2 0 0 1 16.6 20H7',
  down: 'M7 13V4H4v9zM7 13l4 8c1.7 0 2.5-1.2 2.2-2.8L12.6 15H18a2 2 0 0 0 2-2.4l-1.4-7A2 2 0 0 0 16.6 4H7',
};

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

function icon(name) {
  const [svg, path] = ['svg', 'path'].map(tag => document.createElementNS(SVG, tag));
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

function button(className, content, label) {
  const element = make('button', className, content);
  element.type = 'button';
  if (label) name(element, label);
  return element;
}

function name(element, label) {
  element.setAttribute('aria-label', label);
  if (element.localName === 'button') element.title = label;
  return element;
}

const string = value => (typeof value === 'string' ? value : '');
const list = value => (Array.isArray(value) ? value.filter(item => item && typeof item === 'object') : []);

// Says which language a text from outside is in, for fonts and screen readers.
function spoken(element) {
  element.lang = /\p{Script=Han}/u.test(element.textContent) ? 'zh-CN' : 'en';
  return element;
}

function bullets(className, items) {
  const all = make('ul', className, ...items.map(item => make('li', '', ...[].concat(item))));
  all.setAttribute('role', 'list'); // which Safari drops from a list without bullets
  return all;
}
