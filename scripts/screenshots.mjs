// Takes pictures of the flights app at desktop and phone size, as two readers, light and dark.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { chromium } = createRequire(new URL("../web/package.json", import.meta.url))("playwright-core");
const root = new URL("..", import.meta.url).pathname;
const [out = join(root, "docs/images"), only = ""] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), "aracari-pictures-"));
const data = join(folder, "data");
const binary = process.env.ARACARI_BINARY;
const port = await new Promise((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});
const url = `http://127.0.0.1:${port}/`;
const printed = execFileSync(binary, ["user", "add", "--from", join(root, "examples/flights-readers.yaml"), "--data", data], { encoding: "utf8" });
const passwords = Object.fromEntries(printed.split("\n").map((line) => line.trim().split(/\s+/)).map((words) => [words[0], words.at(-1)]));
const server = spawn(binary, ["serve", join(root, "examples/flights"), "--listen", `127.0.0.1:${port}`, "--data", data], { stdio: "ignore" });
const until = Date.now() + 20_000;
while (Date.now() < until && !(await fetch(`${url}health/ready`).catch(() => null))?.ok) await new Promise((resolve) => setTimeout(resolve, 50));

const desktop = { viewport: { width: 1440, height: 900 } };
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const stories = ["who-leaves-on-time", "when-do-delays-build-up", "which-days-are-worst", "is-it-getting-better", "where-does-new-york-fly", "which-airport-does-what", "busiest-routes", "who-flies-most", "how-far-do-they-go", "what-cancels-flights", "does-the-weather-matter", "do-planes-make-up-time"];
const wanted = [
  ["home-desktop", desktop, "nora", "light", "en", "#/flights/home", false],
  ["home-phone", phone, "nora", "light", "en", "#/flights/home", false],
  ["home-manager-desktop", desktop, "marc", "light", "en", "#/flights/home", false],
  ["home-manager-phone", phone, "marc", "light", "en", "#/flights/home", false],
  ["home-dark-desktop", desktop, "nora", "dark", "fr", "#/flights/home", false],
  ["story-desktop", desktop, "nora", "light", "en", "#/flights/stories/who-leaves-on-time", false],
  ["story-phone", phone, "nora", "light", "en", "#/flights/stories/who-leaves-on-time", false],
  ["map-desktop", desktop, "nora", "dark", "en", "#/flights/stories/where-does-new-york-fly", false],
  ["dashboard-desktop", desktop, "nora", "light", "en", "#/flights/dashboards/operations", true],
  ["dashboard-phone", phone, "nora", "light", "en", "#/flights/dashboards/operations", false],
  ...(only === "all"
    ? [
        ...stories.map((id) => [`all-${id}`, desktop, "nora", "light", "en", `#/flights/stories/${id}`, true]),
        ...stories.map((id) => [`all-phone-${id}`, phone, "nora", "dark", "fr", `#/flights/stories/${id}`, true]),
        ["all-home", desktop, "nora", "light", "en", "#/flights/home", true],
        ["all-home-phone", phone, "nora", "light", "en", "#/flights/home", true],
        ["all-home-dark-phone", phone, "nora", "dark", "en", "#/flights/home", true],
        ["all-dashboard-phone", phone, "nora", "light", "en", "#/flights/dashboards/operations", true],
        ["all-dashboard-dark", desktop, "nora", "dark", "fr", "#/flights/dashboards/operations", true],
      ]
    : []),
];

/** Waits until the page is what a reader looks at: answers, charts, letters and pictures are there, and laid out. */
async function drawn(page) {
  await page.waitForFunction(() => {
    const main = document.querySelector("main");
    const unfinished = '[aria-busy="true"], .skeleton, .waiting, [data-chart] .stage:not(:has(svg, canvas))';
    return (
      main?.querySelector("h1") &&
      !main.querySelector(unfinished) &&
      document.fonts.status === "loaded" &&
      [...document.images].every((image) => image.complete)
    );
  });
  // What follows from letters or a new size is drawn in the frames after: nothing has moved for a moment.
  await page.evaluate(
    () =>
      new Promise((done) => {
        let timer;
        const wait = () => {
          clearTimeout(timer);
          timer = setTimeout(done, 150);
        };
        new MutationObserver(wait).observe(document.querySelector("main"), { subtree: true, childList: true, attributes: true });
        wait();
      }),
  );
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
});
try {
  for (const [name, size, reader, colorScheme, language, address, fullPage] of wanted) {
    const context = await browser.newContext({ ...size, colorScheme, locale: language === "fr" ? "fr-FR" : "en-GB", reducedMotion: "reduce" });
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && console.error(`${name}: ${message.text()}`));
    page.on("pageerror", (error) => console.error(`${name}: ${error.message}`));
    await page.goto(`${url}${address}`);
    await page.locator("input").first().fill(reader);
    await page.locator("input[type=password]").fill(passwords[reader]);
    await page.keyboard.press("Enter");
    await page.locator("input[type=password]").waitFor({ state: "detached" });
    if (language === "fr") {
      await page.getByRole("button", { name: /Prof/ }).filter({ visible: true }).click();
      await page.getByText("Français", { exact: true }).click();
      await page.keyboard.press("Escape");
      // Neither the focus nor the pointer is part of the picture.
      await page.evaluate(() => document.activeElement?.blur());
      await page.mouse.move(0, 0);
    }
    await drawn(page);
    if (fullPage) {
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.setViewportSize({ width: size.viewport.width, height: Math.max(size.viewport.height, height) });
      await drawn(page);
    }
    await page.screenshot({ path: join(out, `${name}.png`) });
    await context.close();
  }
} finally {
  await browser.close();
  server.kill("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
}
