"""Companies and other organisations."""

COMMON = """
Northwind_Trading Blue_Harbor_Ltd Summit_Partners Acorn_Foods Brightwater_Energy Cedar_Health Granite_Works
Harbor_Logistics Ironbridge_Tools Juniper_Labs Keystone_Insurance Lakeside_Motors Meridian_Bank
Newfield_Press Orchard_Software Pinnacle_Travel Quayside_Hotels Redwood_Finance Silverline_Telecom
Tidewater_Shipping Union_Mills Valley_Farms Westgate_Retail Yellowfin_Fisheries Zenith_Optics City_Council
Central_Hospital Riverside_School
"""
STEMS = """
Apex Arc Aster Atlas Beacon Birch Blue Bright Canyon Cedar Clear Cobalt Copper Crest Delta Dyna Eagle East
Echo Ever Fair Falcon First Forge Global Gold Grand Green Harbor Helio High Horizon Hudson Inter Iron Jade
Kestrel Lake Land Luna Lynx Maple Mari Metro Mid Mira Noble Nor North Nova Oak Omni Orion Pacific Para Peak
Pine Polar Prime Pro Quanta Quest Rapid Red River Rock Royal Sage Silver Sky Sol South Spring Star Stone
Sterling Sun Swift Terra Tri True Union Uni Urban Vector Vertex Vista West White Wind Wood Zen
"""
ENDINGS = """
_Ltd _GmbH _Inc _Group _Partners _Logistics _Foods _Energy _Systems _Software _Labs _Media _Motors _Textiles
_Insurance _Finance _Consulting _Holdings _Trading _Engineering _Health _Pharma _Optics _Print _Tools
_Travel bridge_Ltd field_Group gate_Systems line_Logistics mark_Media path_Health point_Partners
stone_Holdings ware_Software well_Foods works_Inc wave_Energy view_Optics craft_Tools ton_Trading
ley_Consulting mont_Finance dale_Textiles
"""
