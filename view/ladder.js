// SPDX-License-Identifier: MIT
'use strict';
(() => {
  const steps = document.querySelector('.steps'), panel = document.querySelector('.messages');
  const arrows = [...steps.querySelectorAll('.arrow > button')], hints = panel.querySelectorAll('.hint');
  let open = null;

  // All messages of one transaction stand out while one of them has the pointer or the focus.
  const light = button => {
    const transaction = button && button.dataset.transaction;
    steps.classList.toggle('lit', Boolean(transaction));
    for (const a of arrows) a.parentNode.classList.toggle('hot', Boolean(transaction) && a.dataset.transaction === transaction);
  };
  const focused = () => arrows.find(a => a === document.activeElement);

  // One arrow at a time can be reached with Tab; the arrow keys go on from it.
  const reach = button => { for (const a of arrows) a.tabIndex = a === button ? 0 : -1; };

  const show = button => {
    for (const a of arrows) a.setAttribute('aria-expanded', String(a === button));
    for (const section of panel.querySelectorAll('section'))
      section.hidden = !button || section.id !== button.getAttribute('aria-controls');
    panel.classList.toggle('open', Boolean(button));
    panel.scrollTop = 0;
    for (const hint of hints) hint.hidden = Boolean(button);
    open = button;
    if (button) { reach(button); button.scrollIntoView({block: 'nearest'}); }
  };

  const go = index => {
    const button = arrows[Math.max(0, Math.min(arrows.length - 1, index))];
    reach(button);
    button.focus();
  };

  const close = () => { const button = open; show(null); if (button) button.focus(); };

  steps.addEventListener('click', event => {
    const button = event.target.closest('.arrow > button');
    if (button) show(button === open ? null : button);
  });
  steps.addEventListener('pointerover', event => light(event.target.closest('.arrow > button') || focused()));
  steps.addEventListener('pointerleave', () => light(focused()));
  steps.addEventListener('focusin', event => { light(event.target); reach(event.target); });
  steps.addEventListener('focusout', () => light(null));
  steps.addEventListener('keydown', event => {
    const at = arrows.indexOf(event.target);
    const to = {ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: arrows.length - 1}[event.key];
    if (at < 0 || to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    go(to);
  });
  document.addEventListener('keydown', event => { if (event.key === 'Escape' && open) close(); });
  panel.addEventListener('click', event => {
    if (event.target.closest('.close')) close();
    const link = event.target.closest('.goto');
    if (link) { const button = document.getElementById(link.dataset.step); show(button); button.focus(); }
  });
  for (const radio of document.querySelectorAll('input[name=time]'))
    radio.addEventListener('change', () => document.body.classList.toggle('scale', radio.value === 'scale'));
  document.body.classList.toggle('scale', document.querySelector('input[value=scale]').checked);
})();
