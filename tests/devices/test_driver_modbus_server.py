"""Our relay driver against the server of an independent library, over TCP with RTU frames."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from pymodbus import FramerType
from pymodbus.datastore import ModbusDeviceContext, ModbusSequentialDataBlock, ModbusServerContext
from pymodbus.server import ModbusTcpServer

from devices.drivers.modbus_relay.driver import RelayBoard, RelaySettings
from devices.links import open_link
from devices.ports import Evidence, Link

SETTINGS = RelaySettings(address=3, zones={"hall": 0, "yard": 2}, power=7, inputs={"fault": 1}, power_settle=0.01)


@pytest.fixture
def link() -> Iterator[Link]:
    """A link to a server with eight coils, all open, and eight inputs, the second closed."""
    loop, ready, found = asyncio.new_event_loop(), threading.Event(), []

    async def serve() -> None:
        coils = ModbusSequentialDataBlock(1, [False] * 8)
        inputs = ModbusSequentialDataBlock(1, [False, True] + [False] * 6)
        device = ModbusDeviceContext(co=coils, di=inputs)
        context = ModbusServerContext(devices={3: device}, single=False)
        server = ModbusTcpServer(context, framer=FramerType.RTU, address=("127.0.0.1", 0))
        await server.listen()
        found.extend([server, server.transport.sockets[0].getsockname()[1]])
        ready.set()

    thread = threading.Thread(target=lambda: (loop.run_until_complete(serve()), loop.run_forever()))
    thread.start()
    assert ready.wait(10)
    server, port = found
    link = open_link(f"tcp:127.0.0.1:{port}")
    yield link
    link.close()
    asyncio.run_coroutine_threadsafe(server.shutdown(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


def test_zones_open_shut_and_read_back_on_a_server_that_is_not_ours(link):
    relays = RelayBoard(link, SETTINGS)
    assert relays.zones() == frozenset()
    assert relays.open_zones(frozenset({"hall", "yard"})) is Evidence.READ_BACK
    assert relays.zones() == {"hall", "yard"}
    assert relays.inputs() == {"fault": True}
    assert relays.open_zones(frozenset()) is Evidence.READ_BACK
    assert relays.zones() == frozenset()
