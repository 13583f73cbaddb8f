"""Given names of several origins, with the short forms that people go by."""

COMMON = """
John Mary James Sarah Michael Emma David Anna Robert Maria William Laura Thomas Emily Daniel Jessica Paul
Julia Mark Elizabeth Andrew Katherine Peter Sophie Joseph Claire Richard Hannah Christopher Lucy George
Rachel Charles Rebecca Matthew Olivia Anthony Charlotte Steven Helen Edward Susan Brian Karen Kevin Linda
Jason Lisa Jack Alice Ben Sam Kate Liz Tom Mike Chris Dan Jim Bob Bill Joe Dave Steve Matt Nick Tony Alex
Jen Sue Becky Meg Beth Jess Mohammed Fatima Ali Aisha Ahmed Layla Omar Zainab Hassan Noor Ibrahim Maryam
Yusuf Amina Karim Salma Tariq Huda Wei Mei Jun Li Ying Hao Xin Ling Chen Yan Min Lan Hiroshi Yuki Kenji
Sakura Takashi Aiko Haruto Emi Jin Soo Hana Raj Priya Amit Anjali Sanjay Deepa Vikram Neha Arjun Pooja Ravi
Sunita Kiran Meera Rahul Divya Suresh Lakshmi Carlos Ana Jose Carmen Luis Lucia Juan Elena Miguel Isabel
Pedro Rosa Diego Sofia Javier Marta Pablo Ines Jorge Pierre Camille Jean Chloe Louis Manon Antoine Juliette
Nicolas Amelie Luc Margaux Hugo Elise Marco Giulia Luca Francesca Matteo Chiara Paolo Alessia Giovanni
Martina Stefano Valentina Hans Greta Klaus Ursula Jurgen Heike Felix Lena Lukas Johanna Stefan Sabine
Wolfgang Petra Jan Eva Piotr Agnieszka Pawel Magda Tomasz Ewa Marek Zofia Ivan Olga Dmitri Natalia Sergei
Tatiana Alexei Irina Mikhail Svetlana Nikolai Galina Erik Ingrid Lars Astrid Sven Freja Nils Sigrid Bjorn
Karin Anders Linnea Kwame Ama Kofi Abena Chidi Ngozi Emeka Adaeze Tunde Folake Sipho Thandi Liam Noah Oliver
Ethan Lucas Mason Logan Jacob Elijah Aiden Ava Mia Isabella Amelia Harper Evelyn Abigail Ella Grace Chloe
Lily Zoe Nora Stella Violet Ruby Iris Ivy Rose Hazel Daisy Poppy Freya Phoebe Imogen Harriet Beatrice
Matilda Henry Arthur Alfred Frederick Albert Walter Harold Stanley Leonard Ernest Frank Ralph Howard Raymond
Gerald Dennis Margaret Dorothy Barbara Patricia Betty Joan Ruth Shirley Marie Virginia Doris Gloria Frances
Evelyn Alma Edith Philip Simon Stephen Martin Adam Ian Neil Graham Keith Colin Stuart Alan Derek Nigel
Trevor Roger Barry Gordon Jane Amy Nicola Joanne Samantha Victoria Natalie Michelle Alison Tracey Donna
Sharon Angela Deborah Julie Jacqueline Jonathan Nathan Samuel Timothy Gregory Patrick Sean Kyle Aaron Adrian
Dominic Gareth Rhys Owen Dylan Ewan Callum Theodore Sebastian Gabriel Julian Xavier Oscar Leo Max Toby
Jasper Rupert Hamish Angus Fergus Declan Cormac Ronan Siobhan Niamh Aoife Orla Ciara Maeve Roisin Grainne
Catriona Morag Isla Eilidh Fiona Kirsty Shona Mairi Bronwen Carys
"""
STEMS = """
Al Am An Ar Bel Ben Ber Cal Car Cel Chan Cor Dar Del Den Dor El Em Er Far Fel Fran Gal Gar Ger Har Hel Her
Il Is Jan Jas Jem Jor Kal Kar Kas Ken Kir Lan Lar Leo Lin Lor Mal Mar Mel Mir Nad Nar Nel Nor Ol Or Os Pal
Par Per Quin Ral Ram Ren Ros Sal Sam Sel Shan Sol Tal Tam Ter Tor Ul Val Ver Vin Wal Wil Xan Yas Yor Zan Zel
"""
ENDINGS = """
a an ana ander ara ardo aria as ath ea eah el ela elle en ena enne er era eric erie es eth etta ette ia ian
ias ica ick ie iel ien ika il ila ilda in ina inda ine io ion ira is isa ita ius ix la lan lee len lene ley
lia lin lina lyn mina mon na nan nard nelle nia nie nor o on ona or ora os ra ran rea ric rick rie rin ris
rita ron sa sha son ta tan tha thea tia tin tine ton tor tra us vin wen win y ya yn yna
"""
