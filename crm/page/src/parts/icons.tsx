// The page's signs: one stroke, one size, no text of their own.

import type { ReactNode } from "react";

function icon(children: ReactNode) {
  return function Icon({ size = 16 }: { size?: number }) {
    return (
      <svg
        className="icon"
        width={size}
        height={size}
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        {children}
      </svg>
    );
  };
}

const HANDSET = "M3.2 2.6 5.3 2l1.6 3.3-1.5 1.3c.8 1.7 2.1 3 3.9 3.9l1.4-1.5L14 10.7l-.6 2.1c-.2.7-.8 1.2-1.5 1.2C6.9 13.7 2.3 9.1 2 4.100c0-.7.5-1.3 1.2-1.500Z";

export const Phone = icon(<path d={HANDSET} />);
export const PhoneDown = icon(
  <path d="M1.8 9.700c0-1.1.5-1.8 1.5-2.3 3-1.5 6.4-1.5 9.4 0 1 .5 1.5 1.2 1.5 2.300v1.100l-3.3.7-.6-2.200a7.5 7.5 0 0 0-4.6 0l-.6 2.2-3.3-.7Z" />,
);
export const People = icon(
  <>
    <circle cx="6" cy="5.2" r="2.4" />
    <path d="M1.8 13.200c.3-2.5 2-4 4.2-4s3.9 1.5 4.2 4M10.8 3.100a2.3 2.3 0 0 1 0 4.300M12 9.600c1.3.6 2.1 1.9 2.3 3.6" />
  </>,
);
export const Calls = icon(
  <>
    <path d="M2 4h7M2 8h5M2 12h7" />
    <path d="m11.5 5.5 2.5 2.5-2.5 2.500M14 8H9.5" />
  </>,
);
export const Gear = icon(
  <>
    <path d="M2 4.500h6.500M12.5 4.500H14M2 11.500h1.500M7.5 11.500H14" />
    <circle cx="10.5" cy="4.5" r="1.8" />
    <circle cx="5.5" cy="11.5" r="1.8" />
  </>,
);
export const Search = icon(
  <>
    <circle cx="7" cy="7" r="4.5" />
    <path d="m10.5 10.5 3 3" />
  </>,
);
export const Plus = icon(<path d="M8 3v10M3 8h10" />);
export const Cross = icon(<path d="m4 4 8 8M12 4l-8 8" />);
export const Check = icon(<path d="m3 8.5 3.2 3.200L13 5" />);
export const Back = icon(<path d="M9.5 3.5 5 8l4.5 4.5" />);
export const Play = icon(<path d="M5 3.200v9.600L12.5 8Z" fill="currentColor" />);
export const Pause = icon(<path d="M5.5 3.500v9M10.5 3.500v9" strokeWidth="2.5" />);
export const Download = icon(<path d="M8 2.500v7.500m-3-3 3 3 3-3M3 13h10" />);
export const Out = icon(<path d="M5 11 11 5M6 5h5v5" />);
export const In = icon(<path d="M11 5 5 11M10 11H5V6" />);
export const Warning = icon(<path d="M8 2.2 14.5 13.500h-13ZM8 6.500v3.200M8 11.600v.1" />);
export const Wave = icon(<path d="M2 7v2M5 5v6M8 3v10M11 5.500v5M14 7v2" />);
export const Copy = icon(
  <>
    <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
    <path d="M10.5 3.500v-.2A.8.8 0 0 0 9.7 2.500H3.300a.8.8 0 0 0-.8.8v6.400c0 .4.4.8.8.8h.2" />
  </>,
);
export const Leave = icon(<path d="M6.5 2.500h-3v11h3M7 8h7m-2.5-2.500L14 8l-2.5 2.5" />);
export const Sliders = icon(<path d="M2.5 4.500h11M4.5 8h7M6.5 11.500h3" />);
export const Globe = icon(
  <>
    <circle cx="8" cy="8" r="5.8" />
    <path d="M2.2 8h11.600M8 2.200c2 1.7 2.5 3.7 2.5 5.800S10 12.1 8 13.800C6 12.1 5.5 10.1 5.5 8S6 3.9 8 2.200Z" />
  </>,
);
