"""Looking at sound: WAV files, levels, tones, and how alike two pieces of speech are."""

import subprocess
import wave
from io import BytesIO
from pathlib import Path

import numpy


def read_wav(source):
    """Samples as floats in [-1, 1], one row per channel, and the rate."""
    if isinstance(source, bytes):
        source = BytesIO(source)
    with wave.open(source if not isinstance(source, Path) else str(source)) as file:
        width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
        assert width == 2, f"{width * 8} bits per sample"
        frames = numpy.frombuffer(file.readframes(file.getnframes()), "<i2")
    return frames.reshape(-1, channels).T.astype(float) / 32768, rate


def level_db(samples):
    """Root mean square in dB of full scale."""
    power = float(numpy.mean(numpy.square(samples))) if len(samples) else 0.0
    return 10 * numpy.log10(power + 1e-12)


def loudest_db(samples, rate, piece_s=0.5):
    """The level of the loudest piece: short speech in a long silence is still speech."""
    size = int(rate * piece_s)
    pieces = [samples[at : at + size] for at in range(0, max(len(samples) - size, 1), size // 2)]
    return max((level_db(piece) for piece in pieces), default=-120.0)


def tone_share(samples, rate, frequency):
    """Which share of the power lies within 15 Hz of a frequency (0 to 1)."""
    if len(samples) < rate // 10:
        return 0.0
    power = numpy.abs(numpy.fft.rfft(samples * numpy.hanning(len(samples)))) ** 2
    at = numpy.fft.rfftfreq(len(samples), 1 / rate)
    return float(power[abs(at - frequency) <= 15].sum() / (power.sum() + 1e-12))


def best_tone_share(samples, rate, frequency, piece_s=0.4):
    """The highest share over pieces of the sound."""
    size = int(rate * piece_s)
    return max(
        (
            tone_share(samples[at : at + size], rate, frequency)
            for at in range(0, max(len(samples) - size, 1), size // 2)
            if level_db(samples[at : at + size]) > -50
        ),
        default=0.0,
    )


def utterances(samples, rate, gap_s=0.7, floor_db=-45, around_s=0.0):
    """Cuts at silences of at least `gap_s`; returns (start, end) in samples. A soft beginning or
    end lies under the floor: who wants the words whole asks for the line's silence around them
    too, less than half of a gap."""
    step = rate // 50
    loud = [
        level_db(samples[at : at + step]) > floor_db for at in range(0, len(samples) - step, step)
    ]
    found, start, quiet = [], None, 0
    for index, is_loud in enumerate(loud):
        if is_loud:
            start = index if start is None else start
            quiet = 0
        elif start is not None:
            quiet += 1
            if quiet * step >= gap_s * rate:
                found.append((start * step, (index - quiet + 1) * step))
                start, quiet = None, 0
    if start is not None:
        found.append((start * step, len(samples)))
    more = int(around_s * rate)
    return [(max(a - more, 0), b + more) for a, b in found if b - a > rate // 5]


def features(samples, rate):
    """Band energies in dB, 20 ms frames, bands that a telephone carries."""
    assert rate == 8000, rate
    size, step = 256, 160
    count = max((len(samples) - size) // step, 1)
    frames = numpy.stack([samples[i * step : i * step + size] for i in range(count)])
    power = numpy.abs(numpy.fft.rfft(frames * numpy.hanning(size))) ** 2
    edges = numpy.geomspace(250, 3400, 13)
    at = numpy.fft.rfftfreq(size, 1 / rate)
    bands = [power[:, (at >= a) & (at < b)].sum(1) for a, b in zip(edges, edges[1:], strict=False)]
    return 10 * numpy.log10(numpy.stack(bands, 1) + 1e-6)


def likeness(heard, spoken, rate):
    """How alike two pieces of speech are (correlation of band energies at the best shift)."""
    a, b = features(heard, rate), features(spoken, rate)
    best = -1.0
    for shift in range(-60, max(len(a) - len(b), 0) + 61):
        first, second = a[max(shift, 0) :], b[max(-shift, 0) :]
        size = min(len(first), len(second))
        if size < 0.7 * len(b):
            continue
        x, y = first[:size], second[:size]
        x, y = x - x.mean(0), y - y.mean(0)
        value = (x * y).sum() / (numpy.sqrt((x * x).sum() * (y * y).sum()) + 1e-9)
        best = max(best, float(value))
    return best


def pitch_hz(samples, rate):
    """The middle pitch of a voice, by the autocorrelation of its loud pieces."""
    size, low, high = rate // 20, rate // 350, rate // 60
    found = []
    for at in range(0, len(samples) - size, size // 2):
        piece = samples[at : at + size] - samples[at : at + size].mean()
        if level_db(piece) < -32:
            continue
        alike = numpy.correlate(piece, piece, "full")[size - 1 :]
        lag = low + int(numpy.argmax(alike[low:high]))
        if alike[lag] > 0.4 * alike[0]:
            found.append(rate / lag)
    return float(numpy.median(found))


def convert(source, target, *effects):
    """SoX: any file to 16-bit mono at 8 kHz."""
    words = ["sox", str(source), "-r", "8000", "-c", "1", "-b", "16", "-e", "signed", str(target)]
    subprocess.run([*words, *effects], check=True, capture_output=True)


def tone_file(path, frequency, seconds=300):
    """A steady tone for a phone to speak with, or silence where there is no frequency."""
    tail = ["synth", str(seconds), "sine", str(frequency), "gain", "-9"]
    if frequency is None:
        tail = ["trim", "0", str(seconds)]
    subprocess.run([*_made(path), *tail], check=True, capture_output=True)


def recording(path, *parts, rest=60):
    """What somebody says who picks up: parts are a text (spoken by flite), a text with a voice of
    espeak-ng, a number of seconds of silence, or a beep as (hertz, seconds). Silence follows.
    Returns for how many seconds it is more than that."""
    path = Path(path)
    pieces = [_part(path, index, part) for index, part in enumerate(parts)]
    said = sum(read_wav(piece)[0].shape[1] for piece in pieces) / 8000
    subprocess.run(
        ["sox", *map(str, pieces), str(path), "pad", "0", str(rest)], check=True, capture_output=True
    )
    return said


def _part(path, index, part):
    raw, piece = (path.with_name(f"{path.stem}-{index}{kind}.wav") for kind in ("-raw", ""))
    if isinstance(part, str):
        subprocess.run(["flite", "-t", part, "-o", str(raw)], check=True)
        convert(raw, piece, "norm", "-6")
    elif isinstance(part, (int, float)):
        subprocess.run([*_made(piece), "trim", "0", str(part)], check=True, capture_output=True)
    elif isinstance(part[1], str):
        words = ["espeak-ng", "-v", part[1], "--stdin", "-w", str(raw)]
        subprocess.run(words, input=part[0].encode(), check=True)
        convert(raw, piece, "norm", "-6")
    else:
        tail = ["synth", str(part[1]), "sine", str(part[0]), "gain", "-9"]
        subprocess.run([*_made(piece), *tail], check=True, capture_output=True)
    return piece


def _made(path):
    return ["sox", "-n", "-r", "8000", "-c", "1", "-b", "16", "-e", "signed", str(path)]
