// Copyright: Contributors to the vsphere_ops.client_plugin collection
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"use strict";

// The texts of the pages. The texts that the vSphere Client shows are in plugin.json.

const texts = {
  "en-US": {
    attention: "Attention",
    about: "About",
    context: "Notes about {0}",
    everything: "Everything",
    every: "Every {0}",
    filter: "Show notes that contain",
    info: "Information",
    link: "Read more",
    none: "There is no note here.",
    objectLead: "What the operations team wants you to know before you change something here.",
    objectTitle: "Notes",
    overviewLead: "What the operations team wants you to know, wherever you work.",
    overviewTitle: "Fleet Notes",
    owner: "Owner",
    preview: "Preview: this page was opened outside of the vSphere Client.",
    shown: "{0} of {1} notes",
    updated: "Updated",
    urgent: "Urgent",
    HostSystem: "host",
    VirtualMachine: "virtual machine",
  },
  "de-DE": {
    attention: "Achtung",
    about: "Betrifft",
    context: "Ausgewählt: {0}",
    everything: "Alles",
    every: "{0} (alle)",
    filter: "Nur Hinweise zeigen, die dies enthalten",
    info: "Information",
    link: "Mehr dazu",
    none: "Hier gibt es keinen Hinweis.",
    objectLead: "Was der Betrieb Ihnen sagen möchte, bevor Sie hier etwas ändern.",
    objectTitle: "Hinweise",
    overviewLead: "Was der Betrieb Ihnen sagen möchte, wo immer Sie arbeiten.",
    overviewTitle: "Flottenhinweise",
    owner: "Zuständig",
    preview: "Vorschau: Diese Seite wurde außerhalb des vSphere Client geöffnet.",
    shown: "{0} von {1} Hinweisen",
    updated: "Stand",
    urgent: "Dringend",
    HostSystem: "Host",
    VirtualMachine: "Virtuelle Maschine",
  },
};
