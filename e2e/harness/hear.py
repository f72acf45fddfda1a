"""An independent ear: a speech recogniser (moonshine) that never saw our sentences."""

import os
import re

import numpy

_recogniser = None
# What it has understood: a test may ask of the same sound how much, and what.
_heard = {}


def words(text):
    return re.findall(r"[a-z0-9']+", text.lower())


def hearings(samples, rate):
    """What it understands, time after time. It looks at sound through windows, and where they fall is
    chance: by a few milliseconds of silence before the engine's own file, a sentence of eleven
    words was understood to 64 % or to 91 %. So it hears the same at five places of its windows; of
    a long text, the words lie at many places anyhow."""
    places = (0, 8, 16, 24, 32) if len(samples) < 10 * rate else (0,)
    sound = (rate, samples.tobytes())
    if sound not in _heard:
        _heard[sound] = [once(samples, rate, shift_ms) for shift_ms in places]
    return _heard[sound]


def hear(samples, rate):
    """What it understands, as one text: the hearing that the others agree with most."""
    heard = hearings(samples, rate)
    return max(heard, key=lambda text: sum(overlap(text, o) + overlap(o, text) for o in heard))


def understood(said, samples, rate):
    """Which share of the words said it understands, on average of its hearings."""
    heard = hearings(samples, rate)
    return sum(overlap(said, text) for text in heard) / len(heard)


def once(samples, rate, shift_ms=0):
    """What it understands if so much more silence is before it."""
    global _recogniser
    if _recogniser is None:
        from moonshine_voice import ModelArch, Transcriber, get_assets_path

        model = os.path.join(str(get_assets_path()), "tiny-en")
        _recogniser = Transcriber(model, ModelArch.TINY)
    quiet = numpy.zeros(rate // 2)
    shift = numpy.zeros(rate * shift_ms // 1000)
    audio = numpy.concatenate([quiet, shift, samples, quiet]).astype(numpy.float32)
    transcript = _recogniser.transcribe_without_streaming(audio.tolist(), sample_rate=rate)
    return " ".join(line.text for line in transcript.lines)


def overlap(said, heard):
    """Which share of the words said was heard, each word counted once per time it was said."""
    left = words(heard)
    found = 0
    for word in words(said):
        if word in left:
            left.remove(word)
            found += 1
    return found / max(len(words(said)), 1)


def closest(heard, prompts):
    """Which of the prompts this was: the best match both ways."""
    return max(prompts, key=lambda prompt: overlap(prompt, heard) + overlap(heard, prompt))
