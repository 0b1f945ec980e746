"use strict";
// Levers move, the server answers with pictures, at first rough ones and then sharper ones.
(function () {
  var levers = Array.from(document.querySelectorAll("[data-design]"));
  var names = Array.from(document.querySelectorAll("[data-name]"));
  var said = document.getElementById("said"), whole = document.getElementById("whole");
  var shown = document.querySelector("main"), stop = new AbortController(), soon = 0;

  function beside(lever, name) {
    return levers.find(function (each) { return each.name === name && each.dataset.design === lever.dataset.design; });
  }
  function of(place) {
    return levers.filter(function (each) { return each.dataset.design === String(place); });
  }
  function show(lever) {
    var choice = lever.dataset.needs && beside(lever, lever.dataset.needs);
    lever.disabled = Boolean(choice) && lever.dataset.among.split(" ").indexOf(choice.value) < 0;
    if (lever.type !== "range") return;
    var text = lever.value === lever.dataset.was ? lever.dataset.shown : Number(lever.value) + "%";
    lever.nextElementSibling.textContent = lever.disabled ? "" : text;
  }
  function design(place) {
    var moved = {};
    of(place).forEach(function (each) {
      if (each.disabled || each.value === each.dataset.was) return;
      moved[each.name] = each.type === "range" ? Number(each.value) : each.value;
    });
    return { name: names[place].value, moved: moved };
  }

  async function ask(what, body, signal) {
    var options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal: signal };
    var answer = await fetch(what, options).catch(function (error) {
      if (error.name === "AbortError") throw error;
      throw new Error("No answer: the explorer was stopped. Start it again and open the page that it names.");
    });
    if (!answer.ok) throw new Error((await answer.json()).error);
    return answer;
  }
  function tell(text, wrong) {
    shown.setAttribute("aria-busy", "false");
    said.textContent = text;
    said.className = wrong ? "warning" : "";
  }
  async function tried(work) {
    try {
      await work();
    } catch (error) {
      if (error.name !== "AbortError") tell(error.message, true);
    }
  }

  async function follow() {
    stop = new AbortController();
    var own = stop, have = 0, done = false;
    await tried(async function () {
      while (!done) {
        var asked = { designs: [design(0), design(1)], whole: Boolean(whole && whole.checked), have: have };
        var found = await (await ask("ranges", asked, own.signal)).json();
        if (own !== stop) return;
        Object.keys(found.parts).forEach(function (id) { document.getElementById(id).innerHTML = found.parts[id]; });
        tell(found.said);
        have = found.count;
        done = found.done;
      }
    });
  }
  function changed() {
    levers.forEach(show);
    shown.setAttribute("aria-busy", "true"); // until the figures are those of the levers, they are pale
    stop.abort();
    clearTimeout(soon);
    soon = setTimeout(follow, 50);
  }

  async function kept(what, body, name) {
    var file = await (await ask(what, body)).blob(), link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = name;
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
  }
  function fileName(text, end) {
    return (text.replace(/[^A-Za-z0-9]+/g, "_").replace(/^_|_$/g, "").toLowerCase() || "design") + end;
  }
  function when(query, kind, act) {
    document.querySelectorAll(query).forEach(function (each) { each.addEventListener(kind, function () { act(each); }); });
  }

  levers.forEach(function (each) { each.dataset.was = each.value; });
  when("[data-design]", "input", changed);
  when("[data-name]", "input", changed);
  when("#whole", "change", changed);
  when("[data-reset]", "click", function (button) {
    of(button.dataset.reset).forEach(function (each) { each.value = each.dataset.was; });
    changed();
  });
  when("[data-save]", "click", function (button) {
    var chosen = design(button.dataset.save);
    tried(function () { return kept("configuration", { design: chosen }, fileName(chosen.name, ".yaml")); });
  });
  when("#report", "click", function (button) {
    button.disabled = true;
    button.textContent = "Making the report...";
    tried(function () { return kept("report", { designs: [design(0), design(1)] }, "report.html"); }).then(function () {
      button.disabled = false;
      button.textContent = "Make the report";
    });
  });
  changed();
})();
