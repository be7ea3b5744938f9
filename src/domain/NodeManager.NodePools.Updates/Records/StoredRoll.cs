using System.Text.Json;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.NodePools.Updates.Records;

internal sealed record StoredRoll(RollRecord Record, RollState State, IReadOnlyList<RollNode> Nodes, RollControl Control, ConfigMap Map)
{
    public string Namespace => Map.Metadata.Namespace ?? "";

    public string Provider => Record.IsService ? NodePoolProvider.Service : NodePoolProvider.Cluster;

    /// <summary>Null: not an update, or changed manually.</summary>
    public static StoredRoll? Read(ConfigMap map)
    {
        if (map.Data is not { } data || data.GetValueOrDefault(RollLayout.FormatKey) != RollLayout.Format)
            return null;
        try
        {
            RollRecord? record = JsonSerializer.Deserialize(
                data.GetValueOrDefault(RollLayout.RecordKey, "null"),
                RollJson.Default.RollRecord
            );
            RollState? state = JsonSerializer.Deserialize(data.GetValueOrDefault(RollLayout.StateKey, "null"), RollJson.Default.RollState);
            List<RollNode> nodes =
            [
                .. data.Where(static one => one.Key.StartsWith(RollLayout.NodePrefix, StringComparison.Ordinal))
                    .Select(static one => JsonSerializer.Deserialize(one.Value, RollJson.Default.RollNode)!)
                    .OrderBy(static one => one.Index),
            ];
            return record is null || state is null || RollLayout.NameOf(record.Pool, record.IsService) != map.Metadata.Name
                ? null
                : new(record, state, nodes, RollControl.Read(map), map);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The latest update of a pool; null: none.</summary>
    public static async Task<StoredRoll?> FindAsync(
        ClusterConnection connection,
        string ns,
        string pool,
        bool isService,
        CancellationToken cancellationToken
    ) =>
        await connection.Client.FindAsync(Resources.ConfigMaps, RollLayout.NameOf(pool, isService), ns, cancellationToken) is { } map
            ? Read(map)
            : null;
}
