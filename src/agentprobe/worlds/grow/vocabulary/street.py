"""Streets."""

COMMON = """
High_Street Main_Street Church_Road Station_Road Park_Avenue London_Road Oak_Street Victoria_Road
Maple_Avenue Second_Street Park_Road Queens_Road Kings_Road Elm_Street Washington_Street Cedar_Avenue
Mill_Lane Green_Lane Church_Street Manor_Road New_Street York_Road North_Road South_Street West_Street
East_Avenue Albert_Road Grange_Road School_Lane Chapel_Street Bridge_Street Hill_Road Lake_Drive Pine_Street
Springfield_Road George_Street Alexandra_Road Windsor_Road Stanley_Road Richmond_Road Third_Avenue
Fourth_Street Fifth_Avenue River_Road Sunset_Boulevard Walnut_Street Chestnut_Avenue Willow_Lane Birch_Road
Highland_Avenue Forest_Drive Meadow_Lane Market_Square Kingsway Broadway The_Crescent The_Green
Orchard_Close Rose_Court Garden_Terrace Harbour_View Canal_Street Dock_Road
"""
STEMS = """
Al Ash Bank Bar Bell Black Brad Bram Brook Can Cedar Chan Clar Cliff Cran Dale Dun Elder Elm Fair Fern Flint
Glen Gran Hal Haw Hazel Hill Holly Ivy King Lark Lau Lin Long Mal Map Mead Mill Mor New Nor Oak Orch Pad Par
Pen Pine Poplar Prim Queen Rav Red Rich Rose Sand Sel Shel Stan Stone Sun Syca Tem Thorn Tul Ver Vic Wal War
Wel Wes Whit Wil Win Wood Yew
"""
ENDINGS = """
_Street _Road _Avenue _Lane _Close _Drive _Way _Court _Crescent _Gardens _Grove _Place _Terrace _Walk _Hill
_Park _Rise _Row _Square _View ton_Street ton_Road field_Road ley_Avenue wood_Drive wood_Road well_Lane
worth_Road ham_Street bury_Road brook_Close dale_Avenue stone_Way gate_Street bourne_Road combe_Lane
ford_Street hurst_Road
"""
