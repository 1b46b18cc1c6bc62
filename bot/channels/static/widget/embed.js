// The script tag itself: it defines the element once, and places one unless the page has its own.

function place() {
  if (SCRIPT.dataset.auto === 'off' || document.querySelector('wenbao-chat:not([data-placed])')) return;
  const element = document.createElement('wenbao-chat');
  Object.assign(element.dataset, SCRIPT.dataset, { host: SCRIPT.dataset.host || HOST, placed: '' });
  document.body.append(element);
}

if (!customElements.get('wenbao-chat')) customElements.define('wenbao-chat', WenbaoChat);
if (document.readyState === 'loading') addEventListener('DOMContentLoaded', place, { once: true });
else place();
