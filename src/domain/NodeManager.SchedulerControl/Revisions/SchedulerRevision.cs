using System.Text.Json;

namespace NodeManager.SchedulerControl.Revisions;

/// <summary>A stored configuration.</summary>
/// <param name="Number">Counts up for each ConfigMap and key.</param>
/// <param name="CreatedAt">The server's creation time.</param>
internal sealed record SchedulerRevision(long Number, RevisionData Data, string Name, string Uid, DateTimeOffset CreatedAt)
{
    /// <summary>For messages: <c>revision 7 (Enable Coscheduling, by ada@desk, 2026-11-20 10:01:02Z)</c>.</summary>
    public string Title =>
        Data.IsFound
            ? $"revision {Number} (found {CreatedAt:u})"
            : $"revision {Number} ({string.Join(", ", new[] { Data.Action, $"by {Data.By}", $"{CreatedAt:u}" }.Where(part => part.Length > 0))})";

    /// <summary>Null for an object that is not in our format.</summary>
    public static SchedulerRevision? Read(ControllerRevision kept)
    {
        try
        {
            return kept.Data?.Deserialize(RevisionJson.Default.RevisionData) is { } data
                ? new(kept.Revision, data, kept.Metadata.Name, kept.Metadata.Uid ?? "", kept.Metadata.CreationTimestamp ?? data.At)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
