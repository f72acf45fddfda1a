// A channel of sound as the heights of its waveform.

/** The loudest moment of each of `count` equal stretches, from 0 to 1. */
export function peaks(samples: Float32Array, count: number): number[] {
  const found: number[] = [];
  if (count <= 0) return found;
  for (let stretch = 0; stretch < count; stretch += 1) {
    const from = Math.floor((stretch * samples.length) / count);
    const to = Math.max(from + 1, Math.floor(((stretch + 1) * samples.length) / count));
    let top = 0;
    for (let at = from; at < to && at < samples.length; at += 1) {
      top = Math.max(top, Math.abs(samples[at] ?? 0));
    }
    found.push(Math.min(1, top));
  }
  return found;
}

/**
 * The bars of one lane: speech is quiet most of the time, so heights go by the square root; what
 * is silent keeps a dot, so that the lane can be seen.
 */
export function bars(heights: readonly number[], middle: number, reach: number, step: number): string {
  return heights
    .map((height, at) => {
      const half = Math.max(0.6, Math.sqrt(height) * reach);
      const x = at * step + step / 2;
      return `M${x.toFixed(1)} ${(middle - half).toFixed(1)}V${(middle + half).toFixed(1)}`;
    })
    .join("");
}
