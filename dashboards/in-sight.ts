import type { Builder } from '@grafana/grafana-foundation-sdk/cog';

/** The SDK puts switches of annotations and links into a hidden menu; here they stay in sight. */
export function inSight<T extends { placement?: unknown }>(builder: Builder<T>): Builder<T> {
  return {
    build() {
      const built = builder.build();
      delete built.placement;
      return built;
    },
  };
}
