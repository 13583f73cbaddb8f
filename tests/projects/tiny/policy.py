"""How the simulated model behaves: it takes the first match unless it is told to be careful."""

import json
import re
from collections.abc import Sequence

from agentprobe.domain.model import ModelRequest
from agentprobe.sim.conversation import asked, newest_results
from agentprobe.sim.policy import Option, call, say


class Tiny:
    """Finds a person; says where they live, or moves them."""

    def options(self, request: ModelRequest) -> Sequence[Option]:
        wanted = re.search(r"(Jo \d+) ", asked(request))
        if wanted is None:
            raise ValueError("nobody of that kind")
        results = newest_results(request)
        if not results:
            return [call(("find", {"name": wanted[1]}))]
        if results[0].content == "moved":
            return [say("Done, moved.")]
        people = json.loads(results[0].content)
        if len(people) > 1 and "careful" in request.system:
            return [say("There are several. Which one do you mean?")]
        if not people:
            return [say("I could not find anybody of that name.")]
        if moved := re.search(r"to (\w+)\.", asked(request)):
            return [call(("move", {"id": people[0]["id"], "city": moved[1]}))]
        return [say(f"{people[0]['name']} lives in {people[0]['city']}.")]
