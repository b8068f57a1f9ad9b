// The page of `npmguard health`: one project at a time, filters of long tables, pointing and zooming.

// -- projects: one at a time, the one that the address names

const views = all(".view");

function show(event) {
  const place = document.getElementById(location.hash.slice(1));
  const wanted = (place && place.closest(".view")) || views[0];
  for (const view of views) view.hidden = view !== wanted;
  if (!place) return;
  place.scrollIntoView();
  if (event && place === wanted) wanted.focus({ preventScroll: true });
}

if (views.length) {
  for (const view of views) view.tabIndex = -1;
  addEventListener("hashchange", show);
  show();
}

// -- filters of long tables

for (const finder of all(".finder")) {
  const block = finder.parentElement;
  const rows = all("tbody tr", block).map((row) => ({ row, words: "" }));
  const status = block.querySelector(".status");
  const given = (name) => finder.querySelector(`[name=${name}]`);

  function holds(one, word) {
    one.words ||= one.row.textContent.toLowerCase();
    return one.words.includes(word);
  }

  function find() {
    const severities = new Set(all("[name=severity]:checked", finder).map((box) => box.value));
    const use = given("use") ? given("use").value : "";
    const direct = given("direct") && given("direct").checked;
    const asked = given("words").value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const one of rows) {
      const { severity, use: mine, direct: near } = one.row.dataset;
      const fits =
        (!severities.size || severities.has(severity)) &&
        (!use || mine === use) &&
        (!direct || near === "yes") &&
        asked.every((word) => holds(one, word));
      one.row.hidden = !fits;
      shown += fits;
    }
    status.textContent = shown === rows.length ? "" : `${shown} of ${rows.length} fit`;
  }

  finder.addEventListener("input", find);
  finder.hidden = false;
  find();
}

// -- how it went: the slider, or a pointer, tells of one run in all pictures

for (const trend of all(".trend")) {
  const heads = all(".runs thead th", trend).map((head) => head.textContent);
  const runs = all(".runs tbody tr", trend).map((row) => {
    const [day, ...rest] = [...row.cells].map((cell) => cell.textContent);
    const words = rest.map((value, number) => `${heads[number + 1].toLowerCase()} ${value}`);
    return { x: Number(row.dataset.x), words: `${day}: ${words.join(", ")}` };
  });
  const pictures = all(".multiples svg[role]", trend);
  const slider = trend.querySelector("[type=range]");
  const output = trend.querySelector("output");

  function point(number) {
    const { x, words } = runs[number];
    slider.value = number;
    slider.setAttribute("aria-valuetext", words);
    output.textContent = words;
    for (const picture of pictures) {
      const cross = picture.querySelector(".cross");
      cross.setAttribute("x1", `${x}%`);
      cross.setAttribute("x2", `${x}%`);
      cross.classList.add("on");
      for (const dot of all(".dot", picture)) {
        dot.classList.toggle("on", Math.abs(parseFloat(dot.getAttribute("cx")) - x) < 0.006);
      }
    }
  }

  function nearest(event) {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const x = ((event.clientX - left) / width) * 100;
    const far = (number) => Math.abs(runs[number].x - x);
    point(runs.reduce((best, _, number) => (far(number) < far(best) ? number : best), 0));
  }

  slider.addEventListener("input", () => point(Number(slider.value)));
  for (const picture of pictures) {
    picture.addEventListener("pointermove", nearest);
    picture.addEventListener("pointerdown", nearest);
  }
  slider.parentElement.hidden = false;
  point(runs.length - 1);
  for (const cross of all(".cross", trend)) cross.classList.remove("on");
}

// -- who brings what: a click or Enter gives a direct dependency the whole room

for (const figure of all(".mapped")) {
  const map = figure.querySelector(".map");
  const trail = figure.querySelector(".trail");
  const told = figure.querySelector(".told");
  const groups = all(":scope > .group", map);
  const said = (one) => one.querySelector("title").textContent;
  const room = ["x", "y", "width", "height"];
  let zoomed = null;
  let kept = []; // where it lay before

  const path = document.createElement("span");
  const back = button("All packages", trail);
  trail.append(path);

  function offer(ones, role) {
    // their <title> names them; one takes part in the order of Tab, the arrows lead to the others
    for (const [number, one] of ones.entries()) {
      one.setAttribute("role", role);
      one.setAttribute("tabindex", number ? "-1" : "0");
    }
  }

  const cells = (group) => all(".cell", group);
  const reachable = () => (zoomed ? cells(zoomed) : groups);

  function go(one) {
    for (const other of reachable()) other.setAttribute("tabindex", "-1");
    one.setAttribute("tabindex", "0");
    one.focus();
  }

  function zoom(group) {
    out();
    zoomed = group;
    map.classList.add("zoom");
    group.classList.add("zoomed");
    kept = [group, group.querySelector(".cells")].map((one) => {
      const before = room.map((side) => [side, one.getAttribute(side) || "0"]);
      for (const [side] of before) one.setAttribute(side, side.length > 1 ? "100%" : "0");
      return [one, before];
    });
    for (const one of ["role", "tabindex"]) group.removeAttribute(one);
    offer(cells(group), "img");
    path.textContent = said(group);
    back.hidden = false;
  }

  function out() {
    const group = zoomed;
    if (!group) return null;
    zoomed = null;
    map.classList.remove("zoom");
    group.classList.remove("zoomed");
    for (const [one, before] of kept) for (const [side, value] of before) one.setAttribute(side, value);
    for (const cell of cells(group)) {
      for (const one of ["role", "tabindex"]) cell.removeAttribute(one);
    }
    offer(groups, "button");
    path.textContent = "Choose one to look into it.";
    back.hidden = true;
    return group;
  }

  function leave() {
    const group = out();
    if (group) go(group);
  }

  back.addEventListener("click", leave);
  map.addEventListener("click", (event) => {
    const group = event.target.closest(".group");
    if (group && !zoomed) zoom(group);
  });
  map.addEventListener("keydown", (event) => {
    const ones = reachable();
    const at = ones.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const last = ones.length - 1;
    if (event.key === "Escape" && zoomed) leave();
    else if (at < 0) return;
    else if (step) go(ones[Math.min(Math.max(at + step, 0), last)]);
    else if (event.key === "Home") go(ones[0]);
    else if (event.key === "End") go(ones[last]);
    else if ((event.key === "Enter" || event.key === " ") && !zoomed) {
      zoom(ones[at]);
      go(cells(zoomed)[0]);
    } else return;
    event.preventDefault();
  });

  function tell(event) {
    const one = event.target.closest(".cell") || event.target.closest(".group");
    told.textContent = one ? said(one) : "";
  }
  map.addEventListener("pointermove", tell);
  // not on the map itself: Chromium takes an SVG element that listens for focus for one to be focused
  map.parentElement.addEventListener("focusin", tell);
  map.addEventListener("pointerleave", () => (told.textContent = ""));

  map.setAttribute("role", "group");
  map.classList.add("on");
  trail.hidden = told.hidden = false;
  offer(groups, "button");
  path.textContent = "Choose one to look into it.";
  back.hidden = true;
}
