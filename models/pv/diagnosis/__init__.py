"""Why a roof makes less, or tells less, than it should. Data first, then availability, then performance; pure.

cause      the words: one for each cause
day        what is looked at: one day of a town, inverter by inverter
units      the inverters of a town, and what feeds what
town_day   such a day out of the rollup rows and readings that tepos keeps
sign       what one recipe saw on one day
finding    one cause at one place over time, with its cost
recipes/   one way to see one kind of cause each
members    whom a subject is about
gates      what is said once, and what is not said
claims     each loss goes to one cause
episodes   signs of days become findings
known      what is remembered between days
onset      when a loss began
before     what was lost before the diagnosis first looked
diagnose   all of it: a day and what was known before in, findings and what is known after out
"""
