# Receives what systemd would: notify-socket.py PATH
# Prints each message as one line of JSON, and discards the descriptors that come with it: systemd-notify waits for that.
import json
import socket
import sys

receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print(json.dumps({"ready": True}), flush=True)
while True:
    text = receiver.recv(65536).decode()
    print(json.dumps(dict(line.split("=", 1) for line in text.split("\n") if line)), flush=True)
