using System.Net;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Maintenance.State;

/// <summary>The runs that a namespace keeps.</summary>
internal static class RunDirectory
{
    // Nobody carries on with a run after so long; until then it might be wanted.
    private static readonly TimeSpan LongestInterruption = TimeSpan.FromDays(30);

    /// <summary>The newest first.</summary>
    public static async Task<IReadOnlyList<StoredRun>> ListAsync(ClusterConnection connection, string ns, CancellationToken cancellationToken)
    {
        KubernetesList<ConfigMap> maps = await connection.Client.ListAsync(Resources.ConfigMaps, OfRuns(ns), cancellationToken);
        return [.. maps.Items.Select(StoredRun.Read).OfType<StoredRun>().OrderByDescending(r => r.Run.At).ThenBy(r => r.Run.Id, StringComparer.Ordinal)];
    }

    /// <summary>Null where there is none.</summary>
    public static async Task<StoredRun?> FindAsync(ClusterConnection connection, string id, string ns, CancellationToken cancellationToken)
    {
        try
        {
            return StoredRun.Read(await connection.Client.GetAsync(Resources.ConfigMaps, RunStore.NameOf(id), ns, cancellationToken));
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>The holders that have a lease now, by run; who is overdue by our clock has none.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> HoldersAsync(
        ClusterConnection connection, string ns, CancellationToken cancellationToken)
    {
        KubernetesList<Lease> leases = await connection.Client.ListAsync(Resources.Leases, OfRuns(ns), cancellationToken);
        DateTimeOffset now = connection.Time.GetUtcNow();
        return leases.Items.Select(l => (Run: l.Metadata.Labels?.GetValueOrDefault(RunStore.Label) ?? "", Sign: new LeaseSign(l, true)))
            .Where(l => l.Sign.Holder.Length > 0 && l.Sign.Silence(now) < l.Sign.Duration)
            .ToDictionary(l => l.Run, l => l.Sign.Holder);
    }

    /// <summary>Forgets what is over, but for the newest; and leases without a run, which interrupted starts leave.</summary>
    public static async Task PruneAsync(ClusterConnection connection, string ns, int keep, CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredRun> runs = await ListAsync(connection, ns, cancellationToken);
        IReadOnlyDictionary<string, string> holders = await HoldersAsync(connection, ns, cancellationToken);
        DateTimeOffset now = connection.Time.GetUtcNow();
        bool IsPast(StoredRun run) => !holders.ContainsKey(run.Run.Id) && (run.State.IsOver || now - run.State.At > LongestInterruption);
        foreach (StoredRun run in runs.Where(IsPast).Skip(keep))
        {
            await DeleteAsync(connection, Resources.ConfigMaps, RunStore.NameOf(run.Run.Id), ns, cancellationToken);
            await DeleteAsync(connection, Resources.Leases, RunStore.NameOf(run.Run.Id), ns, cancellationToken);
        }

        HashSet<string> known = [.. runs.Select(r => r.Run.Id)];
        KubernetesList<Lease> leases = await connection.Client.ListAsync(Resources.Leases, OfRuns(ns), cancellationToken);
        foreach (Lease lease in leases.Items.Where(l => l.Metadata.Labels?.GetValueOrDefault(RunStore.Label) is { } run && !known.Contains(run)))
        {
            if (new LeaseSign(lease, true) is var sign && sign.Silence(now) > 2 * sign.Duration)
                await DeleteAsync(connection, Resources.Leases, lease.Metadata.Name, ns, cancellationToken);
        }
    }

    private static ListOptions OfRuns(string ns) => new() { Namespace = ns, LabelSelector = RunStore.Label };

    private static async Task DeleteAsync<T>(
        ClusterConnection connection, ResourceType<T> type, string name, string ns, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        try
        {
            await connection.Client.DeleteAsync(type, name, ns, new(), cancellationToken);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound)
        {
            // Somebody else did.
        }
    }
}
