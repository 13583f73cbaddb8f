"""Short forms that people go by, from general knowledge."""

from __future__ import annotations

from functools import cache

_FAMILIES = """
Robert Bob Rob Bobby|William Will Bill Billy|James Jim Jamie Jimmy|John Jack Johnny
Richard Rick Dick Richie|Charles Charlie Chuck|Thomas Tom Tommy|Michael Mike Mick Mickey|Joseph Joe Joey
David Dave Davy|Daniel Dan Danny|Matthew Matt|Anthony Tony|Steven Steve|Stephen Steve|Andrew Andy Drew
Edward Ed Eddie Ted|Henry Harry Hank|Christopher Chris Kit|Nicholas Nick|Nicolas Nico|Benjamin Ben
Samuel Sam|Alexander Alex Sandy|Frederick Fred Freddie|George Georgie|Gregory Greg|Patrick Pat Paddy
Peter Pete|Philip Phil|Raymond Ray|Ronald Ron|Timothy Tim|Walter Walt|Albert Al Bert|Alfred Alf Fred
Arthur Art|Donald Don|Douglas Doug|Francis Frank|Franklin Frank|Gerald Gerry|Harold Hal|Jonathan Jon
Joshua Josh|Kenneth Ken|Kevin Kev|Lawrence Larry|Leonard Len Leo|Martin Marty|Maxwell Max|Nathan Nate
Nathaniel Nat|Oliver Ollie|Oscar Ozzie|Simon Si|Stanley Stan|Stuart Stu|Theodore Theo Ted|Victor Vic
Vincent Vince|Zachary Zach|Elizabeth Liz Beth Betty Lizzie|Katherine Kate Kathy Katie|Catherine Cathy Cath
Margaret Meg Maggie Peggy|Mary Molly Polly|Susan Sue Susie|Rebecca Becky Becca|Jennifer Jen Jenny
Jessica Jess|Patricia Pat Tricia|Barbara Barb|Dorothy Dot Dolly|Deborah Deb Debbie|Christine Chris Tina
Samantha Sam|Victoria Vicky Tori|Alexandra Alex Sandra|Abigail Abby|Amanda Mandy|Angela Angie
Caroline Carrie|Charlotte Charlie Lottie|Cynthia Cindy|Eleanor Ellie Nell|Emily Em Emmy|Emma Em
Frances Fran|Gabriella Gabby|Hannah Han|Helen Nell|Isabella Bella Izzy|Isabel Izzy|Jacqueline Jackie
Josephine Josie|Judith Judy|Julia Jules|Julie Jules|Kimberly Kim|Laura Laurie|Lucy Lu|Madeleine Maddy
Martha Marty|Matilda Tilly|Michelle Shelly|Natalie Nat|Nicola Nicky|Olivia Liv|Pamela Pam|Philippa Pip
Rachel Rach|Rosemary Rosie|Sarah Sally|Sophia Sophie|Sofia Sofi|Stephanie Steph|Teresa Terry|Valerie Val
Virginia Ginny|Vivian Viv|Wendy Wen|Maria Mia|Jose Pepe|Francisco Paco|Juan Juanito|Guillermo Memo
Giuseppe Beppe|Giovanni Gianni|Luigi Gigi|Johann Hans|Sergei Seryozha|Dmitri Dima|Mikhail Misha
Alexei Alyosha|Natalia Natasha|Tatiana Tanya|Ivan Vanya|Pavel Pasha|Mohammed Mo|Abdul Abdi|Rajesh Raj
Sanjay San|Anjali Anju|Vikram Vicky|Piotr Piotrek|Tomasz Tomek|Agnieszka Aga
"""


@cache
def _families() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in _FAMILIES.strip().splitlines():
        for family in line.split("|"):
            names = family.split()
            for name in names:
                found.setdefault(name.lower(), tuple(other for other in names if other != name))
    return found


def by_another_name(name: str, bits: int) -> str:
    """Another form of a given name; of one with no known form, its beginning."""
    others = _families().get(name.lower(), ())
    if others:
        return _as(others[bits % len(others)], name)
    return name if len(name) < 5 else name[:3] + ("y" if bits & 1 else "")


def same_person_may_be(one: str, other: str) -> bool:
    """Are these two forms of one given name?"""
    return other.lower() in {name.lower() for name in _families().get(one.lower(), ())}


def _as(name: str, like: str) -> str:
    if like.isupper():
        return name.upper()
    return name.lower() if like.islower() else name
