using NodeManager.Controllers.Leasing;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Runs;

namespace NodeManager.Maintenance.Records;

/// <summary>Reads and deletes the runs of a namespace.</summary>
internal static class RunDirectory
{
    // Older runs are not resumed; until then a user might resume one.
    private static readonly TimeSpan LongestInterruption = TimeSpan.FromDays(30);

    // A run that cannot be found may still be in creation for this time.
    private static readonly TimeSpan LongestStart = TimeSpan.FromHours(1);

    /// <summary>The newest first, without their nodes.</summary>
    /// <param name="isTold">Warn of unreadable runs.</param>
    public static async Task<IReadOnlyList<RunHead>> ListAsync(
        ClusterConnection connection,
        string ns,
        CancellationToken cancellationToken,
        bool isTold = false
    )
    {
        List<ConfigMap> maps = await ListFirstAsync(connection, ns, cancellationToken);
        IReadOnlyList<RunHead> heads = Read(maps);
        if (isTold && heads.Count < maps.Count)
            connection.Logger.RunsNotReadable(
                ns,
                NameList.Of(maps.Select(m => m.Metadata.Name).Except(heads.Select(h => h.Map.Metadata.Name)), 3),
                RunLayout.Format
            );
        return heads;
    }

    public static async Task<StoredRun> LoadAsync(
        ClusterConnection connection,
        RunHead head,
        string ns,
        CancellationToken cancellationToken
    ) =>
        StoredRun.Read(
            head,
            RunLayout.Pages(head.Run.Nodes) == 1
                ? []
                : (
                    await connection.Client.ListAsync(
                        Resources.ConfigMaps,
                        With($"{RunLayout.FurtherLabel}={head.Run.Id}", ns),
                        cancellationToken
                    )
                ).Items
        );

    /// <summary>The current state of the run, without its nodes; null if it was deleted or is unreadable.</summary>
    /// <remarks>A list of one, as users who only read have no permission to <c>get</c>.</remarks>
    public static async Task<RunHead?> FindHeadAsync(
        ClusterConnection connection,
        string id,
        string ns,
        CancellationToken cancellationToken
    )
    {
        KubernetesList<ConfigMap> maps = await connection.Client.ListAsync(
            Resources.ConfigMaps,
            new() { Namespace = ns, FieldSelector = $"metadata.name={RunLayout.NameOf(id)}" },
            cancellationToken
        );
        return Read(maps.Items) is [var head, ..] ? head : null;
    }

    /// <summary>A run to resume.</summary>
    /// <exception cref="NodeManagerException">MaintenanceNotFound; MaintenanceInvalid if it is unreadable or incomplete.</exception>
    public static async Task<StoredRun> FindAsync(
        ClusterConnection connection,
        string id,
        string ns,
        string cluster,
        CancellationToken cancellationToken
    )
    {
        ConfigMap map =
            await connection.Client.FindAsync(Resources.ConfigMaps, RunLayout.NameOf(id), ns, cancellationToken)
            ?? throw MaintenanceErrors.NotFound(id, ns, cluster);
        if (RunHead.Read(map) is not { } head)
        {
            throw MaintenanceErrors.Invalid(
                $"ConfigMap {ns}/{map.Metadata.Name} holds maintenance run {id} in the format '{FormatOf(map)}' instead of '{RunLayout.Format}', or was changed manually.",
                id,
                "Resume with the version of NodeManager that started the run, or start a new run, which takes over the claims of the nodes."
            );
        }

        StoredRun run = await LoadAsync(connection, head, ns, cancellationToken);
        return run.IsComplete
            ? run
            : throw MaintenanceErrors.Invalid(
                $"Maintenance run {id} has {head.Run.Nodes} nodes, but namespace {ns} has records of {run.Nodes.Count}: a part was deleted or changed manually.",
                id,
                "Start a new run, which takes over the claims of the nodes."
            );
    }

    /// <summary>The current Lease holders by run; an overdue holder (by our clock) does not count.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> HoldersAsync(
        ClusterConnection connection,
        string ns,
        CancellationToken cancellationToken
    )
    {
        KubernetesList<Lease> leases = await connection.Client.ListAsync(Resources.Leases, With(RunLayout.Label, ns), cancellationToken);
        DateTimeOffset now = connection.Time.GetUtcNow();
        return leases
            .Items.Select(l => (Run: RunOf(l) ?? "", Sign: new LeaseState(l, true)))
            .Where(l => l.Sign.Holder.Length > 0 && l.Sign.Silence(now) < l.Sign.Duration)
            .ToDictionary(l => l.Run, l => l.Sign.Holder);
    }

    /// <summary>Deletes completed runs except the newest, and fragments of interrupted starts.</summary>
    public static async Task PruneAsync(ClusterConnection connection, string ns, int keep, CancellationToken cancellationToken)
    {
        List<ConfigMap> maps = await ListFirstAsync(connection, ns, cancellationToken);
        IReadOnlyList<RunHead> runs = Read(maps);
        IReadOnlyDictionary<string, string> holders = await HoldersAsync(connection, ns, cancellationToken);
        DateTimeOffset now = connection.Time.GetUtcNow();
        bool IsPast(RunHead run) => !holders.ContainsKey(run.Run.Id) && (run.State.IsOver || now - run.State.At > LongestInterruption);
        foreach (RunHead run in runs.Where(IsPast).Skip(keep))
            await DeleteAsync(connection, run.Run, ns, cancellationToken);

        // Including runs of another version in another format: they may be in use.
        HashSet<string> known = [.. maps.Select(m => m.Metadata.Labels?.GetValueOrDefault(RunLayout.Label)).OfType<string>()];
        KubernetesList<Lease> leases = await connection.Client.ListAsync(Resources.Leases, With(RunLayout.Label, ns), cancellationToken);
        foreach (Lease lease in leases.Items.Where(l => RunOf(l) is { } run && !known.Contains(run)))
        {
            if (new LeaseState(lease, true) is var sign && sign.Silence(now) > 2 * sign.Duration)
                await connection.Client.RemoveAsync(Resources.Leases, lease.Metadata.Name, ns, new(), cancellationToken);
        }

        KubernetesList<ConfigMap> further = await connection.Client.ListAsync(
            Resources.ConfigMaps,
            With(RunLayout.FurtherLabel, ns),
            cancellationToken
        );
        foreach (
            ConfigMap page in further.Items.Where(p =>
                RunLayout.RunOf(p) is { } run && !known.Contains(run) && now - p.Metadata.CreationTimestamp > LongestStart
            )
        )
            await connection.Client.RemoveAsync(Resources.ConfigMaps, page.Metadata.Name, ns, new(), cancellationToken);
    }

    /// <summary>Deletes a run: its first ConfigMap first, so that no process finds a part of it.</summary>
    public static async Task DeleteAsync(ClusterConnection connection, RunRecord run, string ns, CancellationToken cancellationToken)
    {
        await DeletePagesAsync(connection, run.Id, run.Nodes, ns, cancellationToken);
        await connection.Client.RemoveAsync(Resources.Leases, RunLayout.NameOf(run.Id), ns, new(), cancellationToken);
    }

    /// <summary>Deletes the ConfigMaps of a run with this number of nodes, the first one first.</summary>
    public static async Task DeletePagesAsync(
        ClusterConnection connection,
        string id,
        int nodes,
        string ns,
        CancellationToken cancellationToken
    )
    {
        for (int page = 0; page < RunLayout.Pages(nodes); page++)
            await connection.Client.RemoveAsync(Resources.ConfigMaps, RunLayout.NameOf(id, page), ns, new(), cancellationToken);
    }

    private static async Task<List<ConfigMap>> ListFirstAsync(
        ClusterConnection connection,
        string ns,
        CancellationToken cancellationToken
    ) => (await connection.Client.ListAsync(Resources.ConfigMaps, With(RunLayout.Label, ns), cancellationToken)).Items;

    private static IReadOnlyList<RunHead> Read(IEnumerable<ConfigMap> maps) =>
        [.. maps.Select(RunHead.Read).OfType<RunHead>().OrderByDescending(r => r.Run.At).ThenBy(r => r.Run.Id, StringComparer.Ordinal)];

    private static ListOptions With(string label, string ns) => new() { Namespace = ns, LabelSelector = label };

    private static string? RunOf(Lease lease) => lease.Metadata.Labels?.GetValueOrDefault(RunLayout.Label);

    private static string FormatOf(ConfigMap map) => map.Data?.GetValueOrDefault(RunLayout.FormatKey) ?? "";
}
