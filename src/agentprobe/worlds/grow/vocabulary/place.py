"""Towns."""

COMMON = """
Riverton Springfield Franklin Clinton Greenville Bristol Fairview Salem Madison Georgetown Arlington Ashland
Burlington Manchester Oxford Clayton Jackson Milton Auburn Dayton Lexington Milford Newport Oakland
Centerville Winchester Cleveland Hudson Kingston Mount_Vernon Dover Lebanon Oakwood Marion Hamilton Bedford
Lancaster Concord Chester Florence Plymouth Richmond Windsor Camden Trenton Monroe Princeton Norwich York
Durham Lincoln Bath Wells Derby Leeds Preston Carlisle Exeter Worcester Gloucester Hereford Stafford Warwick
Rugby Bradford Halifax Sheffield Newcastle Sunderland Port_Elgin Saint_Clair North_Bend Lake_Haven
Castle_Rock Red_Hill Grand_Mere Belleville Beaumont Fremont Bellevue Waterford Wexford Kilkenny Tralee Ennis
Sligo Perth Stirling Dundee Paisley Kirkwall Swansea Newbridge Llanelli Bangor Neustadt Altdorf Bergheim
Steinbach Grunwald Lindau Rosenheim Villeneuve Montclair Saint_Denis Beauvais Castelnuovo San_Marco
Monteverde Villanova Santa_Rosa San_Miguel La_Paz Buena_Vista Puerto_Real Nova_Vila Novi_Grad Bialystok
"""
STEMS = """
Ash Ald Bar Beck Bel Black Brad Brook Burn Cal Can Car Castle Clear Cliff Cold Crow Dar Deer Dun East Edge
Elm Fair Fal Fern Glen Gold Grand Grey Hal Har Haver Hazel High Hol Holly Iron Kel Kil King Lake Lang Lark
Lin Lock Long Mal Maple Mar May Mel Mill Moor Mort New Nor North Oak Old Orch Pem Pine Port Queens Ram Raven
Red Rock Rose Row Salt San Sea Shel Silver South Spring Stan Stone Strat Sun Swan Ten Thorn Tor Up Val Wake
War Water Wes West White Whit Wil Win Wood Yar
"""
ENDINGS = """
ton ham ford bury by field wood dale bridge mouth port haven ville burgh minster ley combe worth stead wick
thorpe holme hurst gate cross hill brook burn mere well church castle chester cester den don ness sea side
stoke stow _Green _Heath _Park _Hills _Falls _Springs _Bay _Point _Valley _Grove _Creek _Beach _Junction
_Heights _Meadows
"""
