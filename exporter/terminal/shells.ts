/** `kubectl` is the file `kubectl_complete-leasewatch`, which kubectl runs to complete its plugin. */
export const shells = ['bash', 'zsh', 'fish', 'kubectl'] as const;
export type Shell = (typeof shells)[number];
