using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Recommendations;

namespace NodeManager.Autoscaling.Pools;

/// <summary>
/// The session's thresholds while <c>enableAutoScaling</c> is true, with the nodes' usage. Metrics have no watch: they are read once a
/// minute.
/// </summary>
internal sealed class ThresholdInputs(NodeManagerSession session, IOperationObserver observer)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ClusterConnection _connection = session.Connection();
    private readonly Once _once = new(observer);
    private NodeManagerConfiguration? _configuration;
    private IReadOnlyDictionary<string, NodeUsage> _usage = ThresholdUsage.NotKnown;
    private long? _asked;

    /// <summary>Null: the thresholds are off.</summary>
    public ThresholdInput? Current => _configuration is { EnableAutoScaling: true } ? new(_configuration, _usage) : null;

    /// <summary>Refreshes the configuration and the metrics. Not thread-safe.</summary>
    /// <param name="nodes">All nodes.</param>
    /// <returns>True if a plan may differ from the previous one.</returns>
    public async Task<bool> RefreshAsync(IReadOnlyList<Node> nodes, CancellationToken cancellationToken)
    {
        NodeManagerConfiguration configuration = session.Configuration;
        bool isChanged =
            !ReferenceEquals(configuration, _configuration)
            && (configuration.EnableAutoScaling || _configuration?.EnableAutoScaling == true);
        _configuration = configuration;
        if (!configuration.EnableAutoScaling)
        {
            (_usage, _asked) = (ThresholdUsage.NotKnown, null);
            return isChanged;
        }

        if (!isChanged && _asked is { } asked && _connection.Time.GetElapsedTime(asked) < Interval)
            return false;
        _asked = _connection.Time.GetTimestamp();
        IReadOnlyDictionary<string, NodeUsage> before = _usage;
        _usage = await ThresholdUsage.ReadAsync(configuration, _connection, nodes, _once, cancellationToken);
        return isChanged || before.Count > 0 || _usage.Count > 0;
    }

    // Users ignore a warning that is repeated every minute.
    private sealed class Once(IOperationObserver observer) : IOperationObserver
    {
        private string _last = "";

        public void Warning(string message)
        {
            if (_last != message)
                observer.Warning(message);
            _last = message;
        }

        public void Verbose(string message) => observer.Verbose(message);

        public void Progress(OperationProgress progress) => observer.Progress(progress);
    }
}
