"""What is asked of a page in Chromium: how far it is, how it stands, and what a person would press."""

from __future__ import annotations

# how far the page is: ready, whether scripts are at work, seconds until it goes on by itself, how it looks
STATE = """() => {
  const refresh = document.querySelector('meta[http-equiv="refresh" i]');
  const handlers = document.querySelector('[onload],[onclick],[onsubmit],[onchange]');
  const shown = document.body ? document.body.innerText : '';
  const values = [...document.querySelectorAll('input,select,textarea')].map(e => e.value.length).join();
  return {
    ready: document.readyState === 'complete',
    scripted: document.scripts.length > 0 || handlers !== null,
    refresh: refresh ? parseFloat(refresh.content) || 0 : -1,
    looks: [location.href, document.documentElement.outerHTML.length, shown.length, values].join(' '),
  };
}"""

# The page as a person sees it, written as plain HTML: values as they are now, what is not shown made hidden
# or left out, and a form of its own for fields and buttons that belong to none. The page is not touched.
SNAPSHOT = """() => {
  const wanted = 'input,select,textarea,button,[role="button"]';
  const copy = document.documentElement.cloneNode(true);
  const copies = [...copy.querySelectorAll(wanted)];
  const form = document.createElement('form');
  form.id = 'no-form-of-the-page';
  form.method = 'post';
  [...document.querySelectorAll(wanted)].forEach((live, at) => {
    const twin = copies[at];
    const style = getComputedStyle(live);
    const shown = live.getClientRects().length > 0 && style.visibility !== 'hidden';
    const presses = live.matches('button,[role="button"]') || ['submit', 'image', 'button'].includes(live.type);
    if (live.disabled) { twin.setAttribute('disabled', ''); }
    if (!shown && presses) { twin.remove(); return; }
    if (presses && live.type !== 'submit' && live.type !== 'image') {
      const button = document.createElement('button');
      button.name = live.name || live.id || '';
      button.value = live.value || '';
      button.textContent = live.textContent || live.value || '';
      if (live.form && live.form.id) { button.setAttribute('form', live.form.id); }
      if (!live.form) { button.setAttribute('form', form.id); }
      twin.replaceWith(button);
      return;
    }
    if (!live.name && live.id) { twin.setAttribute('name', live.id); }
    if (live.tagName === 'SELECT') {
      [...live.options].forEach((option, n) => twin.options[n]?.toggleAttribute('selected', option.selected));
    } else if (live.tagName === 'TEXTAREA') {
      twin.textContent = live.value;
    } else if (live.type === 'checkbox' || live.type === 'radio') {
      twin.toggleAttribute('checked', live.checked);
    } else if (!presses) {
      twin.setAttribute('value', live.value);
    }
    if (!shown && live.tagName === 'INPUT' && !presses) { twin.setAttribute('type', 'hidden'); }
    if (!live.form) { twin.setAttribute('form', form.id); }
  });
  copy.querySelectorAll('noscript,script,meta[http-equiv="refresh" i]').forEach(node => node.remove());
  copy.querySelector('body')?.append(form);
  return copy.outerHTML;
}"""

# The fields of the named values and the button to press, in the form that has them all; null where none has.
FIND = """({names, pressed}) => {
  const named = (element, name) => (element.name || element.id) === name;
  const words = text => (text || '').split(/\\s+/).filter(Boolean).join(' ');
  const own = form => [...document.querySelectorAll('input,select,textarea,button,[role="button"]')]
    .filter(element => (element.form || null) === form && !element.disabled);
  const same = element => (element.name || element.id || '') === pressed.name
    && (element.value || '') === pressed.value
    && (words(element.textContent) || element.value || '') === pressed.label;
  const shown = element => element.getClientRects().length > 0;
  for (const form of [...document.forms, null]) {
    const elements = own(form);
    const fields = names.map(name => elements.find(element => named(element, name)));
    const buttons = elements.filter(element => element.matches('button,[role="button"],input'));
    const button = pressed ? buttons.filter(shown).find(same) || buttons.find(same) : null;
    if (fields.every(Boolean) && (button || !pressed)) { return [form, button, ...fields]; }
  }
  return null;
}"""

# Type where nobody can: into a field that is not shown.
SET = """(field, value) => {
  field.value = value;
  for (const name of ['input', 'change']) { field.dispatchEvent(new Event(name, {bubbles: true})); }
}"""

# The boxes, or radio buttons, of one name in one form, in their order.
BOXES = """(field, kind) => [...(field.form ? field.form.elements : document.querySelectorAll('input'))]
  .filter(other => other.type === kind && other.name === field.name && !other.disabled)"""

# Check or clear where nobody can: a box that is not shown.
CHECK = """(box, checked) => {
  box.checked = checked;
  for (const name of ['input', 'change']) { box.dispatchEvent(new Event(name, {bubbles: true})); }
}"""
