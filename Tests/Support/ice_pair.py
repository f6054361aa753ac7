"""Pairs of ICE agents (aioice), each agent in a network namespace, try to connect directly, all pairs at once.

Prints one JSON array with an object for each pair: whether the checks succeeded and a datagram came through in both
directions, the candidates that each agent offered, the addresses of the pair that was chosen, and why it failed.
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


async def agent(path, controlling, stun):
    """An agent that has gathered its host and server-reflexive candidates in a namespace."""
    enter(path)
    host, port = stun.rsplit(":", 1)
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


async def attempt(a, b, arguments):
    """Connects two agents that have their candidates, and tells what came of it."""
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
    return {
        "direct": reason is None,
        "reason": reason,
        "candidates": {
            name: [f"{each.type} {each.host}:{each.port}" for each in connection.local_candidates]
            for name, connection in (("a", a), ("b", b))
        },
        "remote": {"a": chosen(a), "b": chosen(b)},
    }


async def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--pair",
        nargs=3,
        action="append",
        required=True,
        metavar=("A", "B", "STUN"),
        help="paths of the two agents' namespaces, and ADDRESS:PORT of the STUN server of both",
    )
    parser.add_argument("--first", choices=["a", "b"], required=True, help="which agents send first")
    parser.add_argument("--port", type=int, required=True, help="local port of all agents")
    parser.add_argument("--pause", type=float, default=0.3, help="seconds before the other agents send")
    parser.add_argument("--timeout", type=float, required=True, help="seconds that the checks may take")
    arguments = parser.parse_args()

    bind_to(arguments.port)
    # One agent after the other, since a thread is in one namespace at a time.
    pairs = [(await agent(a, True, stun), await agent(b, False, stun)) for a, b, stun in arguments.pair]
    reports = await asyncio.gather(*(attempt(a, b, arguments) for a, b in pairs))
    print(json.dumps(reports), flush=True)
    # The process ends here: closing would wait for checks that are still under way.
    os._exit(0)


asyncio.run(main())
