/** The options of a drain as its form has them, in a body. */
export function drainOptions(emptyDir: boolean, unmanaged: boolean, timeout: number | null): object {
  return { delete_emptydir_data: emptyDir, delete_unmanaged_pods: unmanaged, ...(timeout === null ? {} : { timeout_seconds: timeout }) };
}
