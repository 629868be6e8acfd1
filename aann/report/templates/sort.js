// Headers of tables become buttons: descending or ascending first, then the other, then as it was.
for (const table of document.querySelectorAll(".aann table.sortable:not([data-ready])")) {
  table.dataset.ready = "yes";
  const body = table.tBodies[0];
  const before = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  const value = (row, column) => row.cells[column].dataset.value;
  heads.forEach((head, column) => {
    const number = head.classList.contains("number");
    const first = number ? "descending" : "ascending";
    const second = number ? "ascending" : "descending";
    const compare = number ? (a, b) => a - b : (a, b) => a.localeCompare(b);
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      const next = now === first ? second : now === second ? "" : first;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      const rows = [...before];
      if (next) {
        head.setAttribute("aria-sort", next);
        const sign = next === "ascending" ? 1 : -1;
        rows.sort((one, two) => {
          const a = value(one, column);
          const b = value(two, column);
          if (a === "" || b === "") return (a === "") - (b === ""); // unknown values come last
          return sign * compare(a, b);
        });
      }
      body.append(...rows);
    });
  });
}
