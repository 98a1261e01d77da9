// An agent at the desk of the API guide: takes one offer, loses the stream, goes on, talks, completes, logs out.
//
// Usage: agent.mjs COMPILED_FOLDER SERVER TENANT AGENT
//
// Prints one JSON object per step. Where it says so it waits for a line, so that the test can do something meanwhile.

import { webcrypto } from "node:crypto";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

// Browsers have it; Node has it from 20 on.
globalThis.crypto ??= webcrypto;

const [folder, server, tenant, agent] = process.argv.slice(2);
const { Desk } = await import(pathToFileURL(`${folder}/desk.js`));
const { HandlingState, OfferState, Presence } = await import(pathToFileURL(`${folder}/acd/v1/types_pb.js`));

const tell = (step, facts = {}) => console.log(JSON.stringify({ step, ...facts }));
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

let stream;
let mayConnect = Promise.resolve();

/** The network of this desk: what streams over it can be cut, and then nothing gets through until it may. */
async function network(url, init) {
  if (!String(url).endsWith("/Subscribe")) return fetch(url, init);
  await mayConnect;
  stream = new AbortController();
  init.signal.addEventListener("abort", () => stream.abort());
  return fetch(url, { ...init, signal: stream.signal });
}

const desk = new Desk({ server, tenant, agent, fetch: network });
await desk.login();
let [ready, cut] = [false, false];
const talked = new Set();
for await (const { update } of desk.updates()) {
  if (!ready) {
    ready = true;
    tell("subscribed", { agent: desk.state.agent });
    await desk.act((client, who) => client.setPresence({ ...who, presence: Presence.READY }));
    tell("ready");
  }
  if (cut) {
    tell("resumed", { by: update.case });
    cut = false;
  }
  for (const { offerId, contactId, state } of desk.offers.values()) {
    if (state !== OfferState.PENDING) continue;
    await desk.act((client, who) => client.acceptOffer({ ...who, offerId }));
    tell("accepted", { contact: contactId });
    mayConnect = lines.next();
    stream.abort();
    cut = true;
    tell("dropped");
  }
  for (const { handlingId, contactId, state, disposition } of desk.handlings.values()) {
    if (state === HandlingState.CONNECTED && !talked.has(handlingId)) {
      talked.add(handlingId);
      tell("talking", { contact: contactId });
      await lines.next();
      await desk.act((client, who) => client.endTalk({ ...who, handlingId, disposition: { code: "solved" } }));
      tell("talk ended");
    }
    if (state === HandlingState.WRAP_UP) {
      await desk.act((client, who) => client.endWrapUp({ ...who, handlingId }));
    }
    if (state === HandlingState.ENDED) {
      tell("completed", { contact: contactId, disposition: disposition.code });
      await desk.act((client, who) => client.logout(who));
      tell("logged out");
      process.exit(0);
    }
  }
}
