// Keeps a list up to date without reloading the page, so that focus, selection and the place on
// the page stay as they are. The server renders; this only takes over articles that are new or
// changed, by their id.
const list = document.querySelector("[data-refresh]");
const status = document.querySelector("[data-refresh-status]");
const empty = document.querySelector("[data-refresh-empty]");
const EVERY = 2000; // milliseconds

function take(page) {
  let added = 0;
  let place = list.firstElementChild;
  for (const article of page.querySelectorAll("[data-refresh] > article")) {
    const mine = document.getElementById(article.id);
    if (!mine) {
      list.insertBefore(document.importNode(article, true), place);
      added += 1;
    } else {
      if (!mine.isEqualNode(article) && !mine.contains(document.activeElement)) {
        mine.replaceWith(document.importNode(article, true));
      }
      place = document.getElementById(article.id).nextElementSibling;
    }
  }
  if (added) {
    empty.hidden = true;
    status.textContent = `${added} ${list.dataset.refresh}${added > 1 ? "s" : ""}`;
  }
}

async function refresh() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.pathname, { cache: "no-store" });
      if (answer.ok) {
        take(new DOMParser().parseFromString(await answer.text(), "text/html"));
      }
    } catch (error) {
      // The shop is away, for example being restarted: what was read stays, the next round tries again.
      console.debug("mailbox not refreshed", error);
    }
  }
  setTimeout(refresh, EVERY);
}

setTimeout(refresh, EVERY);
