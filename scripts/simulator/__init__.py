"""A simulated town: real Modbus servers, invented sunshine. Everything it says is marked as simulated.

sky, powers, grid, plant  from one shared sky to what each device measures; pure functions of town, seed and time
wiring                    which array feeds which input
fault, events             what can be switched on; what comes over the whole town
image                     measured values as registers, through the same maps that decode them
server, process           Modbus TCP on loopback, in this process or one of its own
history                   past readings, without sockets
"""
