"""Short forms of given names, from general knowledge: who is called Bob may stand there as Robert."""

from __future__ import annotations

_TABLE = """
abigail abby abbie gail
abraham abe
adelaide addie
agnes aggie
albert al bert bertie
alexander alex al sandy sasha xander alec
alexandra alex sandra sandy sasha lexi
alfred al alf alfie fred
alice ali
alison ali ally
amanda mandy
amelia amy millie
andrea andy
andrew andy drew
angela angie
ann annie nancy nan
anne annie
anthony tony ant
antonia toni
antonio tony toni
arthur art artie
barbara barb babs
bartholomew bart
beatrice bea trixie
benjamin ben benny benji
bernard bernie
bradley brad
bridget biddy bridie
calvin cal
cameron cam
carolyn carrie carol
caroline caro carrie
cassandra cass cassie
catherine cathy cath kate katie kitty
charles charlie chuck chas
charlotte charlie lottie
christina chris tina chrissy
christine chris tina chrissy
christopher chris kit topher
clifford cliff
constance connie
cynthia cindy
daniel dan danny
danielle dani
david dave davy
deborah deb debbie debby
dennis denny
donald don donnie
dorothy dot dottie dolly
douglas doug
edmund ed eddie ned
edward ed eddie ned ted teddy
edwin ed eddie
eleanor ellie nell nellie nora
elizabeth liz lizzie beth betty betsy eliza lisa libby bess
emily em emmy
emma em
eric rick
esther essie
eugene gene
evelyn evie
ezekiel zeke
florence flo florrie
frances fran frankie
francis frank fran frankie
francisco paco pancho
franklin frank
frederick fred freddie freddy
gabriel gabe
gabrielle gabby
geoffrey geoff
georgina georgie gina
gerald gerry jerry
gertrude gertie trudy
gilbert gil bert
giovanni gianni
giuseppe peppe beppe
gregory greg
guillermo memo
gwendolyn gwen
hannah annie
harold harry hal
harriet hattie
helen nell nellie
henry harry hank hal
herbert herb bert
howard howie
isabella bella izzy
isabel bella izzy
jacob jake
jacqueline jackie
james jim jimmy jamie
janet jan
jason jay
jean jeannie
jeffrey jeff
jennifer jen jenny
jeremiah jerry
jeremy jem
jessica jess jessie
joan joanie
joanna jo
joanne jo
johannes hans jan
john jack johnny jon
jonathan jon jonny nathan
jose pepe
josef sepp
joseph joe joey jo
josephine jo josie
joshua josh
judith judy
julia julie
julian jules
karl charlie
katherine kate katie kathy kath kitty
kathleen kathy kath kate
kenneth ken kenny
kimberly kim
laurence larry
lawrence larry lawrie
leonard len lenny leo
leslie les
lillian lily lil
louis lou louie
louise lou
lucille lucy
luis lucho
madeline maddie
magdalena lena magda
manuel manny manolo
marcus marc
margaret maggie meg peggy peg madge marge greta rita
maria mia
marianne mari
marjorie marge
martha marty
martin marty
mary molly polly mae
matilda tilly mattie
matthew matt matty
maureen mo
maximilian max
maxwell max
megan meg
melanie mel
melissa mel missy
michael mike mick mickey micky
michelle shelly
mildred millie
miriam mimi
mitchell mitch
mohammed mo
nathan nate
nathaniel nate nat
nicholas nick nicky
nicole nicky nikki
norman norm
oliver ollie
olivia liv livvy
pamela pam
patricia pat patty tricia trish
patrick pat paddy
pauline polly
penelope penny
peter pete
philip phil pip
philippa pippa
phillip phil
phyllis phyl
priscilla cilla
rachel rach
ralph ralphie
randolph randy
raymond ray
rebecca becky becca
reginald reg reggie
richard dick rick ricky rich richie
robert bob bobby rob robbie bert
roberta bobbie
roderick rod
rodney rod
roger rog
ronald ron ronnie
rosemary rose rosie
roxanne roxy
rudolf rudi
russell russ
ruth ruthie
samantha sam sammy
samuel sam sammy
sandra sandy
sarah sally sadie
sebastian seb bastian
sergei seryozha
sharon shaz
sheila shell
sidney sid
silvester sly
simon si
solomon sol
sophia sophie
stanley stan
stephanie steph stevie
stephen steve steven stevie
steven steve stevie
stuart stu
susan sue susie suzy
susannah sue susie
suzanne sue suzy
sylvia syl
tamara tammy
teresa terry tess
terence terry
theodore ted teddy theo
theresa terry tess tessa
thomas tom tommy
timothy tim timmy
tobias toby
tracey trace
ulrich uli
valerie val
vanessa nessa
veronica ronnie
victor vic
victoria vicky vic tori
vincent vince vinny
virginia ginny
vladimir vova
walter walt wally
wendy wen
wilfred wilf
wilhelm willi
wilhelmina minnie
william bill billy will willie liam
winifred winnie
wolfgang wolf
xavier xavi
yvonne vonnie
zachary zach zack
"""


def _read() -> dict[str, tuple[str, ...]]:
    formal: dict[str, list[str]] = {}
    for line in _TABLE.split("\n"):
        first, *rest = line.split() or [""]
        for short in rest:
            formal.setdefault(short, []).append(first)
    return {short: tuple(names) for short, names in formal.items()}


FORMAL = _read()
"""The names that each short form may stand for."""
