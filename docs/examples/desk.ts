// An agent's desk in a web page, over gRPC-Web: it logs in, shows what it is told, and goes on after every drop.
import { type Client, Code, ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { AgentService, type AgentUpdate } from "./acd/v1/agent_pb.js";
import type { AgentState, Handling, Offer } from "./acd/v1/types_pb.js";
import { ErrorInfoSchema } from "./google/rpc/error_details_pb.js";

const PATIENCE_MS = 5_000;

export interface Options {
  server: string; // "https://acd.example:7400"
  tenant: string;
  agent: string;
  token?: () => string; // asked before every call, so that it may be renewed
  fetch?: typeof globalThis.fetch;
}

/** The reason of a refusal as docs/api.md lists it; none: the server is away. */
export function reason(error: unknown): string | undefined {
  return ConnectError.from(error).findDetails(ErrorInfoSchema)[0]?.reason;
}

/** Whether the same call may succeed later. */
function passes(error: unknown): boolean {
  const why = reason(error);
  if (why !== undefined) return ["BUSY", "RATE_LIMITED", "SHUTTING_DOWN", "STORAGE", "DEADLINE_PASSED"].includes(why);
  // No server of ours said it: the connection failed, or nothing came in time. A page that may not call is refused so, too.
  return ConnectError.from(error).code !== Code.PermissionDenied;
}

/** Longer after each failure, and at random, so that not all come back at once. */
const pause = (failures: number) =>
  new Promise((done) => setTimeout(done, Math.min(100 * 2 ** failures, 5_000) * (0.5 + Math.random() / 2)));

export class Desk {
  state: AgentState | undefined;
  readonly offers = new Map<bigint, Offer>();
  readonly handlings = new Map<bigint, Handling>();
  #session = 0n;
  #sequence = 0n;
  #resumeToken = "";
  #silenceMs = 15_000;
  readonly #client: Client<typeof AgentService>;

  constructor(private readonly options: Options) {
    const authorize: Interceptor = (next) => (request) => {
      if (options.token) request.header.set("authorization", `Bearer ${options.token()}`);
      return next(request);
    };
    const { server: baseUrl, fetch } = options;
    this.#client = createClient(AgentService, createGrpcWebTransport({ baseUrl, fetch, interceptors: [authorize] }));
  }

  async login(): Promise<void> {
    this.#session = (await this.act((client, who) => client.login(who, { timeoutMs: PATIENCE_MS }))).sessionId;
  }

  /** One intent of the agent: it has one request id, however often it has to be repeated. */
  async act<T>(call: (client: Client<typeof AgentService>, who: Who) => Promise<T>): Promise<T> {
    const { tenant, agent } = this.options;
    const who = { tenant, agent, sessionId: this.#session, requestId: crypto.randomUUID() };
    for (let failures = 0; ; failures++) {
      try {
        return await call(this.#client, who);
      } catch (error) {
        if (!passes(error)) throw error;
        await pause(failures);
      }
    }
  }

  /** All that is told, for ever; offers and handlings are up to date at each. Ends when the session is over. */
  async *updates(): AsyncGenerator<AgentUpdate> {
    for (let failures = 0; ; failures++) {
      try {
        for await (const update of this.#stream()) {
          failures = 0;
          yield update;
        }
      } catch (error) {
        if (reason(error) === "RESYNC") this.#resumeToken = "";
        else if (!passes(error)) throw error;
      }
      await pause(failures);
    }
  }

  async *#stream(): AsyncGenerator<AgentUpdate> {
    const { tenant, agent } = this.options;
    const silent = new AbortController();
    let alarm = setTimeout(() => silent.abort(), this.#silenceMs);
    try {
      const request = { tenant, agent, sessionId: this.#session, resumeToken: this.#resumeToken };
      for await (const update of this.#client.subscribe(request, { signal: silent.signal })) {
        clearTimeout(alarm);
        if (!this.#take(update)) return;
        alarm = setTimeout(() => silent.abort(), this.#silenceMs);
        yield update;
      }
    } finally {
      clearTimeout(alarm);
      silent.abort();
    }
  }

  /** False after a gap: then a snapshot is needed. */
  #take({ update, sequence, previousSequence, resumeToken }: AgentUpdate): boolean {
    if (update.case === "snapshot") {
      this.#silenceMs = 3 * Number(update.value.heartbeatIntervalMs);
      this.offers.clear();
      this.handlings.clear();
    } else if (previousSequence !== this.#sequence) {
      this.#resumeToken = "";
      return false;
    }
    if (update.case === "snapshot" || update.case === "changes") {
      this.state = update.value.agent ?? this.state;
      for (const offer of update.value.offers) this.offers.set(offer.offerId, offer);
      for (const handling of update.value.handlings) this.handlings.set(handling.handlingId, handling);
    }
    [this.#sequence, this.#resumeToken] = [sequence, resumeToken];
    return true;
  }
}

interface Who {
  tenant: string;
  agent: string;
  sessionId: bigint;
  requestId: string;
}
