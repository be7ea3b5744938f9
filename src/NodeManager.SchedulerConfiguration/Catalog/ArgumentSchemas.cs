using System.Collections.Concurrent;

namespace NodeManager.SchedulerConfigurations.Catalog;

/// <summary>Schemas by their text and release, each read once.</summary>
internal static class ArgumentSchemas
{
    private static readonly ConcurrentDictionary<(string Text, int Minor), ValueSchema> Known = new();

    public static ValueSchema Get(string text, int minor = int.MaxValue) =>
        Known.GetOrAdd((text, minor), static key => ValueSchema.Parse(key.Text, key.Minor));
}
