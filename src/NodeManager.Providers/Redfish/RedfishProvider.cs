using System.Collections.Concurrent;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Timing;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Redfish;

/// <summary>
/// Existing servers. Provisioning claims an unclaimed server that is off, sets a one-time network boot and powers it on; deprovisioning
/// powers it off and releases it. A running server without our claim is never changed.
/// </summary>
public sealed class RedfishProvider : IMachineProvider, ITestableMachineProvider
{
    private const int ReadsInFlight = 16;

    /// <summary>Controllers without ETags accept concurrent writes: the later one wins, and the earlier writer must notice.</summary>
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(2);

    private readonly MachineProviderSettings _settings;
    private readonly RedfishProviderSpec _spec;
    private readonly RedfishServer[] _servers;
    private readonly ISystemMarks _marks;
    private readonly ClaimTurns _turns = new();

    // Servers being claimed by this process.
    private readonly ConcurrentDictionary<string, string> _claiming = new(StringComparer.Ordinal);

    internal RedfishProvider(MachineProviderSettings settings, RedfishProviderSpec spec, ISystemMarks? marks = null)
    {
        _settings = settings;
        _spec = spec;
        _marks = marks ?? new AssetTagMarks();
        TimeSpan timeout = (_spec.PowerTimeout is { } text ? GoDuration.Parse(text) : null) ?? TimeSpan.FromMinutes(5);
        _servers =
        [
            .. _spec.Systems.Select(system =>
            {
                MachineCredentials credentials = CredentialsOf(settings, system) ?? settings.Credentials;
                HttpClient http = ProviderHttp.Create(
                    settings,
                    _spec.CaBundle,
                    _spec.InsecureSkipTLSVerify == true,
                    TimeSpan.FromSeconds(60)
                );
                return new RedfishServer(
                    system,
                    new(
                        http,
                        new Uri(system.Endpoint),
                        credentials.Find(RedfishProviderFactory.UserName) ?? "",
                        credentials.Find(RedfishProviderFactory.Password) ?? "",
                        timeout,
                        settings.Time
                    ),
                    timeout
                );
            }),
        ];
    }

    private string Tag => _spec.ManagedTag ?? "nodesmith";

    public Task<MachineResult> ProvisionAsync(MachineRequest request, CancellationToken cancellationToken) =>
        ProviderCall.RunAsync(
            _settings,
            "Provision",
            async () =>
            {
                if (request.ClaimUid.Length == 0 || request.ClaimUid.AsSpan().IndexOfAny(" :") >= 0)
                    return MachineResult.Ended(MachineOutcome.Invalid, "The claim has no UID.");
                using IDisposable turn = await _turns.EnterAsync(request.ClaimUid, cancellationToken);
                Survey survey = await SurveyAsync(cancellationToken);
                Seen[] own = [.. survey.Seen.Where(one => IsOf(one.Mark, request.ClaimUid))];
                if (own.Length > 1)
                    return MachineResult.Ended(
                        MachineOutcome.Refused,
                        $"Servers {string.Join(", ", own.Select(static one => one.Server.System.Name))} all carry the claim {request.ClaimUid}."
                    );
                if (own.Length == 0 && survey.Unread.Count > 0 && !request.IsFirstAttempt)
                    return MachineResult.Ended(
                        survey.Outcome,
                        $"The claim's server may be one that cannot be read: {string.Join(" ", survey.Unread)}"
                    );
                RedfishServer? server = own.Length == 1 ? own[0].Server : await ClaimAsync(request, survey, cancellationToken);
                if (server is null)
                    return MachineResult.Ended(
                        survey is { Seen.Count: 0, Unread.Count: > 0 } ? survey.Outcome : MachineOutcome.NoCapacity,
                        NoServer(request, survey)
                    );
                try
                {
                    (RedfishComputer computer, _) = await server.ReadAsync(cancellationToken);
                    if (computer.PowerState != "On")
                    {
                        string target = _spec.BootTarget ?? "Pxe";
                        if (target != "None")
                            await server.SetBootAsync(
                                target,
                                _spec.BootMode,
                                RedfishRules.BootUri(_spec.HttpBootURI, request, server.System.Name),
                                cancellationToken
                            );
                        await server.SetPowerAsync(true, cancellationToken);
                    }
                }
                finally
                {
                    _claiming.TryRemove(server.System.Name, out _);
                }

                return MachineResult.Success(await MapAsync(server, cancellationToken));
            }
        );

    public Task<MachineResult> DeprovisionAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        ProviderCall.RunAsync(
            _settings,
            "Deprovision",
            async () =>
            {
                using IDisposable turn = await _turns.EnterAsync(identity.ClaimUid, cancellationToken);
                (RedfishServer? server, MachineResult? ended) = await IdentifyAsync(identity, cancellationToken);
                if (server is null)
                    return ended!;
                await server.SetPowerAsync(false, cancellationToken);
                for (int attempt = 1; ; attempt++)
                {
                    (string assetTag, string? etag) = await _marks.ReadAsync(server, cancellationToken);
                    if (!IsOf(SystemMark.Parse(Tag, assetTag), identity.ClaimUid))
                        return MachineResult.Success(null);
                    if (attempt > 3)
                        return MachineResult.Ended(
                            MachineOutcome.Failed,
                            $"Server '{server.System.Name}' is off and does not give up its asset tag."
                        );
                    if (
                        await TryWriteAsync(server, SystemMark.RemoveFrom(Tag, assetTag), etag, cancellationToken) is
                        { Outcome: MachineOutcome.Unauthorized or MachineOutcome.Forbidden } denied
                    )
                        throw denied;
                }
            }
        );

    public Task<MachineResult> GetAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        ProviderCall.RunAsync(
            _settings,
            "Get",
            async () =>
            {
                RedfishServer? server = null;
                if (identity.ProviderId is null)
                {
                    Survey survey = await SurveyAsync(cancellationToken);
                    server = survey.Seen.FirstOrDefault(one => IsOf(one.Mark, identity.ClaimUid))?.Server;
                    if (server is null && survey.Unread.Count > 0)
                        return MachineResult.Ended(survey.Outcome, string.Join(" ", survey.Unread));
                }
                else
                {
                    server = await FindAsync(identity.ProviderId, cancellationToken);
                }

                return server is null
                    ? MachineResult.Ended(MachineOutcome.NotFound, $"The provider has no server {identity.ProviderId ?? identity.Name}.")
                    : MachineResult.Success(await MapAsync(server, cancellationToken));
            }
        );

    public async Task<MachineListResult> ListAsync(CancellationToken cancellationToken)
    {
        Survey survey = await SurveyAsync(cancellationToken);
        var machines = new List<Machine>();
        foreach (
            Seen seen in survey.Seen.Where(one =>
                one.Mark is { } mark && mark.OwnerHash == SystemMark.Of(Tag, _settings.Owner, "").OwnerHash
            )
        )
            machines.Add(await MapAsync(seen, cancellationToken));
        return survey.Unread.Count == 0
            ? MachineListResult.Success(machines)
            : new(survey.Outcome, machines, _settings.Redact(string.Join(" ", survey.Unread)));
    }

    public Task<MachineResult> RestartAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        ProviderCall.RunAsync(
            _settings,
            "Restart",
            async () =>
            {
                using IDisposable turn = await _turns.EnterAsync(identity.ClaimUid, cancellationToken);
                (RedfishServer? server, MachineResult? ended) = await IdentifyAsync(identity, cancellationToken);
                if (server is null)
                    return ended!;
                await server.RestartAsync(cancellationToken);
                return MachineResult.Success(await MapAsync(server, cancellationToken));
            }
        );

    public async Task<IReadOnlyList<MachineProviderFinding>> TestAsync(CancellationToken cancellationToken)
    {
        Survey survey = await SurveyAsync(cancellationToken);
        return RedfishTest.Evaluate(
            [.. _servers.Select(static one => one.System)],
            [
                .. survey.Seen.Select(static one => new ReadServer(
                    one.Server.System,
                    one.Computer,
                    one.Mark,
                    one.Cores > 0 && one.MemoryMiB > 0,
                    one.CanBeMarked
                )),
            ],
            survey.Failures,
            _spec,
            _settings.Redact
        );
    }

    public void Dispose()
    {
        foreach (RedfishServer server in _servers)
            server.Dispose();
    }

    internal static MachineCredentials? CredentialsOf(MachineProviderSettings settings, RedfishSystem system) =>
        system.CredentialsSecretRef is { Name: { } name } reference
            ? settings.FurtherCredentials.GetValueOrDefault($"{reference.Namespace ?? settings.Namespace}/{name}")
            : null;

    /// <summary>Claims the smallest unclaimed server that fits and accepts the mark. Null: none fits.</summary>
    /// <exception cref="ProviderException">Every server that fits refuses the mark, or one may carry it.</exception>
    private async Task<RedfishServer?> ClaimAsync(MachineRequest request, Survey survey, CancellationToken cancellationToken)
    {
        SystemMark mark = SystemMark.Of(Tag, _settings.Owner, request.ClaimUid);
        ProviderException? refusal = null;
        foreach (Seen seen in Candidates(survey, request))
        {
            RedfishServer server = seen.Server;
            if (!_claiming.TryAdd(server.System.Name, request.ClaimUid))
                continue;
            bool isClaimed = false;
            try
            {
                // Read again, because the survey may be outdated.
                (string assetTag, string? etag) = await _marks.ReadAsync(server, cancellationToken);
                (RedfishComputer computer, _) = await server.ReadAsync(cancellationToken);
                bool isFree = SystemMark.Parse(Tag, assetTag) is null && computer.PowerState == "Off";
                if (!isFree || await RedfishHardware.LacksAsync(server, computer, request, cancellationToken))
                    continue;
                string wanted = mark.AddTo(assetTag);
                if (wanted.Length > SystemMark.MaximumLength)
                    throw new ProviderException(
                        MachineOutcome.Invalid,
                        $"The asset tag '{assetTag}' of server '{server.System.Name}' leaves no room for a claim: {SystemMark.MaximumLength} characters in all."
                    );
                ProviderException? refused = await TryWriteAsync(server, wanted, etag, cancellationToken);
                if (refused is { MayHaveExecuted: false, Outcome: MachineOutcome.Unauthorized or MachineOutcome.Forbidden })
                {
                    refusal ??= refused;
                    continue;
                }

                if (etag is null)
                    await server.Api.Time.DelayAsync(SettleTime, cancellationToken);
                (string written, _) = await _marks.ReadAsync(server, cancellationToken);
                if (SystemMark.Parse(Tag, written) == mark)
                {
                    isClaimed = true;
                    return server;
                }

                if (SystemMark.Parse(Tag, written) is null)
                {
                    if (refused is not { MayHaveExecuted: false, Outcome: MachineOutcome.Invalid })
                        throw refused
                            ?? new ProviderException(
                                MachineOutcome.Invalid,
                                $"Server '{server.System.Name}' accepts an asset tag and does not keep it ('{written}')."
                            );
                    refusal ??= refused;
                }
            }
            finally
            {
                if (!isClaimed)
                    _claiming.TryRemove(server.System.Name, out _);
            }
        }

        return refusal is null ? null : throw refusal;
    }

    /// <summary>The failure of the write; null: none. A lost write may have been executed: the state that is read back decides.</summary>
    private async Task<ProviderException?> TryWriteAsync(
        RedfishServer server,
        string assetTag,
        string? etag,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await _marks.WriteAsync(server, assetTag, etag, cancellationToken);
            return null;
        }
        catch (ProviderException e)
        {
            return e;
        }
    }

    private async Task<(RedfishServer? Server, MachineResult? Ended)> IdentifyAsync(
        MachineIdentity identity,
        CancellationToken cancellationToken
    )
    {
        RedfishServer? server = identity.ProviderId is { } id ? await FindAsync(id, cancellationToken) : null;
        SystemMark? mark = server is null ? null : SystemMark.Parse(Tag, (await _marks.ReadAsync(server, cancellationToken)).AssetTag);
        if (!IsOf(mark, identity.ClaimUid))
        {
            Survey survey = await SurveyAsync(cancellationToken);
            Seen? other = survey.Seen.FirstOrDefault(one => IsOf(one.Mark, identity.ClaimUid));
            if (other is null)
            {
                return (
                    null,
                    survey.Unread.Count > 0
                        ? MachineResult.Ended(
                            survey.Outcome,
                            $"The claim's server may be one that cannot be read: {string.Join(" ", survey.Unread)}"
                        )
                        : MachineResult.Ended(MachineOutcome.NotFound, $"No server carries the claim {identity.ClaimUid}.")
                );
            }

            if (identity.ProviderId is not null)
                return (
                    null,
                    MachineResult.Ended(
                        MachineOutcome.Refused,
                        $"The claim {identity.ClaimUid} is on server '{other.Server.System.Name}', not on {identity.ProviderId}.",
                        await MapAsync(other, cancellationToken)
                    )
                );
            server = other.Server;
        }

        // Without a provider ID the caller does not know which server it is.
        return identity.ProviderId is null || server!.System.Name == identity.Name
            ? (server, null)
            : (
                null,
                MachineResult.Ended(
                    MachineOutcome.Refused,
                    $"Server {identity.ProviderId} was not touched: its name is '{server.System.Name}', not '{identity.Name}'.",
                    await MapAsync(server, cancellationToken)
                )
            );
    }

    private async Task<RedfishServer?> FindAsync(string providerId, CancellationToken cancellationToken)
    {
        foreach (
            RedfishServer server in _servers.Where(one =>
                Uri.TryCreate(providerId, UriKind.Absolute, out Uri? uri) && uri.Scheme == "redfish" && uri.Host == one.Api.Host
            )
        )
        {
            if (await server.GetProviderIdAsync(cancellationToken) == providerId)
                return server;
        }

        return null;
    }

    private bool IsOf(SystemMark? mark, string claimUid) =>
        claimUid.Length > 0 && mark is not null && mark == SystemMark.Of(Tag, _settings.Owner, claimUid);

    private static IEnumerable<Seen> Candidates(Survey survey, MachineRequest request) =>
        survey
            .Seen.Where(one => Fits(one, request))
            .OrderBy(static one => one.MemoryMiB)
            .ThenBy(static one => one.Cores)
            .ThenBy(static one => one.Server.System.Name, StringComparer.Ordinal);

    private static bool Fits(Seen seen, MachineRequest request) =>
        seen is { Mark: null, Computer.PowerState: "Off", CanBeMarked: true }
        && seen.Cores >= request.CpuCores
        && seen.MemoryMiB >= request.MemoryMiB
        && (request.Zone is null || seen.Server.System.Zone == request.Zone);

    private static string NoServer(MachineRequest request, Survey survey) =>
        FormattableString.Invariant(
            $"No server that is off and unclaimed has {request.CpuCores} cores and {request.MemoryMiB} MiB{RedfishHardware.TextOf(request)}; {survey.Seen.Count} servers were read. {Unusable(survey)}"
        ) + string.Join(" ", survey.Unread);

    private static string Unusable(Survey survey)
    {
        int unmarked = survey.Seen.Count(static one => one is { Mark: null, Computer.PowerState: "Off", CanBeMarked: false });
        int unsized = survey.Seen.Count(static one =>
            one is { Mark: null, Computer.PowerState: "Off", CanBeMarked: true } && (one.Cores == 0 || one.MemoryMiB == 0)
        );
        return (unmarked > 0 ? FormattableString.Invariant($"{unmarked} free servers have no room for a claim in their asset tags. ") : "")
            + (unsized > 0 ? FormattableString.Invariant($"{unsized} free servers are of unknown size. ") : "");
    }

    private async Task<Survey> SurveyAsync(CancellationToken cancellationToken)
    {
        var seen = new ConcurrentBag<Seen>();
        var unread = new ConcurrentBag<ProviderException>();
        await Parallel.ForEachAsync(
            _servers,
            new ParallelOptions { MaxDegreeOfParallelism = ReadsInFlight, CancellationToken = cancellationToken },
            async (server, token) =>
            {
                try
                {
                    seen.Add(await ReadAsync(server, token));
                }
                catch (ProviderException e)
                {
                    unread.Add(e);
                }
            }
        );
        return new([.. seen.OrderBy(static one => one.Server.System.Name, StringComparer.Ordinal)], [.. unread]);
    }

    private async Task<Seen> ReadAsync(RedfishServer server, CancellationToken cancellationToken)
    {
        (RedfishComputer computer, _) = await server.ReadAsync(cancellationToken);
        (string assetTag, _) = await _marks.ReadAsync(server, cancellationToken);
        RedfishProcessors? processors = computer.ProcessorSummary;
        return new(
            server,
            computer,
            SystemMark.Parse(Tag, assetTag),
            server.System.CpuCores ?? processors?.LogicalProcessorCount ?? processors?.CoreCount ?? processors?.Count ?? 0,
            server.System.MemoryMiB ?? (long)((computer.MemorySummary?.TotalSystemMemoryGiB ?? 0) * 1024),
            _marks.CanMark(computer) && SystemMark.HasRoom(Tag, assetTag)
        );
    }

    private async Task<Machine> MapAsync(RedfishServer server, CancellationToken cancellationToken) =>
        await MapAsync(await ReadAsync(server, cancellationToken), cancellationToken);

    private async Task<Machine> MapAsync(Seen seen, CancellationToken cancellationToken)
    {
        string claim = seen.Mark is { } mark && IsOf(mark, mark.ClaimUid) ? mark.ClaimUid : "";
        return new()
        {
            Name = seen.Server.System.Name,
            Provider = _settings.Name,
            ProviderId = await seen.Server.GetProviderIdAsync(cancellationToken),
            ClaimUid = claim,
            Status = seen.Computer.PowerState switch
            {
                "On" => MachineStatus.Running,
                "Off" => MachineStatus.Stopped,
                "PoweringOn" or "PoweringOff" => MachineStatus.Changing,
                _ => MachineStatus.Unknown,
            },
            IsManaged = claim.Length > 0,
            Zone = seen.Server.System.Zone ?? "",
            CpuCores = seen.Cores,
            Memory = seen.MemoryMiB << 20,
            MacAddresses = new([.. await seen.Server.ReadMacAddressesAsync(seen.Computer, cancellationToken)]),
        };
    }

    private sealed record Seen(
        RedfishServer Server,
        RedfishComputer Computer,
        SystemMark? Mark,
        long Cores,
        long MemoryMiB,
        bool CanBeMarked
    );

    private sealed record Survey(IReadOnlyList<Seen> Seen, IReadOnlyList<ProviderException> Failures)
    {
        public IReadOnlyList<string> Unread { get; } = [.. Failures.Select(static one => one.Message)];

        /// <summary>The outcome for unreadable servers: a permanent cause if there is one.</summary>
        public MachineOutcome Outcome =>
            Failures.All(static one =>
                one.Outcome is MachineOutcome.Unauthorized or MachineOutcome.Forbidden or MachineOutcome.Invalid or MachineOutcome.Refused
            )
            && Failures.Count > 0
                ? Failures[0].Outcome
                : MachineOutcome.Unavailable;
    }
}
