"""Two tools, as plain functions; each run leaves a line in the file that ERRANDS names."""

import json
import os
from pathlib import Path


def get_weather(city: str) -> str:
    """Tell the weather in a city.

    Args:
        city: The city's name.
    """
    return done("get_weather", {"city": city}, f"rain in {city}")


def add(a: int, b: int) -> str:
    """Add two whole numbers.

    Args:
        a: The first number.
        b: The second number.
    """
    return done("add", {"a": a, "b": b}, str(a + b))


def done(name, arguments, result):
    line = json.dumps({"name": name, "arguments": arguments, "result": result})
    with Path(os.environ["ERRANDS"]).open("a") as file:
        file.write(line + "\n")
    return result


QUESTION = "What is the weather in Oslo, and how much is 2 + 3 + 4?"
FUNCTIONS = {"get_weather": get_weather, "add": add}
SCHEMAS = {
    "get_weather": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
    "add": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
    },
}


def run(name, arguments):
    """Run a tool by its name, with its arguments as a mapping or as the model's JSON; gives text."""
    given = json.loads(arguments) if isinstance(arguments, str) else arguments
    return FUNCTIONS[name](**given)
