using System.Globalization;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Timing;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.ClusterApi;

/// <summary>
/// Machines of Cluster API: a claim raises the replicas of a MachineDeployment or MachineSet and is assigned one of its new Machines. All
/// state is on the owner and the Machines.
/// </summary>
internal sealed class ClusterApiProvider : IMachineProvider, ITestableMachineProvider
{
    private static readonly TimeSpan DefaultWait = TimeSpan.FromMinutes(1),
        RetryPause = TimeSpan.FromSeconds(5),
        // Far longer than the requests between a mark and its scale-down take.
        StaleMark = TimeSpan.FromMinutes(10);

    private readonly MachineProviderSettings _settings;
    private readonly ClusterApiProviderSpec _spec;
    private readonly KubernetesClient _client;
    private readonly bool _isOwnClient;
    private readonly ClusterApiReader _reader;
    private readonly ClusterApiChanges _changes;
    private readonly OwnerWork _work;
    private readonly ClaimTurns _turns = new();

    /// <param name="client">The management cluster's.</param>
    /// <param name="isOwnClient">True: disposed with the provider.</param>
    internal ClusterApiProvider(MachineProviderSettings settings, ClusterApiProviderSpec spec, KubernetesClient client, bool isOwnClient)
    {
        (_settings, _spec, _client, _isOwnClient) = (settings, spec, client, isOwnClient);
        _reader = new(client, spec);
        _changes = new(client, spec.Namespace);
        _work = new(client, _reader, _changes, settings, (spec.WaitTimeout is { } text ? GoDuration.Parse(text) : null) ?? DefaultWait);
    }

    public bool ReplacesMachines => true;

    public Task<MachineResult> ProvisionAsync(MachineRequest request, CancellationToken cancellationToken) =>
        RunAsync(
            "Provision",
            async () =>
            {
                string claim = request.ClaimUid;
                using IDisposable turn = await _turns.EnterAsync(claim, cancellationToken);
                if ((await FindOwnerAsync(claim, cancellationToken) ?? Choose(request)) is not { } owner)
                    return MachineResult.Ended(
                        MachineOutcome.NoCapacity,
                        $"No MachineDeployment or MachineSet of the provider has shape '{request.Shape}' and zone '{request.Zone}'."
                    );
                OwnerStep.End end = await _work.RunAsync(
                    owner,
                    claim,
                    async state =>
                    {
                        HealthChecks checks = await _reader.ReadHealthChecksAsync(
                            state.Machines.Where(static one => one.Status.Phase == "Failed"),
                            cancellationToken
                        );
                        return ScaleUpRules.Next(
                            state,
                            claim,
                            _settings.Owner,
                            machine => checks.RepairerOf(machine, state.Owner.Spec.ClusterName).Length > 0
                        );
                    },
                    cancellationToken
                );
                Machine? machine = end.Machine is null
                    ? null
                    // The owner's template decides the size: the planned one counts until the node reports its own.
                    : Map(owner, end.Machine, claim, request.CpuCores, request.MemoryMiB << 20);
                return ResultOf(end, machine);
            }
        );

    public Task<MachineResult> DeprovisionAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        RunAsync(
            "Deprovision",
            async () =>
            {
                using IDisposable turn = await _turns.EnterAsync(identity.ClaimUid, cancellationToken);
                if (await FindOwnerAsync(identity.ClaimUid, cancellationToken) is not { } owner)
                    return MachineResult.Ended(MachineOutcome.NotFound, $"No owner has a Machine of the claim {identity.ClaimUid}.");
                OwnerStep.End end = await _work.RunAsync(
                    owner,
                    identity.ClaimUid,
                    state => Task.FromResult(ScaleDownRules.Next(state, identity, _settings.Owner)),
                    cancellationToken
                );
                return ResultOf(end, end.Machine is null ? null : Map(owner, end.Machine, identity.ClaimUid));
            }
        );

    /// <summary>By the claim alone, also assigns it a Machine in place of one that was replaced.</summary>
    public Task<MachineResult> GetAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        RunAsync(
            "Get",
            async () =>
            {
                foreach (MachineOwnerReference owner in _spec.Owners)
                {
                    OwnerState state = await _reader.ReadAsync(owner, cancellationToken);
                    if (identity.ProviderId is null && state.Open.Contains(identity.ClaimUid))
                    {
                        await _work.AssignAsync(owner, identity.ClaimUid, cancellationToken);
                        state = await _reader.ReadAsync(owner, cancellationToken);
                    }

                    ClusterMachine? machine = identity.ProviderId is { } id
                        ? state.Machines.FirstOrDefault(one => one.Spec.ProviderID == id)
                        : state.MachineOf(identity.ClaimUid);
                    if (machine is null)
                        continue;
                    HealthChecks checks = await _reader.ReadHealthChecksAsync([machine], cancellationToken);
                    string repairer = checks.RepairerOf(machine, state.Owner.Spec.ClusterName);
                    return MachineResult.Success(Map(owner, machine, ClaimOf(state, machine), repairer: repairer));
                }

                return MachineResult.Ended(
                    MachineOutcome.NotFound,
                    $"No owner has Machine {identity.ProviderId ?? identity.Name} of the claim {identity.ClaimUid}."
                );
            }
        );

    /// <summary>Also assigns Machines to claims whose Machine was replaced, and withdraws marks of removals that were called off.</summary>
    public Task<MachineListResult> ListAsync(CancellationToken cancellationToken) =>
        ProviderCall.ListAsync(
            _settings,
            () =>
                KubernetesFailures.TranslateAsync<IReadOnlyList<Machine>>(async () =>
                {
                    List<Machine> machines = [];
                    foreach (MachineOwnerReference owner in _spec.Owners)
                        machines.AddRange(await ListAsync(owner, cancellationToken));
                    return machines;
                })
        );

    /// <summary>Cluster API has no such operation.</summary>
    public Task<MachineResult> RestartAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        Task.FromResult(
            MachineResult.Ended(
                MachineOutcome.Invalid,
                $"Cluster API cannot restart Machine {identity.Name}. A MachineHealthCheck replaces Machines that are unhealthy."
            )
        );

    public Task<IReadOnlyList<MachineProviderFinding>> TestAsync(CancellationToken cancellationToken) =>
        ClusterApiTest.RunAsync(_client, _reader, _spec, _settings.Redact, cancellationToken);

    public void Dispose()
    {
        _changes.Dispose();
        if (_isOwnClient)
            _client.Dispose();
    }

    private async Task<List<Machine>> ListAsync(MachineOwnerReference owner, CancellationToken cancellationToken)
    {
        OwnerState state = await _reader.ReadAsync(owner, cancellationToken);
        foreach (string claim in state.Open.Where(one => state.Record.Owners[one] == _settings.Owner && state.Free.Count > 0))
        {
            using IDisposable turn = await _turns.EnterAsync(claim, cancellationToken);
            await _work.AssignAsync(owner, claim, cancellationToken);
        }

        state = await _reader.ReadAsync(owner, cancellationToken);
        DateTimeOffset stale = _settings.Time.GetUtcNow() - StaleMark;
        foreach (ClusterMachine machine in state.Counted.Where(one => !one.IsDeleting && IsStale(one, stale)))
            await _work.WithdrawAsync(machine, cancellationToken);
        HealthChecks checks = await _reader.ReadHealthChecksAsync(state.Machines, cancellationToken);
        return
        [
            .. state
                .Record.Claims.Concat(state.Record.Removals)
                .Where(one => state.Record.Owners.GetValueOrDefault(one.Key, _settings.Owner) == _settings.Owner)
                .Select(one =>
                    state.Find(one.Value) is { } machine
                        ? Map(owner, machine, one.Key, repairer: checks.RepairerOf(machine, state.Owner.Spec.ClusterName))
                    : state.Record.Removals.ContainsKey(one.Key) ? null
                    : new Machine
                    {
                        Name = one.Key,
                        Provider = _settings.Name,
                        ProviderId = ScaleDownRules.PendingIdOf(one.Key),
                        ClaimUid = one.Key,
                        Status = MachineStatus.Changing,
                        IsManaged = true,
                    }
                )
                .OfType<Machine>(),
        ];
    }

    /// <summary>The owner with a record of the claim; null: none.</summary>
    private async Task<MachineOwnerReference?> FindOwnerAsync(string claim, CancellationToken cancellationToken)
    {
        ClusterApiKinds kinds = await _reader.GetKindsAsync(cancellationToken);
        foreach (MachineOwnerReference owner in _spec.Owners)
        {
            MachineOwner? found = await _client.FindAsync(kinds.OwnersOf(owner.Kind), owner.Name, _spec.Namespace, cancellationToken);
            OwnerRecord record = OwnerRecord.Read(found?.Metadata.Annotations);
            if (record.Claims.ContainsKey(claim) || record.Removals.ContainsKey(claim))
                return owner;
        }

        return null;
    }

    private MachineOwnerReference? Choose(MachineRequest request) =>
        _spec.Owners.FirstOrDefault(owner =>
            (string.IsNullOrEmpty(owner.Shape) || owner.Shape == request.Shape)
            && (request.Zone is null || string.IsNullOrEmpty(owner.Zone) || owner.Zone == request.Zone)
        );

    private static string ClaimOf(OwnerState state, ClusterMachine machine) =>
        state.Record.Claims.FirstOrDefault(one => one.Value == machine.Uid).Key ?? "";

    private static bool IsStale(ClusterMachine machine, DateTimeOffset limit) =>
        ScaleDownRules.IsOurs(machine)
        && DateTimeOffset.TryParse(
            OwnerState.TextOf(machine, OwnerState.DeleteAnnotation)!.Split(' ')[^1],
            CultureInfo.InvariantCulture,
            out DateTimeOffset at
        )
        && at < limit;

    private Machine Map(
        MachineOwnerReference owner,
        ClusterMachine machine,
        string claim,
        decimal cores = 0,
        long memory = 0,
        string repairer = ""
    ) =>
        new()
        {
            Name = machine.Metadata.Name,
            Provider = _settings.Name,
            ProviderId = machine.Spec.ProviderID ?? "",
            ClaimUid = claim,
            Status = machine switch
            {
                { IsDeleting: true } => MachineStatus.Changing,
                { Status.Phase: "Running" or "Provisioned" } => MachineStatus.Running,
                { Status.Phase: "Pending" or "Provisioning" or "Deleting" } => MachineStatus.Changing,
                _ => MachineStatus.Unknown,
            },
            IsManaged = claim.Length > 0,
            Host = owner.Name,
            Zone = machine.Spec.FailureDomain ?? owner.Zone ?? "",
            CpuCores = cores,
            Memory = memory,
            CreatedAt = machine.Metadata.CreationTimestamp,
            RepairedBy = repairer,
        };

    private static MachineResult ResultOf(OwnerStep.End end, Machine? machine) =>
        new(end.Outcome, machine, end.Why) { RetryAfter = end.Outcome == MachineOutcome.Pending ? RetryPause : null };

    private Task<MachineResult> RunAsync(string call, Func<Task<MachineResult>> work) =>
        ProviderCall.RunAsync(_settings, call, () => KubernetesFailures.TranslateAsync(work));
}
