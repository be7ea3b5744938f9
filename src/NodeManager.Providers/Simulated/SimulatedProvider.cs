using System.Collections.Concurrent;
using System.Net;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Timing;
using NodeManager.Kubernetes.Validation;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Simulated;

/// <summary>
/// Simulated machines: a ConfigMap each, with a Node object for simulated kubelets of the embedded cluster or a real control plane. A
/// machine is on while its Node exists.
/// </summary>
public sealed class SimulatedProvider : IMachineProvider
{
    private readonly MachineProviderSettings _settings;
    private readonly SimulatedProviderSpec _spec;
    private readonly KubernetesClient _client;
    private readonly TimeSpan _bootDelay;
    private readonly ClaimTurns _turns = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly ConcurrentDictionary<string, Task> _booting = new(StringComparer.Ordinal);

    internal SimulatedProvider(MachineProviderSettings settings, SimulatedProviderSpec spec)
    {
        _settings = settings;
        _spec = spec;
        _client = settings.Cluster!;
        _bootDelay = (spec.BootDelay is { } text ? GoDuration.Parse(text) : null) ?? TimeSpan.Zero;
    }

    public Task<MachineResult> ProvisionAsync(MachineRequest request, CancellationToken cancellationToken) =>
        RunAsync(
            "Provision",
            async () =>
            {
                if (KubernetesNames.CheckSubdomain(request.Name) is { } rule)
                    return MachineResult.Ended(MachineOutcome.Invalid, $"'{request.Name}' is not a valid machine name: {rule}.");
                using IDisposable turn = await _turns.EnterAsync(request.ClaimUid, cancellationToken);
                IReadOnlyList<SimulatedMachine> machines = await ReadAllAsync(cancellationToken);
                SimulatedMachine? machine = machines.FirstOrDefault(one => one.ClaimUid == request.ClaimUid);
                if (machine is null)
                {
                    if (machines.Count >= (_spec.MaxMachines ?? 1000))
                        return MachineResult.Ended(MachineOutcome.NoCapacity, $"All {machines.Count} machines are taken.");
                    string zone =
                        request.Zone
                        ?? (_spec.Zones is { Count: > 0 } zones ? zones.MinBy(zone => machines.Count(one => one.Zone == zone))! : "");
                    machine = SimulatedMachine.Of(request, _settings, zone, _client.Time.GetUtcNow());
                    try
                    {
                        ConfigMap created = await _client.CreateAsync(
                            Resources.ConfigMaps,
                            machine.ToConfigMap(),
                            _settings.Namespace,
                            cancellationToken
                        );
                        machine = machine with { Uid = created.Metadata.Uid };
                    }
                    catch (KubernetesException e) when (e.Code == HttpStatusCode.Conflict)
                    {
                        // A lost response, or another machine has the name.
                        machine = await ReadAsync(request.Name, cancellationToken);
                        if (machine?.ClaimUid != request.ClaimUid)
                            return MachineResult.Ended(
                                MachineOutcome.Refused,
                                $"Machine '{request.Name}' belongs to another claim.",
                                machine?.ToMachine(false)
                            );
                    }
                }

                if (machine.Name != request.Name)
                    return MachineResult.Ended(
                        MachineOutcome.Refused,
                        $"The claim's machine is named '{machine.Name}', not '{request.Name}'.",
                        machine.ToMachine(false)
                    );
                await BootAsync(machine, cancellationToken);
                return MachineResult.Success(machine.ToMachine(true));
            }
        );

    public Task<MachineResult> DeprovisionAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        RunAsync(
            "Deprovision",
            async () =>
            {
                using IDisposable turn = await _turns.EnterAsync(identity.ClaimUid, cancellationToken);
                (SimulatedMachine? machine, MachineResult? ended) = await IdentifyAsync(identity, cancellationToken);
                if (machine is null)
                    return ended!;
                // First, since a concurrent list boots a machine without a node.
                await _client.RemoveAsync(
                    Resources.ConfigMaps,
                    machine.ObjectName,
                    _settings.Namespace,
                    new() { Preconditions = new() { Uid = machine.Uid } },
                    cancellationToken
                );
                await CutPowerAsync(machine, cancellationToken);
                return MachineResult.Success(null);
            }
        );

    public Task<MachineResult> GetAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        RunAsync(
            "Get",
            async () =>
            {
                SimulatedMachine? machine = await FindAsync(identity, cancellationToken);
                return machine is null
                    ? MachineResult.Ended(MachineOutcome.NotFound, $"Machine {identity.ProviderId ?? identity.Name} does not exist.")
                    : MachineResult.Success(machine.ToMachine(await FindNodeAsync(machine, cancellationToken) is not null));
            }
        );

    public async Task<MachineListResult> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<SimulatedMachine> machines = await ReadAllAsync(cancellationToken);
            // Resumes booting of machines of a process that ended.
            foreach (SimulatedMachine machine in machines)
                await BootAsync(machine, cancellationToken);
            return MachineListResult.Success([.. machines.Select(static one => one.ToMachine(true))]);
        }
        catch (Exception e) when (KubernetesFailures.Translate(e, cancellationToken) is { } failure)
        {
            return MachineListResult.Ended(failure.Outcome, failure.Message);
        }
    }

    public Task<MachineResult> RestartAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        RunAsync(
            "Restart",
            async () =>
            {
                using IDisposable turn = await _turns.EnterAsync(identity.ClaimUid, cancellationToken);
                (SimulatedMachine? machine, MachineResult? ended) = await IdentifyAsync(identity, cancellationToken);
                if (machine is null)
                    return ended!;
                await CutPowerAsync(machine, cancellationToken);
                SimulatedMachine restarted = machine with { StartedAt = _client.Time.GetUtcNow() };
                await BootAsync(restarted, cancellationToken);
                return MachineResult.Success(restarted.ToMachine(true));
            }
        );

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    private async Task<(SimulatedMachine? Machine, MachineResult? Ended)> IdentifyAsync(
        MachineIdentity identity,
        CancellationToken cancellationToken
    )
    {
        SimulatedMachine? machine = await FindAsync(identity, cancellationToken);
        if (machine is null || machine.ClaimUid != identity.ClaimUid)
        {
            machine = (await ReadAllAsync(cancellationToken)).FirstOrDefault(one => one.ClaimUid == identity.ClaimUid);
            if (machine is null)
                return (null, MachineResult.Ended(MachineOutcome.NotFound, $"Machine {identity.ProviderId ?? identity.Name} is gone."));
        }

        string? wanted = identity.ProviderId is { } id ? SimulatedMachine.NameIn(id) : null;
        return MachineOwnership.Check(identity, wanted, _settings.Owner, machine.Observed) is { } differs
            ? (
                null,
                MachineResult.Ended(MachineOutcome.Refused, $"Machine {machine.Name} was not touched: {differs}.", machine.ToMachine(true))
            )
            : (machine, null);
    }

    private async Task<SimulatedMachine?> FindAsync(MachineIdentity identity, CancellationToken cancellationToken)
    {
        if (identity.ProviderId is not { } id)
            return (await ReadAllAsync(cancellationToken)).FirstOrDefault(one => one.ClaimUid == identity.ClaimUid);
        return SimulatedMachine.NameIn(id) is { } name ? await ReadAsync(name, cancellationToken) : null;
    }

    /// <summary>Creates the node after the boot delay.</summary>
    private async Task BootAsync(SimulatedMachine machine, CancellationToken cancellationToken)
    {
        TimeSpan remaining = machine.StartedAt + _bootDelay - _client.Time.GetUtcNow();
        if (remaining <= TimeSpan.Zero)
        {
            await RegisterAsync(machine, cancellationToken);
            return;
        }

        _ = _booting.GetOrAdd(machine.Name, _ => BootLaterAsync(machine, remaining));
    }

    private async Task BootLaterAsync(SimulatedMachine machine, TimeSpan delay)
    {
        await Task.Yield();
        try
        {
            await _client.Time.DelayAsync(delay, _closed.Token);
            await RegisterAsync(machine, _closed.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or KubernetesException or NodeManagerException)
        {
            // The next list or provisioning boots it.
        }
        finally
        {
            _booting.TryRemove(machine.Name, out _);
        }
    }

    private async Task RegisterAsync(SimulatedMachine machine, CancellationToken cancellationToken)
    {
        // In this order: what removed the node has removed the machine before.
        if (await FindNodeAsync(machine, cancellationToken) is not null || !await ExistsAsync(machine, cancellationToken))
            return;
        try
        {
            await _client.CreateManifestAsync(Resources.Nodes, machine.ToNode(), null, cancellationToken);
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.Conflict)
        {
            // Registered meanwhile.
            return;
        }

        // It may have been destroyed meanwhile, and another attempt of its claim created one of its name.
        if (!await ExistsAsync(machine, cancellationToken))
            await CutPowerAsync(machine, cancellationToken);
    }

    private async Task<bool> ExistsAsync(SimulatedMachine machine, CancellationToken cancellationToken) =>
        await ReadAsync(machine.Name, cancellationToken) is { Uid: { } uid } && uid == machine.Uid;

    private async Task CutPowerAsync(SimulatedMachine machine, CancellationToken cancellationToken)
    {
        // Keeps a node of the same name that another machine registered.
        if (await FindNodeAsync(machine, cancellationToken) is not { } node || node.Spec.ProviderID != machine.ProviderId)
            return;
        await _client.RemoveAsync(
            Resources.Nodes,
            machine.Name,
            null,
            new() { Preconditions = new() { Uid = node.Metadata.Uid } },
            cancellationToken
        );
    }

    private Task<Node?> FindNodeAsync(SimulatedMachine machine, CancellationToken cancellationToken) =>
        _client.FindAsync(Resources.Nodes, machine.Name, null, cancellationToken);

    private async Task<SimulatedMachine?> ReadAsync(string name, CancellationToken cancellationToken) =>
        await _client.FindAsync(
            Resources.ConfigMaps,
            SimulatedMachine.ObjectNameOf(_settings.Name, name),
            _settings.Namespace,
            cancellationToken
        )
            is { } map
            ? SimulatedMachine.Read(map, _settings)
            : null;

    private async Task<IReadOnlyList<SimulatedMachine>> ReadAllAsync(CancellationToken cancellationToken)
    {
        KubernetesList<ConfigMap> maps = await _client.ListAsync(
            Resources.ConfigMaps,
            new() { Namespace = _settings.Namespace, LabelSelector = $"{SimulatedMachine.ProviderLabel}={_settings.Name}" },
            cancellationToken
        );
        return
        [
            .. maps
                .Items.Where(static map => map.Metadata.DeletionTimestamp is null)
                .Select(map => SimulatedMachine.Read(map, _settings))
                .OfType<SimulatedMachine>()
                .Where(one => one.Observed.Mark!.Owner == _settings.Owner),
        ];
    }

    private Task<MachineResult> RunAsync(string call, Func<Task<MachineResult>> work) =>
        ProviderCall.RunAsync(_settings, call, () => KubernetesFailures.TranslateAsync(work));
}
