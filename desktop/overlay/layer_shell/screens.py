"""The compositor's screens: which there are, and what panels leave of each. On the thread that reads the connection."""

from collections.abc import Callable
from typing import Any

from pywayland.protocol.wayland import WlOutput

from desktop.overlay.layer_shell.globals import Globals
from desktop.overlay.layer_shell.outputs import Output, OutputFacts
from desktop.overlay.layer_shell.surface import LayerSurface
from desktop.overlay.layer_shell.surface_plan import SurfacePlan
from desktop.system.wayland import WaylandConnection


class Screen:
    """One of them, and what was said of it."""

    def __init__(self, proxy: Any, xdg: Any, facts: OutputFacts, when_told: Callable[[], None]) -> None:
        """when_told: everything was said that there is to say for now."""
        self.proxy = proxy
        self.facts = facts
        self.probe: LayerSurface | None = None
        self._xdg = xdg
        proxy.dispatcher["geometry"] = self._geometry
        proxy.dispatcher["mode"] = self._mode
        proxy.dispatcher["scale"] = self._scale
        proxy.dispatcher["name"] = self._name
        proxy.dispatcher["done"] = lambda _: when_told()
        if xdg:
            xdg.dispatcher["logical_position"] = self._position
            xdg.dispatcher["logical_size"] = self._size
            xdg.dispatcher["name"] = self._name

    def close(self) -> None:
        for proxy in (self.probe, self._xdg, self.proxy):
            if isinstance(proxy, LayerSurface):
                proxy.close()
            elif proxy and not proxy.destroyed:
                proxy.destroy()
        self.probe = None

    def _geometry(self, _: object, x: int, y: int, *more: Any) -> None:
        self.facts.position = (x, y)
        self.facts.transform = int(more[-1])

    def _mode(self, _: object, flags: int, width: int, height: int, __: int) -> None:
        if flags & WlOutput.mode.current.value:
            self.facts.mode = (width, height)

    def _scale(self, _: object, factor: int) -> None:
        self.facts.buffer_scale = factor

    def _name(self, _: object, name: str) -> None:
        self.facts.name = name

    def _position(self, _: object, x: int, y: int) -> None:
        self.facts.logical_position = (x, y)

    def _size(self, _: object, width: int, height: int) -> None:
        self.facts.logical_size = (width, height)


class Screens:
    """All of them."""

    def __init__(self, connection: WaylandConnection, found: Globals, when_changed: Callable[[], None]) -> None:
        """when_changed: `outputs` is another list now."""
        self._connection = connection
        self._found = found
        self._when_changed = when_changed
        self._screens: dict[int, Screen] = {}
        self._told: tuple[Output, ...] = ()
        for number, (interface, _) in list(connection.globals.items()):
            self._offered(number, interface, 0)
        connection.when_offered = self._offered
        connection.when_withdrawn = self._withdrawn

    @property
    def outputs(self) -> tuple[Output, ...]:
        is_exact = self._found.viewporter is not None
        found = [screen.facts.output(is_exact=is_exact) for screen in self._screens.values()]
        return tuple(output for output in found if output)

    def proxy(self, number: int) -> Any:
        """What surfaces on a screen are made with; None if it is gone."""
        screen = self._screens.get(number)
        return screen.proxy if screen else None

    def measure(self) -> None:
        """Ask anew what panels leave of each screen: the size of a surface that fills it and is never shown."""
        for number in self._screens:
            self._measure(number)

    def _offered(self, number: int, interface: str, _: int) -> None:
        if interface != WlOutput.name:
            return
        proxy = self._connection.bind(WlOutput, 4, number)
        xdg = self._found.xdg_outputs.get_xdg_output(proxy) if self._found.xdg_outputs else None
        self._screens[number] = Screen(proxy, xdg, OutputFacts(number), lambda: self._said(number))

    def _withdrawn(self, number: int) -> None:
        screen = self._screens.pop(number, None)
        if screen:
            screen.close()
            self._tell()

    def _said(self, number: int) -> None:
        self._measure(number)
        self._tell()

    def _measure(self, number: int) -> None:
        screen = self._screens[number]
        if screen.probe:
            screen.probe.close()

        def answered() -> None:
            probe = screen.probe
            if probe is None:
                return
            screen.facts.room, screen.probe = probe.size, None
            probe.close()
            self._tell()

        def closed() -> None:
            if screen.probe:
                screen.probe.close()
            screen.probe = None

        fills = SurfacePlan(number, 1.0, 0, 0)
        screen.probe = LayerSurface(self._found, screen.proxy, fills, answered, closed)

    def _tell(self) -> None:
        if self.outputs != self._told:
            self._told = self.outputs
            self._when_changed()
