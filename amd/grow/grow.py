"""Grows the network of answering-machine detection from what `amd --half grow --dump` wrote.

    grow.py [--epochs N] [--beside WEIGHTS] --tune FILE… --grow FILE… --write WEIGHTS

The half for growing is learned; the half for tuning shows after each epoch how far it carries to
texts and voices that weren't learned. The judged half is never read. `core/media/src/amd/network.rs`
has the same network; its weights are 16 bits each, in units of 1/2048.
"""

import argparse
import time

import jax
import jax.numpy as jnp
import numpy as np
import optax

BANDS, FEATURES, SEEN, UNITS = 20, 22, 48, 64
# Frames that are learned: 4.8 s from the first speech on, behind which a verdict has fallen.
FRAMES = 240
BATCH = 96
UNIT = 2048
ORDER = ("seen", "seen_bias", "into", "gate_bias", "back", "out", "out_bias")
SHAPES = {
    "seen": (3 * FEATURES, SEEN),
    "seen_bias": (SEEN,),
    "into": (SEEN, 3 * UNITS),
    "gate_bias": (3 * UNITS,),
    "back": (UNITS, 3 * UNITS),
    "out": (UNITS,),
    "out_bias": (),
}


def cases(paths):
    """The people and machines of these files: features from the first speech on, and who it is."""
    features, human, there = [], [], []
    for path in paths:
        with open(path, "rb") as file:
            while head := file.readline():
                _, _, _, kind, _, _, _, count, _ = head.decode().rstrip("\n").split("\t")
                size = int(count) * FEATURES
                octets = file.read(size * 4)
                if len(octets) < size * 4:
                    raise SystemExit(f"{path}: its last case is cut off")
                sound = np.frombuffer(octets, "<f4").reshape(-1, FEATURES)
                speaks = sound[:, -1] > 0.5
                if kind not in ("human", "machine") or not speaks.any():
                    continue
                sound = sound[speaks.argmax() :][:FRAMES]
                padded = np.full((FRAMES, FEATURES), -1, np.float32)
                padded[:, BANDS:] = 0
                padded[: len(sound)] = sound
                features.append(padded)
                human.append(kind == "human")
                there.append(np.arange(FRAMES) < len(sound))
    return np.stack(features), np.array(human, np.float32), np.stack(there).astype(np.float32)


def fresh(key):
    """A network that has learned nothing."""
    keys = dict(zip(ORDER, jax.random.split(key, len(ORDER))))
    spread = {"back": 0.7, "out": 0.3}
    weights = {}
    for name, shape in SHAPES.items():
        if "bias" in name:
            weights[name] = jnp.zeros(shape)
        else:
            scale = spread.get(name, 1.0) / np.sqrt(shape[0])
            weights[name] = jax.random.normal(keys[name], shape) * scale
    # At first the units keep what they hold.
    weights["gate_bias"] = weights["gate_bias"].at[:UNITS].set(1.0)
    return weights


def squash(value):
    value = jnp.clip(value, -3, 3)
    square = value * value
    return value * (27 + square) / (27 + 9 * square)


def gate(value):
    return 0.5 + 0.5 * squash(0.5 * value)


def hear(weights, sound, key=None, drop=0.0):
    """What the network says of each frame; with a key, some of its units are left out."""
    none = -jnp.ones_like(sound[:, :1])
    before = jnp.concatenate([none, sound[:, :-1]], 1)
    earlier = jnp.concatenate([none, before[:, :-1]], 1)
    frames = jnp.concatenate([sound, before, earlier], -1)
    seen = jax.nn.relu(frames @ weights["seen"] + weights["seen_bias"])
    kept = 1.0
    if key is not None:
        one, other = jax.random.split(key)
        shape = (seen.shape[0], 1, SEEN)
        seen = seen * jax.random.bernoulli(one, 1 - drop, shape) / (1 - drop)
        kept = jax.random.bernoulli(other, 1 - drop, (seen.shape[0], UNITS)) / (1 - drop)
    gates = seen @ weights["into"] + weights["gate_bias"]

    def step(units, gates):
        back = (units * kept) @ weights["back"]
        keeps = gate(gates[:, :UNITS] + back[:, :UNITS])
        recalls = gate(gates[:, UNITS : 2 * UNITS] + back[:, UNITS : 2 * UNITS])
        new = squash(gates[:, 2 * UNITS :] + recalls * back[:, 2 * UNITS :])
        units = keeps * units + (1 - keeps) * new
        return units, units

    start = jnp.zeros((sound.shape[0], UNITS))
    _, units = jax.lax.scan(step, start, jnp.swapaxes(gates, 0, 1))
    return jnp.swapaxes(units, 0, 1) @ weights["out"] + weights["out_bias"]


def disguised(sound, key):
    """The same by another microphone, in another noise, with a few bands missing."""
    keys = jax.random.split(key, 6)
    count = sound.shape[0]
    bands = sound[..., :BANDS]
    slope = jnp.linspace(-1, 1, BANDS)
    tilt = jax.random.normal(keys[0], (count, 1, 1)) * 0.15 * slope
    tilt += jax.random.normal(keys[1], (count, 1, 1)) * 0.1
    bands = jnp.where(bands > -0.999, jnp.clip(bands + tilt, -1, 1.3), bands)
    floor = jax.random.uniform(keys[2], (count, 1, 1), minval=-1, maxval=-0.4)
    noisy = jnp.maximum(bands, floor + 0.05 * jax.random.normal(keys[4], bands.shape))
    bands = jnp.where(jax.random.bernoulli(keys[3], 0.5, (count, 1, 1)), noisy, bands)
    low = jax.random.randint(keys[5], (count, 1, 1), 0, BANDS + 10)
    place = jnp.arange(BANDS)
    bands = jnp.where((place >= low) & (place < low + 3), -0.5, bands)
    return jnp.concatenate([bands, sound[..., BANDS:]], -1)


def loss(weights, sound, human, there, key, drop):
    """Wrong where it is quiet counts thrice: that is where a verdict falls."""
    one, other = jax.random.split(key)
    said = hear(weights, disguised(sound, one), other, drop)
    counts = there * (1.5 - sound[..., -1])
    wrong = optax.sigmoid_binary_cross_entropy(said, human[:, None] * 0.96 + 0.02)
    return (wrong * counts).sum() / counts.sum()


@jax.jit
def plain(weights, sound, human, there):
    counts = there * (1.5 - sound[..., -1])
    wrong = optax.sigmoid_binary_cross_entropy(hear(weights, sound), human[:, None])
    return (wrong * counts).sum(), counts.sum()


def unseen(weights, stuff):
    """The loss on what wasn't learned."""
    parts = [
        plain(weights, *(part[n : n + 256] for part in stuff)) for n in range(0, len(stuff[0]), 256)
    ]
    return float(sum(part[0] for part in parts) / sum(part[1] for part in parts))


# Shares of the time, of the units that are left out meanwhile, and the pace. At first much is left
# out, so that nothing is learned by heart; what is left out at the end costs more than it helps.
LEGS = ((30 / 58, 0.15, 3e-3), (12 / 58, 0.03, 2e-3), (16 / 58, 0.0, 2.5e-3))


def grow(stuff, check, epochs, seed=0):
    weights = None
    for share, drop, rate in LEGS:
        weights = leg(stuff, check, max(1, round(epochs * share)), seed, drop, weights, rate)
    return weights


def leg(stuff, check, epochs, seed, drop, weights, rate):
    """Learns; what comes out is the mean of the last weights, which carries farther than any."""
    count = len(stuff[0]) // BATCH
    steps = max(1, epochs * count)
    schedule = optax.warmup_cosine_decay_schedule(1e-4, rate, min(200, steps // 5), steps, 1e-5)
    adam = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule, weight_decay=1e-3))
    key = jax.random.PRNGKey(seed)
    weights = fresh(key) if weights is None else weights
    mean, state = weights, adam.init(weights)

    @jax.jit
    def learn(weights, mean, state, sound, human, there, key):
        wrong, slope = jax.value_and_grad(loss)(weights, sound, human, there, key, drop)
        change, state = adam.update(slope, state, weights)
        weights = optax.apply_updates(weights, change)
        mean = jax.tree.map(lambda old, new: 0.995 * old + 0.005 * new, mean, weights)
        return weights, mean, state, wrong

    order, began = np.random.default_rng(seed), time.time()
    for epoch in range(epochs):
        all_cases, wrong = order.permutation(len(stuff[0])), 0.0
        for n in range(count):
            some = all_cases[n * BATCH : (n + 1) * BATCH]
            key, one = jax.random.split(key)
            batch = (part[some] for part in stuff)
            weights, mean, state, now = learn(weights, mean, state, *batch, one)
            wrong += float(now) / count
        carried = unseen(mean, check)
        print(f"{epoch + 1}: {wrong:.4f} learned, {carried:.4f} unseen, {time.time() - began:.0f} s",
              flush=True)
    return mean


def read(path):
    flat, at, weights = np.fromfile(path, "<i2").astype(np.float32) / UNIT, 0, {}
    for name in ORDER:
        size = int(np.prod(SHAPES[name]))
        weights[name] = jnp.asarray(flat[at : at + size].reshape(SHAPES[name]))
        at += size
    return weights


def write(weights, path):
    flat = np.concatenate([np.asarray(weights[name]).reshape(-1) for name in ORDER])
    np.clip(np.round(flat * UNIT), -32768, 32767).astype("<i2").tofile(path)


def main():
    asked = argparse.ArgumentParser(description="Grows the network of answering-machine detection.")
    asked.add_argument("--grow", nargs="+", required=True, metavar="FILE")
    asked.add_argument("--tune", nargs="+", required=True, metavar="FILE")
    asked.add_argument("--epochs", type=int, default=58)
    asked.add_argument("--beside", metavar="WEIGHTS", help="say first how these do")
    asked.add_argument("--write", required=True, metavar="WEIGHTS")
    asked = asked.parse_args()
    check = cases(asked.tune)
    if asked.beside:
        print(f"{asked.beside}: {unseen(read(asked.beside), check):.4f} unseen", flush=True)
    write(grow(cases(asked.grow), check, asked.epochs), asked.write)


if __name__ == "__main__":
    main()
