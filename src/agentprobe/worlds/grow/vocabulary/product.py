"""Things that are sold."""

COMMON = """
Desk_Lamp Office_Chair Wireless_Mouse USB-C_Cable Water_Bottle Notebook_A5 Coffee_Mug Standing_Desk
Monitor_Arm Laptop_Sleeve Running_Shoes Rain_Jacket Phone_Case Power_Bank Desk_Organiser Travel_Adapter
Bluetooth_Speaker Mechanical_Keyboard LED_Bulb Garden_Hose Tool_Box Paint_Roller Yoga_Mat Frying_Pan
Kitchen_Scale Bath_Towel Wall_Clock Picture_Frame Storage_Box Bed_Linen Winter_Gloves Sun_Hat Back_Pack
Bike_Light Tent_Peg Camping_Stove
"""
STEMS = """
Aero Alpine Arc Aqua Basic Bolt Calm City Classic Clip Cloud Comfort Compact Cosy Cyclo Delta Duo Dura Easy
Eco Edge Ergo Ever Fast Flex Fold Fresh Glide Grip Halo Heat Home Hydro Key Lite Luma Maxi Mini Mono Nano
Neo Nest Nimbus Nord Omni Peak Pivot Pocket Polar Power Pro Pure Quick Quiet Rapid Ridge Rover Safe Sky Slim
Smart Snap Soft Solar Sonic Sport Stream Summit Swift Terra Thermo Tide Trail Trek Tri Turbo Ultra Urban
Vento Volt Wave Wind Zen
"""
ENDINGS = """
_Lamp _Chair _Mouse _Cable _Bottle _Mug _Desk _Jacket _Case _Charger _Speaker _Keyboard _Bulb _Hose _Mat
_Pan _Scale _Towel _Clock _Frame _Box _Gloves _Hat _Pack _Light _Stove _Kettle _Toaster _Heater _Fan _Filter
_Cover _Stand _Hook _Shelf _Drill _Saw _Brush _Rack _Bag ix_Lamp ette_Bag on_Charger is_Kettle ora_Chair
um_Desk
"""
