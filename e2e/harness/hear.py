"""An independent ear: a speech recogniser (moonshine) that never saw our sentences."""

import os
import re

import numpy

_recogniser = None


def words(text):
    return re.findall(r"[a-z0-9']+", text.lower())


def hear(samples, rate):
    """What it understands, as one text."""
    global _recogniser
    if _recogniser is None:
        from moonshine_voice import ModelArch, Transcriber, get_assets_path

        model = os.path.join(str(get_assets_path()), "tiny-en")
        _recogniser = Transcriber(model, ModelArch.TINY)
    quiet = numpy.zeros(rate // 2)
    audio = numpy.concatenate([quiet, samples, quiet]).astype(numpy.float32)
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
