using NodeManager.Core.Sessions;
using NodeManager.Recommendations.Decisions;

namespace NodeManager.Recommendations;

/// <summary>The devices of a cluster for repeated plans. They are read every 30 seconds, and only while pods have ResourceClaims.</summary>
public sealed class DeviceCache(ClusterConnection connection)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private long? _readAt;

    public DeviceInput Current { get; private set; } = DeviceInput.Unknown("the devices of the cluster are not read yet");

    /// <summary>Not thread-safe.</summary>
    /// <returns>True if the devices were read.</returns>
    public async Task<bool> RefreshAsync(IReadOnlyList<Pod> pods, CancellationToken cancellationToken)
    {
        if (
            !pods.Any(static pod => pod.Spec.ResourceClaims is { Count: > 0 })
            || _readAt is { } at && connection.Time.GetElapsedTime(at) < Interval
        )
            return false;
        Current = await DeviceReader.ReadAsync(connection.Client, pods, cancellationToken);
        _readAt = connection.Time.GetTimestamp();
        return true;
    }
}
