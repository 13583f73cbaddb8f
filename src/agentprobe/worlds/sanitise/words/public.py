"""Words that say nothing of anybody: what may stand in a world as it stands in production.

Written down from general knowledge. Whatever is not here, and not frequent in many texts, is replaced.
"""

from __future__ import annotations

BLANKS = frozenset({"n/a", "n.a.", "n.a", "#n/a", "na.", "-", "--", "?", "???", "."})
"""What people write where they have nothing to say."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = _words("""
mr mrs ms miss mx dr prof professor sir dame lord lady rev fr hon herr frau mme mlle monsieur madame
sr sra srta don dona jr snr jnr ii iii iv phd md esq bsc msc mba dipl ing dott
""")
PARTICLES = _words("""
van von der den de del della di da do dos das du la le les los las el al bin ibn ben bint abu ter
ten te zu zum zur af av und and et of st saint san santa mac mc
""")
STREET_WORDS = _words("""
street st road rd avenue ave av lane ln drive dr court ct place pl square sq terrace tce ter
crescent cres cr close cl way wy boulevard blvd highway hwy parade pde circuit cct circle cir
parkway pkwy grove gr gardens gdns row mews walk alley plaza loop path trail track esplanade esp
rise ridge view hill hills park bridge quay apartment apt unit flat suite ste floor fl level lvl
room rm building bldg block lot house villa po box north south east west northeast northwest
southeast southwest n s e w ne nw se sw upper lower old new great little strasse str platz weg allee
gasse ring rue avenida calle paseo carrer via viale piazza corso straat laan plein vej gade gatan
vagen the of and at on upon
""")
PLACE_WORDS = _words("""
north south east west northern southern eastern western upper lower old new great little st saint
san santa los las el la le port fort mount mt lake river beach bay city town village county district
upon on under by the of de del am im an bei sur les park heights springs falls hills valley island
islands point creek junction central
""")
LEGAL_FORMS = _words("""
ltd limited llc inc incorporated corp corporation co company plc gmbh ag kg ohg ug sa sas sarl srl
spa bv nv ab as oy oyj aps pty pte llp lp se kk the and of und et group holding holdings
""")
BUSINESS_WORDS = _words("""
services service solutions systems consulting partners associates international global industries
enterprises trading technologies technology tech labs media studio studios design bank insurance
energy foods logistics transport travel hotel restaurant cafe school college university hospital
clinic pharmacy church club society foundation institute trust agency office shop store market
motors auto construction builders engineering electric electrical plumbing law legal accounting
capital investments properties estate estates
""")
JUNK = _words("""
unknown none null test testing tba tbd xxx anonymous deleted removed guest undefined nan nil missing
empty invalid dummy example sample noname unnamed placeholder
""")
PROVIDERS = _words("""
gmail googlemail yahoo ymail rocketmail hotmail outlook live msn aol icloud me mac gmx web
protonmail proton zoho fastmail mail email yandex qq naver daum hanmail rediffmail orange wanadoo
free laposte sfr libero virgilio tiscali alice btinternet btopenworld sky virginmedia ntlworld
talktalk bigpond optusnet comcast verizon att sbcglobal bellsouth cox charter earthlink juno freenet
arcor terra uol bol seznam centrum wp onet interia example test invalid localhost
""")
FREEMAIL = _words("""
gmail googlemail yahoo ymail rocketmail hotmail outlook icloud gmx protonmail fastmail yandex
laposte wanadoo btinternet bigpond optusnet comcast verizon sbcglobal bellsouth earthlink
""")
"""Providers whose names are no other words: a slip in one (gmial) stays a slip in one."""
ALSO_SURNAMES = _words("le do du la van al da de di y")
"""Particles that stand at the end of a name only as a name of their own."""
HOST_LABELS = _words("""
www mail smtp imap pop mx ns api app apps web shop store blog news help support docs admin portal
login auth secure static cdn img images assets media dev test staging stage prod demo beta m mobile
ftp vpn git wiki status my go cloud host server
""")
TOP_LEVEL = _words("""
com org net edu gov mil int info biz name pro io ai app dev me tv cc co ac ltd plc sch nhs uk us au
nz ca de fr it es pt nl be lu ch at dk se no fi is ie pl cz sk hu ro bg gr hr si rs ua ru by lt lv
ee tr il ae sa eg za ng ke gh ma in pk bd lk cn hk tw jp kr sg my th vn ph id mx br ar cl pe ve uy
ec eu asia cloud online site shop store tech xyz example test invalid local or ne go gob gouv nom
asn
""")
FUNCTION_WORDS = _words("""
a an the and or but nor so yet if then else than that this these those there here it its he him his
she her hers they them their theirs we us our ours you your yours i me my mine who whom whose which
what when where why how is are was were be been being am do does did done doing have has had having
will would shall should may might must can could cannot not no yes of in on at by for from to into
onto with without within about above below under over between among through during before after
until since against toward towards upon off out up down again once only just also too very more most
much many few less least some any each every all both either neither other another such same own as
because while although though unless whether per via s t re ve ll d m don doesn didn isn aren wasn
weren won wouldn couldn shouldn hasn haven hadn let lets one two three four five six seven eight
nine ten
""")
COMMON_WORDS = FUNCTION_WORDS | _words("""
able absent accept acceptance accepted access accident according account accounting accounts
accurate across act action actions active activity actual add added adding addition additional
address addressed addresses adjust adjusted adjustment admin administration advance advice advise
advised affect affected afternoon agree agreed agreement ahead alert allow allowed allows almost
alone along already alternative always amend amended amount amounts annual annually answer answered
anyone anything apart apologise apologised apologize app appear appears appendix applicable
application applications applied applies apply appointment approach approval approve approved approx
approximately area areas around arrange arranged arrangement arrival arrive arrived article ask
asked asking asks assigned assist assistance assume assured attach attached attachment attempt
attempted attempts attend attention audit authorised authorized authorisation automatic
automatically available average await awaiting aware away back backup bad balance bank banking based
basic basis became become becomes been began begin beginning behalf behind believe benefit benefits
best better beyond big bill billed billing bills blank block blocked board body book booked booking
bookings both bought box branch break breach brief bring broken brought browser budget bug build
building bulk business businesses button buy buyer call callback called caller calling calls came
cancel cancelled canceled cancellation candidate capacity card cards care carefully carried carrier
carry case cases cash category cause caused causes cc centre center certain certificate chance
change changed changes changing channel charge charged charges chart chase chased chat cheaper check
checked checking checks cheque choice choose chosen circumstances claim claimed claims class clause
clauses clean clear clearance cleared clearly click client clients clinic clock close closed closes
closing closure cloud code codes collect collected collection come comes coming comment comments
commercial commission committee common communication companies company compare compared compensation
complain complained complaint complaints complete completed completely completion compliance
complies comply component computer concern concerned concerning concerns condition conditions
conference confidential confirm confirmation confirmed confirming confirms conflict connect
connected connection consent consider considered consult contact contacted contacting contains
content contents continue continued contract contractor contracts control conversation convert
cooperation copies copy correct corrected correction correctly correspondence cost costs couple
courier course cover coverage covered create created creating credit credited criteria critical
currency current currently cycle customer customers cut daily damage damaged damages data database
date dated dates day days dead deadline deal dealer dealing deals dear debit decide decided decision
decline declined deduct deducted default defect defective define defined definition degree delay
delayed delays delete deleted deliver delivered deliveries delivery demand department departure
depends deposit describe described description desk despite detail detailed details determine
developed development device devices difference different difficult digital direct directly director
disabled discount discounts discuss discussed discussion dispatch dispatched display dispute
disputed distribution division document documentation documents double doubt download draft drive
driver drop due duplicate duration duties duty earlier early ease easily easy edit effect effective
efforts electronic eligible email emailed emails emergency employee employees employer employment
empty enable enabled enclosed encountered end ended ending ends engineer english enough enquiry
ensure enter entered entire entitled entitlement entry environment equal equipment error errors
escalate escalated escalation especially essential establish established estimate estimated etc
evening event events eventually ever everyone everything evidence exact exactly examine example
exceed except exception exceptions excess exchange exchanged exclude excluded excluding executive
exempt exist existing expect expected expense expenses expire expired expires expiry explain
explained explanation express extend extended extension extent external extra face facility fact
failed failing fails failure fair fall false family far fast fault faulty fax feature features fee
feedback feel fees field fields figure figures file filed files fill filled final finally finance
financial find finding finds fine finish finished firm first fit fix fixed flag flagged flat flight
floor follow followed following follows followup food force foreign forgot form formal format former
forms forward forwarded found frame framework fraud free frequently fri friday front full fully
function fund funds further furthermore future gave general generally generate generated get gets
getting gift give given gives giving global go goes going gone good goods got government grant
granted gross group groups guarantee guidance guide guideline guidelines half hand handed handle
handled handling happen happened happy hard hardware head heading health hear heard held hello help
helped helpful helpline hence hi high higher history hit hold holder holding holiday home hope
hospital hotel hour hours house however human hundred idea identification identified identify
identity image immediate immediately impact implement important improve inbound incident incidents
include included includes including income incomplete incorrect incorrectly increase increased
indeed independent index indicate indicated individual individuals information inform informed
initial initially inquiry insert inspection install installation installed instance instead
instruction instructions insurance insured intend intended interest interested interim internal
international internet interview introduced invalid inventory investigate investigated investigation
invoice invoiced invoices involve involved issue issued issues item items january february march
april june july august september october november december jan feb mar apr jun jul aug sep sept oct
nov dec job join joined journey judgement keep keeping kept key keys kind kindly knew know knowledge
known lack language laptop large last late later latest launch law lead leading leads learn least
leave leaves leaving left legal length letter letters level liability liable licence license life
light like likely limit limited limits line lines link linked list listed little live load loan
local locate located location locked log logged login logistics long longer look looked looking
looks lose loss lost lot lots low lower lunch made mail mailed main mainly maintain maintained
maintenance major make makes making manage managed management manager managers mandatory manner
manual manually manufacturer mark market marked marketing matched match matches material matter
matters maximum mean means measure measures media medical meet meeting meetings member members
membership memory mention mentioned merge merged message messages met method middle mind minimum
minor minute minutes misc miss missed missing mistake mobile mode model modified modify moment mon
monday money monitor month monthly months morning move moved moves moving multiple name named names
national nature near nearest nearly necessary need needed needs negative neither net network never
new newly next night nobody none normal normally note noted notes nothing notice notification
notified notify notifications now number numbers object objection obligation obligations obtain
obtained obvious occur occurred offer offered offers office officer offices official offline often
ok okay old online onsite open opened opening opens operate operating operation operations operator
opinion opportunity option optional options oral order ordered orders organisation organization
original originally otherwise outbound outcome outline output outside outstanding overall overdue
overnight overpaid owed owing owner owners pack package packages page pages paid panel paper
paperwork parcel parking part partial partially particular parties partly partner parts party pass
passed password past patch patient pattern pay payable paying payment payments payroll penalty
pending people percent percentage perform performance performed perhaps period periods permission
permit permitted person personal personnel phone phoned phones photo pick picked piece place placed
plan planned planning plans platform please plus pm point points policies policy poor position
possible possibly post postal postage posted postpone postponed potential practice prefer preferred
preferably premises premium prepare prepared present presented press pressure prevent previous
previously price priced prices pricing primary principal print printed printer prior priority
private probably problem problems procedure procedures proceed process processed processes
processing product production products professional profile program programme progress project
projects promise promised promotion prompt promptly proof proper properly property proposal proposed
protect protection prove provide provided provider provides providing provision public published
purchase purchased purchases purpose purposes put qualify quality quantity quarter quarterly query
queries question questions queue quick quickly quiet quite quota quote quoted raise raised range
rate rates rather reach reached reaction read reading ready real really reason reasonable reasons
reboot recall receipt receive received receives receiving recent recently recipient recommend
recommended record recorded records recover recovery recurring reduce reduced reduction refer
reference referral referred refers refund refundable refunded refunds refuse refused regard
regarding regardless regards region regional register registered registration regular regularly
regulation regulations reject rejected related relating relation relationship relevant reliable
remain remaining remains remember remind reminded reminder remote removal remove removed renew
renewal renewed rent repair repaired repairs repeat repeated replace replaced replacement replied
reply report reported reporting reports representative request requested requesting requests require
required requirement requirements requires reschedule rescheduled research reservation reserve
reserved reset residence resident resolution resolve resolved resource resources respect respond
responded response responsibility responsible rest restart restore restored restricted restriction
result results resume retain retained retention retry return returned returning returns revenue
review reviewed reviews revised revision right rights ring risk risks role room rooms round route
rule rules run running safe safety said salary sale sales sat satisfied satisfaction saturday save
saved saw say saying says scan scanned schedule scheduled scheme scope screen search second
secondary seconds section sections sector secure security see seek seem seems seen select selected
self sell seller send sender sending sends senior sense sent separate separately serial series
serious serve served server service services session set sets setting settings settle settled
settlement several shared share shift ship shipment shipments shipped shipping shop short shortly
show showed showing shown shows sick side sign signature signed significant similar simple simply
single site sites situation size small social software sold solution solve solved someone something
sometimes somewhere soon sorry sort sorted sound source space speak special specialist specific
specification specified speed spend spent split spoke spoken staff stage standard standing start
started starting starts state stated statement statements status stay step steps stock stop stopped
stopping stops store stored stores storage story strategy street structure stuck style subject
submission submit submitted subscriber subscription subsequent subsequently success successful
successfully sufficient suggest suggested suggestion suitable sum summary sun sunday supersede
superseded supersedes supervisor supplier suppliers supplied supplies supply support supported
supporting supposed sure survey suspend suspended switch switched system systems table take taken
takes taking talk talked target task tasks tax team teams technical technician technology telephone
tell temporarily temporary tenant tender term terminate terminated termination terms test tested
testing text thank thanks therefore thing things think third thought thousand thu thursday thus
ticket tickets till time timely timeline times title today together told tomorrow tonight took tool
tools top topic total totally touch track tracked tracking trade trading traffic training
transaction transactions transfer transferred transfers transit transport travel treated treatment
trial tried trip trouble troubleshooting true trust try trying tue tuesday turn turned type types
unable unauthorised uncertain unclear understand understanding understood unfortunately unhappy
unique unit units unknown unpaid unresolved unsure unusual unwanted update updated updates updating
upgrade upgraded upgrades upload upset urgent urgently usage use used useful user users uses using
usual usually valid validity valuable value values van variation various vehicle vendor verbal
verified verify version versions via view viewed visible visit visited visitor visitors visits voice
void voicemail volume voucher vouchers wait waited waiting waived want wanted wants warning warranty
waste watch water way ways web webpage website wed wednesday week weekday weekend weekly weeks
welcome well went wet whatever whenever whereas wherever whole wide window wish wishes withdraw
withdrawal withdrawn woman man men women word words work worked worker workers working workplace
works worth write writing written wrong wrote year yearly years yesterday zero zone http https www
com org html php id url ref no nr tel mob cell ext dob vs eg ie am asap fyi tbc rma sku vat iban bic
swift pdf csv usd eur gbp aud kg km cm mm gb mb kb st nd rd th wife husband son daughter mother
father brother sister child children parent parents friend neighbour neighbor colleague boss lawyer
doctor nurse teacher landlord gentleman madam sir baby boy girl kid kids car truck door garden
kitchen bathroom bedroom heating boiler roof wall lamp chair sofa bag bottle cable battery charger
keyboard mouse headset router modem engine tyre tire red green blue yellow black white grey gray
brown orange pink purple warm cold hot cool dry heavy soft loud slow noon midnight spring summer
autumn winter bus train plane taxi boat station airport bridge corner mentions mentioning rang
texted guest guests hereby herein hereto hereunder thereof therein shall pursuant annex paragraph
indemnity confidentiality jurisdiction governing arbitration notwithstanding remedy waiver
eligibility reimbursement allowance deletion encryption onboarding offboarding overtime absence
sickness maternity paternity parental pension
""")
ENDINGS = ("s", "es", "n", "en", "er", "ie", "y")
"""What a language adds to a name in a sentence."""
