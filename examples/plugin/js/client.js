// Copyright: Contributors to the vsphere_ops.client_plugin collection
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"use strict";

// Connect the pages to the vSphere Client. The client serves the script /api/ui/htmlClientSdk.js, which defines the global
// htmlClientSdk and must be initialized with initialize(). A client shows pages in a frame; outside of a frame the script
// does not exist and is not loaded. This file uses app.getClientLocale, app.getContextObjects, app.getTheme and
// event.onThemeChanged. Outside of a client, a page uses the language and colours of the browser.

const client = (() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function paint(name) {
    document.documentElement.dataset.theme = name === "dark" ? "dark" : "light";
  }

  // Example of an id: urn:vmomi:VirtualMachine:vm-42:<uuid of the vCenter>
  function parse(object) {
    const [, , type = "", id = ""] = String(object.id).split(":");
    return { type, id };
  }

  function outside() {
    const [type = "VirtualMachine", id = ""] = new URLSearchParams(window.location.search).get("object")?.split(":") ?? [];
    paint(dark.matches ? "dark" : "light");
    dark.addEventListener("change", () => paint(dark.matches ? "dark" : "light"));
    return { inside: false, locale: window.navigator.language, objects: [{ type, id }] };
  }

  function inside(sdk) {
    // Older clients do not support themes.
    paint(sdk.app.getTheme?.().name);
    sdk.event.onThemeChanged?.((theme) => paint(theme.name));
    return { inside: true, locale: sdk.app.getClientLocale(), objects: (sdk.app.getContextObjects() ?? []).map(parse) };
  }

  // Call start once with {inside, locale, objects}.
  function ready(start) {
    if (window.self === window.top) {
      start(outside());
      return;
    }
    const script = document.createElement("script");
    script.src = "/api/ui/htmlClientSdk.js";
    script.addEventListener("load", () => {
      const sdk = window.htmlClientSdk;
      sdk.initialize(() => start(inside(sdk)));
    });
    script.addEventListener("error", () => start(outside()));
    document.head.append(script);
  }

  return { ready };
})();
