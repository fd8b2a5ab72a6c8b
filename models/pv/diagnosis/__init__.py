"""Why a roof makes less, or tells less, than it should. Data first, then availability, then performance; pure.

cause      the words: one for each cause
day        what is looked at: one day of a town, inverter by inverter
sign       what one recipe saw on one day
finding    one cause at one place over time, with its cost
"""
