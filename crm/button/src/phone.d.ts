/** A number in E.164 as it is read; anything else as it came. */
export declare function readable(number: string): string;
