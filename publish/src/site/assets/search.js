// Narrows a list down to what is typed. The list is complete without it.
(function () {
  "use strict";
  var box = document.querySelector(".search");
  var list = document.querySelector("[data-search]");
  if (!box || !list) return;
  var input = box.querySelector("input");
  var said = box.querySelector("[role=status]");
  var plain = function (text) {
    return text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  };
  var groups = Array.prototype.map.call(list.querySelectorAll("[data-group]"), function (group) {
    var head = group.querySelector("[data-head]");
    return {
      element: group,
      head: head,
      // A heading that is a link is one of the things looked for.
      isItem: Boolean(head.querySelector("a")),
      text: plain(head.textContent),
      items: Array.prototype.map.call(group.querySelectorAll("[data-item]"), function (item) {
        return { element: item, text: plain(item.textContent) };
      })
    };
  });
  var narrow = function () {
    var wanted = plain(input.value.trim());
    var found = 0;
    groups.forEach(function (group) {
      var isNamed = wanted !== "" && group.isItem && group.text.indexOf(wanted) >= 0;
      var shown = 0;
      group.items.forEach(function (item) {
        var isFound = item.text.indexOf(wanted) >= 0;
        item.element.hidden = !isFound && !isNamed;
        if (isFound) shown += 1;
      });
      group.element.hidden = shown === 0 && !isNamed;
      found += shown + (isNamed ? 1 : 0);
    });
    if (wanted === "") {
      said.textContent = "";
    } else if (found === 0) {
      said.textContent = box.dataset.none;
    } else {
      said.textContent = (found === 1 ? box.dataset.one : box.dataset.many).replace("{}", found);
    }
  };
  box.hidden = false;
  input.addEventListener("input", narrow);
  // A browser may bring back what was typed before.
  narrow();
})();
