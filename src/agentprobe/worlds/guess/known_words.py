"""Words that give away what a column holds: usual names of people and places, from general knowledge."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GIVEN_NAMES = _words(
    """
    aaron abigail adam agnieszka ahmed alex alexander ali amanda amelia amit amy ana anastasia anders andrew
    angela anna anthony ashley barbara ben benjamin betty bill bob brandon brenda brian carlos carmen carol
    catherine charles charlotte chloe chris christina christine christopher cynthia dan daniel dave david
    deborah dennis diane dieter dmitri donald donna edward elizabeth ella emily emma eric erik ethan evelyn
    fatima francesca francois frank gary george giovanni giulia giuseppe grace gregory hannah hans harper
    harry heather heike heinz helen henry hiroshi ingrid isabel isabella isabelle ivan jack jackson jacob
    james jan janet jason jean jeffrey jennifer jerry jessica jim joe joel john jonathan jose joseph joshua
    joyce juan julie jurgen justin karen karl katarzyna kate katherine kathleen kelly kenji kenneth kevin
    kimberly klaus kyle larry lars laura lauren li liam lily linda lisa liz luc lucas lucia luis marco
    margaret maria marie mark mary mason matt matthew melissa mia michael michel michelle miguel mike ming
    mohammed monika nancy natasha nathalie nathan nicholas nick nicole noah olga oliver olivia omar pablo
    pamela paolo patricia patrick paul peter petra philippe pierre piotr priya rachel raj raymond rebecca
    richard robert ronald ruth ryan sabine sam samantha samuel sandra sarah scott sergei sharon shirley
    sofia sophia stephanie stephen steve steven sunita susan sylvie thomas timothy tom tyler ursula uwe
    victoria virginia wei william wolfgang yuki yusuf zachary zoe
    """
)
SURNAMES = _words(
    """
    adams ali allen alvarez anderson andersson bailey baker becker bennett bianchi brooks brown campbell
    carter castillo chavez chen clark clarke collins cook cooper cox cruz davis diaz dubois durand edwards
    esposito evans ferrari fischer flores foster garcia gomez gonzalez gray green gutierrez hall hansen
    harris hernandez hill hoffmann howard hughes ivanov jackson james jimenez johansson johnson jones kelly
    kennedy khan kim king kowalski laurent lee leroy lewis li liu long lopez macdonald martin martinez
    mendoza meyer miller mitchell moore morales moreau morgan morris muller murphy myers nelson nguyen
    nielsen nowak o'brien ortiz parker patel perez peterson petrov phillips price ramirez ramos reed reyes
    richardson rivera roberts robinson rodriguez rogers ross rossi ruiz russo ryan sanchez sanders sato
    schmidt schneider schulz scott singh smith stewart sullivan suzuki tanaka taylor thomas thompson torres
    turner wagner walker wang ward watson webb weber white williams wilson wood wright yang young zhang
    """
)
CITIES = _words(
    """
    adelaide amsterdam athens atlanta auckland austin bangalore barcelona beijing berlin birmingham boston
    brisbane bristol brussels budapest cairo chicago clinton cologne copenhagen dallas delhi denver detroit
    dubai dublin edinburgh frankfurt franklin geneva georgetown glasgow hamburg helsinki houston istanbul
    lagos leeds lisbon liverpool london lyon madrid manchester marseille melbourne miami milan montreal
    moscow mumbai munich nairobi naples newport osaka oslo paris perth philadelphia phoenix portland prague
    rome salem seattle shanghai singapore springfield stockholm sydney tokyo toronto vancouver vienna warsaw
    wellington zurich
    """
)
COUNTRIES = _words(
    """
    at au aus australia austria aut be bel belgium br bra brazil ca can canada ch che china chn cn de
    denmark deu dk dnk england es esp fi fin finland fr fra france gb gbr germany gr greece ie in ind india
    ireland irl it ita italy japan jp jpn mex mexico mx netherlands nl nld no nor norway nz pl pol poland
    portugal prt pt scotland se sg spain swe sweden switzerland tr turkey uk us usa wales za
    """
)
STREETS = _words(
    """
    allee ave avenida avenue blvd boulevard calle chemin circuit close corso court crescent ct dr drive
    gasse highway laan lane ln parade piazza pl place platz plein rd road rua rue square st str straat
    strasse straße street terrace ulica via viale way weg
    """
)
COMPANIES = _words(
    """
    ab ag as bv co company corp corporation gmbh inc kg limited llc ltd nv oy plc pty sa sarl spa srl
    """
)
