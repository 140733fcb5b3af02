// Measures one running server over the flights app and prints a table in Markdown.
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { cpus, tmpdir, totalmem } from "node:os";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";

const require = createRequire(new URL("../web/package.json", import.meta.url));
const binary = process.env.ARACARI_BINARY;
const root = new URL("..", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "aracari-bench-"));
const rows = [];
const running = new Set();
const add = (measure, value, bar) => rows.push([measure, value, bar]);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function start(data) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const begun = performance.now();
  const child = spawn(binary, ["serve", join(root, "examples/flights"), "--listen", `127.0.0.1:${port}`, "--data", data], { stdio: ["ignore", "ignore", process.env.BENCH_LOG ? "inherit" : "ignore"], env: { ...process.env, RUST_LOG: "warn" } });
  running.add(child);
  child.once("exit", () => running.delete(child));
  for (;;) {
    try {
      if ((await fetch(`${url}/health/ready`)).ok) break;
    } catch {
      if (performance.now() - begun > 20_000) throw new Error("the server was not ready in 20 s");
    }
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  return { url, child, pid: child.pid, ready: performance.now() - begun };
}

const stop = async ({ child }) => {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
};

const resident = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
const processor = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10; // milliseconds at 100 ticks a second
};

async function signIn(url, { name, password }) {
  const answer = await fetch(`${url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, password, delivery: "bearer" }),
  });
  if (!answer.ok) throw new Error(`sign-in answered ${answer.status}`);
  return (await answer.json()).token;
}

async function query(url, token, body) {
  const begun = performance.now();
  const answer = await fetch(`${url}/api/v1/apps/flights/queries`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok || text.includes('"error"')) throw new Error(`queries answered ${answer.status}: ${text.slice(0, 300)}`);
  return performance.now() - begun;
}

function homeBlocks(presentation) {
  return presentation.home.sections.flatMap((section) =>
    section.tiles.flatMap((tile) => [...(tile.chart ? [tile.id] : []), ...(tile.values ? [`${tile.id}.values`] : [])]),
  );
}

async function load(url, token, seconds) {
  const script = join(folder, "post.lua");
  const body = JSON.stringify({ page: { kind: "story", id: "who-leaves-on-time" }, blocks: ["chart"], filters: {}, view: {} });
  writeFileSync(
    script,
    `wrk.method = "POST"\nwrk.body = '${body}'\nwrk.headers["Content-Type"] = "application/json"\nwrk.headers["Authorization"] = "Bearer ${token}"\n` +
      `done = function(summary, latency, requests)\n io.write(string.format("RESULT %.1f %.3f %d\\n", summary.requests / (summary.duration / 1000000), latency:percentile(99) / 1000, summary.errors.status + summary.errors.read + summary.errors.timeout))\nend\n`,
  );
  const { stdout: printed } = await promisify(execFile)("wrk", ["-t2", "-c32", `-d${seconds}s`, "-s", script, `${url}/api/v1/apps/flights/queries`]);
  const [, rate, p99, errors] = /RESULT ([\d.]+) ([\d.]+) (\d+)/.exec(printed);
  if (Number(errors) > 0) throw new Error(`${errors} requests failed:\n${printed}`);
  return { rate: Number(rate), p99: Number(p99) };
}

async function browser(url, reader) {
  const { chromium } = require("playwright-core");
  const program = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
  });
  const cookies = await (async () => {
    const context = await program.newContext();
    const page = await context.newPage();
    await page.goto(url);
    await page.getByLabel(/^(user )?name|e-mail/i).first().fill(reader.name);
    await page.getByLabel(/password/i).first().fill(reader.password);
    await page.keyboard.press("Enter");
    await page.waitForURL(/#\/flights|#\/$/, { timeout: 10_000 }).catch(() => {});
    await page.waitForTimeout(1500);
    return context.cookies();
  })();
  const visit = async (hash, ready, count) => {
    const context = await program.newContext({ viewport: { width: 1440, height: 2400 } });
    await context.addCookies(cookies);
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    const kinds = new Map();
    let requests = 0;
    let script = 0;
    let beforeQuery = 0;
    session.on("Network.requestWillBeSent", ({ requestId, request, type }) => {
      if (request.url.startsWith("data:")) return;
      requests += 1;
      kinds.set(requestId, [type, request.url]);
    });
    session.on("Network.responseReceived", ({ requestId, type, response }) => kinds.set(requestId, [type, response.url]));
    session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      const [type, address] = kinds.get(requestId) ?? [];
      if (type === "Script" || type === "Stylesheet") {
        script += encodedDataLength;
        if (!/\/(engine|outline|Table)-/.test(address)) beforeQuery += encodedDataLength;
      }
    });
    const begun = performance.now();
    await page.goto(`${url}/${hash}`);
    const first = page.locator("main article").filter({ hasText: /\d/ }).first().waitFor({ timeout: 15_000 }).then(() => performance.now() - begun);
    await page.waitForFunction(ready, count, { timeout: 20_000 });
    const all = performance.now() - begun;
    await page.waitForTimeout(500);
    const result = { requests, script: script / 1024, before: beforeQuery / 1024, first: await first, all };
    await context.close();
    return result;
  };
  try {
    // Everything is drawn when nothing is busy and this many pictures larger than an icon stand on the page.
    const drawn = (count) =>
      document.querySelectorAll('main [aria-busy="true"]').length === 0 &&
      [...document.querySelectorAll("main svg, main canvas, main table")].filter((one) => {
        const { width, height } = one.getBoundingClientRect();
        return width > 60 && height > 30;
      }).length >= count;
    return { home: await visit("#/flights/home", drawn, 7), dashboard: await visit("#/flights/dashboards/operations", drawn, 10) };
  } finally {
    await program.close();
  }
}

try {
  const data = join(folder, "data");
  const printed = execFileSync(binary, ["user", "add", "--from", join(root, "examples/flights-readers.yaml"), "--data", data], { encoding: "utf8" });
  const words = printed.split("\n").map((line) => line.trim().split(/\s+/)).find((line) => line[0] === "nora");
  const nora = { name: "nora", password: words.at(-1) };

  const starts = [];
  const homes = [];
  const idles = [];
  for (let run = 0; run < 5; run += 1) {
    const server = await start(data);
    starts.push(server.ready);
    idles.push(resident(server.pid));
    const token = await signIn(server.url, nora);
    const presentation = await (await fetch(`${server.url}/api/v1/apps/flights?locale=en`, { headers: { authorization: `Bearer ${token}` } })).json();
    homes.push(await query(server.url, token, { page: { kind: "home" }, blocks: homeBlocks(presentation), filters: {}, view: {} }));
    await stop(server);
  }
  add("start to ready", `${median(starts).toFixed(0)} ms`, "≤ 500 ms");
  add("resident memory, idle", `${median(idles).toFixed(0)} MB`, "≤ 120 MB");
  add("cold home page, all tiles in one request", `${median(homes).toFixed(0)} ms`, "≤ 500 ms");

  const server = await start(data);
  const token = await signIn(server.url, nora);
  await query(server.url, token, { page: { kind: "story", id: "who-leaves-on-time" }, blocks: ["chart"], filters: {}, view: {} });
  await load(server.url, token, 2);
  const before = processor(server.pid);
  const { rate, p99 } = await load(server.url, token, 8);
  const cost = (processor(server.pid) - before) / (rate * 8);
  add("cached chart query, 32 connections, 2 cores shared with the load", `${rate.toFixed(0)} requests/s`, "≥ 5,000/s");
  add("… 99th percentile", `${p99.toFixed(1)} ms`, "≤ 25 ms");
  add("… processor time a request", `${cost.toFixed(3)} ms`, "≤ 0.4 ms");

  const colds = [];
  const cold = processor(server.pid);
  for (let day = 1; day <= 20; day += 1) {
    const period = { start: "2013-01-01", end: `2013-11-${String(day).padStart(2, "0")}` };
    colds.push(await query(server.url, token, { page: { kind: "story", id: "who-leaves-on-time" }, blocks: ["chart"], filters: { period }, view: {} }));
  }
  add("cold chart query (a period never asked before)", `${median(colds).toFixed(1)} ms, ${((processor(server.pid) - cold) / 20).toFixed(1)} ms of processor`, "≤ 20 ms of processor");
  add("resident memory, after load", `${resident(server.pid).toFixed(0)} MB`, "≤ 300 MB");

  if (process.env.CHROMIUM) {
    const { home, dashboard } = await browser(server.url, nora);
    add("client code before the first chart (scripts and styles, compressed)", `${home.before.toFixed(0)} KB`, "≤ 120 KB");
    add("home, cold browser: first chart, everything", `${home.first.toFixed(0)} ms, ${home.all.toFixed(0)} ms`, "");
    add("dashboard of 10 charts, cold browser: requests", String(dashboard.requests), "≤ 15");
    add("… code, compressed", `${dashboard.script.toFixed(0)} KB`, "≤ 450 KB");
    add("… first chart, all charts", `${dashboard.first.toFixed(0)} ms, ${dashboard.all.toFixed(0)} ms`, "≤ 1,000 ms, ≤ 1,500 ms");
  } else {
    console.error("Left out: the browser's figures (no Chromium)");
  }
  await stop(server);
} finally {
  for (const child of running) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}

console.log(`\n${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB\n`);
console.log("| measure | here | bar |\n|---|---|---|");
for (const row of rows) console.log(`| ${row.join(" | ")} |`);
