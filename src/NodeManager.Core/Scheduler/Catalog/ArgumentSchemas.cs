using System.Collections.Concurrent;

namespace NodeManager.Core.Scheduler.Catalog;

/// <summary>Schemas by their text, each read once.</summary>
internal static class ArgumentSchemas
{
    private static readonly ConcurrentDictionary<string, ValueSchema> Known = new();

    public static ValueSchema Get(string text) => Known.GetOrAdd(text, ValueSchema.Parse);
}
