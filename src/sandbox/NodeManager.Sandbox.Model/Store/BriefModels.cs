namespace NodeManager.Sandbox.Model.Store;

/// <summary>
/// Drops the typed objects of kinds whose controllers are idle most of the time: a large cluster has tens of thousands of workloads, and at
/// rest none is read. Thread-safe.
/// </summary>
internal static class BriefModels
{
    /// <summary>The number of typed objects that are kept.</summary>
    public const int Size = 1024;

    private static readonly StoredObject?[] Kept = new StoredObject?[Size];

    private static int s_next;

    /// <summary>Keeps the typed object until others have replaced it.</summary>
    public static void Keep(StoredObject item) =>
        Interlocked.Exchange(ref Kept[(uint)Interlocked.Increment(ref s_next) % Size], item)?.DropModel();
}
