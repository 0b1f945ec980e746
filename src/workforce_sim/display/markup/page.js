"use strict";
// Hovering and sorting; the page is whole without this.
(function () {
  var tip = document.createElement("div");
  tip.id = "tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true");
  document.body.appendChild(tip);
  document.addEventListener("pointermove", function (event) {
    var mark = event.target.closest ? event.target.closest("[data-tip]") : null;
    tip.hidden = !mark;
    if (!mark) return;
    tip.textContent = mark.getAttribute("data-tip");
    var left = Math.min(event.pageX + 12, window.scrollX + document.documentElement.clientWidth - tip.offsetWidth - 8);
    tip.style.left = Math.max(left, 0) + "px";
    tip.style.top = event.pageY + 16 + "px";
  });

  var units = { K: 1e3, M: 1e6, B: 1e9 };
  function number(text) {
    var found = /^[+\u2212-]?\$?([\d,]*\.?\d+)([KMB]?)/.exec(text.trim());
    if (!found) return null;
    var value = parseFloat(found[1].replace(/,/g, "")) * (units[found[2]] || 1);
    return /^[\u2212-]/.test(text.trim()) ? -value : value;
  }
  function compare(a, b) {
    var one = number(a), other = number(b);
    if (one !== null && other !== null) return one - other;
    if (one !== null || other !== null) return one !== null ? 1 : -1;
    return a.localeCompare(b);
  }
  function sort(table, place, head) {
    var down = head.getAttribute("aria-sort") === "ascending";
    table.querySelectorAll("thead th").forEach(function (each) { each.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    var body = table.tBodies[0];
    Array.from(body.rows)
      .sort(function (a, b) { return (down ? -1 : 1) * compare(a.cells[place].textContent, b.cells[place].textContent); })
      .forEach(function (row) { body.appendChild(row); });
  }
  document.querySelectorAll("table.sort").forEach(function (table) {
    Array.from(table.tHead.rows[0].cells).forEach(function (head, place) {
      if (!head.textContent) return;
      var button = document.createElement("span"); // no button: browsers do not repeat one on each page of paper
      while (head.firstChild) button.appendChild(head.firstChild);
      button.tabIndex = 0;
      button.title = "Sort";
      button.setAttribute("role", "button");
      button.addEventListener("click", function () { sort(table, place, head); });
      button.addEventListener("keydown", function (event) {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        sort(table, place, head);
      });
      head.appendChild(button);
    });
  });
})();
