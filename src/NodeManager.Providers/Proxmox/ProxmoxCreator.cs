using System.Globalization;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Timing;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Proxmox;

internal sealed class ProxmoxCreator(
    ProxmoxApi api,
    ProxmoxInventory inventory,
    VmIds ids,
    ProxmoxProviderSpec spec,
    string owner,
    TimeSpan taskTimeout
)
{
    /// <summary>How often a machine is searched after a creation without a response.</summary>
    private const int LostMachineLookups = 5;

    private readonly PendingMachines _pending = new();

    /// <summary>Creates a machine for a claim, which is neither completed nor started.</summary>
    /// <exception cref="ProviderException">NoCapacity, or a refusal of Proxmox.</exception>
    /// <param name="machines">The provider's machines, whose devices are taken.</param>
    public async Task<ProxmoxVm> CreateAsync(
        MachineRequest request,
        IReadOnlyList<ProxmoxResource> resources,
        IReadOnlyList<ProxmoxVm> machines,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<string> devices = ProxmoxDevices.MappingsOf(spec, request);
        IReadOnlyDictionary<string, IReadOnlyList<string>>? mappings =
            devices.Count > 0 ? await inventory.ReadMappingsAsync(cancellationToken) : null;
        var wanted = new HostShare("", request.CpuCores, ProxmoxParameters.MemoryMiB(spec, request) << 20);
        string host = _pending
            .Reserve(
                request.ClaimUid,
                devices,
                resources,
                machines,
                (known, pending, taken) =>
                {
                    (string? chosen, string reason) = ProxmoxPlacement.Choose(
                        known,
                        pending,
                        wanted,
                        request.Zone,
                        spec,
                        mappings is null ? null : name => ProxmoxDevices.Shortage(name, mappings, taken, devices)
                    );
                    return chosen is null ? throw Ended(MachineOutcome.NoCapacity, reason) : wanted with { Host = chosen };
                }
            )
            .Host;
        return await CreateAsync(request, host, resources, cancellationToken);
    }

    private async Task<ProxmoxVm> CreateAsync(
        MachineRequest request,
        string host,
        IReadOnlyList<ProxmoxResource> resources,
        CancellationToken cancellationToken
    )
    {
        bool mayExist = false;
        try
        {
            var used = resources.Where(static one => one.Type is "qemu" or "lxc").Select(static one => one.VmId).ToHashSet();
            foreach (long id in ids.Candidates(request.ClaimUid, used))
            {
                using IDisposable? reserved = ids.TryReserve(id, request.ClaimUid);
                if (reserved is null)
                    continue;
                _pending.Name(request.ClaimUid, id);
                if (await TryCreateAsync(request, id, host, resources, cancellationToken) is not { } machine)
                    continue;
                mayExist = true;
                return machine;
            }
        }
        catch (ProviderException e) when (e.Outcome == MachineOutcome.Pending)
        {
            mayExist = true;
            throw;
        }
        finally
        {
            if (mayExist)
                _pending.Created(request.ClaimUid);
            else
                _pending.Remove(request.ClaimUid);
        }

        throw Ended(MachineOutcome.NoCapacity, FormattableString.Invariant($"No id from {ids.Lower} to {ids.Upper} is free."));
    }

    /// <summary>The claim's machine is gone, and its share of a host is free.</summary>
    public void Release(string claim) => _pending.Remove(claim);

    /// <summary>Sets hardware, name, tag and final mark of a clone in one change, which fails on a concurrent change.</summary>
    public async Task<ProxmoxVm> CompleteAsync(ProxmoxVm machine, MachineRequest request, CancellationToken cancellationToken)
    {
        // Before the mark is complete, so that an interruption repeats it; the same size changes nothing.
        if (ProxmoxDevices.DiskGiB(spec, request) is { } size && (spec.VmOptions ?? []).TrueForAll(one => one.Name != spec.Disk))
        {
            string task = await api.ChangeAsync(
                HttpMethod.Put,
                $"{machine.Path}/resize",
                [new("disk", spec.Disk!), new("size", string.Create(CultureInfo.InvariantCulture, $"{size}G"))],
                cancellationToken
            );
            if (task.StartsWith("UPID:", StringComparison.Ordinal))
                await ProxmoxTasks.WaitAsync(api, task, taskTimeout, cancellationToken);
            machine = await inventory.FindAsync(machine.Id, cancellationToken) ?? machine;
        }

        for (int attempt = 1; ; attempt++)
        {
            List<KeyValuePair<string, string>> parameters = ProxmoxParameters.Hardware(spec, request, machine.Smbios);
            parameters.AddRange(ProxmoxParameters.Identity(spec, request, machine.Mark! with { IsComplete = true }));
            if (machine.Digest.Length > 0)
                parameters.Add(new("digest", machine.Digest));
            try
            {
                await api.ChangeAsync(HttpMethod.Put, $"{machine.Path}/config", parameters, cancellationToken);
            }
            catch (ProviderException e) when (attempt < 3 && (e.MayHaveExecuted || e.Outcome == MachineOutcome.Failed))
            {
                // No response, or a concurrent change: the current state decides.
            }

            machine =
                await inventory.FindAsync(machine.Id, cancellationToken)
                ?? throw Ended(MachineOutcome.Failed, $"Machine {machine.IdText} was deleted while it was being created.");
            if (machine.Mark is not { } mark || mark.ClaimUid != request.ClaimUid || mark.Owner != owner)
                throw Ended(MachineOutcome.Refused, $"Machine {machine.IdText} no longer carries the claim {request.ClaimUid}.");
            if (mark.IsComplete)
                return machine;
        }
    }

    /// <summary>Sets name and tag of an interrupted clone, so that it can be destroyed by the common rule.</summary>
    public async Task<ProxmoxVm> TagAsync(ProxmoxVm machine, MachineIdentity identity, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, string>> parameters = [new("name", identity.Name), new("tags", inventory.Tag)];
        if (machine.Digest.Length > 0)
            parameters.Add(new("digest", machine.Digest));
        await api.ChangeAsync(HttpMethod.Put, $"{machine.Path}/config", parameters, cancellationToken);
        return await inventory.FindAsync(machine.Id, cancellationToken) ?? machine;
    }

    /// <summary>Null: the id is in use.</summary>
    private async Task<ProxmoxVm?> TryCreateAsync(
        MachineRequest request,
        long id,
        string host,
        IReadOnlyList<ProxmoxResource> resources,
        CancellationToken cancellationToken
    )
    {
        bool isClone = spec.Template is not null;
        var mark = new MachineMark(owner, request.ClaimUid, id.ToString(CultureInfo.InvariantCulture), request.Name, !isClone);
        try
        {
            string task = isClone
                ? await CloneAsync(request, mark, host, resources, cancellationToken)
                : await api.ChangeAsync(
                    HttpMethod.Post,
                    $"/nodes/{Uri.EscapeDataString(host)}/qemu",
                    CreationOf(request, mark),
                    cancellationToken
                );
            await ProxmoxTasks.WaitAsync(api, task, taskTimeout, cancellationToken);
        }
        catch (ProviderException e)
        {
            return await ReadBackAsync(request, id, e, cancellationToken);
        }

        return await ReadBackAsync(request, id, null, cancellationToken);
    }

    /// <summary>What has the id now: the claim's machine, another one (null), or nothing.</summary>
    /// <param name="failure">The failure of the creation; null without one.</param>
    /// <exception cref="ProviderException">Nothing: the failure, or that the machine may still appear.</exception>
    private async Task<ProxmoxVm?> ReadBackAsync(
        MachineRequest request,
        long id,
        ProviderException? failure,
        CancellationToken cancellationToken
    )
    {
        if (failure?.Outcome is MachineOutcome.Unauthorized or MachineOutcome.Forbidden)
            throw failure;
        Deadline deadline = new(api.Time, taskTimeout);
        for (int poll = 1; ; poll++)
        {
            ProxmoxVm? machine = await inventory.FindAsync(id, cancellationToken);
            if (machine?.Mark is { } mark)
                return mark.ClaimUid == request.ClaimUid && mark.Owner == owner
                    ? await AwaitUnlockedAsync(machine, deadline, cancellationToken)
                    : null;
            if (machine is not null && !machine.IsUnclear)
                return null;
            if (machine is null && failure is { MayHaveExecuted: false })
                throw failure;
            if (machine is null && poll >= LostMachineLookups)
                throw failure ?? Ended(MachineOutcome.Failed, $"Proxmox reported machine {id} as created, but it does not exist.");
            if (deadline.IsOver)
                throw Ended(MachineOutcome.Pending, $"Machine {id} is being created; its claim is checked when it exists.");
            await api.Time.DelayAsync(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }

    /// <summary>Waits until Proxmox has finished the machine.</summary>
    public async Task<ProxmoxVm> AwaitUnlockedAsync(ProxmoxVm machine, Deadline deadline, CancellationToken cancellationToken)
    {
        while (machine.Lock is "create" or "clone")
        {
            if (deadline.IsOver)
                throw Ended(MachineOutcome.Pending, $"Machine {machine.IdText} is locked ({machine.Lock}).");
            await api.Time.DelayAsync(TimeSpan.FromSeconds(1), cancellationToken);
            machine =
                await inventory.FindAsync(machine.Id, cancellationToken)
                ?? throw Ended(MachineOutcome.Failed, $"Machine {machine.IdText} was deleted while it was being created.");
        }

        return machine;
    }

    private List<KeyValuePair<string, string>> CreationOf(MachineRequest request, MachineMark mark)
    {
        List<KeyValuePair<string, string>> parameters =
        [
            new("vmid", mark.Id),
            .. ProxmoxParameters.Identity(spec, request, mark),
            .. ProxmoxParameters.Hardware(spec, request),
        ];
        if (spec.ResourcePool is { } pool)
            parameters.Add(new("pool", pool));
        return parameters;
    }

    private async Task<string> CloneAsync(
        MachineRequest request,
        MachineMark mark,
        string host,
        IReadOnlyList<ProxmoxResource> resources,
        CancellationToken cancellationToken
    )
    {
        ProxmoxTemplate template = spec.Template!;
        ProxmoxResource source =
            resources.FirstOrDefault(one => one.Type == "qemu" && one.VmId == template.VmID)
            ?? throw Ended(
                MachineOutcome.Invalid,
                FormattableString.Invariant($"spec.proxmox.template.vmID: no virtual machine has the id {template.VmID}.")
            );
        bool isFull = template.Full ?? true;
        List<KeyValuePair<string, string>> parameters =
        [
            new("newid", mark.Id),
            new("name", request.Name),
            new("description", ProxmoxParameters.Describe(request, mark)),
            new("full", isFull ? "1" : "0"),
        ];
        if (source.Node != host)
            parameters.Add(new("target", host));
        if (isFull && template.Storage is { } storage)
            parameters.Add(new("storage", storage));
        if (spec.ResourcePool is { } pool)
            parameters.Add(new("pool", pool));
        return await api.ChangeAsync(
            HttpMethod.Post,
            FormattableString.Invariant($"/nodes/{Uri.EscapeDataString(source.Node!)}/qemu/{template.VmID}/clone"),
            parameters,
            cancellationToken
        );
    }

    private static ProviderException Ended(MachineOutcome outcome, string reason) =>
        new(outcome, reason) { Code = System.Net.HttpStatusCode.OK };
}
