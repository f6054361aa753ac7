"""Two ICE agents (aioice), each in a network namespace of its own, try to connect directly.

Prints one JSON object: whether the checks succeeded and a datagram came through in both directions, the
candidates that each agent offered, the addresses of the pair that was chosen, and why it failed.
"""

import argparse
import asyncio
import ctypes
import json
import os

import aioice

CLONE_NEWNET = 0x40000000


def enter(path):
    """Moves this thread into a namespace. Sockets stay in that in which they were opened."""
    library = ctypes.CDLL(None, use_errno=True)
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if library.setns(descriptor, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"could not enter the network namespace {path}")
    finally:
        os.close(descriptor)


def bind_to(port):
    """Makes every datagram socket that asks for an ephemeral port get this one.

    aioice has no option for it, and it is the port that VPN meshes use on every node.
    """
    loop = asyncio.get_running_loop()
    original = loop.create_datagram_endpoint

    def create(factory, local_addr=None, **others):
        if local_addr is not None and local_addr[1] == 0:
            local_addr = (local_addr[0], port)
        return original(factory, local_addr=local_addr, **others)

    loop.create_datagram_endpoint = create


async def agent(path, controlling, arguments):
    """An agent that has gathered its host and server-reflexive candidates in a namespace."""
    enter(path)
    host, port = arguments.stun.rsplit(":", 1)
    result = aioice.Connection(ice_controlling=controlling, stun_server=(host, int(port)), use_ipv6=False)
    await result.gather_candidates()
    return result


async def introduce(left, right):
    """Tells one agent what the other one offers, as a signalling server would."""
    for candidate in right.local_candidates:
        await left.add_remote_candidate(candidate)
    await left.add_remote_candidate(None)
    left.remote_username = right.local_username
    left.remote_password = right.local_password


async def converse(first, second, pause):
    """Starts the checks of one agent, then those of the other, and sends a datagram each way."""

    async def later():
        await asyncio.sleep(pause)
        await second.connect()

    await asyncio.gather(first.connect(), later())
    for sender, receiver in ((first, second), (second, first)):
        await sender.send(b"directly")
        if await receiver.recv() != b"directly":
            raise ConnectionError("another datagram came through")


def chosen(connection):
    pair = connection._nominated.get(1)
    return None if pair is None else "%s:%d" % pair.remote_addr


async def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--a", required=True, help="path of the first agent's namespace")
    parser.add_argument("--b", required=True, help="path of the second agent's namespace")
    parser.add_argument("--stun", required=True, help="ADDRESS:PORT")
    parser.add_argument("--first", choices=["a", "b"], required=True, help="which agent sends first")
    parser.add_argument("--port", type=int, required=True, help="local port of both agents")
    parser.add_argument("--pause", type=float, default=0.3, help="seconds before the other agent sends")
    parser.add_argument("--timeout", type=float, required=True, help="seconds that the checks may take")
    arguments = parser.parse_args()

    bind_to(arguments.port)
    a = await agent(arguments.a, True, arguments)
    b = await agent(arguments.b, False, arguments)
    await introduce(a, b)
    await introduce(b, a)
    order = (a, b) if arguments.first == "a" else (b, a)
    reason = None
    try:
        await asyncio.wait_for(converse(*order, arguments.pause), arguments.timeout)
    except asyncio.TimeoutError:
        reason = f"no answer within {arguments.timeout} seconds"
    except ConnectionError as error:
        reason = str(error)
    report = {
        "direct": reason is None,
        "reason": reason,
        "candidates": {
            name: [f"{each.type} {each.host}:{each.port}" for each in connection.local_candidates]
            for name, connection in (("a", a), ("b", b))
        },
        "remote": {"a": chosen(a), "b": chosen(b)},
    }
    print(json.dumps(report), flush=True)
    # The process ends here: closing would wait for checks that are still under way.
    os._exit(0)


asyncio.run(main())
