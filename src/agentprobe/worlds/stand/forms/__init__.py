"""The kinds of database that a world can stand in, one file each; found by looking."""

from agentprobe.basis.catalogue import Catalogue
from agentprobe.worlds.stand.form import Form

FORMS: Catalogue[Form] = Catalogue(__name__, Form, "form of a world")
