"""All calls of models in a project, each with what holds for it in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import msgspec

from agentprobe.scan.apis import Api, api_of, by_name, maker_of, package_of, package_of_model
from agentprobe.scan.dependencies import dependencies
from agentprobe.scan.effective.around import outer_of
from agentprobe.scan.effective.layers import Layers
from agentprobe.scan.effective.resolved import NOBODY, Effective, Resolved
from agentprobe.scan.effective.settings import Asked, Settings
from agentprobe.scan.effective.worst import worst_of
from agentprobe.scan.facts import ClientUse, Facts, ModelCall
from agentprobe.scan.finding import Place
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test


def effective_calls(project: Project) -> tuple[Effective, ...]:
    """Every call of a model, and every making of one without calls; worked out once for a scan."""
    if "effective calls" not in project.kept:
        project.kept["effective calls"] = tuple(_all(project))
    found: tuple[Effective, ...] = project.kept["effective calls"]
    return found


def layers_of(project: Project) -> Layers:
    """The layers of a project's values; worked out once for a scan."""
    if "layers" not in project.kept:
        project.kept["layers"] = Layers(project)
    found: Layers = project.kept["layers"]
    return found


def _all(project: Project) -> Iterator[Effective]:
    if not any(one.model_calls or one.clients or one.maybe_calls for one in project.facts.values()):
        return
    layers = layers_of(project)
    settings = Settings(layers, dependencies(project))
    linked = Linked(layers)
    used: set[tuple[str, int, int, int]] = set()
    for facts in project.facts.values():
        for call in (*facts.model_calls, *facts.maybe_calls):
            asked = linked.asked(facts, call)
            if asked is None:
                continue
            if asked.client is not None:
                used.add(_spot(asked.client.place))
            yield _effective(layers, settings, asked, made_only=False)
    for facts in project.facts.values():
        for client in facts.clients:
            api = maker_of(client.made)
            place = client.place
            if api is None or not api.on_maker or is_own(project, client.made):
                continue
            if _spot(place) not in used:
                yield _effective(layers, settings, _making(facts, client, api), made_only=True)


def is_own(project: Project, dotted: str) -> bool:
    """Does a dotted name lie in a package of the project? One with the name of a library goes before it."""
    if dotted.startswith("agents."):  # a favourite name for one's own package, wherever it lies
        return project.meant(dotted) is not None
    home = project.by_dotted.get(dotted.partition(".")[0])
    return home is not None and not home.path.endswith("__init__.py")  # else it is the library itself


def _spot(place: Place) -> tuple[str, int, int, int]:
    return place.path, place.cell, place.line, place.column


def _making(facts: Facts, client: ClientUse, api: Api) -> Asked:
    """The making of a model or an agent, as if it were called there."""
    call = ModelCall(
        api=api.name, callee=client.made, place=client.place, function=client.function, client=client
    )
    return Asked(
        call=call, facts=facts, api=api, client=client, home=facts, package=package_of(api, client.made)
    )  # fmt: skip


def _effective(layers: Layers, settings: Settings, asked: Asked, *, made_only: bool) -> Effective:
    deadline = NOBODY
    if asked.call.deadline is not None:
        deadline = layers.resolve(asked.facts, asked.call.function, asked.call.deadline)
    else:
        deadline = _around(layers, asked) or NOBODY
    outer = () if made_only else outer_of(layers, asked)
    model = settings.model(asked)
    if not asked.package and isinstance(model.value, str):
        asked = replace(asked, package=package_of_model(model.value))
    model = _with_others(settings.model, model, asked)
    cap, timeout = _each(settings.cap, asked), _each(settings.timeout, asked)
    attempts, steps = _each(settings.attempts, asked), _each(settings.steps, asked)
    return Effective(
        call=msgspec.structs.replace(asked.call, api=asked.api.name, client=asked.client),
        facts=asked.facts,
        package=asked.package,
        model=model,
        temperature=_each(settings.temperature, asked),
        cap=cap,
        timeout=timeout,
        attempts=attempts,
        steps=steps,
        deadline=deadline,
        outer=outer,
        made_only=made_only,
        worst=worst_of(
            model=model,
            cap=cap,
            timeout=timeout,
            attempts=attempts,
            steps=steps,
            deadline=deadline,
            outer=outer,
        ),
    )


def _each(setting: Callable[[Asked], Resolved], asked: Asked) -> Resolved:
    return _with_others(setting, setting(asked), asked)


def _with_others(setting: Callable[[Asked], Resolved], first: Resolved, asked: Asked) -> Resolved:
    """A setting with what it is where the client is made in another branch."""
    others = list(first.others)
    for home, client in asked.also:
        package = package_of(asked.api, client.made)
        found = setting(replace(asked, client=client, home=home, package=package, also=()))
        others += [one for one in found.every if all(one.value != known.value for known in (first, *others))]
    return msgspec.structs.replace(first, others=tuple(others[:12])) if asked.also else first


def _around(layers: Layers, asked: Asked) -> Resolved | None:
    """The deadline around the calls of the function that a call stands in, where all have one."""
    spot = (asked.facts.path, asked.call.function)
    if not asked.call.function or not layers.reach.callers.get(spot):
        return None
    found = [
        layers.resolve(facts, one.function, one.deadline)
        for facts, one in layers.handed.get(spot, ())
        if one.deadline is not None
    ]
    sound = [one for one in found if one.number is not None]
    return (
        max(sound, key=lambda one: one.number or 0) if len(sound) >= len(layers.reach.callers[spot]) else None
    )


def _one_way(found: list[tuple[Facts, ClientUse]]) -> bool:
    """Are all of these called in the same way, though perhaps by several makers?"""
    return len({api.name if (api := maker_of(one.made)) else one.made for _, one in found}) == 1


_LIMITS = frozenset({"timeout", "max_retries", "http_client", "http_options"})


class Linked:
    """Finds what a call is made on where that is made in another file or by a function."""

    def __init__(self, layers: Layers) -> None:
        self.layers = layers
        self.project = project = layers.project
        self.by_place: dict[Place, tuple[Facts, ClientUse]] = {}
        self.by_name: dict[str, tuple[Facts, ClientUse]] = {}
        self.by_function: dict[tuple[str, str], list[tuple[Facts, ClientUse]]] = {}
        for facts in project.facts.values():
            for client in facts.clients:
                self.by_place[client.place] = (facts, client)
                if client.name and (not client.function or "." in self._bare(facts, client.name)):
                    self.by_name[f"{facts.path}#{self._bare(facts, client.name)}"] = (facts, client)
                if client.function and client.returned:
                    self.by_function.setdefault((facts.path, client.function), []).append((facts, client))

    @staticmethod
    def _bare(facts: Facts, name: str) -> str:
        return name.removeprefix(f"{facts.dotted}.") if facts.dotted else name

    def asked(self, facts: Facts, call: ModelCall) -> Asked | None:
        """A call with the way it goes and its client; None where it turns out to be no call of a model."""
        api = by_name(call.api)
        home, client = facts, call.client
        also: tuple[tuple[Facts, ClientUse], ...] = ()
        if client is None:
            found = self._made(facts, call)
            if found is not None:
                home, client, rest = found
                api = api or self._linked(client, rest)
                made_there = self.by_function.get((home.path, client.function), ()) if client.returned else ()
                also = tuple(one for one in made_there if one[1] is not client)
            elif api is not None:
                home, client = self._only_one(facts, api, call) or (facts, None)
        if api is None or self._is_own(client, call):
            return None
        made = client.made if client is not None else call.callee
        package = package_of(api, made)
        return Asked(call=call, facts=facts, api=api, client=client, home=home, package=package, also=also)

    def _only_one(self, facts: Facts, api: Api, call: ModelCall) -> tuple[Facts, ClientUse] | None:
        """A client that nobody sees handed in, where every one that the project makes is plain."""
        name = (call.written or call.callee).partition(".")[0]
        if api.on_maker or call.sure or name not in facts.parameters.get(call.function, ()):
            return None
        made = [
            one for one in self.by_place.values() if one[1].made in api.makers and not is_test(one[0].path)
        ]
        plain = all(not one.spread and not _LIMITS & one.arguments.keys() for _, one in made)
        return made[0] if made and plain else None

    def _is_own(self, client: ClientUse | None, call: ModelCall) -> bool:
        """Is what looks like a library's class one of the project's own, such as `agents.Agent`?"""
        if client is not None:
            return is_own(self.project, client.made)
        return call.sure and call.api != "" and is_own(self.project, call.callee)

    @staticmethod
    def _linked(client: ClientUse, method: str) -> Api | None:
        return api_of(f"{client.made}.{method}")

    def _made(self, facts: Facts, call: ModelCall) -> tuple[Facts, ClientUse, str] | None:
        """The client that a dotted name comes to, and the method that is called on it."""
        if call.callee.startswith("self."):
            return self._of_self(facts, call)
        meant = self.project.meant(call.callee) or (facts, call.callee)
        home, rest = meant
        parts = rest.split(".")
        for length in range(len(parts) - 1, 0, -1):
            name = ".".join(parts[:length])
            method = ".".join(parts[length:])
            named = self.by_name.get(f"{home.path}#{name}")
            if named is not None:
                return (*named, method)
            made = self.by_function.get((home.path, name), [])
            if _one_way(made):
                return (*made[0], method)
        return self._instance(home, parts) or self._parameter(facts, call)

    def _instance(self, home: Facts, parts: list[str]) -> tuple[Facts, ClientUse, str] | None:
        """`model = get_model()` in another file."""
        made = home.instances.get(parts[0])
        meant = self.project.meant(made) if made and len(parts) > 1 else None
        if meant is None:
            return None
        found = self.by_function.get((meant[0].path, meant[1]), [])
        return (*found[0], ".".join(parts[1:])) if _one_way(found) else None

    def _parameter(self, facts: Facts, call: ModelCall) -> tuple[Facts, ClientUse, str] | None:
        """What the callers of a function hand in as its client, where they all make the same."""
        name, _, method = (call.written or call.callee).partition(".")
        if name not in facts.parameters.get(call.function, ()):
            return None
        found = []
        for _, one in self.layers.handed.get((facts.path, call.function), ()):
            given = self.layers.handed_for(facts, call.function, one, name)
            if given is not None and given.place in self.by_place:
                found.append(self.by_place[given.place])
        return (*found[0], method) if _one_way(found) else None

    def _of_self(self, facts: Facts, call: ModelCall) -> tuple[Facts, ClientUse, str] | None:
        """`self.client` that a base class, or the class's own function, makes."""
        owner = call.function.partition(".")[0]
        name, _, method = call.callee[5:].partition(".")
        waiting: list[tuple[Facts, str]] = [(facts, owner)]
        for _ in range(6):
            if not waiting:
                break
            home, known = waiting.pop(0)
            named = self.by_name.get(f"{home.path}#{known}.{name}")
            if named is not None:
                return (*named, method)
            made = home.instances.get(f"{known}.{name}", "")
            meant = self.project.meant(made) if made else (home, f"{known}.{name}")  # `self.get_client()`
            found = self.by_function.get((meant[0].path, meant[1]), []) if meant is not None else []
            if _one_way(found):
                return (*found[0], method)
            for base in home.bases.get(known, ()):
                above = self.project.meant(base)
                waiting += [above] if above is not None else [(home, base)]
        return None
