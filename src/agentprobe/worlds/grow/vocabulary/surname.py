"""Surnames of several origins."""

COMMON = """
Smith Johnson Williams Brown Jones Garcia Miller Davis Wilson Martinez Anderson Taylor Thomas Moore Martin
Lee Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Baker
Nelson Carter Mitchell Roberts Turner Phillips Campbell Parker Evans Edwards Collins Stewart Morris Murphy
Cook Rogers Morgan Cooper Peterson Bailey Reed Kelly Howard Cox Ward Richardson Watson Brooks Wood James
Bennett Gray Hughes Price Long Foster Sanders Ross Myers Sullivan Powell Russell Jenkins Perry Butler Barnes
Fisher Henderson Simpson Patterson Jordan Reynolds Hamilton Graham Wallace Cole West Hayes Bryant Gibson
Ellis Ford Marshall Owens McDonald Harrison Kennedy Wells Woods Henry Freeman Webb Tucker Hunter Hicks
Crawford Boyd Mason Warren Dixon Gordon Shaw Rice Holmes Robertson Hunt Black Daniels Palmer Mills Nichols
Grant Knight Ferguson Rose Stone Hawkins Dunn Perkins Hudson Spencer Gardner Payne Pierce Berry Matthews
Arnold Willis Ray Watkins Olson Carroll Duncan Snyder Hart Cunningham Bradley Lane Andrews Harper Fox Riley
Armstrong Carpenter Weaver Greene Lawrence Elliott Sims Austin Peters Kelley Franklin Lawson Fields Ryan
Schmidt Carr Wheeler Chapman Oliver Montgomery Richards Williamson Johnston Banks Meyer Bishop McCoy Howell
Morrison Hansen Garza Harvey Little Burton Stanley George Jacobs Reid Kim Fuller Lynch Dean Gilbert Garrett
Welch Larson Frazier Burke Hanson Day Moreno Bowman Fowler Brewer Hoffman Carlson Silva Pearson Holland
Douglas Fleming Jensen Vargas Byrd Davidson Hopkins May Terry Wade Walters Curtis Neal Caldwell Lowe
Jennings Barnett Graves Jimenez Horton Shelton Barrett Obrien Castro Sutton Gregory McKinney Lucas Miles
Craig Khan Ahmed Ali Hussain Begum Patel Singh Kaur Sharma Shah Gupta Kumar Mehta Desai Rao Reddy Iyer Nair
Chowdhury Das Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo Lin He Tanaka Suzuki Sato
Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida Park Choi Jung Kang Cho Yoon Nguyen Tran Le Pham Hoang
Phan Vu Dang Bui Do Rodriguez Hernandez Lopez Gonzalez Perez Sanchez Ramirez Torres Flores Rivera Gomez Diaz
Cruz Morales Ortiz Gutierrez Chavez Ramos Ruiz Alvarez Mendoza Castillo Romero Herrera Medina Aguilar Vega
Soto Delgado Pena Rios Fernandez Muller Schneider Fischer Weber Wagner Becker Schulz Hoffmann Koch Bauer
Richter Klein Wolf Schroder Neumann Schwarz Zimmermann Braun Kruger Hofmann Hartmann Lange Werner Krause
Lehmann Kohler Dubois Durand Leroy Moreau Simon Laurent Lefebvre Michel Bertrand Roux Vincent Fournier Morel
Girard Mercier Blanc Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo
Conti Costa Giordano Mancini Rizzo Lombardi Nowak Kowalski Wisniewski Kaminski Lewandowski Zielinski
Szymanski Wozniak Ivanov Petrov Sidorov Smirnov Kuznetsov Popov Sokolov Novak Horvat Svoboda Johansson
Andersson Karlsson Nilsson Eriksson Larsson Olsson Persson Hansen Pedersen Andersen Christensen Larsen
Sorensen Nielsen Okafor Adeyemi Mensah Boateng Nkosi Dlamini Abebe Haile Mwangi Otieno Diallo Traore Silva
Santos Oliveira Souza Pereira Costa Ferreira Almeida Carvalho Gomes Yilmaz Kaya Demir Celik Sahin Ozturk
Haddad Khoury
"""
STEMS = """
Hart Ash Wood Brad Whit Black Stan Hal Har Ben Win Mid Ald Thorn Wes Nor Sut Eas Hol Haw Bar Bur Cal Car
Chad Cran Dal Den Dun Earn Ed El Fair Far Fen Flet Fox Gar Gil Glen Gran Gres Had Ham Hart Hed Hen Hollin
King Kirk Lam Lang Lin Long Mal Mar Mat May Mel Mer Mil Mor Net New Oak Old Or Os Pem Pen Pres Rad Ram Red
Rich Rob Ros Row Rut Sand Sax Sel Shel Ship Som South Stam Stock Strat Swin Tat Tem Thur Til Tor Tre Up Wal
War Wat Web Wel Wen Whel Wil Wink Wol Wor Yar Ama Ander Baro Beck Berg Bogd Castel Dani Dom Fabri Frank Grun
Ivan Jakov Kal Kov Laz Lind Luk Maz Mont Nik Pav Petr Rom Sal San Sch Stef Tod Vas Vog Zan Zel
"""
ENDINGS = """
well combe son ford ton ley man er ham field wood ing ings by worth land ell ett ster stone wick bury gate
house low more over ridge shaw side stead thorpe ward water way worthy yard ard art ay croft dale den don
grave head hill holm hurst kin kins lake man mere mond nett over pole ridge rop sett smith som sted ter tree
vale wald wall wen win ova ov ev enko sky ska icz ak ek ic ich ini elli etti otti one ano aro ez es az eau
ier ard in mann stein berg bach feld hoff meier thal rup strom qvist lund gren sen datter dottir ian yan
adze
"""
