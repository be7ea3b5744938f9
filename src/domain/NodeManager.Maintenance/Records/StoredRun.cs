using System.Text.Json;
using NodeManager.Runs;

namespace NodeManager.Maintenance.Records;

/// <summary>A run with all of its nodes, as read from its ConfigMaps.</summary>
/// <param name="Pages">All ConfigMaps, the first one first.</param>
internal sealed record StoredRun(RunHead Head, IReadOnlyList<NodeRecord> Nodes, IReadOnlyList<ConfigMap> Pages)
{
    public RunRecord Run => Head.Run;

    public RunState State => Head.State;

    /// <summary>False if a part of it was deleted or changed manually.</summary>
    public bool IsComplete => Nodes.Count == Run.Nodes;

    /// <param name="further">The others, in any order.</param>
    public static StoredRun Read(RunHead head, IEnumerable<ConfigMap> further)
    {
        Dictionary<string, ConfigMap> byName = further.ToDictionary(p => p.Metadata.Name);
        List<ConfigMap> pages =
        [
            head.Map,
            .. Enumerable
                .Range(1, RunLayout.Pages(head.Run.Nodes) - 1)
                .Select(page => byName.GetValueOrDefault(RunLayout.NameOf(head.Run.Id, page)))
                .OfType<ConfigMap>(),
        ];
        return new(head, [.. pages.SelectMany(NodesOf).OrderBy(n => n.Index)], pages);
    }

    private static IEnumerable<NodeRecord> NodesOf(ConfigMap page) =>
        (page.Data ?? [])
            .Where(e => e.Key.StartsWith(RunLayout.NodePrefix, StringComparison.Ordinal))
            .Select(e => Read(e.Value))
            .OfType<NodeRecord>();

    private static NodeRecord? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, MaintenanceJson.Default.NodeRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
