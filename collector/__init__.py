"""What comes in and is kept: the only unattended input and output. Reads devices, never writes to one."""
