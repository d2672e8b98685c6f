"""A compositor without a screen: it speaks Wayland's wire protocol on a socket and notes what surfaces were told to be.

For what sway cannot be made to do: screens that go, scales told to a surface, a layer that is taken away, an end.
Signatures of the messages come from pywayland's tables; nothing else of pywayland is used at this end.
"""

import array
import os
import socket
import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from pywayland.protocol.fractional_scale_v1 import WpFractionalScaleManagerV1, WpFractionalScaleV1
from pywayland.protocol.viewporter import WpViewport, WpViewporter
from pywayland.protocol.wayland import WlBuffer, WlCompositor, WlDisplay, WlOutput, WlRegion, WlShm, WlSurface
from pywayland.protocol.xdg_output_unstable_v1 import ZxdgOutputManagerV1, ZxdgOutputV1
from pywayland.protocol_core import Interface

from desktop.overlay.layer_shell.protocol import ZwlrLayerShellV1, ZwlrLayerSurfaceV1

EVERYTHING: tuple[type[Interface], ...] = (
    WlCompositor, WlShm, ZxdgOutputManagerV1, WpViewporter, WpFractionalScaleManagerV1, ZwlrLayerShellV1,
)  # fmt: skip
_FIRST_OUTPUT = 100


@dataclass
class Monitor:
    """A screen as it is told to clients."""

    name: str
    mode: tuple[int, int] = (1920, 1080)
    logical: tuple[int, int, int, int] = (0, 0, 1920, 1080)
    buffer_scale: int = 1
    transform: int = 0
    panel: int = 0
    """logical pixels at the lower edge that are taken"""


@dataclass
class Told:
    """What a surface was told to be, as of its last commit."""

    number: int
    commits: int = 0
    output: str = ""
    layer: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """the newest of each request to its layer, by name"""
    destination: tuple[int, int] | None = None
    """logical pixels; None: those of the buffer over the scale"""
    buffer_scale: int = 1
    buffer: tuple[int, int] | None = None
    """pixels"""
    mouse: list[tuple[int, ...]] | None = None
    """the rectangles that take the mouse; None: all of it"""
    is_gone: bool = False
    attached: int = 0
    frames: list[int] = field(default_factory=list)
    layer_number: int = 0
    is_configured: bool = False

    @property
    def is_shown(self) -> bool:
        return self.buffer is not None and not self.is_gone


class _Client:
    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self.objects: dict[int, tuple[type[Interface], Any]] = {1: (WlDisplay, None)}
        self.data = b""
        self.registries: list[int] = []


class LayerCompositor:
    """A context manager; inside it `environment` points clients to it. Its thread answers; `told` is for any thread."""

    def __init__(
        self, folder: Path, monitors: Sequence[Monitor], offers: Sequence[type[Interface]] = EVERYTHING,
        *, preferred: float = 0,
    ) -> None:  # fmt: skip
        """preferred: the scale that each surface is told, 0 for none."""
        self.path = folder / "wayland-9"
        self.environment = {
            "XDG_RUNTIME_DIR": str(folder), "WAYLAND_DISPLAY": self.path.name, "XDG_SESSION_TYPE": "wayland"
        }  # fmt: skip
        self.told: list[Told] = []
        self._lock = threading.RLock()
        self._offers = dict(enumerate(offers, 1))
        self._monitors = {_FIRST_OUTPUT + index: monitor for index, monitor in enumerate(monitors)}
        self._preferred = preferred
        self._clients: list[_Client] = []
        self._serial = 0

    def __enter__(self) -> Self:
        self._listener = socket.socket(socket.AF_UNIX)
        self.path.unlink(missing_ok=True)
        self._listener.bind(str(self.path))
        self._listener.listen()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        """As a compositor that ends."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for client in self._clients:
                client.line.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self.path.unlink(missing_ok=True)

    @property
    def shown(self) -> list[Told]:
        """The surfaces that are on a screen."""
        with self._lock:
            return [one for one in self.told if one.is_shown]

    def remove(self, name: str) -> None:
        """Unplug a screen: the surfaces on it are closed."""
        with self._lock:
            number = next(number for number, monitor in self._monitors.items() if monitor.name == name)
            del self._monitors[number]
            for client in self._clients:
                for registry in client.registries:
                    self._send(client, registry, "global_remove", number)
                self._close_layers(client, name)

    def add(self, monitor: Monitor) -> None:
        """Plug a screen in."""
        with self._lock:
            number = max([_FIRST_OUTPUT, *self._monitors]) + 1
            self._monitors[number] = monitor
            for client in self._clients:
                for registry in client.registries:
                    self._send(client, registry, "global", number, WlOutput.name, 4)

    def rescale(self, name: str, scale: float) -> None:
        """Change the scale of a screen."""
        with self._lock:
            monitor = next(one for one in self._monitors.values() if one.name == name)
            size = (round(monitor.mode[0] / scale), round(monitor.mode[1] / scale))
            monitor.logical, monitor.buffer_scale = (*monitor.logical[:2], *size), -int(-scale // 1)
            for client in self._clients:
                for number, (interface, about) in list(client.objects.items()):
                    if interface is WlOutput and about is monitor:
                        self._describe(client, number, monitor)

    def take_away(self) -> None:
        """Close all layers, as a compositor may at any time."""
        with self._lock:
            for client in self._clients:
                self._close_layers(client, None)

    def _close_layers(self, client: _Client, output: str | None) -> None:
        for number, (interface, told) in list(client.objects.items()):
            if interface is ZwlrLayerSurfaceV1 and output in (None, told.output):
                self._send(client, number, "closed")

    # The wire

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            client = _Client(line)
            with self._lock:
                self._clients.append(client)
                self._threads.append(threading.Thread(target=self._serve, args=(client,)))
                self._threads[-1].start()

    def _serve(self, client: _Client) -> None:
        try:
            while True:
                try:
                    data, extra, _, _ = client.line.recvmsg(65536, 4096)
                except OSError:
                    data, extra = b"", []
                for _, _, descriptors in extra:
                    for descriptor in array.array("i", descriptors):
                        os.close(descriptor)  # what is painted is of no interest
                if not data:
                    break
                with self._lock:
                    client.data += data
                    self._take(client)
        finally:
            with self._lock:
                self._clients.remove(client)
                client.line.close()

    def _take(self, client: _Client) -> None:
        while len(client.data) >= 8:
            number, word = struct.unpack_from("=II", client.data)
            length, opcode = word >> 16, word & 0xFFFF
            if len(client.data) < length:
                return
            body, client.data = client.data[8:length], client.data[length:]
            interface, about = client.objects[number]
            message = interface.requests[opcode]
            values = self._decode(body, "".join(argument.signature for argument in message.arguments))
            new = next((argument.interface for argument in message.arguments if argument.signature == "n"), None)
            if new is not None:  # its number comes first in all of these
                client.objects[values[0]] = (new, about)
            handle = getattr(self, f"_{interface.name}_{message.name}", None)
            if handle:
                handle(client, number, about, *values)
            elif interface is ZwlrLayerSurfaceV1:
                about.layer[message.name] = tuple(values)
            if message.name == "destroy":
                self._forget(client, number)

    @staticmethod
    def _decode(body: bytes, signature: str) -> list[Any]:
        values: list[Any] = []
        place = 0
        for kind in signature.replace("?", ""):
            if kind == "h":
                continue
            (word,) = struct.unpack_from("=i" if kind in "if" else "=I", body, place)
            place += 4
            if kind == "s":
                values.append(body[place : place + word - 1].decode())
                place += -(-word // 4) * 4
            else:
                values.append(word / 256 if kind == "f" else word)
        return values

    def _send(self, client: _Client, number: int, event: str, *values: Any) -> None:
        interface = client.objects[number][0]
        opcode = next(index for index, message in enumerate(interface.events) if message.name == event)
        body = b""
        for kind, value in zip(
            "".join(argument.signature for argument in interface.events[opcode].arguments).replace("?", ""),
            values, strict=True,
        ):  # fmt: skip
            if kind == "s":
                raw = value.encode() + b"\0"
                body += struct.pack("=I", len(raw)) + raw + b"\0" * (-len(raw) % 4)
            else:
                body += struct.pack("=i" if kind in "if" else "=I", round(value * 256) if kind == "f" else value)
        try:
            client.line.sendall(struct.pack("=II", number, (len(body) + 8) << 16 | opcode) + body)
        except OSError:
            return  # it has gone

    def _forget(self, client: _Client, number: int) -> None:
        del client.objects[number]
        self._send(client, 1, "delete_id", number)

    def _call_back(self, client: _Client, number: int) -> None:
        self._serial += 1
        self._send(client, number, "done", self._serial)
        self._forget(client, number)

    # What is asked for: a method for each interface and request that means something here

    def _wl_display_sync(self, client: _Client, _: int, __: object, new: int) -> None:
        self._call_back(client, new)

    def _wl_display_get_registry(self, client: _Client, _: int, __: object, new: int) -> None:
        client.registries.append(new)
        for number, interface in self._offers.items():
            self._send(client, new, "global", number, interface.name, interface.version)
        for number in self._monitors:
            self._send(client, new, "global", number, WlOutput.name, 4)

    def _wl_registry_bind(
        self, client: _Client, _: int, __: object, number: int, ___: str, ____: int, new: int
    ) -> None:
        monitor = self._monitors.get(number)
        client.objects[new] = (self._offers[number], None) if monitor is None else (WlOutput, monitor)
        if monitor is not None:
            self._describe(client, new, monitor)

    def _describe(self, client: _Client, number: int, monitor: Monitor) -> None:
        self._send(client, number, "geometry", *monitor.logical[:2], 300, 200, 0, "nobody", "none", monitor.transform)
        self._send(client, number, "mode", WlOutput.mode.current.value, *monitor.mode, 60000)
        self._send(client, number, "scale", monitor.buffer_scale)
        self._send(client, number, "name", monitor.name)
        for other, (interface, about) in list(client.objects.items()):
            if interface is ZxdgOutputV1 and about is monitor:
                self._send(client, other, "logical_position", *monitor.logical[:2])
                self._send(client, other, "logical_size", *monitor.logical[2:])
        self._send(client, number, "done")

    def _zxdg_output_manager_v1_get_xdg_output(
        self, client: _Client, _: int, __: object, new: int, output: int
    ) -> None:
        monitor = client.objects[output][1]
        client.objects[new] = (ZxdgOutputV1, monitor)
        self._describe(client, output, monitor)

    def _wl_compositor_create_surface(self, client: _Client, _: int, __: object, new: int) -> None:
        told = Told(new)
        self.told.append(told)
        client.objects[new] = (WlSurface, told)

    def _wl_compositor_create_region(self, client: _Client, _: int, __: object, new: int) -> None:
        client.objects[new] = (WlRegion, [])

    def _wl_region_add(self, _: _Client, __: int, rectangles: list[tuple[int, ...]], *rectangle: int) -> None:
        rectangles.append(rectangle)

    def _wl_shm_pool_create_buffer(
        self, client: _Client, _: int, __: object, new: int, ___: int, width: int, height: int, *____: int
    ) -> None:
        client.objects[new] = (WlBuffer, (width, height))

    def _wp_viewporter_get_viewport(self, client: _Client, _: int, __: object, new: int, surface: int) -> None:
        client.objects[new] = (WpViewport, client.objects[surface][1])

    def _wp_viewport_set_destination(self, _: _Client, __: int, told: Told, width: int, height: int) -> None:
        told.destination = (width, height)

    def _wp_fractional_scale_manager_v1_get_fractional_scale(
        self, client: _Client, _: int, __: object, new: int, surface: int
    ) -> None:
        client.objects[new] = (WpFractionalScaleV1, client.objects[surface][1])
        if self._preferred:
            self._send(client, new, "preferred_scale", round(self._preferred * 120))

    def _zwlr_layer_shell_v1_get_layer_surface(
        self, client: _Client, _: int, __: object, new: int, surface: int, output: int, layer: int, ___: str
    ) -> None:
        told = client.objects[surface][1]
        told.layer_number, told.layer["layer"] = new, (layer,)
        told.output = client.objects[output][1].name
        client.objects[new] = (ZwlrLayerSurfaceV1, told)

    def _wl_surface_attach(self, _: _Client, __: int, told: Told, buffer: int, *___: int) -> None:
        told.attached = buffer

    def _wl_surface_set_buffer_scale(self, _: _Client, __: int, told: Told, scale: int) -> None:
        told.buffer_scale = scale

    def _wl_surface_set_input_region(self, client: _Client, _: int, told: Told, region: int) -> None:
        told.mouse = list(client.objects[region][1]) if region else None

    def _wl_surface_frame(self, _: _Client, __: int, told: Told, new: int) -> None:
        told.frames.append(new)

    def _wl_surface_commit(self, client: _Client, _: int, told: Told) -> None:
        told.commits += 1
        if told.layer_number and not told.is_configured:
            assert not told.attached, "a buffer before the first answer is an error"
            monitor = next((one for one in self._monitors.values() if one.name == told.output), None)
            if monitor is None:
                self._send(client, told.layer_number, "closed")
                return
            told.is_configured = True
            width, height = told.layer.get("set_size", (0, 0))
            room = (monitor.logical[2], monitor.logical[3] - monitor.panel)
            self._send(client, told.layer_number, "configure", 1, width or room[0], height or room[1])
        elif told.attached:
            assert "ack_configure" in told.layer or not told.layer_number
            told.buffer = client.objects[told.attached][1]
            self._send(client, told.attached, "release")  # it has been copied
            told.attached = 0
        for frame in told.frames:
            self._call_back(client, frame)
        told.frames.clear()

    def _wl_surface_destroy(self, _: _Client, __: int, told: Told) -> None:
        told.is_gone = True
