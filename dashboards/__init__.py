"""What people see.

alerts        alerts with what they cost, as data
alert_words   the same in sentences
messages      what people are sent of them
prices        what a kilowatt-hour of a site brings
exports       series of energy for other programs
learnt        what the models have learnt of each inverter, as data
learnt_words  the same in words
accounts      who may look behind the public page, and act
views         every figure that a screen shows, formed once
web           the page
registry      initiatives at work: deeds in, initiatives out
initiatives   the register as pages and files show it
roofs         the roofs of the town, from spotted to commissioned
panels        a symbolic panel for each birth
cells         text that people typed, in tables that leave the house
yields        yields, performance, losses, and the outlook of a year
"""
