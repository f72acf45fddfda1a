// The recording of a call: two lanes, one for each voice, that can be played, sought and fetched.

import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { useDesk } from "../context.ts";
import { clock } from "../format.ts";
import { soundOf, type Sound } from "../sound/fetch.ts";
import { bars, peaks } from "../sound/peaks.ts";
import { useTexts } from "../text/index.ts";
import type { CallLog } from "../types.ts";
import { Download, Pause, Play } from "./icons.tsx";
import { Trouble } from "./states.tsx";

const SPEEDS = [1, 1.25, 1.5, 2];
const STEP = 3;
const LANE = 52;

export function Player({ call }: { call: CallLog }) {
  const { t } = useTexts();
  const desk = useDesk();
  const url = call.recording?.url;
  const [sound, setSound] = useState<Sound | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [tries, setTries] = useState(0);

  useEffect(() => {
    setSound(null);
    setError(null);
    if (!url) return;
    const stop = new AbortController();
    let made: Sound | null = null;
    desk.api
      .recording(url, stop.signal)
      .then(soundOf)
      .then((sound) => {
        made = sound;
        if (stop.signal.aborted) sound.release();
        else setSound(sound);
      })
      .catch((fault: unknown) => {
        if (!stop.signal.aborted) setError(fault);
      });
    return () => {
      stop.abort();
      made?.release();
    };
  }, [desk, url, tries]);

  if (!url) {
    return <p className="quiet">{call.stage === "ended" ? t.player.none : t.player.pending}</p>;
  }
  if (error) return <Trouble error={error} onRetry={() => setTries(tries + 1)} />;
  if (!sound) {
    return (
      <div className="player" aria-busy="true">
        <p className="quiet" role="status">
          {t.player.loading}
        </p>
      </div>
    );
  }
  return <Playing key={sound.url} call={call} sound={sound} />;
}

function Playing({ call, sound }: { call: CallLog; sound: Sound }) {
  const { t } = useTexts();
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [now, setNow] = useState(0);
  const [speed, setSpeed] = useState(1);
  const whole = sound.seconds ?? call.recording?.durationSeconds ?? 0;

  // While it plays, the mark moves with every frame.
  useEffect(() => {
    if (!playing) return;
    let frame = 0;
    const tick = () => {
      setNow(audio.current?.currentTime ?? 0);
      frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(frame);
  }, [playing]);

  const seek = useCallback(
    (to: number) => {
      const at = Math.min(Math.max(to, 0), whole);
      if (audio.current) audio.current.currentTime = at;
      setNow(at);
    },
    [whole],
  );

  const toggle = () => {
    const element = audio.current;
    if (!element) return;
    if (element.paused) void element.play().catch(() => setPlaying(false));
    else element.pause();
  };

  const keys = (event: KeyboardEvent) => {
    const to: Record<string, number> = {
      ArrowLeft: now - 1,
      ArrowDown: now - 1,
      ArrowRight: now + 1,
      ArrowUp: now + 1,
      PageDown: now - 5,
      PageUp: now + 5,
      Home: 0,
      End: whole,
    };
    if (event.key === " ") {
      event.preventDefault();
      toggle();
    }
    const at = to[event.key];
    if (at === undefined) return;
    event.preventDefault();
    seek(at);
  };

  const next = () => {
    const faster = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length] ?? 1;
    setSpeed(faster);
    if (audio.current) audio.current.playbackRate = faster;
  };

  return (
    <div className="player" data-testid="player" data-playing={playing}>
      <audio
        ref={audio}
        src={sound.url}
        preload="auto"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => {
          setPlaying(false);
          seek(0);
        }}
      />
      <p className="lanes">
        <span className="agent">{call.user?.name ?? t.calls.agent}</span>
        <span className="other">{call.contact?.name ?? t.calls.contact}</span>
      </p>
      <div className="wave">
        <Waveform sound={sound} part={whole ? now / whole : 0} />
        <input
          type="range"
          className="wave-seek"
          min={0}
          max={whole || 1}
          step="any"
          value={now}
          aria-label={t.player.position}
          aria-valuetext={t.player.at(clock(now), clock(whole))}
          onChange={(event) => seek(Number(event.currentTarget.value))}
          onKeyDown={keys}
        />
      </div>
      {!sound.channels && <p className="quiet">{t.player.undecoded}</p>}
      <div className="player-bar">
        <button
          type="button"
          className="button round primary"
          onClick={toggle}
          aria-label={playing ? t.player.pause : t.player.play}
          data-testid="play"
        >
          {playing ? <Pause /> : <Play />}
        </button>
        <span className="player-time">
          <b>{clock(now)}</b> / {clock(whole)}
        </span>
        <span className="grow" />
        <button
          type="button"
          className="button ghost small"
          onClick={next}
          aria-label={`${t.player.speed}: ${speed}×`}
          data-testid="speed"
        >
          {speed}×
        </button>
        <a
          className="button ghost small"
          href={sound.url}
          download={`${call.createdAt.slice(0, 16).replace(/[T:]/g, "-")}-${call.contact?.name ?? call.id}.mp3`}
          data-testid="download"
        >
          <Download /> {t.player.download}
        </a>
      </div>
    </div>
  );
}

function Waveform({ sound, part }: { sound: Sound; part: number }) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => setWidth(element.clientWidth);
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const lanes = useMemo(() => {
    const count = Math.floor(width / STEP);
    const { channels } = sound;
    if (!channels || count < 1) return null;
    const drawn = (samples: Float32Array, middle: number) => {
      const heights = peaks(samples, count);
      return { path: bars(heights, middle, LANE / 2 - 4, STEP), top: Math.max(...heights) };
    };
    return { agent: drawn(channels.agent, LANE / 2), other: drawn(channels.other, LANE * 1.5) };
  }, [sound, width]);
  const played = Math.round(width * part);
  return (
    <div className="wave-box" ref={box}>
      <svg width={width} height={LANE * 2} aria-hidden="true">
        <clipPath id="played">
          <rect width={played} height={LANE * 2} />
        </clipPath>
        {lanes && (
          <>
            <g className="wave-rest">
              <path className="agent" d={lanes.agent.path} data-testid="lane-agent" data-peak={lanes.agent.top.toFixed(3)} />
              <path className="other" d={lanes.other.path} data-testid="lane-other" data-peak={lanes.other.top.toFixed(3)} />
            </g>
            <g className="wave-played" clipPath="url(#played)">
              <path className="agent" d={lanes.agent.path} />
              <path className="other" d={lanes.other.path} />
            </g>
          </>
        )}
        <path className="wave-mark" d={`M${played + 0.5} 0V${LANE * 2}`} />
      </svg>
    </div>
  );
}
