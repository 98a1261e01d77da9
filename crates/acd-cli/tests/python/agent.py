"""An agent's desktop that knows nothing but proto/: logs in, takes one offer, talks, completes it, logs out.

Usage: agent.py PROTO_FOLDER ADDRESS TENANT AGENT

Prints one JSON object per step, so that the test can follow.
"""

import json
import pathlib
import sys
import tempfile
import uuid

import grpc
from grpc_tools import protoc

DEADLINE_S = 30


def generate(proto_folder, output):
    files = sorted(pathlib.Path(proto_folder).glob("acd/v1/*.proto"))
    well_known = pathlib.Path(protoc.__file__).parent / "_proto"
    arguments = ["protoc", f"-I{proto_folder}", f"-I{well_known}", f"--python_out={output}", f"--grpc_python_out={output}"]
    if protoc.main(arguments + [str(file) for file in files]) != 0:
        raise SystemExit("protoc failed")
    sys.path.insert(0, output)


def tell(step, **facts):
    print(json.dumps({"step": step, **facts}), flush=True)


def main(proto_folder, address, tenant, agent):
    with tempfile.TemporaryDirectory() as output:
        generate(proto_folder, output)
        from acd.v1 import agent_pb2 as pb, agent_pb2_grpc as rpc, types_pb2 as types

        stub = rpc.AgentServiceStub(grpc.insecure_channel(address))
        who = {"tenant": tenant, "agent": agent}

        def call(method, request_class, **fields):
            request = request_class(request_id=str(uuid.uuid4()), **who, **fields)
            return method(request, timeout=DEADLINE_S)

        who["session_id"] = call(stub.Login, pb.LoginRequest).session_id
        updates = stub.Subscribe(pb.SubscribeRequest(**who), timeout=DEADLINE_S)
        snapshot = next(updates).snapshot
        tell("subscribed", agent=snapshot.agent.agent, offers=len(snapshot.offers))
        call(stub.SetPresence, pb.SetPresenceRequest, presence=types.PRESENCE_READY)
        tell("ready")

        for update in updates:
            for offer in update.changes.offers:
                if offer.state == types.OFFER_STATE_PENDING:
                    call(stub.AcceptOffer, pb.AcceptOfferRequest, offer_id=offer.offer_id)
                    tell("accepted", contact=offer.contact_id)
            for handling in update.changes.handlings:
                if handling.state == types.HANDLING_STATE_CONNECTED:
                    solved = types.Disposition(code="solved")
                    call(stub.EndTalk, pb.EndTalkRequest, handling_id=handling.handling_id, disposition=solved)
                    tell("talk ended", contact=handling.contact_id)
                if handling.state == types.HANDLING_STATE_WRAP_UP:
                    call(stub.EndWrapUp, pb.EndWrapUpRequest, handling_id=handling.handling_id)
                if handling.state == types.HANDLING_STATE_ENDED:
                    tell("completed", contact=handling.contact_id, disposition=handling.disposition.code)
                    call(stub.Logout, pb.LogoutRequest)
                    tell("logged out")
                    return


if __name__ == "__main__":
    main(*sys.argv[1:])
