/* A tap on the hour of a message shows its life: written, each attempt, what became of it. Another tap hides it.
 *
 * It listens for the whole page, so that nothing that draws messages needs to know of it.
 */

document.addEventListener("click", (event) => {
  const hour = event.target.closest?.(".message.bot time");
  if (hour) toggle(hour.closest(".message"));
});

async function toggle(message) {
  const shown = message.querySelector(".life");
  if (shown) return shown.remove();
  const person = message.closest("[data-person]")?.dataset.person;
  const list = document.createElement("ul");
  list.className = "life";
  list.dataset.testid = "life";
  message.querySelector(".bubble").append(list);
  for (const line of await linesOf(person, message.dataset.id)) {
    const item = document.createElement("li");
    item.textContent = line;
    list.append(item);
  }
}

async function linesOf(person, message) {
  try {
    const answer = await fetch(`/tryout/people/${person}/messages/${message}/life`);
    const body = await answer.json();
    return body.lines ?? [body.error];
  } catch {
    return ["连不上服务器。"];
  }
}
