"""What a rule is: a way of breaking, found in a module, a settings file, or the whole project."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from agentprobe.basis.catalogue import Catalogue
from agentprobe.scan.finding import Finding, Fix, Met, Origin, Place, Probe
from agentprobe.scan.severity import Item, Mode, Persona, Severity, Tier

if TYPE_CHECKING:
    from agentprobe.scan.document import Document
    from agentprobe.scan.facts import Tool
    from agentprobe.scan.module import Module
    from agentprobe.scan.project import Project
    from agentprobe.scan.scripts.script import Script


class Rule(ABC):
    """A way in which agents break, as a reader of code finds it; its docstring is its page.

    The page has these parts, each a paragraph that begins with its word: `Finds:`, `Breaks:` (why it breaks
    production), `Example:` (an indented block that the rule finds), `Instead:` (an indented block that it
    does not find), `False alarms:` (what looks alike and is not meant).
    Adding a rule is adding a file to `rules/`; the file's name is the rule's.
    """

    name: ClassVar[str]
    """The file's name with dashes, as it stands after `allow`."""
    code: ClassVar[str]
    """Three letters and three digits, as they stand in reports."""
    severity: ClassVar[Severity]
    """How bad it is where nothing milder is known."""
    mode: ClassVar[Mode]
    item: ClassVar[Item | None] = None
    """The item of the checklist that a finding says is not met."""
    persona: ClassVar[Persona] = Persona.REGULAR
    fixes: ClassVar[Literal["none", "unsafe", "safe"]] = "none"
    """The best fix that it can offer."""
    probe: ClassVar[Probe | None] = None
    """The run that proves it, where every finding has the same."""
    triggers: ClassVar[tuple[str, ...]] = ()
    """Words of which one at least is in every file that `in_module` can find something in; none: any file."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.name = cls.__module__.rpartition(".")[2].replace("_", "-")

    def in_module(self, module: Module) -> Iterable[Finding]:
        """What one Python module shows by itself; the result is kept until the file changes."""
        return ()

    def in_script(self, script: Script) -> Iterable[Finding]:
        """What one file of TypeScript or JavaScript shows by itself; kept like that of a module."""
        return ()

    def in_document(self, document: Document) -> Iterable[Finding]:
        """What one settings file shows by itself."""
        return ()

    def in_tools(self, tools: Sequence[Tool]) -> Iterable[Finding]:
        """What the tools show that running servers offer together."""
        return ()

    def in_project(self, project: Project) -> Iterable[Finding]:
        """What only shows when files, settings and dependencies are seen together."""
        return ()

    def mended(self, project: Project, finding: Finding) -> Fix | None:
        """The fix of a finding that came without one, where more than its own file must be known."""
        return None

    def met(self, project: Project) -> Iterable[Met]:
        """Places that do right what this rule asks for, for the checklist."""
        return ()

    def found(
        self,
        where: Place,
        message: str,
        *,
        tier: Tier,
        subject: str = "",
        consequence: str = "",
        advice: str = "",
        severity: Severity | None = None,
        persona: Persona | None = None,
        origins: tuple[Origin, ...] = (),
        related: tuple[Place, ...] = (),
        fix: Fix | None = None,
        probe: Probe | None = None,
    ) -> Finding:
        """A finding of this rule; its severity is capped by what it stands on."""
        return Finding(
            rule=self.name,
            code=self.code,
            message=message,
            place=where,
            severity=(severity or self.severity).capped(tier.most),
            tier=tier,
            persona=persona or (Persona.PEDANTIC if tier is Tier.HINT else self.persona),
            consequence=consequence,
            advice=advice,
            origins=origins,
            related=related,
            fix=fix,
            probe=probe or self.probe,
            subject=subject,
        )


def overridden(rule: type[Rule], method: str) -> bool:
    """Does a rule look at this subject at all?"""
    return getattr(rule, method) is not getattr(Rule, method)


RULES: Catalogue[Rule] = Catalogue("agentprobe.scan.rules", Rule, "rule")
