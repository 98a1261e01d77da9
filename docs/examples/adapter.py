"""An adapter in Python that survives what docs/api.md, *Reconnecting*, tells of: the server killed and started again,
its own end, a stream that drops, acknowledgements that are lost, refused events, live lists with contacts that cannot
join, a new incarnation, directives that come again.

Usage: adapter.py PROTO_FOLDER ADDRESS TENANT ADAPTER MEMORY_FILE SWITCH_FILE

The switch is made up: it holds calls in SWITCH_FILE, as a real one holds them in another process. What the adapter
itself must not forget is in MEMORY_FILE. It is told what happens at the switch on its standard input, one JSON object
a line, and prints one for each thing that happens to it:

    {"do": "arrive", "contact": "c1", "queue": "support"}     a call comes in
    {"do": "hang_up", "contact": "c1"}                        its customer hangs up
    {"do": "drop"}                                            the stream breaks
    {"do": "lose", "what": "event_ack"}                       the stream breaks instead of the next such message
    {"do": "stop"}                                            the adapter ends; its switch does not
"""

import base64
import json
import os
import pathlib
import queue
import random
import sys
import tempfile
import threading
import time
import uuid

import grpc
from grpc_tools import protoc

# Twice as long as the server's own pings are apart, and not more often than it allows.
CHANNEL_OPTIONS = [("grpc.keepalive_time_ms", 30_000), ("grpc.keepalive_timeout_ms", 10_000)]
# What a reconnect cannot mend: somebody must look at it.
FINAL = {
    "ADAPTER_FENCED",
    "INVALID_ARGUMENT",
    "LIMIT_REACHED",
    "PERMISSION_DENIED",
    "TENANT_DELETED",
    "UNAUTHENTICATED",
    "UNKNOWN_ADAPTER",
    "UNKNOWN_TENANT",
}
RECONNECT_FIRST_S, RECONNECT_MOST_S = 0.05, 2.0


def generate(proto_folder, output):
    """The classes of the API, and those of the details of errors."""
    files = [file for part in ("acd/v1", "google/rpc") for file in sorted(pathlib.Path(proto_folder, part).glob("*.proto"))]
    well_known = pathlib.Path(protoc.__file__).parent / "_proto"
    arguments = ["protoc", f"-I{proto_folder}", f"-I{well_known}", f"--python_out={output}", f"--grpc_python_out={output}"]
    if protoc.main(arguments + [str(file) for file in files]) != 0:
        raise SystemExit("protoc failed")
    sys.path.insert(0, output)


def tell(step, **facts):
    print(json.dumps({"step": step, **facts}), flush=True)


def now_ms():
    return int(time.time() * 1000)


class Kept:
    """A JSON document that is on disk before anything that follows from it is said."""

    def __init__(self, path, empty):
        self.path = pathlib.Path(path)
        self.content = json.loads(self.path.read_text()) if self.path.exists() else empty

    def save(self):
        new = self.path.with_suffix(".new")
        with open(new, "w") as file:
            json.dump(self.content, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, self.path)


class Switch:
    """The calls there are. Each thing it is told may be told twice."""

    def __init__(self, path):
        self.kept = Kept(path, {})
        self.calls = self.kept.content

    def begin(self, contact, to):
        self.calls[contact] = {"queue": to, "arrived_at_ms": now_ms(), "offer": 0}
        self.kept.save()

    def connect(self, contact, offer):
        self.calls[contact]["offer"] = offer
        self.kept.save()

    def disconnect(self, contact):
        if contact in self.calls:
            self.connect(contact, 0)

    def end(self, contact):
        self.calls.pop(contact, None)
        self.kept.save()


class Memory:
    """What the adapter must know after its own end: the events that are not settled, and the directives it has done."""

    def __init__(self, path):
        self.kept = Kept(path, self.empty())

    @staticmethod
    def empty():
        return {"incarnation": uuid.uuid4().hex, "journal": "", "last": 0, "events": [], "done": 0}

    def __getitem__(self, key):
        return self.kept.content[key]

    def __setitem__(self, key, value):
        self.kept.content[key] = value
        self.kept.save()

    def begin_anew(self, journal):
        """A new incarnation: its events count from 1, and the live list tells what there is."""
        self.kept.content = {**self.empty(), "journal": journal}
        self.kept.save()

    def add(self, event):
        """Numbers an event and keeps it until it is settled."""
        event.sequence = self["last"] + 1
        self.kept.content["last"] = event.sequence
        encoded = base64.b64encode(event.SerializeToString()).decode()
        self["events"] = self["events"] + [[event.sequence, encoded]]

    def unsettled(self, pb):
        return [pb.Event.FromString(base64.b64decode(encoded)) for _, encoded in self["events"]]

    def settle(self, sequence):
        self["events"] = [entry for entry in self["events"] if entry[0] > sequence]


class Broken(Exception):
    """The stream is over, and another one is to be opened."""


class Adapter:
    def __init__(self, address, tenant, adapter, memory, switch):
        from acd.v1 import adapter_pb2, adapter_pb2_grpc, types_pb2

        self.pb, self.types = adapter_pb2, types_pb2
        self.stub = adapter_pb2_grpc.AdapterServiceStub(grpc.insecure_channel(address, options=CHANNEL_OPTIONS))
        self.tenant, self.adapter = tenant, adapter
        self.memory, self.switch = memory, switch
        # One thread reads the stream, another the standard input.
        self.lock = threading.RLock()
        self.up = self.stream = None
        # Whether the server has said what it knows; before that nothing is sent but the hello.
        self.is_welcome = False
        self.previous = 0
        self.lose = None
        self.stopped = False

    # ---- the stream -------------------------------------------------------------------------------------------

    def run(self):
        """Connects until it is told to stop, waiting longer from time to time."""
        wait = RECONNECT_FIRST_S
        while not self.stopped:
            try:
                self.connect_and_serve()
            except Broken as why:
                tell("dropped", why=str(why))
                wait = RECONNECT_FIRST_S
            except grpc.RpcError as error:
                reason = self.reason(error)
                tell("dropped", why=reason)
                if reason in FINAL:
                    raise SystemExit(reason)
                time.sleep(wait * random.uniform(0.5, 1.0))
                wait = min(wait * 2, RECONNECT_MOST_S)
            finally:
                self.hang_up_stream()

    def connect_and_serve(self):
        hello = self.pb.Hello(tenant=self.tenant, adapter=self.adapter, incarnation=self.memory["incarnation"])
        with self.lock:
            self.up = queue.SimpleQueue()
            self.up.put(self.pb.AdapterMessage(hello=hello))
            # Messages are taken from the queue until there is None.
            self.stream = self.stub.Connect(iter(self.up.get, None))
        welcome = self.next_message()
        if welcome is None or welcome.WhichOneof("message") != "welcome":
            raise Broken("no welcome")
        with self.lock:
            self.previous = 0
            self.is_welcome = True
            self.welcomed(welcome.welcome)
        while (message := self.next_message()) is not None:
            with self.lock:
                self.heard(message)
        if not self.stopped:
            raise Broken("the server ended the stream")

    def next_message(self):
        message = next(self.stream, None)
        if message is not None and self.lose == message.WhichOneof("message"):
            self.lose = None
            raise Broken("lost on the way")
        return message

    def hang_up_stream(self):
        with self.lock:
            if self.up is not None:
                self.up.put(None)
                self.stream.cancel()
                self.up = self.stream = None
                self.is_welcome = False

    def send(self, **message):
        """Sends a message on the stream there is; without one, what matters is in the memory and is sent later."""
        if not self.is_welcome:
            return
        if self.lose in message:
            self.lose = None
            self.stream.cancel()
        else:
            self.up.put(self.pb.AdapterMessage(**message))

    # ---- after a reconnect: settle, send again, list ------------------------------------------------------------

    def welcomed(self, welcome):
        if self.memory["journal"] not in ("", welcome.journal_id):
            # The server lost its journal and knows nothing of this adapter's past.
            self.memory.begin_anew(welcome.journal_id)
            raise Broken("another journal")
        self.memory["journal"] = welcome.journal_id
        tell(
            "welcomed",
            incarnation=self.memory["incarnation"],
            last_applied=welcome.last_applied_sequence,
            refusals=welcome.unconfirmed_refusals,
            list_due=welcome.live_list_due,
        )
        # Refusals that are told again come first, and settle what is settled; without any all was applied.
        if welcome.unconfirmed_refusals == 0:
            self.memory.settle(welcome.last_applied_sequence)
        for event in self.memory.unsettled(self.pb):
            if event.sequence > welcome.last_applied_sequence:
                self.send(event=event)
        # After all events, because the list is newer than they are.
        if welcome.live_list_due:
            self.send_list()

    def send_list(self):
        self.send(live_list_begin=self.pb.LiveListBegin())
        for contact, call in self.switch.calls.items():
            live = self.pb.LiveContact(contact=self.arrival(contact, call), arrived_at_ms=call["arrived_at_ms"])
            self.send(live_contact=live)
        self.send(live_list_end=self.pb.LiveListEnd())

    def arrival(self, contact, call):
        return self.pb.ContactArrived(contact_id=contact, channel="voice", queue=call["queue"])

    # ---- what the server says -----------------------------------------------------------------------------------

    def heard(self, message):
        kind = message.WhichOneof("message")
        if kind == "event_ack":
            self.acknowledged(message.event_ack)
        elif kind == "directive":
            if message.directive.settled_sequence:
                self.settled(message.directive.settled_sequence)
            self.directed(message.directive)
        elif kind == "live_list_ack":
            self.listed(message.live_list_ack)
        elif kind == "heartbeat" and message.heartbeat.last_directive_id != self.previous:
            raise Broken("a directive is missing")

    def acknowledged(self, ack):
        events = {event.sequence: event for event in self.memory.unsettled(self.pb)}
        for refusal in ack.refusals:
            # One that was told before is known, and was forgotten here with its event.
            if refusal.sequence in events:
                self.refused(events[refusal.sequence], refusal)
        self.settled(ack.sequence)
        if ack.refusals:
            self.send(refusal_ack=self.pb.RefusalAck(sequence=ack.refusals[-1].sequence))

    def settled(self, sequence):
        self.memory.settle(sequence)
        tell("settled", sequence=sequence)

    def refused(self, event, refusal):
        """A refused event changed nothing: the switch must do without what it asked for."""
        kind = event.WhichOneof("event")
        reason = self.types.ErrorReason.Name(refusal.reason).removeprefix("ERROR_REASON_")
        contact = getattr(event, kind).contact_id
        if kind == "contact_arrived":
            # Nobody will look after this call. A real switch tells its customer so.
            self.switch.end(contact)
        elif kind == "contact_connected":
            # The offer is over: customer and agent must not talk.
            self.switch.disconnect(contact)
        tell("refused", event=kind, contact=contact, reason=reason, remedy=refusal.remedy)

    def listed(self, ack):
        for refusal in ack.refusals:
            reason = self.types.ErrorReason.Name(refusal.reason).removeprefix("ERROR_REASON_")
            tell("not taken", contact=refusal.contact_id, reason=reason, remedy=refusal.remedy)
            self.switch.end(refusal.contact_id)
        if ack.HasField("refusal"):
            raise SystemExit(f"the list is refused: {ack.refusal.message}; {ack.refusal.remedy}")
        if not ack.more:
            tell("listed", contacts=ack.contacts)

    def directed(self, directive):
        if directive.previous_directive_id != self.previous:
            raise Broken("a directive is missing")
        self.previous = directive.directive_id
        known = directive.directive_id <= self.memory["done"]
        if not known:
            self.carry_out(directive)
            # Before the acknowledgement: a directive that was done is not done again, and none is forgotten.
            self.memory["done"] = directive.directive_id
        self.send(directive_ack=self.pb.DirectiveAck(directive_ids=[directive.directive_id]))
        instruction = directive.WhichOneof("instruction")
        tell("directive", id=directive.directive_id, contact=directive.contact_id, what=instruction, known=known)

    def carry_out(self, directive):
        contact, instruction = directive.contact_id, directive.WhichOneof("instruction")
        if instruction == "connect" and contact in self.switch.calls:
            offer = directive.connect.offer_id
            self.switch.connect(contact, offer)
            self.report(contact_connected=self.pb.ContactConnected(contact_id=contact, offer_id=offer))
        elif instruction == "cancel_connect":
            self.switch.disconnect(contact)
        elif instruction in ("release", "route", "voicemail"):
            self.switch.end(contact)

    # ---- what happens at the switch -----------------------------------------------------------------------------

    def report(self, **content):
        """An event: kept first, then sent."""
        event = self.pb.Event(**content)
        self.memory.add(event)
        self.send(event=event)

    def happens(self, command):
        with self.lock:
            what, contact = command["do"], command.get("contact")
            if what == "arrive":
                self.switch.begin(contact, command["queue"])
                self.report(contact_arrived=self.arrival(contact, self.switch.calls[contact]))
            elif what == "hang_up":
                self.switch.end(contact)
                cause = self.types.END_CAUSE_CUSTOMER
                self.report(contact_ended=self.pb.ContactEnded(contact_id=contact, cause=cause))
            elif what == "lose":
                self.lose = command["what"]
                tell("will lose", what=self.lose)
            elif what in ("drop", "stop"):
                self.stopped = what == "stop"
                if self.stream is not None:
                    self.stream.cancel()

    def reason(self, error):
        """The reason of the API that ended the stream; the code where there is none, as when the server is away."""
        from google.rpc import error_details_pb2, status_pb2

        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                for detail in status_pb2.Status.FromString(value).details:
                    info = error_details_pb2.ErrorInfo()
                    if detail.Unpack(info):
                        return info.reason
        return error.code().name


def read_commands(adapter):
    for line in sys.stdin:
        adapter.happens(json.loads(line))


def main(proto_folder, address, tenant, name, memory_file, switch_file):
    with tempfile.TemporaryDirectory() as output:
        generate(proto_folder, output)
        adapter = Adapter(address, tenant, name, Memory(memory_file), Switch(switch_file))
        threading.Thread(target=read_commands, args=[adapter], daemon=True).start()
        adapter.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
