// Copyright: Contributors to the vsphere_ops.client_plugin collection
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"use strict";

// The only file that knows the vSphere Client. Its script /api/ui/htmlClientSdk.js, which the client itself serves, offers
// the global htmlClientSdk, and needs initialize() first. A client shows pages in a frame, and only there is it asked for:
// elsewhere it is missing, and a browser would complain of that. Used of it: app.getClientLocale, app.getContextObjects,
// app.getTheme and event.onThemeChanged. A page that was opened somewhere else gets the browser's language and colours.

const client = (() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function paint(name) {
    document.documentElement.dataset.theme = name === "dark" ? "dark" : "light";
  }

  // An id is such as urn:vmomi:VirtualMachine:vm-42:<uuid of the vCenter>.
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
    // Older clients have no themes.
    paint(sdk.app.getTheme?.().name);
    sdk.event.onThemeChanged?.((theme) => paint(theme.name));
    return { inside: true, locale: sdk.app.getClientLocale(), objects: (sdk.app.getContextObjects() ?? []).map(parse) };
  }

  // Calls back once with {inside, locale, objects}.
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
