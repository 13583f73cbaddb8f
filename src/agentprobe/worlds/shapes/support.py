"""Support: customers with tickets and orders, the documents that answer them, and the staff's calendars."""

from __future__ import annotations

import msgspec

from agentprobe.worlds.shape.model import Shape
from agentprobe.worlds.shapes._built_in import BuiltIn
from agentprobe.worlds.shapes.calendar import calendars, how_full
from agentprobe.worlds.shapes.customers import customers
from agentprobe.worlds.shapes.documents import documents, how_alike
from agentprobe.worlds.shapes.orders import order_lines, orders
from agentprobe.worlds.shapes.tickets import tickets

_DOCUMENTS, _DOCUMENTS_POWER = 17_000, 0.883
"""5 documents for 10 customers, 17,000 for 100,000, a million for ten million."""
_PEOPLE, _PEOPLE_POWER = 400, 0.4
"""10 people for 10 customers, 400 for 100,000, 2,500 for ten million."""


class Support(BuiltIn):
    """All built-in tables together, measured in customers. Chosen, not measured.

    Documents and staff grow more slowly than customers, as they do in a business, so that the small world has
    several of each and the large one is no larger than needs be.
    """

    @classmethod
    def shape(cls) -> Shape:
        """The shape."""
        people, *others = calendars(_PEOPLE)
        return Shape(
            name="support",
            tables=(
                customers(),
                tickets(),
                orders(),
                order_lines(),
                documents(_DOCUMENTS, power=_DOCUMENTS_POWER),
                msgspec.structs.replace(people, power=_PEOPLE_POWER),
                *others,
            ),
            documents=how_alike(_DOCUMENTS),
            calendars=how_full(_PEOPLE),
        )
