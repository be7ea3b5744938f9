using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Timing;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Redfish;

/// <summary>A server with its power and boot settings. The state read afterwards counts, not the response.</summary>
internal sealed class RedfishServer(RedfishSystem system, RedfishApi api, TimeSpan timeout) : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);
    private string? _path;

    public RedfishSystem System => system;

    public RedfishApi Api => api;

    public async Task<string> GetPathAsync(CancellationToken cancellationToken)
    {
        if (_path is { } known)
            return known;
        RedfishRoot root = await api.GetRootAsync(cancellationToken);
        string collection = root.Systems?.Id ?? throw Ended(MachineOutcome.Invalid, $"The controller {api.Host} has no systems.");
        if (system.SystemID is { } id)
            return _path = $"{collection.TrimEnd('/')}/{Uri.EscapeDataString(id)}";
        RedfishCollection systems = await api.GetAsync(collection, RedfishJson.Default.RedfishCollection, cancellationToken);
        return systems.Members.Count == 1
            ? _path = systems.Members[0].Id
            : throw Ended(
                MachineOutcome.Invalid,
                $"The controller {api.Host} has {systems.Members.Count} systems: set systemID of '{system.Name}'."
            );
    }

    public async Task<string> GetProviderIdAsync(CancellationToken cancellationToken) =>
        $"redfish://{api.Host}/Systems/{Uri.UnescapeDataString((await GetPathAsync(cancellationToken)).TrimEnd('/').Split('/')[^1])}";

    public async Task<(RedfishComputer Computer, string? ETag)> ReadAsync(CancellationToken cancellationToken)
    {
        (RedfishComputer computer, string? etag) = await api.ReadAsync(
            await GetPathAsync(cancellationToken),
            RedfishJson.Default.RedfishComputer,
            cancellationToken
        );
        return (computer, etag ?? computer.ETag);
    }

    /// <summary>Sets a one-time boot target, if not set already.</summary>
    public async Task SetBootAsync(string target, string? mode, string? uri, CancellationToken cancellationToken)
    {
        (RedfishComputer computer, string? etag) = await ReadAsync(cancellationToken);
        if (IsSet(computer, target, mode, uri))
            return;
        if (computer.Boot?.Allowed is { Count: > 0 } allowed && !allowed.Contains(target))
            throw Ended(
                MachineOutcome.Invalid,
                $"Server '{system.Name}' does not boot from {target}, only from {string.Join(", ", allowed)}."
            );
        var wanted = new JsonObject { ["BootSourceOverrideTarget"] = target, ["BootSourceOverrideEnabled"] = "Once" };
        if (mode is not null)
            wanted["BootSourceOverrideMode"] = mode;
        if (uri is not null)
            wanted["HttpBootUri"] = uri;
        ProviderException? refused = await TryPatchAsync(computer.ODataId, wanted, etag, cancellationToken);
        if (IsSet((await ReadAsync(cancellationToken)).Computer, target, mode, uri))
            return;
        // Some controllers require the mode too, some accept changes at the settings resource only.
        if (mode is null && computer.Boot?.BootSourceOverrideMode is { } current)
        {
            JsonObject repeated = wanted.DeepClone().AsObject();
            repeated["BootSourceOverrideMode"] = current;
            refused =
                await TryPatchAsync(computer.ODataId, repeated, (await ReadAsync(cancellationToken)).ETag, cancellationToken) ?? refused;
            if (IsSet((await ReadAsync(cancellationToken)).Computer, target, mode, uri))
                return;
        }

        if (computer.Settings?.SettingsObject?.Id is { Length: > 0 } settings)
        {
            refused = await TryPatchAsync(settings, wanted, null, cancellationToken);
            // Settings take effect at the next start and are not visible before.
            if (refused is null)
                return;
        }

        throw refused ?? Ended(MachineOutcome.Failed, $"Server '{system.Name}' accepts booting from {target} and does not keep it.");
    }

    /// <summary>Sets the power and waits for the reported state.</summary>
    public async Task SetPowerAsync(bool on, CancellationToken cancellationToken)
    {
        Deadline deadline = new(api.Time, timeout);
        Deadline? retryAt = null;
        ProviderException? refused = null;
        while (true)
        {
            (RedfishComputer computer, _) = await ReadAsync(cancellationToken);
            if (computer.PowerState == (on ? "On" : "Off"))
                return;
            if (deadline.IsOver)
                throw refused
                    ?? Ended(
                        MachineOutcome.Pending,
                        $"Server '{system.Name}' is {computer.PowerState} {HumanDuration.Format(timeout)} after it was switched {(on ? "on" : "off")}."
                    );
            if (retryAt is not { IsOver: false } && computer.PowerState is not ("PoweringOn" or "PoweringOff"))
            {
                refused = await TryResetAsync(
                    computer,
                    on ? ["On", "ForceOn", "PushPowerButton"] : ["ForceOff", "GracefulShutdown"],
                    cancellationToken
                );
                if (refused?.Outcome is MachineOutcome.Unauthorized or MachineOutcome.Forbidden or MachineOutcome.Invalid)
                    throw refused;
                // Controllers accept requests first and execute them later.
                retryAt = new(api.Time, timeout / 3);
            }

            await api.Time.DelayAsync(Poll, cancellationToken);
        }
    }

    /// <summary>Restarts it, or powers it on.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        (RedfishComputer computer, _) = await ReadAsync(cancellationToken);
        if (
            computer.PowerState == "On"
            && await TryResetAsync(computer, ["ForceRestart", "GracefulRestart", "PowerCycle"], cancellationToken) is { } refused
        )
            throw refused;
        await SetPowerAsync(true, cancellationToken);
    }

    public async Task<IReadOnlyList<string>> ReadMacAddressesAsync(RedfishComputer computer, CancellationToken cancellationToken)
    {
        var addresses = new List<string>();
        if (computer.EthernetInterfaces is not { Id.Length: > 0 } link)
            return addresses;
        try
        {
            RedfishCollection cards = await api.GetAsync(link.Id, RedfishJson.Default.RedfishCollection, cancellationToken);
            foreach (RedfishLink card in cards.Members)
            {
                if (
                    (await api.GetAsync(card.Id, RedfishJson.Default.RedfishInterface, cancellationToken)).MacAddress is
                    { Length: > 0 } address
                )
                    addresses.Add(address);
            }
        }
        catch (ProviderException)
        {
            // A missing inventory is not a failure; it may not be available yet.
        }

        return addresses;
    }

    public void Dispose() => api.Dispose();

    private async Task<ProviderException?> TryResetAsync(
        RedfishComputer computer,
        IReadOnlyList<string> types,
        CancellationToken cancellationToken
    )
    {
        if (computer.Actions?.Reset is not { Target.Length: > 0 } reset)
            return Ended(MachineOutcome.Invalid, $"Server '{system.Name}' offers no reset.");
        string? type = reset.Allowed is { Count: > 0 } allowed ? types.FirstOrDefault(allowed.Contains) : types[0];
        if (type is null)
            return Ended(MachineOutcome.Invalid, $"Server '{system.Name}' offers none of {string.Join(", ", types)}.");
        try
        {
            await api.PostAsync(reset.Target, new JsonObject { ["ResetType"] = type }, cancellationToken);
            return null;
        }
        catch (ProviderException e)
        {
            // The power state read afterwards decides.
            return e;
        }
    }

    private async Task<ProviderException?> TryPatchAsync(string path, JsonObject boot, string? etag, CancellationToken cancellationToken)
    {
        try
        {
            await api.PatchAsync(path, new JsonObject { ["Boot"] = boot.DeepClone() }, etag, cancellationToken);
            return null;
        }
        catch (ProviderException e) when (e.Outcome is not (MachineOutcome.Unauthorized or MachineOutcome.Forbidden))
        {
            return e;
        }
    }

    // Some controllers do not support Once and always boot from the target.
    private static bool IsSet(RedfishComputer computer, string target, string? mode, string? uri) =>
        computer.Boot is { } boot
        && boot.BootSourceOverrideTarget == target
        && boot.BootSourceOverrideEnabled is ("Once" or "Continuous")
        && (mode is null || boot.BootSourceOverrideMode == mode)
        && (uri is null || boot.HttpBootUri == uri);

    private static ProviderException Ended(MachineOutcome outcome, string reason) => new(outcome, reason) { Code = HttpStatusCode.OK };
}
