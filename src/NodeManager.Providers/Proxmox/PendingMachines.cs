namespace NodeManager.Providers.Proxmox;

/// <summary>
/// Shares of hosts that machines of this process will use once they run. The cluster's overview first lacks a new machine, then its size,
/// and a stopped machine uses nothing: without these shares, concurrent claims would all choose the same host. Thread-safe.
/// </summary>
internal sealed class PendingMachines
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Pending> _claims = new(StringComparer.Ordinal);

    /// <summary>Chooses a host and reserves the share on it for the claim.</summary>
    /// <param name="choose">Returns the share, or throws. Gets the resources without pending machines, the pending shares, and all machines with their devices.</param>
    public HostShare Reserve(
        string claim,
        IReadOnlyList<string> devices,
        IReadOnlyList<ProxmoxResource> resources,
        IReadOnlyList<ProxmoxVm> machines,
        Func<IReadOnlyList<ProxmoxResource>, IReadOnlyList<HostShare>, IReadOnlyList<ProxmoxVm>, HostShare> choose
    )
    {
        lock (_gate)
        {
            _claims.Remove(claim);
            foreach ((string other, _) in _claims.Where(one => one.Value.IsCreated && IsRunning(resources, one.Value.Id)).ToArray())
                _claims.Remove(other);
            Pending[] all = [.. _claims.Values];
            HashSet<long> ids = [.. all.Select(static one => one.Id)];
            HostShare share = choose(
                [.. resources.Where(one => one.Type is not ("qemu" or "lxc") || !ids.Contains(one.VmId))],
                [.. all.Select(static one => one.Share)],
                [
                    .. machines.Where(one => !ids.Contains(one.Id)),
                    .. all.Select(static one => new ProxmoxVm(one.Id, one.Share.Host) { Mappings = one.Devices }),
                ]
            );
            _claims[claim] = new(share, devices);
            return share;
        }
    }

    /// <summary>Sets the id under which the claim's machine is being created.</summary>
    public void Name(string claim, long id) => Change(claim, one => one with { Id = id });

    /// <summary>The machine exists. Its share counts until it runs or is destroyed; the resources may be older than the machine.</summary>
    public void Created(string claim) => Change(claim, static one => one with { IsCreated = true });

    /// <summary>The claim has no machine.</summary>
    public void Remove(string claim)
    {
        lock (_gate)
            _claims.Remove(claim);
    }

    private void Change(string claim, Func<Pending, Pending> change)
    {
        lock (_gate)
        {
            if (_claims.TryGetValue(claim, out Pending? pending))
                _claims[claim] = change(pending);
        }
    }

    private static bool IsRunning(IReadOnlyList<ProxmoxResource> resources, long id) =>
        resources.Any(one => one is { Type: "qemu", Status: "running" } && one.VmId == id);

    private sealed record Pending(HostShare Share, IReadOnlyList<string> Devices)
    {
        /// <summary>0 before it is chosen.</summary>
        public long Id { get; init; }

        public bool IsCreated { get; init; }
    }
}
