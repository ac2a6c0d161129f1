import type { ComponentChild } from 'preact';
import type { LeaseRow, NodeRow } from '../tables.ts';

/** Shapes that are told apart without their colours. All are drawn on 16 by 16. */
export type Shape =
  | 'check'
  | 'alarm'
  | 'clock'
  | 'question'
  | 'ring'
  | 'dotted'
  | 'diamond'
  | 'cross'
  | 'leaving';

const disc = 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1';
const circle = <circle cx="8" cy="8" r="6" class="stroke" />;

const shapes: Record<Shape, ComponentChild> = {
  check: <path fill-rule="evenodd" d={`${disc}Zm3.6 4.6-4.5 5L4.4 8.3l1-1 1.6 1.5 3.5-4z`} />,
  alarm: <path fill-rule="evenodd" d="M8 .8 15.6 15H.4zM7.2 6v4.6h1.6V6zm0 5.6v1.6h1.6v-1.6z" />,
  clock: (
    <>
      {circle}
      <path d="M8 4.4V8l2.4 1.8" class="stroke" />
    </>
  ),
  question: (
    <>
      <circle cx="8" cy="8" r="6.2" class="stroke" stroke-dasharray="2.6 1.9" />
      <path d="M6.2 6.4c.1-2.4 3.7-2.3 3.6-.1C9.8 7.6 8 7.6 8 9.2M8 11v.8" class="stroke" />
    </>
  ),
  ring: circle,
  dotted: <circle cx="8" cy="8" r="6" class="stroke" stroke-dasharray="1.4 2.4" />,
  diamond: <path d="M8 1.6 14.4 8 8 14.4 1.6 8z" class="stroke" />,
  cross: <path d="m3.5 3.5 9 9m0-9-9 9" class="stroke" />,
  leaving: (
    <>
      {circle}
      <path d="M8 4.5v6m-2.5-2L8 11l2.5-2.5" class="stroke" />
    </>
  ),
};

export function Icon({ shape }: { readonly shape: Shape }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      {shapes[shape]}
    </svg>
  );
}

export const leaseShapes: Record<LeaseRow['state'], Shape> = {
  held: 'check',
  expired: 'alarm',
  released: 'ring',
  vacant: 'dotted',
  orphaned: 'diamond',
  deleted: 'cross',
  unknown: 'question',
};

export const nodeShapes: Record<NodeRow['state'], Shape> = {
  alive: 'check',
  late: 'clock',
  lost: 'alarm',
  terminating: 'leaving',
  orphan: 'diamond',
  unknown: 'question',
};

export function State({ state, shape }: { readonly state: string; readonly shape: Shape }) {
  return (
    <span class={`state is-${state}`}>
      <Icon shape={shape} />
      {state}
    </span>
  );
}
