using System.Text.Json;
using NodeManager.Kubernetes.Models;

namespace NodeManager.SchedulerControl.Revisions;

/// <summary>A configuration that is kept in the cluster.</summary>
/// <param name="Number">Counts up for each ConfigMap and key.</param>
/// <param name="Data">What is kept.</param>
/// <param name="Name">Of the object that keeps it.</param>
/// <param name="Uid">Of the object.</param>
/// <param name="CreatedAt">When the server stored it.</param>
internal sealed record SchedulerRevision(long Number, RevisionData Data, string Name, string Uid, DateTimeOffset CreatedAt)
{
    /// <summary>For messages: <c>revision 7 (Enable Coscheduling, by ada@desk, 2026-11-20 10:01:02Z)</c>.</summary>
    public string Title =>
        Data.IsFound
            ? $"revision {Number} (found {CreatedAt:u})"
            : $"revision {Number} ({string.Join(", ", new[] { Data.Action, $"by {Data.By}", $"{CreatedAt:u}" }.Where(part => part.Length > 0))})";

    /// <summary>Null for an object that is not of our making.</summary>
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
