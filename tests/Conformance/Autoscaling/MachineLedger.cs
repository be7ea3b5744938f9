using System.Collections.Concurrent;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>Watches all machines that there ever are, beside the autoscaler: how many at a time, and whether a claim had two.</summary>
internal sealed class MachineLedger : IAsyncDisposable
{
    private readonly KubernetesClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, string> _claimOf = [];
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly Task _watching;

    public MachineLedger(AutoscalerLab lab)
    {
        _client = lab.Cluster.CreateClient();
        _watching = WatchAsync(lab.Namespace);
    }

    public int Most { get; private set; }

    /// <summary>How many were ever made.</summary>
    public int Made { get; private set; }

    public IReadOnlyCollection<string> Wrong => _wrong;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task WatchAsync(string ns)
    {
        ListOptions machines = new() { Namespace = ns, LabelSelector = "kubenodesmith.parawell.cloud/simulated-by=sim" };
        await foreach (WatchEvent<ConfigMap> change in _client.WatchAsync(Resources.ConfigMaps, machines, _stop.Token))
        {
            if (change.Type == WatchEventType.Synced)
                continue;
            string uid = change.Object.Metadata.Uid!,
                claim = MachineMark.Parse(change.Object.Data!["description"])!.ClaimUid;
            if (change.Type == WatchEventType.Deleted)
            {
                _claimOf.Remove(uid);
                continue;
            }

            if (_claimOf.ContainsValue(claim) && !_claimOf.ContainsKey(uid))
                _wrong.Enqueue($"claim {claim} has two machines");
            if (_claimOf.TryAdd(uid, claim))
                Made++;
            Most = Math.Max(Most, _claimOf.Count);
        }
    }
}
