using System.Globalization;
using System.Text.Json;
using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.SchedulerConfigurations.Tests;

/// <summary>The plugins of the one profile as a real scheduler tells them: by extension point, in order, with the weights of those that score.</summary>
internal static class LoggedPlugins
{
    private const string Mark = "starts to work with those plugins\" Plugins=";

    /// <summary>From the log of a scheduler that expands multiPoint.</summary>
    public static Dictionary<string, string> Read(string log)
    {
        var line = log.Split('\n').Single(line => line.Contains(Mark, StringComparison.Ordinal));
        using var plugins = JsonDocument.Parse(line[(line.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..]);
        return plugins
            .RootElement.EnumerateObject()
            .Where(point => point.Value.GetProperty("Enabled").ValueKind == JsonValueKind.Array)
            .ToDictionary(
                point => char.ToLowerInvariant(point.Name[0]) + point.Name[1..],
                point =>
                    Join(
                        point.Name,
                        point
                            .Value.GetProperty("Enabled")
                            .EnumerateArray()
                            .Select(plugin => (plugin.GetProperty("Name").GetString()!, plugin.GetProperty("Weight").GetInt64()))
                    )
            );
    }

    /// <summary>From the configuration that a scheduler without multiPoint writes, its defaults filled in.</summary>
    public static Dictionary<string, string> Of(SchedulerDocument written) =>
        written
            .Profiles[0]
            .Node!.Value("plugins")!
            .Entries.Select(entry => (entry.Name, Plugins: written.Profiles[0].Plugins(entry.Name, "enabled")))
            .Where(point => point.Plugins.Count > 0)
            .ToDictionary(
                point => point.Name,
                point => Join(point.Name, point.Plugins.Select(plugin => (plugin.Name, plugin.Weight ?? 0)))
            );

    private static string Join(string point, IEnumerable<(string Name, long Weight)> plugins) =>
        string.Join(
            ", ",
            plugins.Select(plugin =>
                point.EndsWith("core", StringComparison.Ordinal) && !point.StartsWith("pre", StringComparison.OrdinalIgnoreCase)
                    ? string.Create(CultureInfo.InvariantCulture, $"{plugin.Name}={Math.Max(plugin.Weight, 1)}")
                    : plugin.Name
            )
        );
}
