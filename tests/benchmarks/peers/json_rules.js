/*
 * Runs json-rules-engine for a benchmark: each line of standard input is a JSON request, each answer a JSON line.
 *
 * {"rules": [...]} builds an engine; {"facts": {...}, "times": n} runs it so often over fresh facts and answers with the
 * wall times in milliseconds and the events of the last run. Writing and reading JSON is not in the times.
 */
"use strict";

const readline = require("node:readline");
const { Engine } = require("json-rules-engine");

let engine;

async function answer(request) {
  if (request.rules) {
    engine = new Engine(request.rules);
    return { rules: request.rules.length };
  }
  const times = [];
  let events = [];
  for (let run = 0; run < request.times; run += 1) {
    const begun = performance.now();
    ({ events } = await engine.run(request.facts));
    times.push(performance.now() - begun);
  }
  return { times, events };
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
  }
}

main();
