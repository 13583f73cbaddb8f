"""What the name of a column says of its meaning, in the languages that databases are usually named in."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from agentprobe.worlds.roles import Role

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_THINGS = (
    r"(?:.* )?(?:item|product|article|artikel|produkt|produit|producto|articulo|campaign|event|service|model|"
    r"variant|warehouse|depot|sla)(?: (?:name|label))?"
)
_NAMES: tuple[tuple[Role, str], ...] = (
    (
        Role.SECRET,
        r"passw(or)?d|passwd|pwd|passwort|kennwort|contrasena|mot de passe|(?:.* )?secret(?: .*)?|salt|"
        r"(?:.* )?(?:password|passwd|pwd)(?: .*)?|(?:access|auth|refresh|api|session|reset|csrf|bearer|"
        r"remember|verification|confirmation|invite|device|push) token|token|jwt|api key|private key|"
        r"(?:.* )?(?:otp|totp|mfa)(?: .*)?|pin(?: code| hash)?|cvv|cvc|security answer|credentials?|"
        r"recovery codes?",
    ),
    (Role.EMAIL, r"(?:.* )?e? ?mail(?: .*)?(?<!id)|(?:.* )?(?:correo|courriel)(?: .*)?"),
    (
        Role.PHONE,
        r"(?:.* )?(?:phone|telephone|tel|mobile|cell|cellphone|fax|telefon|telefono|telefone|handy|mobil|"
        r"msisdn|telefax|portable|movil|whatsapp)(?: (?:no|nr|number|num|nummer|\d))?",
    ),
    (
        Role.BIRTH_DATE,
        r"(?:.* )?(?:dob|birth ?(?:date|day)|date of birth|geburtsdatum|geburtstag|geb datum|date naissance|"
        r"date de naissance|fecha (?:de )?nacimiento|data (?:di )?nascita|data (?:de )?nascimento|born|"
        r"born on)",
    ),
    (
        Role.GIVEN_NAME,
        r"(?:.* )?(?:first|given|fore|middle|christian|nick|preferred) ?names?|fname|f name|vorname|prenom|"
        r"primer nombre|nombre|nome|voornaam|imie|etunimi|fornavn|fornamn|initials?",
    ),
    (
        Role.SURNAME,
        r"(?:.* )?(?:last|sur|family|maiden) ?names?|lname|l name|nachname|familienname|zuname|geburtsname|"
        r"apellidos?(?: .*)?|cognome|sobrenome|achternaam|nazwisko|sukunimi|etternavn|efternamn|"
        r"nom(?: de)? famille",
    ),
    (
        Role.USERNAME,
        r"(?:.* )?(?:user ?name|login|handle|nickname|screen name|benutzername|account name|twitter|github|"
        r"instagram|slack (?:id|user|handle)|skype)|(?:.* )?nick|user",
    ),
    (
        Role.FULL_NAME,
        r"(?:full|display|person|customer|client|contact|patient|employee|member|guest|"
        r"account holder|holder|"
        r"recipient|sender|author|owner|agent|cardholder|billing|shipping|passenger|driver|student|"
        r"teacher|doctor|"
        r"beneficiary|payee|payer|signatory|tenant) ?name|name full|contact|contact person|"
        r"ansprechpartner|assignee|"
        r"assigned to|author|customer|cardholder|account holder|recipient|nom complet|nombre completo|"
        r"(?:.* )?(?:created|updated|opened|closed|reported|requested|signed|approved|handled) by|owner|"
        r"agent|requester|reporter|sales rep|account manager|kundenname",
    ),
    (
        Role.ORGANISATION,
        r"(?:.* )?(?:company|organi[sz]ation|org|employer|firm|firma|unternehmen|societe|empresa|azienda|"
        r"vendor|"
        r"supplier|manufacturer|merchant|business|institution|school|hospital|bank|bedrijf)(?: name)?|"
        r"(?:.* )?(?:deal|opportunity|project)(?: name)?",
    ),
    (
        Role.STREET,
        r"(?:.* )?(?:street|strasse|str|rue|calle|via|rua|straat|road)(?: (?:name|no|number|address|\d|nr))?|"
        r"(?:.* )?addr(?:ess)? ?(?:line )?\d|house (?:no|number|nr)|hausnummer|apartment|apt|address line",
    ),
    (
        Role.CITY,
        r"(?:.* )?(?:city|town|suburb|ort|stadt|wohnort|ville|ciudad|citta|cidade|stad|plaats|locality|"
        r"municipality|village|birth ?place|place of birth|geburtsort)(?: name)?",
    ),
    (
        Role.POSTCODE,
        r"(?:.* )?(?:zip|postcode|post code|postal code|zip ?code|plz|postleitzahl|code postal|"
        r"codigo postal|cp|cap|cep|postal|postnummer|postinumero)",
    ),
    (
        Role.REGION,
        r"(?:.* )?(?:state|province|region|county|bundesland|kanton|canton|departement|provincia|territory|"
        r"district|prefecture)(?: (?:code|name))?",
    ),
    (
        Role.COUNTRY,
        r"(?:.* )?(?:country|nation|nationality|land|pays|pais|paese|citizenship)(?: (?:code|name|iso))?",
    ),
    (
        Role.ADDRESS,
        r"(?:.* )?(?:address|addr|adresse|direccion|indirizzo|endereco|adres|anschrift)(?: full)?|"
        r"full address",
    ),
    (Role.IP, r"(?:.* )?ip(?: addr(?:ess)?)?(?: v[46])?|(?:.* )?ip ?address|remote addr|client ip|host ip"),
    (
        Role.URL,
        r"(?:.* )?(?:url|uri|website|web ?site|homepage|link|href|webhook|avatar|photo|image|picture|domain)",
    ),
    (
        Role.CODE,
        r"(?:.* )?(?:iban|bic|swift|soc sec|social security|national insurance|national id|personal id|"
        r"health card|vat|vat id|tax id|ssn|sin|nino|passport|licen[cs]e|sku|ean|isbn|vin|"
        r"serial|imei|card|pan|barcode|tracking|invoice|voucher|coupon|booking|confirmation|reference|ref|"
        r"steuernummer|kontonummer|account|policy|plate|registration|nif|dni|siret|siren|abn|medicare|nhs|"
        r"rechnung)"
        r"(?: (?:no|nr|number|num|code|id|plate|nummer|ref|reference))?|reference|booking code|ref|"
        r"(?:booking|order|case|ticket|discount|"
        r"promo|batch|lot|parcel|shipment|shelf|bin) (?:ref|reference|code|number|no|nr|id)|pnr|"
        r"(?:ticket|case|parcel|batch|lot|bin|shelf|gtin|upc|asin|mpn|isin|lei)",
    ),
    (
        Role.MONEY,
        r"(?:.* )?(?:amount|price|cost|total|subtotal|salary|wage|fee|balance|revenue|budget|payment|paid|"
        r"due|"
        r"discount|tax|credit|debit|income|betrag|preis|summe|gehalt|montant|prix|salaire|importe|precio|"
        r"monto|"
        r"prezzo|importo|kosten|umsatz|limit|refund|deposit|premium|gross|net|charge|tip|spend|spent|"
        r"value|mrr|arr)"
        r"(?: (?:amount|eur|usd|gbp|cents|net|gross|incl|excl|paid|due|value))?",
    ),
    (
        Role.NUMBER,
        r"(?:.* )?(?:quantity|qty|count|number of .*|num .*|score|rating|weight|height|width|length|size|age|"
        r"percent|percentage|rate|ratio|duration|minutes|seconds|hours|days|points|stock|menge|anzahl|"
        r"nombre de|"
        r"cantidad|level|position|rank|sort|order index|seq|sequence|version|year|month|priority|attempts|"
        r"retries|"
        r"latency|bytes|visits|views|clicks|temperature|distance|capacity|seats|items)(?: .*)?",
    ),
    (
        Role.DATE,
        r"(?:.* )?(?:date|datum|fecha|data|day|timestamp|time|zeit|ts|datetime)(?: .*)?|.* (?:at|on|since|"
        r"until|"
        r"from|to|am)|(?:valid|effective|start|starts|end|ends|opened|closed|created|updated|modified|"
        r"deleted|"
        r"expires?|expiry|due|placed|shipped|delivered|hired|joined|registered|last seen|last login|erstellt|"
        r"geaendert|inserted)(?: .*)?",
    ),
    (
        Role.FLAG,
        r"(?:is|has|can|was|should|allow|allows|enable|enabled|disable|disabled) .*|active|enabled|"
        r"disabled|deleted|"
        r"verified|archived|opt ?in|opt ?out|subscribed|newsletter|(?:.* )?flag|consent|locked|blocked|"
        r"aktiv|vip",
    ),
    (
        Role.CATEGORY,
        r"(?:.* )?(?:status|state|type|kind|category|class|group|segment|tier|plan|channel|currency|"
        r"gender|sex|"
        r"language|lang|locale|priority|severity|stage|phase|role|department|team|reason|source|method|mode|"
        r"title|salutation|anrede|kategorie|typ|art|geschlecht|waehrung|wahrung|estado|tipo|genre|statut|"
        r"etat|"
        r"brand|color|colour|unit|grade|timezone|time zone|queue|topic|tag|label|audience|marital status|"
        r"response|product|platform|device|browser|os|provider|carrier|industry|sector|subscription|outcome)"
        r"(?: (?:code|name|type|id))?",
    ),
    # what is sold or run: a small vocabulary stays, one of many names is replaced as companies' are
    (Role.CATEGORY, _THINGS),
    (Role.ORGANISATION, _THINGS),
    (
        Role.TEXT,
        r"(?:.* )?(?:notes?|comments?|remarks?|description|desc|message|msg|text|details|memo|bio|about|"
        r"feedback|"
        r"summary|subject|instructions|reason text|explanation|bemerkung|notiz|kommentar|beschreibung|"
        r"commentaires?|remarque|observaciones|comentarios?|descripcion|nota|note|review|transcript|question|"
        r"answer|reply|complaint|caption|freitext|anmerkung|resolution|history)(?: text)?",
    ),
    (
        Role.DOCUMENT,
        r"(?:.* )?(?:body|content|contents|document|article|markdown|html|full text|inhalt|page)",
    ),
    (Role.TITLE, r"(?:.* )?(?:title|heading|headline|titel|titre|titulo)"),
    (Role.VECTOR, r"(?:.* )?(?:embedding|vector|vec|embeddings)(?: .*)?"),
    (
        Role.JSON,
        r"(?:.* )?(?:json|metadata|meta|payload|attributes|attrs|properties|props|settings|preferences|"
        r"config|extra|extras|custom fields|options)(?: json)?",
    ),
    (
        Role.IDENTIFIER,
        r"id|uid|uuid|guid|pk|key|(?:.* )?(?:id|uid|uuid|guid|oid|pk|fk|key|nr|no|nummer|number|num|ref id|"
        r"external id)",
    ),
)
_COMPILED = tuple((role, re.compile(pattern)) for role, pattern in _NAMES)
_PLACE_ON_EARTH = re.compile(
    r"(?:.* )?(?:lat|latitude|lng|lon|long|longitude|geo|geom|geometry|coordinates?|gps)"
)
_BODY = re.compile(r"(?:.* )?(?:fingerprint|face|voice|biometric|dna|genome|blood type|signature)(?: .*)?")


@cache
def words_of(name: str) -> str:
    """A column's name as words: `customerFirstName2` is `customer first name 2`."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    parted = re.sub(r"(?<=[A-Za-z])(?=\d)", " ", _CAMEL.sub(" ", plain))
    return " ".join(re.split(r"[^A-Za-z0-9]+", parted)).strip().lower()


def roles_by_name(name: str) -> tuple[Role, ...]:
    """The meanings that a name may have, the likeliest first."""
    words = words_of(name)
    return tuple(role for role, pattern in _COMPILED if pattern.fullmatch(words))


def is_a_place_on_earth(name: str) -> bool:
    """Does the name say coordinates, or a mark of a body? No role keeps those."""
    words = words_of(name)
    return bool(_PLACE_ON_EARTH.fullmatch(words) or _BODY.fullmatch(words))
