// Copyright: Contributors to the vsphere_ops.client_plugin collection
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"use strict";

// The notes of the operations team. Replace this file with your own data:
//
//   level    info, attention or urgent
//   type     type of the objects, such as VirtualMachine or HostSystem; "" for a note about everything
//   ids      managed object ids such as vm-42; an empty list means every object of the type
//   link     an https address, or ""
//
// This is a script and not a JSON file, because a page that is opened from a disk can load scripts but not fetch files.

const notes = [
  {
    title: "Patch window on Thursday",
    text: "Clusters in Frankfurt are patched from 20:00 to 23:00 UTC. Machines move, none is restarted.",
    level: "attention",
    type: "",
    ids: [],
    owner: "Platform operations",
    updated: "2026-11-16",
    link: "https://wiki.example.com/operations/patch-window",
  },
  {
    title: "Snapshots older than three days are removed",
    text: "Every night at 02:00 UTC. Put a machine into the group keep-snapshots when it needs longer.",
    level: "info",
    type: "VirtualMachine",
    ids: [],
    owner: "Backup team",
    updated: "2026-10-02",
    link: "https://wiki.example.com/operations/snapshots",
  },
  {
    title: "Do not power off outside of the trading pause",
    text: "The settlement service has no second node yet. Call the duty phone before you touch it.",
    level: "urgent",
    type: "VirtualMachine",
    ids: ["vm-42", "vm-1013"],
    owner: "Settlement, duty phone 4711",
    updated: "2026-11-09",
    link: "https://wiki.example.com/services/settlement",
  },
  {
    title: "Firmware before the next upgrade",
    text: "Hosts with network firmware below 22.31 lose a link after the upgrade. Update the firmware first.",
    level: "attention",
    type: "HostSystem",
    ids: [],
    owner: "Platform operations",
    updated: "2026-11-12",
    link: "https://wiki.example.com/hardware/network-firmware",
  },
];
