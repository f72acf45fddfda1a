"""An independent ear for RTP: keeps every packet, decodes G.711 and RFC 4733 by the books alone."""

import socket
import subprocess
import threading
import time
from dataclasses import dataclass

import numpy

from .wait import Board

SILENCE = 20  # of 32768: G.711's noise about zero is quieter.
# RFC 4733 section 3.2, table 3.
KEYS = "0123456789*#ABCD"


@dataclass
class Packet:
    """One packet as it came."""

    at: float
    marker: bool
    kind: int
    sequence: int
    timestamp: int
    source: int
    payload: bytes


def parse(data, at):
    """RFC 3550 section 5.1; None for what is no RTP."""
    if len(data) < 12 or data[0] >> 6 != 2 or 192 <= data[1] <= 223:
        return None
    start = 12 + 4 * (data[0] & 15)
    word = int.from_bytes
    return Packet(
        at, bool(data[1] & 128), data[1] & 127, word(data[2:4], "big"), word(data[4:8], "big"),
        word(data[8:12], "big"), data[start:],
    )


def mu_law(data):
    """G.711 mu-law to floats in [-1, 1]."""
    code = ~numpy.frombuffer(data, numpy.uint8)
    size = (((code & 15).astype(int) << 3) + 132 << ((code >> 4) & 7).astype(int)) - 132
    return numpy.where(code & 128, -size, size) / 32768


class Ear:
    """A socket that an SDP may name as its place for sound. It says nothing itself."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0.1)
        self.port = self.socket.getsockname()[1]
        self.heard = Board()
        self.over = False
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        while not self.over:
            try:
                data = self.socket.recv(2048)
            except TimeoutError:
                continue
            except OSError:
                return
            packet = parse(data, time.monotonic())
            if packet:
                self.heard.add(packet)

    def sources(self):
        """Whoever has sent something, in the order of their first packets (SSRC)."""
        return list(dict.fromkeys(packet.source for packet in self.heard.snapshot()))

    def packets(self, kind=0, source=None):
        """Those of one payload type and source, in order of their timestamps."""
        source = source or next(iter(self.sources()), None)
        heard = self.heard.snapshot()
        found = [packet for packet in heard if (packet.kind, packet.source) == (kind, source)]
        first = found[0].timestamp if found else 0
        return sorted(found, key=lambda packet: (packet.timestamp - first + 2**31) % 2**32)

    def sound(self, source=None):
        """Everything heard as samples, each packet at the place its timestamp gives it."""
        packets = self.packets(source=source)
        assert packets, "nothing was heard"
        place = [(packet.timestamp - packets[0].timestamp) % 2**32 for packet in packets]
        out = numpy.zeros(place[-1] + len(packets[-1].payload))
        for at, packet in zip(place, packets, strict=True):
            out[at : at + len(packet.payload)] = mu_law(packet.payload)
        return out

    def missing(self):
        """Packets that never came, by their numbers."""
        numbers = sorted((p.sequence - self.heard.items[0].sequence) % 2**16 for p in self.packets())
        return numbers[-1] + 1 - len(set(numbers))

    def keys(self, kind=101):
        """Keys told as events (RFC 4733): key and length in milliseconds, each event once."""
        found = {}
        for packet in self.packets(kind):
            event, volume, length = packet.payload[0], packet.payload[1], packet.payload[2:4]
            assert not volume & 64, "the reserved bit is set"
            key, ends, longest = found.get(packet.timestamp, (KEYS[event], 0, 0))
            assert key == KEYS[event], "an event changes its key"
            length = int.from_bytes(length, "big")
            found[packet.timestamp] = (key, ends + (volume >> 7), max(longest, length))
        assert all(ends for _, ends, _ in found.values()), "an event has no end"
        return [(key, longest / 8) for key, _, longest in found.values()]

    def close(self):
        self.over = True
        self.socket.close()
        self.thread.join(2)


def align(heard, source):
    """Where the source begins in what was heard, by correlation, and how alike they are there
    (0 to 1)."""
    size = 1 << (len(heard) + len(source)).bit_length()
    spectrum = numpy.fft.rfft(heard, size) * numpy.conj(numpy.fft.rfft(source, size))
    match = numpy.fft.irfft(spectrum, size)
    at = int(numpy.argmax(match[: max(len(heard) - len(source) // 2, 1)]))
    piece = heard[at : at + len(source)]
    source = source[: len(piece)]
    norm = numpy.sqrt((piece**2).sum() * (source**2).sum()) + 1e-12
    return at, float((piece * source).sum() / norm)


def noise_db(heard, source):
    """How far above its difference from what was heard the source is (SNR in dB)."""
    gain = float((heard * source).sum() / ((source**2).sum() + 1e-12))
    difference = heard - gain * source
    return 10 * numpy.log10((source**2).sum() * gain**2 / ((difference**2).sum() + 1e-12))


def longest_silence(samples):
    """The longest run of silence, in samples."""
    loud = numpy.flatnonzero(numpy.abs(samples) * 32768 > SILENCE)
    return int(numpy.diff(loud).max() - 1) if len(loud) > 1 else len(samples)


def tones(samples):
    """Keys in the sound, as multimon-ng hears them."""
    raw = (numpy.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    form = ["-t", "raw", "-e", "signed", "-b", "16", "-c", "1"]
    words = ["sox", *form, "-r", "8000", "-", *form, "-r", "22050", "-"]
    wide = subprocess.run(words, input=raw, check=True, capture_output=True).stdout
    words = ["multimon-ng", "-q", "-a", "DTMF", "-t", "raw", "-"]
    said = subprocess.run(words, input=wide, check=True, capture_output=True, timeout=60).stdout
    lines = said.decode().splitlines()
    return "".join(line.split()[1] for line in lines if line.startswith("DTMF:"))


def goertzel(samples, rate, frequency):
    """The level of one frequency in dB of full scale, by Goertzel's recurrence."""
    turn = 2 * numpy.cos(2 * numpy.pi * frequency / rate)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + turn * last - before
    power = last**2 + before**2 - turn * last * before
    return 10 * numpy.log10(4 * power / len(samples) ** 2 / 2 + 1e-12)
