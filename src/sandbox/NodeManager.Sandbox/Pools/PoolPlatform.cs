using System.Globalization;
using System.Threading.Channels;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Pools;

/// <summary>
/// The simulated platform: adds, drains and removes nodes of pools, replaces outdated ones one at a time, and reports status.
/// </summary>
internal sealed class PoolPlatform : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SettledPeriod = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BootTime = TimeSpan.FromSeconds(5);

    private readonly PoolStore _pools;
    private readonly ResourceRegistry _registry;
    private readonly IdentitySource _identities;
    private readonly MachineDrain _drain;
    private readonly string _clusterId;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private readonly Dictionary<string, List<DateTimeOffset>> _starting = new(StringComparer.Ordinal);

    // Work is in progress and must be polled.
    private bool _isBusy;

    public PoolPlatform(PoolStore pools, ResourceRegistry registry, KindCatalog catalog, IdentitySource identities, string clusterId)
    {
        _pools = pools;
        _registry = registry.As(new("pool-controller"));
        _drain = new(_registry, new(registry, catalog));
        _identities = identities;
        _clusterId = clusterId;
        _time = registry.Time;
        // The first report, so that no client sees a pool without status.
        Reconcile();
        pools.Changed += Wake;
        _ = Task.Run(RunAsync);
    }

    /// <summary>The last failure; null for none.</summary>
    public Exception? Fault { get; private set; }

    public void Dispose()
    {
        _pools.Changed -= Wake;
        _stopped.Cancel();
        _stopped.Dispose();
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    private TimeSpan NextPause(TimeSpan pause, bool isSettled)
    {
        if (_isBusy)
            return Period;
        TimeSpan longer = pause * 1.5;
        return isSettled || longer > SettledPeriod ? SettledPeriod : longer;
    }

    private async Task RunAsync()
    {
        CancellationToken stopped = _stopped.Token;
        try
        {
            Task changed = _wake.Reader.ReadAsync(stopped).AsTask();
            TimeSpan pause = Period;
            while (true)
            {
                // A complete pool may lose a node, and an incomplete one may stay so.
                _isBusy = false;
                bool isSettled = Reconcile();
                pause = NextPause(pause, isSettled);
                await await Task.WhenAny(changed, Task.Delay(pause, _time, stopped));
                stopped.ThrowIfCancellationRequested();
                if (!changed.IsCompleted)
                    continue;
                changed = _wake.Reader.ReadAsync(stopped).AsTask();
                pause = Period;
            }
        }
        catch (OperationCanceledException)
        {
            // The cluster stops.
        }
    }

    private bool Reconcile()
    {
        bool isSettled = true;
        PoolItem[] pools = [.. _pools.Pools().Where(pool => pool.ClusterId == _clusterId)];
        ILookup<string, Machine> machines = Machines();
        foreach (string gone in _starting.Keys.Except(pools.Select(static pool => pool.Id)).ToList())
            _starting.Remove(gone);
        foreach (IGrouping<string, Machine> orphans in machines.Where(group => !pools.Any(pool => pool.Id == group.Key)))
            isSettled &= Guarded(() => Remove([.. orphans.Select(StartRemoval)], out _));
        foreach (PoolItem pool in pools)
            isSettled &= Guarded(() => Reconcile(pool, [.. machines[pool.Id]]));
        return isSettled;
    }

    private bool Guarded(Func<bool> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (exception is ApiException or PoolRefusal)
        {
            // Changed or deleted meanwhile; the next reconciliation sees the current state.
            Fault = exception;
            return false;
        }
    }

    // True when the pool is complete.
    private bool Reconcile(PoolItem pool, List<Machine> machines)
    {
        int desired = PoolMachines.Desired(pool.Spec);
        string hash = PoolMachines.Hash(pool);
        List<DateTimeOffset> starting = _starting.TryGetValue(pool.Id, out List<DateTimeOffset>? known) ? known : _starting[pool.Id] = [];
        DateTimeOffset now = _time.GetUtcNow();
        foreach (Machine renamed in machines.Where(one => one.Label != pool.Name))
            Relabel(renamed, pool.Name);
        List<Machine> leaving = [.. machines.Where(static one => one.LeavingSince is not null)];
        machines.RemoveAll(static one => one.LeavingSince is not null);
        foreach (
            Machine surplus in machines
                .OrderBy(one => one.Hash == hash)
                .ThenByDescending(static one => one.CreatedAt)
                .Take(Math.Max(0, machines.Count - desired))
                .ToList()
        )
            LetGo(surplus);
        Machine? outdated = machines.Find(one => one.Hash != hash);
        if (outdated is not null && leaving.Count == 0 && machines.Count >= desired && machines.TrueForAll(static one => one.IsReady))
            LetGo(outdated);
        starting.RemoveAll(at => Boot(at));
        while (starting.Count + machines.Count > desired && starting.Count > 0)
            starting.RemoveAt(starting.Count - 1);
        while (starting.Count + machines.Count < desired)
            starting.Add(now + BootTime);
        int active = machines.Count(static one => one.IsReady);
        _isBusy |= starting.Count > 0;
        bool isSettled =
            Remove(leaving, out string waiting)
            && active == desired
            && starting.Count == 0
            && machines.Count == desired
            && machines.TrueForAll(one => one.Hash == hash);
        Report(pool, desired, active, isSettled, waiting);
        return isSettled;

        void LetGo(Machine machine)
        {
            machines.Remove(machine);
            leaving.Add(StartRemoval(machine));
        }

        bool Boot(DateTimeOffset at)
        {
            if (at > now || machines.Count >= desired)
                return false;
            string name = $"{pool.Name}-{_identities.NextSuffix()}";
            string zone = PoolMachines.NextZone(pool, machines.Select(static one => one.Zone));
            _registry.Create(BuiltInKinds.Nodes, "", PoolMachines.Node(pool, name, zone));
            machines.Add(new(name, hash, pool.Name, zone, now, false, null));
            return true;
        }
    }

    private Machine StartRemoval(Machine machine)
    {
        if (machine.LeavingSince is not null)
            return machine;
        DateTimeOffset now = _time.GetUtcNow();
        _drain.Begin(machine.Name, now);
        return machine with { LeavingSince = now };
    }

    // True when none remains.
    private bool Remove(IReadOnlyList<Machine> leaving, out string waiting)
    {
        List<string> busy = [];
        foreach (Machine machine in leaving)
        {
            if (_drain.Step(machine.Name, machine.LeavingSince!.Value, _time.GetUtcNow()) is { } why)
                busy.Add($"draining {machine.Name}: {why}");
            else
                Delete(machine);
        }

        _isBusy |= leaving.Count > 0;
        waiting = string.Join("; ", busy.Take(3));
        return leaving.Count == 0;
    }

    private void Relabel(Machine machine, string name) =>
        _registry.Update(
            BuiltInKinds.Nodes,
            "",
            machine.Name,
            node => node.Ensure("metadata").Ensure("labels")[PoolMachines.PoolLabel] = name
        );

    private void Report(PoolItem pool, int desired, int active, bool isSettled, string waiting)
    {
        string platform = pool.Spec.Object("platform").Text("type") ?? "";
        string name = $"{platform}-nodepool-controller";
        string status = isSettled ? "True" : "False";
        string progress = $"{active} of {desired} nodes are ready";
        (string reason, string message) = (isSettled, waiting.Length > 0) switch
        {
            (true, _) => ("NodesReady", $"All {desired} nodes are ready"),
            (_, true) => ("Draining", $"{progress}; {waiting}"),
            _ => ("Scaling", progress),
        };
        JsonObject? last = pool.Controllers.FirstOrDefault(one => one.Text("controller_name") == name);
        JsonObject? condition = last.Array("conditions")?.OfType<JsonObject>().FirstOrDefault();
        if (
            last.Number("observed_generation") == pool.Generation
            && condition.Text("message") == message
            && condition.Text("status") == status
        )
            return;
        string since =
            condition.Text("status") == status ? condition.Text("lastTransitionTime")! : ResourceRegistry.Timestamp(_time.GetUtcNow());
        _isBusy = true;
        _pools.Report(
            false,
            pool.Id,
            new()
            {
                ["controller_name"] = name,
                ["observed_generation"] = pool.Generation,
                ["conditions"] = new JsonArray(
                    new JsonObject
                    {
                        ["type"] = "Ready",
                        ["status"] = status,
                        ["lastTransitionTime"] = since,
                        ["reason"] = reason,
                        ["message"] = message,
                    }
                ),
                ["metadata"] = new JsonObject
                {
                    ["platform"] = platform,
                    ["region"] = PoolMachines.Region(pool),
                    ["active_nodes"] = active,
                    ["desired_nodes"] = desired,
                },
            }
        );
    }

    private void Delete(Machine machine)
    {
        try
        {
            _registry.Delete(BuiltInKinds.Nodes, "", machine.Name, DeletionRequest.Default);
        }
        catch (ApiException gone) when (gone.Code == 404)
        {
            // A user deleted the Node object.
        }
    }

    private ILookup<string, Machine> Machines() =>
        _registry
            .Store.List(BuiltInKinds.Nodes)
            .Objects.Walk()
            .Select(static stored => (Node: stored.As<Node>(), stored.Name))
            .Where(static one => one.Node.Metadata.Annotations?.ContainsKey(PoolMachines.PoolAnnotation) == true)
            .ToLookup(
                static one => one.Node.Metadata.Annotations![PoolMachines.PoolAnnotation],
                static one => new Machine(
                    one.Name,
                    one.Node.Metadata.Annotations!.GetValueOrDefault(PoolMachines.HashAnnotation, ""),
                    one.Node.Metadata.Labels?.GetValueOrDefault(PoolMachines.PoolLabel) ?? "",
                    one.Node.Metadata.Labels?.GetValueOrDefault("topology.kubernetes.io/zone") ?? "",
                    one.Node.Metadata.CreationTimestamp ?? default,
                    one.Node.Status.Conditions?.Exists(static condition => condition is { Type: "Ready", Status: "True" }) == true,
                    one.Node.Metadata.Annotations!.TryGetValue(PoolMachines.DrainingAnnotation, out string? since)
                        ? DateTimeOffset.Parse(since, CultureInfo.InvariantCulture)
                        : null
                )
            );

    private sealed record Machine(
        string Name,
        string Hash,
        string Label,
        string Zone,
        DateTimeOffset CreatedAt,
        bool IsReady,
        DateTimeOffset? LeavingSince
    );
}
