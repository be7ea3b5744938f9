using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Timing;
using NodeManager.Kubernetes.Validation;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Proxmox;

/// <summary>
/// Virtual machines on Proxmox VE. A machine has its claim in its description, the claim's name and the provider's tag; it is restarted or
/// destroyed only if all of them and its id match.
/// </summary>
public sealed class ProxmoxProvider : IMachineProvider, ITestableMachineProvider
{
    private const int DestroyAttempts = 3;

    private readonly MachineProviderSettings _settings;
    private readonly ProxmoxProviderSpec _spec;
    private readonly ProxmoxApi _api;
    private readonly VmIds _ids;
    private readonly ProxmoxInventory _inventory;
    private readonly ProxmoxCreator _creator;
    private readonly ProxmoxPower _power;
    private readonly TimeSpan _taskTimeout;
    private readonly ClaimTurns _turns = new();

    internal ProxmoxProvider(MachineProviderSettings settings, ProxmoxProviderSpec spec)
    {
        _settings = settings;
        _spec = spec;
        _taskTimeout = (spec.TaskTimeout is { } text ? GoDuration.Parse(text) : null) ?? TimeSpan.FromMinutes(10);
        HttpClient http = ProviderHttp.Create(settings, spec.CaBundle, spec.InsecureSkipTLSVerify == true, TimeSpan.FromSeconds(60));
        _api = new(
            http,
            new Uri(spec.Endpoint),
            settings.Credentials.Find(ProxmoxProviderFactory.TokenId) ?? "",
            settings.Credentials.Find(ProxmoxProviderFactory.TokenSecret) ?? "",
            settings.Time
        );
        _ids = new(spec.VmIDRange);
        _inventory = new(_api, spec, _ids);
        _creator = new(_api, _inventory, _ids, spec, settings.Owner, _taskTimeout);
        _power = new(_api, _inventory, _taskTimeout);
    }

    public Task<MachineResult> ProvisionAsync(MachineRequest request, CancellationToken cancellationToken) =>
        ProviderCall.RunAsync(_settings, "Provision", () => ProvisionOneAsync(request, cancellationToken));

    private async Task<MachineResult> ProvisionOneAsync(MachineRequest request, CancellationToken cancellationToken)
    {
        if (CheckRequest(request) is { } wrong)
            return MachineResult.Ended(MachineOutcome.Invalid, wrong);
        using IDisposable turn = await _turns.EnterAsync(request.ClaimUid, cancellationToken);
        IReadOnlyList<ProxmoxResource> resources = await _inventory.ReadResourcesAsync(cancellationToken);
        (IReadOnlyList<ProxmoxVm> machines, ProviderException? unread) = await _inventory.ReadMachinesAsync(resources, cancellationToken);
        ProxmoxVm[] own = [.. machines.Where(one => IsOf(one, request.ClaimUid))];
        if (own.Length > 1)
            return MachineResult.Ended(
                MachineOutcome.Refused,
                $"Machines {string.Join(", ", own.Select(static one => one.IdText))} all carry the claim {request.ClaimUid}."
            );
        // A first attempt has no machine yet: a host that is offline must not stop the creation on others.
        if (own.Length == 0 && unread is not null && !request.IsFirstAttempt)
            throw unread;
        ProxmoxVm? machine = own.Length == 1 ? own[0] : null;
        if (
            machine is null
            && machines.FirstOrDefault(one => one.IsUnclear && !_ids.IsReservedByOther(one.Id, request.ClaimUid)) is { } unclear
        )
        {
            // A creation for this claim may be in progress in a process that ended.
            return MachineResult.Ended(
                MachineOutcome.Pending,
                $"Machine {unclear.IdText} is being created; its claim is checked when it exists."
            ) with
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            };
        }

        if (machine is null)
        {
            machine = await _creator.CreateAsync(request, resources, machines, cancellationToken);
            if ((await FindByClaimAsync(request.ClaimUid, machine.Id, cancellationToken)).Machine is { } other)
            {
                // Another controller created a machine concurrently and may have stored it: the later one is destroyed.
                await DestroyAsync(new($"proxmox://-/vms/{machine.IdText}", request.Name, request.ClaimUid), cancellationToken);
                _creator.Release(request.ClaimUid);
                return MachineResult.Ended(MachineOutcome.Pending, $"Machine {other.IdText} was created for the claim concurrently.") with
                {
                    RetryAfter = TimeSpan.FromSeconds(5),
                };
            }
        }

        return await CompleteAndStartAsync(machine, request, cancellationToken);
    }

    private async Task<MachineResult> CompleteAndStartAsync(ProxmoxVm machine, MachineRequest request, CancellationToken cancellationToken)
    {
        machine = await _creator.AwaitUnlockedAsync(machine, new(_api.Time, _taskTimeout), cancellationToken);
        if (machine.Mark is { IsComplete: false } mark && mark.Name == request.Name && await IsInterruptedAsync(machine, cancellationToken))
            machine = await _creator.CompleteAsync(machine, request, cancellationToken);
        if (
            MachineOwnership.Check(new(null, request.Name, request.ClaimUid), machine.IdText, _settings.Owner, machine.Observed) is
            { } differs
        )
            return MachineResult.Ended(
                MachineOutcome.Refused,
                $"Machine {machine.IdText} exists for the claim, but {differs}.",
                await MapAsync(machine, cancellationToken)
            );
        await _power.StartAsync(machine, cancellationToken);
        return MachineResult.Success(await MapAsync(machine, cancellationToken));
    }

    public Task<MachineResult> DeprovisionAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        ProviderCall.RunAsync(
            _settings,
            "Deprovision",
            async () =>
            {
                using IDisposable turn = await _turns.EnterAsync(identity.ClaimUid, cancellationToken);
                MachineResult result = await DestroyAsync(identity, cancellationToken);
                if (result.Outcome is MachineOutcome.Succeeded or MachineOutcome.NotFound)
                    _creator.Release(identity.ClaimUid);
                return result;
            }
        );

    public Task<MachineResult> GetAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        ProviderCall.RunAsync(
            _settings,
            "Get",
            async () =>
            {
                ProxmoxVm? machine = ProxmoxInventory.ParseId(identity.ProviderId) is { } id
                    ? await _inventory.FindAsync(id, cancellationToken)
                    : await RequireByClaimAsync(identity.ClaimUid, cancellationToken);
                return machine is null
                    ? MachineResult.Ended(MachineOutcome.NotFound, $"Proxmox has no machine {identity.ProviderId ?? identity.Name}.")
                    : MachineResult.Success(await MapAsync(machine, cancellationToken));
            }
        );

    public Task<MachineListResult> ListAsync(CancellationToken cancellationToken) =>
        ProviderCall.ListAsync(
            _settings,
            async () =>
            {
                IReadOnlyList<ProxmoxResource> resources = await _inventory.ReadResourcesAsync(cancellationToken);
                string cluster = await _inventory.ReadClusterNameAsync(cancellationToken);
                (IReadOnlyList<ProxmoxVm> machines, ProviderException? unread) = await _inventory.ReadMachinesAsync(
                    resources,
                    cancellationToken
                );
                if (unread is not null)
                    throw unread;
                // Includes machines with the tag but no mark, so that a removed mark is noticed; never another owner's.
                return (IReadOnlyList<Machine>)
                    [
                        .. machines
                            .Where(one => one.Mark is { } mark ? mark.Owner == _settings.Owner : one.HasTag)
                            .Select(one =>
                                one.ToMachine(
                                    _settings.Name,
                                    cluster,
                                    _settings.Owner,
                                    resources.FirstOrDefault(known => known.Type == "qemu" && known.VmId == one.Id)?.Status,
                                    _spec
                                )
                            ),
                    ];
            }
        );

    public Task<MachineResult> RestartAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        ProviderCall.RunAsync(
            _settings,
            "Restart",
            async () =>
            {
                using IDisposable turn = await _turns.EnterAsync(identity.ClaimUid, cancellationToken);
                (ProxmoxVm? machine, MachineResult? ended) = await IdentifyAsync(identity, cancellationToken);
                if (machine is null)
                    return ended!;
                await _power.RestartAsync(machine, cancellationToken);
                return MachineResult.Success(await MapAsync(machine, cancellationToken));
            }
        );

    public Task<IReadOnlyList<MachineProviderFinding>> TestAsync(CancellationToken cancellationToken) =>
        new ProxmoxTest(_api, _inventory, _spec, _ids, _settings.Credentials).RunAsync(cancellationToken);

    public void Dispose() => _api.Dispose();

    private async Task<MachineResult> DestroyAsync(MachineIdentity identity, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            (ProxmoxVm? machine, MachineResult? ended) = await IdentifyAsync(identity, cancellationToken);
            if (machine is null)
                return attempt > 1 && ended!.Outcome == MachineOutcome.NotFound ? MachineResult.Success(null) : ended!;
            try
            {
                await _power.StopAsync(machine, cancellationToken);
                // Checked again, because stopping takes a while and the id may have been reused.
                (machine, ended) = await IdentifyAsync(identity, cancellationToken);
                if (machine is null)
                    return ended!.Outcome == MachineOutcome.NotFound ? MachineResult.Success(null) : ended;
                await _power.DestroyAsync(machine, cancellationToken);
            }
            catch (ProviderException e) when (attempt < DestroyAttempts && (e.MayHaveExecuted || e.Outcome == MachineOutcome.Failed))
            {
                await _api.Time.DelayAsync(TimeSpan.FromSeconds(attempt), cancellationToken);
            }

            if (
                attempt >= DestroyAttempts
                && await _inventory.FindAsync(machine!.Id, cancellationToken) is { } found
                && IsOf(found, identity.ClaimUid)
            )
                return MachineResult.Ended(
                    MachineOutcome.Failed,
                    $"Machine {found.IdText} is still there after {DestroyAttempts} attempts to destroy it."
                );
        }
    }

    /// <summary>The machine if it matches the claim completely; otherwise the result to return.</summary>
    private async Task<(ProxmoxVm? Machine, MachineResult? Ended)> IdentifyAsync(
        MachineIdentity identity,
        CancellationToken cancellationToken
    )
    {
        long? id = ProxmoxInventory.ParseId(identity.ProviderId);
        if (id is null && identity.ProviderId is not null)
            return (null, MachineResult.Ended(MachineOutcome.Invalid, $"'{identity.ProviderId}' is not a provider id of Proxmox."));
        ProxmoxVm? machine = id is { } known ? await _inventory.FindAsync(known, cancellationToken) : null;
        if (machine is null || !IsOf(machine, identity.ClaimUid))
        {
            // The id is unused or another machine's. The claim's machine may have another one.
            ProxmoxVm? other = await RequireByClaimAsync(identity.ClaimUid, cancellationToken);
            if (other is null)
            {
                return machine is { IsUnclear: true }
                    ? (
                        null,
                        MachineResult.Ended(
                            MachineOutcome.Pending,
                            $"Machine {machine.IdText} is being created; its claim is checked when it exists."
                        )
                    )
                    : (null, MachineResult.Ended(MachineOutcome.NotFound, $"Machine {identity.ProviderId ?? identity.Name} is gone."));
            }

            machine = other;
        }

        string? idText = id?.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (machine.Mark is { IsComplete: false, Name: var name } && name == identity.Name && (idText is null || idText == machine.IdText))
        {
            // An interrupted creation without name and tag; its mark has the claim.
            machine = await _creator.AwaitUnlockedAsync(machine, new(_api.Time, _taskTimeout), cancellationToken);
            if (
                machine is { Mark: { IsComplete: false } mark }
                && mark.ClaimUid == identity.ClaimUid
                && mark.Id == machine.IdText
                && await IsInterruptedAsync(machine, cancellationToken)
            )
                machine = await _creator.TagAsync(machine, identity, cancellationToken);
        }

        return MachineOwnership.Check(identity, idText, _settings.Owner, machine.Observed) is { } differs
            ? (
                null,
                MachineResult.Ended(
                    MachineOutcome.Refused,
                    $"Machine {machine.IdText} was not touched: {differs}.",
                    await MapAsync(machine, cancellationToken)
                )
            )
            : (machine, null);
    }

    /// <summary>True for an unfinished clone: the requested name, and only its template's tags.</summary>
    private async Task<bool> IsInterruptedAsync(ProxmoxVm machine, CancellationToken cancellationToken)
    {
        if (machine.Name != machine.Mark!.Name)
            return false;
        if (machine.Tags.Length == 0 || machine.HasTag)
            return true;
        return _spec.Template is { } template
            && await _inventory.FindAsync(template.VmID, cancellationToken) is { } source
            && source.Tags == machine.Tags;
    }

    private async Task<(ProxmoxVm? Machine, ProviderException? Unread)> FindByClaimAsync(
        string claimUid,
        long? except,
        CancellationToken cancellationToken
    )
    {
        (IReadOnlyList<ProxmoxVm> machines, ProviderException? unread) = await _inventory.ReadMachinesAsync(
            await _inventory.ReadResourcesAsync(cancellationToken),
            cancellationToken
        );
        return (machines.FirstOrDefault(one => one.Id != except && IsOf(one, claimUid)), unread);
    }

    /// <summary>The claim's machine; null: no host has it.</summary>
    /// <exception cref="ProviderException">A host that may have it is offline.</exception>
    private async Task<ProxmoxVm?> RequireByClaimAsync(string claimUid, CancellationToken cancellationToken)
    {
        (ProxmoxVm? machine, ProviderException? unread) = await FindByClaimAsync(claimUid, null, cancellationToken);
        return machine is null && unread is not null ? throw unread : machine;
    }

    private bool IsOf(ProxmoxVm machine, string claimUid) =>
        machine.Mark is { } mark && mark.Owner == _settings.Owner && mark.ClaimUid == claimUid && mark.Id == machine.IdText;

    private async Task<Machine> MapAsync(ProxmoxVm machine, CancellationToken cancellationToken) =>
        machine.ToMachine(
            _settings.Name,
            await _inventory.ReadClusterNameAsync(cancellationToken),
            _settings.Owner,
            await _inventory.IsRunningAsync(machine, cancellationToken) ? "running" : "stopped",
            _spec
        );

    private static string? CheckRequest(MachineRequest request) =>
        request.ClaimUid.Length == 0 || request.ClaimUid.AsSpan().IndexOfAny(" \n=") >= 0 ? "The claim has no UID."
        : KubernetesNames.CheckLabel(request.Name) is { } rule ? $"'{request.Name}' is not a valid machine name: {rule}."
        : request.CpuCores < 1 || request.MemoryMiB < 1 ? "A machine needs at least 1 core and 1 MiB."
        : null;
}
