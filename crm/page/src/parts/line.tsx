// The line of a call, as it is drawn everywhere: the agent at the left, the contact at the right,
// and a leg to each. What rings, rings; what is up, is solid.

import { useTexts } from "../text/index.ts";
import type { Line as Legs } from "../calls/stage.ts";
import { initials } from "../format.ts";

/** The small one of a list. */
export function LineGlyph({ line }: { line: Legs }) {
  const { t } = useTexts();
  return (
    <span
      className="glyph"
      role="img"
      aria-label={t.line.label(t.line[line.agent], t.line[line.other])}
      data-agent={line.agent}
      data-other={line.other}
    >
      <i className="glyph-end agent" data-look={line.agent} />
      <i className="glyph-leg agent" data-look={line.agent} />
      <i className="glyph-leg other" data-look={line.other} />
      <i className="glyph-end other" data-look={line.other} />
    </span>
  );
}

/** The large one of the current call. */
export function LineDrawing({ line, agent, other }: { line: Legs; agent: string; other: string }) {
  const { t } = useTexts();
  return (
    <div
      className="line"
      role="img"
      aria-label={t.line.label(t.line[line.agent], t.line[line.other])}
      data-agent={line.agent}
      data-other={line.other}
    >
      <span className="line-end agent" data-look={line.agent}>
        {initials(agent)}
      </span>
      <span className="line-leg agent" data-look={line.agent} />
      <span className="line-middle" data-up={line.agent === "up" && line.other === "up"} />
      <span className="line-leg other" data-look={line.other} />
      <span className="line-end other" data-look={line.other}>
        {initials(other)}
      </span>
    </div>
  );
}
