"""What goes out to people: messages, the ways by which they go, and the box in which they wait.

message    one message for one recipient
channel    what a way out is; which of them a town has
mail       SMTP
webhook    HTTP POST, and the heartbeat
others     everything else, by apprise
outbox     where messages wait until they are sent
sending    from the outbox to the channels
"""
