"""Names that people give themselves."""

COMMON = """
sunny tiger coolcat bluebird runner skywalker rockstar gamer pixel shadow ninja dragon phoenix wizard panda
ranger
"""
STEMS = """
blue red dark cool fast happy crazy lucky silver golden tiny big mad sly wild calm neon retro super mega
ultra night sun moon star sky sea fire ice storm rain snow wind rock iron steel
"""
ENDINGS = """
cat dog fox wolf bear bird fish tiger lion hawk owl bee ant frog rider runner maker hunter walker dancer
singer gamer coder baker pilot sailor miner knight wizard ninja pirate star moon sun
"""
