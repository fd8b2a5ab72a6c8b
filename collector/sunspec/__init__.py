"""SunSpec, the one register layout that data alone cannot say: a chain of models, walked anew on each device.

chain, resync   where the models stand, also when the chain is broken
models          point layouts, from the definitions that pysunspec2 ships
binding         which points become which quantities (config/devices/sunspec.toml says it)
decoder         registers to values: markers, scale factors, symbols
pieces, asking  what does not fit into one request, what a device refuses
reader          all of it as a DeviceReader
image           the way back, for the simulator
"""
