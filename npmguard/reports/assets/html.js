"use strict";
// Sorts, filters and folds what is in the page. Nothing is asked for, kept, or made of text that came with it.

const all = (selector, within = document) => [...within.querySelectorAll(selector)];

function button(words, within) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  within.append(made);
  return made;
}

// -- sorting: each head of a column becomes a button

const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function value(row, column, numbers) {
  const cell = row.cells[column];
  if (!numbers) return cell.textContent.trim();
  const holder = cell.querySelector("[data-value]");
  return Number(holder ? holder.dataset.value : cell.textContent);
}

function sort(table, head) {
  const numbers = head.dataset.sort === "number";
  const before = head.getAttribute("aria-sort");
  const down = before ? before === "ascending" : numbers;
  const column = head.cellIndex;
  const rows = [...table.tBodies[0].rows].map((row) => [value(row, column, numbers), row]);
  const way = down ? -1 : 1;
  rows.sort(([a], [b]) => way * (numbers ? a - b : order.compare(a, b)));
  for (const other of all("th[aria-sort]", table)) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const body = table.tBodies[0];
  body.replaceChildren(); // all at once: one by one they leave thirty times as slowly
  body.append(...rows.map(([, row]) => row));
}

for (const table of all("table.sorts")) {
  for (const head of all("th[data-sort]", table.tHead)) {
    const words = head.textContent;
    head.textContent = "";
    button(words, head).addEventListener("click", () => sort(table, head));
  }
}

// -- filtering

const filters = document.getElementById("filters");
if (filters) {
  const rows = all("#findings tbody tr").map((row) => ({
    row,
    name: row.dataset.package.toLowerCase(),
    findings: all(".finding", row),
  }));
  const total = rows.reduce((sum, { findings }) => sum + findings.length, 0);
  const status = document.getElementById("status");
  const field = (name) => filters.querySelector(`[name=${name}]`);
  const wanted = (name) => (field(name) ? field(name).value : "");
  const words = new Map(); // of each finding, in small letters: read once, when first asked for

  function holds(finding, row, word) {
    if (!words.has(finding)) {
      words.set(finding, `${row.cells[1].textContent} ${finding.textContent}`.toLowerCase());
    }
    return words.get(finding).includes(word);
  }

  function filter() {
    const severities = new Set(all("[name=severity]:checked", filters).map((box) => box.value));
    const [rule, use, project] = ["rule", "use", "project"].map(wanted);
    const name = wanted("package").trim().toLowerCase();
    const asked = wanted("words").toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, name: mine, findings } of rows) {
      const fits =
        (!use || row.dataset.use === use) &&
        (!project || row.dataset.project === project) &&
        (!name || mine.includes(name));
      let left = 0;
      for (const finding of findings) {
        const fit =
          fits &&
          (!severities.size || severities.has(finding.dataset.severity)) &&
          (!rule || finding.dataset.rule === rule) &&
          asked.every((word) => holds(finding, row, word));
        finding.hidden = !fit;
        left += fit;
      }
      row.hidden = !left;
      shown += left;
    }
    status.textContent = shown === total ? `All ${total} findings` : `${shown} of ${total} findings`;
  }

  filters.addEventListener("input", filter);
  field("reset").addEventListener("click", () => {
    for (const box of all("input", filters)) {
      box.type === "checkbox" ? (box.checked = false) : (box.value = "");
    }
    for (const choice of all("select", filters)) choice.value = "";
    filter();
  });
  field("unfold").addEventListener("click", (event) => {
    const open = event.target.getAttribute("aria-pressed") !== "true";
    event.target.setAttribute("aria-pressed", String(open));
    event.target.textContent = open ? "Fold all" : "Unfold all";
    for (const { findings } of rows) for (const finding of findings) finding.open = open;
  });
  filters.hidden = false;
  filter();
}

// -- commands to copy

if (navigator.clipboard) {
  for (const command of all(".command")) {
    const copy = button("Copy", command);
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(command.querySelector("code").textContent);
        copy.textContent = "Copied";
      } catch {
        copy.textContent = "Not allowed";
      }
      setTimeout(() => (copy.textContent = "Copy"), 2000);
    });
  }
}

// -- folding: what a link leads to is open, and on paper everything is

function reveal() {
  const place = document.getElementById(location.hash.slice(1));
  if (!place) return;
  for (const more of all(":scope > details.more", place)) more.open = true;
  for (let one = place; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
}

addEventListener("hashchange", reveal);
reveal();

let folded = [];
addEventListener("beforeprint", () => {
  folded = all("details:not([open])");
  for (const one of folded) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of folded) one.open = false;
});
