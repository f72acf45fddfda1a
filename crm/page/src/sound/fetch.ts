// A recording for the player: the sound itself for the browser to play, and its channels to draw.

export interface Sound {
  /** An address that the browser can play; `release` ends it. */
  url: string;
  /** Samples of the agent and of the other; null if the browser couldn't decode them. */
  channels: { agent: Float32Array; other: Float32Array } | null;
  seconds: number | null;
  release: () => void;
}

export async function soundOf(blob: Blob): Promise<Sound> {
  const url = URL.createObjectURL(blob);
  const release = () => URL.revokeObjectURL(url);
  try {
    const context = new OfflineAudioContext(2, 1, 44_100);
    const decoded = await context.decodeAudioData(await blob.arrayBuffer());
    const agent = decoded.getChannelData(0);
    const other = decoded.numberOfChannels > 1 ? decoded.getChannelData(1) : agent;
    return { url, channels: { agent, other }, seconds: decoded.duration, release };
  } catch {
    return { url, channels: null, seconds: null, release };
  }
}
