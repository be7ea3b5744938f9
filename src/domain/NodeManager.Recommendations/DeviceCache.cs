using NodeManager.Core.Sessions;
using NodeManager.Recommendations.Decisions;

namespace NodeManager.Recommendations;

/// <summary>The devices of a cluster for repeated plans. They are read every 30 seconds, and only while pods have ResourceClaims.</summary>
public sealed class DeviceCache(ClusterConnection connection)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private long? _checkedAt;

    public DeviceInput Current { get; private set; } = DeviceInput.Unknown("the devices of the cluster are not read yet");

    /// <summary>Not thread-safe.</summary>
    /// <returns>True if the devices were read.</returns>
    public async Task<bool> RefreshAsync(IReadOnlyList<Pod> pods, CancellationToken cancellationToken)
    {
        // The pods of a large cluster are not searched at each change.
        if (_checkedAt is { } at && connection.Time.GetElapsedTime(at) < Interval)
            return false;
        _checkedAt = connection.Time.GetTimestamp();
        if (!pods.Any(static pod => pod.Spec.ResourceClaims is { Count: > 0 }))
            return false;
        Current = await DeviceReader.ReadAsync(connection.Client, pods, cancellationToken);
        return true;
    }
}
