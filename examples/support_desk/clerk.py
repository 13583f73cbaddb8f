"""How a request at the support desk is worked off: carelessly, or by the rules that were given."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

from agentprobe.sim.policy import Option, call, say
from reading import Manner, Row, Taken, Wish

T = TypeVar("T")

AGAIN = 2
"""How often a tool that failed is asked again."""
PAGES = 8
"""How far a long list is read."""


COMMON = re.compile(
    r"\b(how|many|days|dollars|does|is|an?|in|on|to|the|for|of|have|customer|s)\b|\W", re.IGNORECASE
)
"""Words of a question that tell no document from another."""


class Settled(Exception):
    """Nothing more is to be done; this is what to say."""


Script = Generator[list[Option], Taken, T]
"""A way of working: it yields what could be done next, and is sent what was done."""


@dataclass(frozen=True)
class Clerk:
    """Works off one request. Every method that uses tools is a script."""

    wish: Wish
    manner: Manner

    def script(self) -> Script[list[Option]]:
        """Work off the request and end with what could be said."""
        jobs = {
            "phone number": self.phone,
            "refund": self.refund,
            "tickets are active": self.count_tickets,
            "active tickets does": self.tickets_of,
            "oldest": self.oldest_ticket,
            "Book": self.visit,
        }
        job = next((job for words, job in jobs.items() if words in self.wish.text), self.policy)
        try:
            text = yield from job()
        except Settled as settled:
            text = str(settled)
        return [say(text), say(f"Here is what I found. {text}", weight=0.3)]

    # -- the jobs ------------------------------------------------------------------------------

    def phone(self) -> Script[str]:
        """Look up a phone number."""
        customer = (yield from self.customers())[0]
        return f"The phone number of {customer['given_name']} {customer['surname']} is {customer['phone']}."

    def refund(self) -> Script[str]:
        """Refund an order: the latest, or that of a thing."""
        orders = yield from self.of_customer("get_orders", "orders")
        named = [order for order in orders if order["item"] == self.wish.item]
        latest = [] if self.wish.item else [max(orders, key=lambda order: str(order["placed"]))]
        if self.manner.narrows:
            named = [order for order in named if order["placed"] == self.wish.placed]
        if self.manner.asks and not (named or latest):
            raise Settled(
                f"I could not find a {self.wish.item} of {self.wish.placed}. Which order do you mean?"
            )
        order = (named or latest or orders)[0]

        def seen() -> Script[bool]:
            of = {"customer_id": order["customer_id"]}
            now = yield from self.use("get_orders", "orders", of)
            return any(o["order_id"] == order["order_id"] and o["refunded"] for o in now.rows("orders"))

        yield from self.write("refund_order", {k: order[k] for k in ("order_id", "amount")}, seen)
        return f"I refunded {order['amount']} dollars for order {order['order_id']}."

    def count_tickets(self) -> Script[str]:
        """Count the active tickets."""
        listed = yield from self.use("list_tickets", "tickets", {"status": self.active})
        count = listed.result.get("total") if self.manner.pages else len(listed.rows("tickets"))
        return f"There are {count} active tickets."

    def tickets_of(self) -> Script[str]:
        """Count a customer's active tickets."""
        tickets = yield from self.of_customer("list_tickets", "tickets", {"status": self.active})
        return f"The customer has {len(tickets)} active tickets."

    def oldest_ticket(self) -> Script[str]:
        """Find the oldest active ticket of a customer."""
        tickets = yield from self.of_customer("list_tickets", "tickets", {"status": self.active})
        oldest = min(tickets, key=lambda ticket: str(ticket["opened"]))
        return f"The oldest active ticket is {oldest['ticket_id']}, opened on {oldest['opened']}."

    def visit(self) -> Script[str]:
        """Book a technician's visit on an afternoon."""
        customer = (yield from self.customers())[0]
        asked = {"day": self.wish.day, "after": "13:00"}
        slots = yield from self.rows("free_slots", "slots", asked)
        if self.manner.slots:
            slots = [slot for slot in slots if self.wish.skill in slot["skills"] and not slot["held_for"]]
        if not slots:
            raise Settled(f"Nobody is free on {self.wish.day} in the afternoon. Which other day would suit?")
        slot = {key: slots[0][key] for key in ("technician_id", "day", "hour")}

        def seen() -> Script[bool]:
            now = yield from self.rows("free_slots", "slots", {**asked, "after": slot["hour"]})
            return all(slot != {key: free[key] for key in slot} for free in now)

        yield from self.write("book_slot", {"customer_id": customer["customer_id"], **slot}, seen)
        return f"The visit is booked for {slot['day']} at {slot['hour']}."

    def policy(self) -> Script[str]:
        """Answer from the policy documents."""
        words = " ".join(COMMON.sub(" ", self.wish.text).split())
        asked = {
            "query": words if self.manner.narrows else self.wish.text,
            "k": 25 if self.manner.dates else 3,
        }
        papers = (yield from self.use("search_policies", "policies", asked)).rows("policies")
        if self.manner.dates:
            papers = [paper for paper in papers if self.holds(paper)]
        if not papers:
            raise Settled(
                "I could not find a policy that says this. Which customers and products is it about?"
            )
        rule = re.search(r"\d+ [a-z]+", papers[0]["body"])
        return f"It is {rule[0] if rule else 'not said'}, says the policy '{papers[0]['title']}'."

    # -- what the jobs have in common ----------------------------------------------------------

    @property
    def active(self) -> str:
        """How tickets are asked for that are not closed."""
        return "active" if self.manner.statuses else "!=closed"

    def holds(self, paper: Row) -> bool:
        """Is a policy valid today, for what was asked?"""
        scope = all(paper[key].lower() in self.wish.text.lower() for key in ("audience", "region", "line"))
        return scope and paper["valid_from"] <= self.manner.today <= (paper["valid_to"] or "9999")

    def customers(self) -> Script[list[Row]]:
        """Find the customer; several records only where they are of one person."""
        details = {"suburb": self.wish.suburb, "date_of_birth": self.wish.born} if self.manner.narrows else {}
        given = {key: value for key, value in details.items() if value}
        found = yield from self.use("find_customer", "customers", {"name": self.wish.name, **given})
        records = found.rows("customers")
        if not records:
            raise Settled(f"I could not find a customer {self.wish.name}. Could you check the name?")
        if self.manner.asks and len({record["date_of_birth"] for record in records}) > 1:
            raise Settled(
                f"There are {found.result['total']} customers named {self.wish.name}. Which one do you mean? "
                "Please tell me the date of birth."
            )
        return records if self.manner.asks else records[:2]

    def of_customer(self, tool: str, noun: str, more: Row | None = None) -> Script[list[Row]]:
        """List what the customer has; who does not ask takes the first match, and sometimes the second."""
        records = yield from self.customers()
        asked = [{**(more or {}), "customer_id": record["customer_id"]} for record in records]
        if self.manner.asks:
            lists = []
            for of_one in asked:
                lists += yield from self.rows(tool, noun, of_one)
        else:
            lists = (yield from self.use(tool, noun, *asked)).rows(noun)
        if not lists:
            raise Settled(f"The customer has no {noun}.")
        return lists

    def rows(self, tool: str, noun: str, arguments: Row) -> Script[list[Row]]:
        """List rows, page by page where the rules say so."""
        rows: list[Row] = []
        for page in range(1, PAGES + 1 if self.manner.pages else 2):
            asked = arguments if page == 1 else {**arguments, "page": page}
            taken = yield from self.use(tool, noun, asked)
            rows += taken.rows(noun)
            if len(rows) >= taken.result.get("total", 0):
                break
        return rows

    def use(self, tool: str, noun: str, first: Row, second: Row | None = None) -> Script[Taken]:
        """Ask a tool, again if it fails, and if the rules say so also when its result does not fit."""
        choices = [call((tool, first))] + ([call((tool, second), weight=0.15)] if second else [])
        taken = yield choices
        for _ in range(AGAIN):
            if not taken.error and (taken.fits(noun) or not self.manner.doubts):
                break
            taken = yield choices
        if taken.error:
            raise Settled(
                f"I could not finish: {tool} said {taken.error}" if self.manner.doubts else taken.error
            )
        return taken

    def write(self, tool: str, arguments: Row, seen: Callable[[], Script[bool]]) -> Script[None]:
        """Change something; by the rules it is looked at after a write, and before the write is repeated."""
        for _ in range(1 + AGAIN):
            taken = yield [call((tool, arguments))]
            done = (yield from seen()) if self.manner.verifies else False
            if done or not taken.error:
                return
        raise Settled(f"I could not finish: {tool} said {taken.error}. Nothing was changed.")
