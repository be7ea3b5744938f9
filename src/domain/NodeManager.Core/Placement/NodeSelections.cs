using System.Text.Json.Nodes;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Core.Placement;

/// <summary>Selects nodes for new work by the scheduler's rules and a strategy.</summary>
public static class NodeSelections
{
    private const string HostnameLabel = "kubernetes.io/hostname";

    /// <summary>Selects nodes, and counts each selection on its node for later selections of the session.</summary>
    /// <returns>
    /// The selected nodes in order; with <see cref="SelectionRequest.Explain"/> then all others by name. Fewer than requested if no further
    /// node is eligible, and none in that case without an explanation.
    /// </returns>
    /// <exception cref="NodeManagerException">NoNodeFits: no node is eligible, and no explanation is requested.</exception>
    public static Task<IReadOnlyList<NodeSelection>> SelectAsync(
        NodeManagerSession session,
        SelectionRequest request,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            request,
            async (connection, token) =>
            {
                PendingSelections pending = connection.Get(static _ => new PendingSelections());
                int minor = (await connection.Client.GetCapabilitiesAsync(token)).Minor;
                SelectionRequest asCreated = request with { Pod = request.Pod.AsCreated(minor) };
                if (HasReferences(request.Pod))
                {
                    (ClusterSnapshot read, _, IReadOnlyList<Pod> all, _) = await new SnapshotReader(
                        connection.Client,
                        observer.Warning
                    ).ReadAsync(null, token, knowsStorage: true);
                    return SelectNext(() => (read, all));
                }

                using CacheUse<Node> nodes = connection.Caches().Open(Resources.Nodes, new());
                using CacheUse<Pod> pods = connection.Caches().Open(ClusterPods.Type, new());
                await Task.WhenAll(nodes.Cache.Synced, pods.Cache.Synced).WaitAsync(token);
                return SelectNext(() =>
                {
                    IReadOnlyList<Pod> current = pods.Cache.Items;
                    return (ClusterSnapshot.Of(nodes.Cache.Items, current, minor), current);
                });

                IReadOnlyList<NodeSelection> SelectNext(Func<(ClusterSnapshot Snapshot, IReadOnlyList<Pod> Pods)> observe)
                {
                    lock (pending.Gate)
                    {
                        DateTimeOffset now = connection.Time.GetUtcNow();
                        // One snapshot for both: a new pod must not count in addition to its selection.
                        (ClusterSnapshot snapshot, IReadOnlyList<Pod> current) = observe();
                        pending.Update(now, current);
                        pending.AssumeIn(snapshot);
                        return Select(session, asCreated, snapshot, pending, now);
                    }
                }
            },
            cancellationToken
        );

    /// <summary>Selects in a snapshot that contains the pending selections.</summary>
    internal static IReadOnlyList<NodeSelection> Select(
        NodeManagerSession session,
        SelectionRequest request,
        ClusterSnapshot snapshot,
        PendingSelections pending,
        DateTimeOffset now
    )
    {
        Random random = request.Seed is { } seed ? new(seed) : Random.Shared;
        List<NodeSelection> selected = [];
        HashSet<string> taken = new(StringComparer.Ordinal);
        IReadOnlyList<NodeChoice> judged = SelectionRules.Judge(request, snapshot, pending.CountByNode());
        while (selected.Count < request.Count)
        {
            List<NodeChoice> eligible = [.. judged.Where(static choice => choice.IsEligible)];
            if (request.Strategy == NodeSelectionStrategy.RoundRobin)
                pending.Join([.. eligible.Select(static choice => choice.Name)]);
            List<NodeChoice> open = [.. eligible.Where(choice => request.AllowRepeat || !taken.Contains(choice.Name))];
            if (SelectionRules.Prefer(request.Strategy, open, pending.Turns, random) is not { } best)
                break;
            taken.Add(best.Name);
            selected.Add(Describe(session, request, best, true, [Why(request.Strategy, best, open.Count)], now));
            if (request.Strategy == NodeSelectionStrategy.RoundRobin)
                pending.TakeTurn(best.Name);
            if (pending.Add(request.Pod, best.Name, now) is { } standIn)
                snapshot.Assume(standIn, best.Name);
            if (selected.Count < request.Count || request.Explain)
                judged = SelectionRules.Judge(request, snapshot, pending.CountByNode());
        }

        if (selected.Count == 0 && !request.Explain)
        {
            throw new NodeManagerException(
                ErrorIds.NoNodeFits,
                ErrorKind.ObjectNotFound,
                $"No node of cluster '{session.Cluster}' is eligible: {PodPlacement.Summary([.. judged.Select(static choice => choice.Fit)], snapshot.MinorVersion)}",
                request.Strategy,
                "Use -Explain to list the reasons per node."
            );
        }

        return request.Explain
            ?
            [
                .. selected,
                .. judged
                    .Where(choice => !taken.Contains(choice.Name))
                    .Select(choice => Describe(session, request, choice, false, WhyNot(choice, taken.Count), now)),
            ]
            : selected;
    }

    private static string Why(string strategy, NodeChoice best, int among) =>
        strategy switch
        {
            NodeSelectionStrategy.MostResources => $"largest free share of {Nodes(among)}: {best.FreeShare:P0}",
            NodeSelectionStrategy.Random => $"random among {Nodes(among)}",
            NodeSelectionStrategy.RoundRobin => $"next in turn of {Nodes(among)}",
            _ => $"fewest sessions of {Nodes(among)}: {best.Sessions}",
        };

    private static IReadOnlyList<string> WhyNot(NodeChoice choice, int selected) =>
        choice.IsEligible ? [selected > 0 ? "eligible; another node was preferred" : "eligible"] : choice.Fit.Reasons;

    private static string Nodes(int count) => count == 1 ? "1 eligible node" : $"{count} eligible nodes";

    private static NodeSelection Describe(
        NodeManagerSession session,
        SelectionRequest request,
        NodeChoice choice,
        bool isSelected,
        IReadOnlyList<string> reasons,
        DateTimeOffset now
    ) =>
        new()
        {
            Session = session,
            Cluster = session.Cluster,
            ObservedAt = now,
            Name = choice.Name,
            Uid = choice.Node.Node.Metadata.Uid ?? "",
            Strategy = request.Strategy,
            IsSelected = isSelected,
            IsEligible = choice.IsEligible,
            Sessions = choice.Sessions,
            FreeCpu = choice.Node.Free("cpu"),
            FreeMemory = (long)choice.Node.Free("memory"),
            FreePercent = Math.Round(choice.FreeShare * 100, 1),
            Reasons = new([.. reasons]),
            AffinityPatch = AffinityOf(choice.Name),
            SelectorPatch = choice.Node.Label(HostnameLabel) is { } hostname ? SelectorOf(hostname) : "",
        };

    private static string AffinityOf(string node) =>
        Pod(
            "affinity",
            new JsonObject
            {
                ["nodeAffinity"] = new JsonObject
                {
                    ["requiredDuringSchedulingIgnoredDuringExecution"] = new JsonObject
                    {
                        ["nodeSelectorTerms"] = new JsonArray(
                            new JsonObject
                            {
                                ["matchFields"] = new JsonArray(
                                    new JsonObject
                                    {
                                        ["key"] = "metadata.name",
                                        ["operator"] = "In",
                                        ["values"] = new JsonArray(node),
                                    }
                                ),
                            }
                        ),
                    },
                },
            }
        );

    private static string SelectorOf(string hostname) => Pod("nodeSelector", new JsonObject { [HostnameLabel] = hostname });

    private static string Pod(string field, JsonNode value) =>
        new JsonObject { ["spec"] = new JsonObject { [field] = value } }.ToJsonString();

    // Volumes, and the namespaces of affinity terms, are read only for a pod that refers to them.
    private static bool HasReferences(Pod pod) =>
        pod.Spec.Volumes?.Exists(static volume => volume.PersistentVolumeClaim is not null || volume.Ephemeral is not null) == true
        || pod.Spec.Affinity is { PodAffinity: not null } or { PodAntiAffinity: not null };
}
