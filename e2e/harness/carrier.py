"""A carrier with real phones behind it: hands on what the house sends, by the number called."""

import socket
import threading

from .wait import free_ports


class Carrier:
    """Passes each packet of a call on to the phone with that number, and its answers back (they
    come to us because the house asks for `rport`, RFC 3581). Later requests of either side go
    directly, as each says in its Contact where it is."""

    def __init__(self):
        (self.port,) = free_ports(1, kinds=("udp",))
        self.phones = {}
        self.house = None
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", self.port))
        threading.Thread(target=self.carry, daemon=True).start()

    def trunk(self):
        """Its table in the configuration of a house."""
        return {"name": "carrier", "host": f"127.0.0.1:{self.port}", "options": False}

    def connect(self, number, phone):
        self.phones[number] = ("127.0.0.1", phone.sip_port)

    def carry(self):
        while True:
            try:
                packet, source = self.socket.recvfrom(65_536)
            except OSError:
                return
            first = packet.split(b"\r\n", 1)[0].decode(errors="replace")
            if first.startswith("SIP/2.0"):
                if self.house:
                    self.socket.sendto(packet, self.house)
                continue
            self.house = source
            number = first.partition("sip:")[2].partition("@")[0]
            phone = self.phones.get(number.replace("%2B", "+").replace("%2b", "+"))
            if phone:
                self.socket.sendto(packet, phone)

    def close(self):
        self.socket.close()
