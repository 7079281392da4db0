// Copyright: Contributors to the vsphere_ops.client_plugin collection
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"use strict";

// Show notes: all of them with a filter (index.html), or those about the selected object (object.html).
// The content of notes.js is inserted as text, never as markup.

client.ready(({ inside, locale, objects }) => {
  const language = locale?.startsWith("de") ? "de-DE" : "en-US";
  const page = document.documentElement;
  const list = document.getElementById("notes");

  function say(key, ...values) {
    const text = texts[language][key] ?? key;
    return text.replace(/\{(\d)\}/g, (_, index) => String(values[Number(index)]));
  }

  function element(name, text, ...children) {
    const node = document.createElement(name);
    node.textContent = text;
    node.append(...children);
    return node;
  }

  function subject(note) {
    if (!note.type) {
      return say("everything");
    }
    return note.ids.length ? `${say(note.type)} ${note.ids.join(", ")}` : say("every", say(note.type));
  }

  function card(note) {
    const level = element("p", say(note.level));
    level.className = "level";
    const facts = element("dl", "");
    const date = new Date(`${note.updated}T00:00:00Z`).toLocaleDateString(language, { timeZone: "UTC" });
    for (const [key, value] of [["about", subject(note)], ["owner", note.owner], ["updated", date]]) {
      facts.append(element("dt", say(key)), element("dd", value));
    }
    const article = element("article", "", level, element("h2", note.title), element("p", note.text), facts);
    article.dataset.level = note.level;
    if (note.link.startsWith("https://")) {
      const link = element("a", say("link"));
      link.href = note.link;
      link.target = "_blank";
      link.rel = "noopener noreferrer";
      article.append(element("p", "", link));
    }
    return article;
  }

  function show(shown, total) {
    const nothing = element("p", say("none"));
    list.replaceChildren(...(shown.length ? shown.map(card) : [nothing]));
    document.getElementById("count").textContent = say("shown", shown.length, total);
  }

  function isAbout(note, { type, id }) {
    return note.type === type && (note.ids.length === 0 || note.ids.includes(id));
  }

  page.lang = language;
  document.getElementById("preview").hidden = inside;
  for (const node of document.querySelectorAll("[data-text]")) {
    node.textContent = say(node.dataset.text);
  }
  const urgentFirst = ["urgent", "attention", "info"];
  const sorted = [...notes].sort((one, other) => urgentFirst.indexOf(one.level) - urgentFirst.indexOf(other.level));

  if (page.dataset.view === "overview") {
    document.title = say("overviewTitle");
    const filter = document.getElementById("filter");
    const update = () => {
      const search = filter.value.trim().toLocaleLowerCase(language);
      const text = (note) => `${note.title} ${note.text} ${note.owner} ${subject(note)}`.toLocaleLowerCase(language);
      show(sorted.filter((note) => text(note).includes(search)), notes.length);
    };
    filter.addEventListener("input", update);
    update();
  } else {
    document.title = say("objectTitle");
    const names = objects.map(({ type, id }) => `${say(type)} ${id}`.trim());
    document.getElementById("context").textContent = say("context", names.join(", "));
    show(sorted.filter((note) => objects.some((object) => isAbout(note, object))), notes.length);
  }
});
