/** Whether this process may send to the receivers: of several replicas only one does. */
export interface Permission {
  /** Aborts when the permission ends; undefined while there is none. Asked just before each request. */
  current(): AbortSignal | undefined;
  /** Resolves when there is a permission, or at `stop`. */
  granted(stop: AbortSignal): Promise<void>;
}

const never = new AbortController().signal;

/** For a process that has no peers. */
export const alwaysPermitted: Permission = { current: () => never, granted: async () => {} };
