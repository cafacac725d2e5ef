// Keys for the review desk. Whatever carries data-key is pressed, followed or opened by that key; in the queue, keys
// act on the case that is chosen. Everything works without this file.
"use strict";

const cases = [...document.querySelectorAll("[data-case]")];
let chosen = -1;

function choose(number) {
  if (!cases.length) return;
  if (chosen >= 0) cases[chosen].classList.remove("chosen");
  chosen = Math.min(Math.max(number, 0), cases.length - 1);
  cases[chosen].classList.add("chosen");
  const link = cases[chosen].querySelector("[data-open]");
  link.focus({ preventScroll: true });
  cases[chosen].scrollIntoView({ block: "nearest" });
}

function open(details) {
  details.open = true;
  details.scrollIntoView({ block: "nearest" });
  details.querySelector("textarea, select, input:not([type=hidden])")?.focus();
}

function act(element) {
  if (element instanceof HTMLFormElement) {
    const button = element.querySelector("button");
    element.requestSubmit(button);
  } else if (element instanceof HTMLDetailsElement) {
    open(element);
  } else {
    element.click();
  }
}

// From the queue, what needs a reason is done on the page of the case.
const onPageOfCase = { o: "", d: "#dismiss", s: "#snooze", r: "#relabel" };

function press(key) {
  if (cases.length && (key === "j" || key === "k")) {
    choose(key === "j" ? chosen + 1 : chosen - 1);
    return true;
  }
  const here = chosen >= 0 ? cases[chosen] : null;
  const element = here?.querySelector(`[data-key="${key}"]`) ?? document.querySelector(`:not([data-case] *)[data-key="${key}"]`);
  if (element) {
    act(element);
    return true;
  }
  if (here && key in onPageOfCase) {
    location.assign(here.querySelector("[data-open]").href + onPageOfCase[key]);
    return true;
  }
  return false;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (event.key === "Escape" && typing) {
    typing.blur();
    return;
  }
  if (typing || !/^[a-z]$/.test(event.key)) return;
  if (press(event.key)) event.preventDefault();
});

// A form that is sent twice would be refused the second time, by our own first decision.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});

// After the browser has gone to the fragment by itself, which takes the focus away.
addEventListener("load", () => requestAnimationFrame(() => {
  const wanted = location.hash && document.getElementById(location.hash.slice(1));
  if (wanted instanceof HTMLDetailsElement) open(wanted);
}));

document.documentElement.classList.add("has-keys");
