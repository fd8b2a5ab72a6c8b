"""What people see.

exports       series of energy for other programs
learnt        what the models have learnt of each inverter, as data
learnt_words  the same in words
yields        yields, performance, losses, and the outlook of a year
"""
