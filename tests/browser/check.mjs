// Looks at pages of a release as people do: with the rules of WCAG 2.1 A and AA (axe-core),
// wide and narrow, light and dark, with the keyboard alone, with scripts off, and with a
// validator. Prints what is wrong, a line each, and ends with 1 if anything is.
//
// node check.mjs CHROMIUM MODULES RELEASE PAGE...
//
// Every page of the first language is looked at wide and light, and narrow and dark, worked
// through by the keyboard and read without scripts; the start page and a short version in
// every way. The other languages have the same templates: their pages are looked at in one way.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { Browser } from "./browser.mjs";

const [chromium, modules, release, ...pages] = process.argv.slice(2);
const axe = readFileSync(join(modules, "axe-core/axe.min.js"), "utf8");

// WCAG asks that text can be read without scrolling sideways down to this width (1.4.10).
const NARROW = 320;
const WIDE = 1200;
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
// The tabs that are worked in at once.
const TABS = 2;

const problems = [];
const url = (page) => pathToFileURL(join(release, page)).href;

// Which language a page is in, by its address.
function language(page) {
  const found = /^(sv|en)\/|\.(sv|en)\.html$/.exec(page);
  return found ? found[1] || found[2] : "fi";
}

function looks(page) {
  const wideAndLight = { width: WIDE, scheme: "light" };
  const narrowAndDark = { width: NARROW, scheme: "dark" };
  const others = [
    { width: WIDE, scheme: "dark" },
    { width: NARROW, scheme: "light" },
  ];
  const byLanguage = {
    fi: [wideAndLight, narrowAndDark],
    sv: [narrowAndDark],
    en: [wideAndLight],
  };
  const isInEveryWay = page === "index.html" || page.endsWith("paatoksentekijalle.fi.html");
  return [...byLanguage[language(page)], ...(isInEveryWay ? others : [])];
}

async function rules(tab, page, look) {
  const report = (text) => problems.push(`${page}, ${look.width} px, ${look.scheme}: ${text}`);
  const found = await tab.evaluate(`(async () => {
    ${axe};
    const run = await axe.run(document, {
      runOnly: ${JSON.stringify(RULES)},
      resultTypes: ["violations"],
    });
    return run.violations.map((violation) => ({
      id: violation.id,
      help: violation.help,
      at: violation.nodes.slice(0, 3).map((node) => node.target.join(" ") + " " + node.html),
      count: violation.nodes.length,
    }));
  })()`);
  for (const { id, help, at, count } of found) {
    report(`${id} (${help}), ${count} times: ${at.join(" | ").slice(0, 600)}`);
  }
  const wide = await tab.evaluate("document.documentElement.scrollWidth - innerWidth");
  if (wide > 0) report(`${wide} px wider than the window`);
}

// Everything that can be seen and used is reached by Tab, and shows that it is.
async function keyboard(tab, page) {
  const report = (text) => problems.push(`${page}, keyboard: ${text}`);
  const wanted = await tab.evaluate(`(() => {
    const all = [...document.querySelectorAll("a[href], button, input, summary, [tabindex='0']")];
    window.wanted = all.filter((element) =>
      element.tabIndex >= 0 && !element.closest("[hidden]") && element.checkVisibility());
    window.reached = new Set();
    document.activeElement.blur();
    return window.wanted.length;
  })()`);
  for (let step = 0; step < wanted + 5; step += 1) {
    await tab.press("Tab", 9);
    const state = await tab.evaluate(`(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return "end";
      if (window.reached.has(element)) return "end";
      window.reached.add(element);
      const style = getComputedStyle(element);
      const isSeen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      return isSeen ? "seen" : element.outerHTML.slice(0, 120);
    })()`);
    if (state === "end") break;
    if (state !== "seen") report(`focus cannot be seen on ${state}`);
  }
  const missed = await tab.evaluate(
    `window.wanted.filter((element) => !window.reached.has(element))
      .map((element) => element.outerHTML.slice(0, 120))`,
  );
  if (missed.length > 0) report(`${missed.length} not reached, such as ${missed[0]}`);
}

// The search narrows the list down, and tells how far.
async function search(tab, page) {
  const result = await tab.evaluate(`(() => {
    const input = document.querySelector(".search input");
    if (!input) return null;
    const shown = () => [...document.querySelectorAll("[data-item]")]
      .filter((item) => item.checkVisibility()).length;
    const type = (text) => {
      input.value = text;
      input.dispatchEvent(new Event("input"));
    };
    const all = shown();
    const one = document.querySelector("[data-item]").textContent.trim().slice(0, 4);
    type(one);
    const some = shown();
    const said = document.querySelector("[role=status]").textContent;
    type("qqqq");
    const none = shown();
    type("");
    return { all, some, none, said, again: shown() };
  })()`);
  if (!result) return;
  const { all, some, none, said, again } = result;
  if (!(some >= 1 && some < all && none === 0 && again === all && /\d/.test(said))) {
    problems.push(`${page}, search: ${JSON.stringify(result)}`);
  }
}

// Without scripts all that is to be read is there, and what needs one is not.
async function scriptless(tab, page) {
  await tab.send("Emulation.setScriptExecutionDisabled", { value: true });
  await tab.open(url(page));
  const { root } = await tab.send("DOM.getDocument", { depth: 1 });
  const count = async (selector) => {
    const query = { nodeId: root.nodeId, selector };
    return (await tab.send("DOM.querySelectorAll", query)).nodeIds.length;
  };
  if ((await count("h1")) !== 1) problems.push(`${page}, no script: there is no heading`);
  const boxes = await count(".search");
  if (boxes !== (await count(".search[hidden]"))) {
    problems.push(`${page}, no script: the search is shown, and cannot work`);
  }
  if ((await count("[data-item][hidden], [data-group][hidden]")) !== 0) {
    problems.push(`${page}, no script: the list is not whole`);
  }
  await tab.send("Emulation.setScriptExecutionDisabled", { value: false });
}

// A wrong page must not pass: what is made to fail has to be found.
async function selfTest(tab) {
  const broken = "data:text/html,<title>x</title><img src='data:,'><p style='color:%23999'>pale";
  await tab.look({ width: WIDE, scheme: "light" });
  await tab.open(broken);
  await rules(tab, "self-test", { width: WIDE, scheme: "light" });
  const found = problems.splice(0);
  for (const rule of ["image-alt", "html-has-lang", "color-contrast"]) {
    if (!found.some((line) => line.includes(rule))) {
      throw new Error(`the rules do not find ${rule}: ${found.join("\n")}`);
    }
  }
}

async function work(tab, queue) {
  for (let page = queue.shift(); page !== undefined; page = queue.shift()) {
    for (const look of looks(page)) {
      await tab.look(look);
      await tab.open(url(page));
      await rules(tab, page, look);
    }
    if (language(page) !== "fi") continue;
    await tab.look({ width: WIDE, scheme: "light" });
    await tab.open(url(page));
    await search(tab, page);
    await keyboard(tab, page);
    await scriptless(tab, page);
  }
}

function validate() {
  return new Promise((resolve) => {
    const jar = join(modules, "vnu-jar/build/dist/vnu.jar");
    const files = pages.map((page) => join(release, page));
    const sheet = join(release, "site/botnia.css");
    execFile(
      "java",
      ["-Xss2m", "-jar", jar, "--errors-only", "--format", "gnu", "--also-check-css", ...files, sheet],
      { maxBuffer: 1 << 26 },
      (error, _stdout, stderr) => {
        const lines = stderr.split("\n").filter((line) => line.includes(": error:") || line.includes(": fatal"));
        for (const line of lines.slice(0, 40)) problems.push(`validator: ${line}`);
        if (error && lines.length === 0) problems.push(`validator: ${error.message} ${stderr.slice(0, 400)}`);
        resolve();
      },
    );
  });
}

const browser = new Browser(chromium);
try {
  const validated = validate();
  const tabs = await Promise.all(Array.from({ length: TABS }, () => browser.tab()));
  await selfTest(tabs[0]);
  // Keys go to the tab that has the focus, so tabs are told that they have it.
  for (const tab of tabs) await tab.send("Emulation.setFocusEmulationEnabled", { enabled: true });
  const queue = [...pages];
  await Promise.all(tabs.map((tab) => work(tab, queue)));
  await validated;
} finally {
  await browser.close();
}
for (const problem of problems) console.log(problem);
console.log(`${pages.length} pages, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
