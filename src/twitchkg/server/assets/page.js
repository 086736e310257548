// Suggestions while typing (the ARIA combobox pattern), and opening what a link points into.
"use strict";
(() => {
  let counter = 0;
  function combobox(input) {
    const host = input.closest(".combo") || wrap(input);
    const list = document.createElement("ul");
    list.className = "suggestions";
    list.id = `suggestions-${++counter}`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Suggestions");
    list.hidden = true;
    host.append(list);
    const status = document.createElement("span");
    status.className = "unseen";
    status.setAttribute("role", "status");
    host.append(status);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);
    input.removeAttribute("list");
    let found = [], active = -1, timer = 0, asked = 0;
    function wrap(element) {
      const span = document.createElement("span");
      span.className = "suggest-host";
      element.replaceWith(span);
      span.append(element);
      return span;
    }
    function close() {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }
    function mark(index) {
      active = index;
      [...list.children].forEach((item, place) => {
        item.setAttribute("aria-selected", String(place === active));
        if (place === active) item.scrollIntoView({ block: "nearest" });
      });
      if (active < 0) input.removeAttribute("aria-activedescendant");
      else input.setAttribute("aria-activedescendant", list.children[active].id);
    }
    function take(index) {
      const chosen = found[index];
      close();
      if (input.dataset.fill) input.value = chosen.label;
      else location.href = chosen.href;
    }
    function show(values) {
      found = values;
      list.replaceChildren(...found.map((value, place) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${place}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        const kind = document.createElement("span");
        kind.className = "kind";
        kind.textContent = value.kind;
        item.append(value.label + " ", kind);
        item.addEventListener("mousedown", (event) => { event.preventDefault(); take(place); });
        return item;
      }));
      active = -1;
      list.hidden = found.length === 0;
      input.setAttribute("aria-expanded", String(found.length > 0));
      status.textContent = `${found.length} suggestions`;
    }
    async function ask() {
      const text = input.value.trim(), mine = ++asked;
      if (text.length < 2) return close();
      try {
        const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(text)}`);
        if (!answer.ok || mine !== asked || document.activeElement !== input) return;
        show((await answer.json()).suggestions);
      } catch { close(); }
    }
    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      const open = !list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!open) return void ask();
        const step = event.key === "ArrowDown" ? 1 : -1, many = found.length;
        mark(active < 0 ? (step > 0 ? 0 : many - 1) : (active + step + many) % many);
      } else if (event.key === "Enter" && open && active >= 0) {
        event.preventDefault();
        take(active);
      } else if (event.key === "Escape" && open) {
        event.preventDefault();
        close();
      }
    });
  }
  document.querySelectorAll("input[data-suggest]").forEach(combobox);
  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    if (target) target.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();
})();
