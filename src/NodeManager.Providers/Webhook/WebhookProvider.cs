using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Timing;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Webhook;

/// <summary>Machines of an HTTP endpoint. The claim is the machine's address, so that it never gets two.</summary>
internal sealed class WebhookProvider : IMachineProvider, ITestableMachineProvider
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    private readonly MachineProviderSettings _settings;
    private readonly WebhookApi _api;
    private readonly ClaimTurns _turns = new();

    internal WebhookProvider(MachineProviderSettings settings, WebhookProviderSpec spec)
    {
        _settings = settings;
        TimeSpan timeout = (spec.Timeout is { } text ? GoDuration.Parse(text) : null) ?? DefaultTimeout;
        _api = new(
            ProviderHttp.Create(settings, spec.CaBundle, insecure: false, timeout),
            new(spec.Endpoint),
            settings.Owner,
            settings.Credentials.Find(WebhookProviderFactory.Secret) ?? "",
            settings.Time
        );
    }

    public Task<MachineResult> ProvisionAsync(MachineRequest request, CancellationToken cancellationToken) =>
        ProviderCall.RunAsync(
            _settings,
            "Provision",
            async () =>
            {
                using IDisposable turn = await _turns.EnterAsync(request.ClaimUid, cancellationToken);
                WebhookMachine machine = await _api.CreateAsync(request, cancellationToken);
                return IsOf(machine, request.ClaimUid)
                    ? machine.ProviderId.Length == 0
                        ? MachineResult.Ended(MachineOutcome.Invalid, $"{_api.Endpoint.Authority} returned a machine without providerId.")
                        : MachineResult.Success(Map(machine))
                    : MachineResult.Ended(
                        MachineOutcome.Refused,
                        $"{_api.Endpoint.Authority} returned a machine of claim '{machine.Claim}' and owner '{machine.Owner}'."
                    );
            }
        );

    public Task<MachineResult> DeprovisionAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        ChangeAsync(
            "Deprovision",
            identity,
            async machine =>
            {
                await _api.DeleteAsync(machine, cancellationToken);
                return null;
            },
            cancellationToken
        );

    public Task<MachineResult> GetAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        ProviderCall.RunAsync(
            _settings,
            "Get",
            async () =>
                await _api.FindAsync(identity.ClaimUid, cancellationToken) is { } machine
                && IsOf(machine, identity.ClaimUid)
                && (identity.ProviderId is null || identity.ProviderId == machine.ProviderId)
                    ? MachineResult.Success(Map(machine))
                    : NotFound(identity)
        );

    public Task<MachineListResult> ListAsync(CancellationToken cancellationToken) =>
        ProviderCall.ListAsync(
            _settings,
            async () =>
                [
                    .. (await _api.ListAsync(cancellationToken))
                        .Where(one => one.Owner == _settings.Owner && one.Claim.Length > 0)
                        .Select(Map),
                ]
        );

    public Task<MachineResult> RestartAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        ChangeAsync(
            "Restart",
            identity,
            async machine =>
            {
                await _api.RestartAsync(machine, cancellationToken);
                return await _api.FindAsync(machine.Claim, cancellationToken) is { } current ? Map(current) : null;
            },
            cancellationToken
        );

    public async Task<IReadOnlyList<MachineProviderFinding>> TestAsync(CancellationToken cancellationToken)
    {
        List<MachineProviderFinding> findings = [];
        try
        {
            int count = (await _api.ListAsync(cancellationToken)).Count;
            findings.Add(new("Reachable", true, FormattableString.Invariant($"{_api.Endpoint.Authority} lists {count} machines.")));
            findings.Add(new("Credentials", true, "The signature is accepted."));
            bool refusesOthers = await _api.RefusesAsync(Guid.NewGuid().ToString("N"), TimeSpan.Zero, cancellationToken);
            findings.Add(
                refusesOthers
                    ? new("Signature", true, "A request with another secret is refused.")
                    : new(
                        "Signature",
                        false,
                        "A request with another secret is not refused with 401: anyone can create and delete machines."
                    )
                    {
                        Action = "Verify X-NodeManager-Signature in the endpoint.",
                        Weight = MachineFindingWeight.Risk,
                    }
            );
            bool refusesOld = await _api.RefusesAsync(
                _settings.Credentials.Find(WebhookProviderFactory.Secret)!,
                WebhookSignature.Window * 2,
                cancellationToken
            );
            findings.Add(
                refusesOld
                    ? new("ReplayWindow", true, "A request that was signed 10 minutes ago is refused.")
                    : new("ReplayWindow", false, "A request that was signed 10 minutes ago is not refused with 401.")
                    {
                        Action = "Refuse requests whose X-NodeManager-Timestamp differs by more than 5 minutes.",
                        Weight = MachineFindingWeight.Risk,
                    }
            );
        }
        catch (ProviderException e)
        {
            findings.Add(FindingOf(e));
        }

        return findings;
    }

    public void Dispose() => _api.Dispose();

    private MachineProviderFinding FindingOf(ProviderException e) =>
        e.Outcome is MachineOutcome.Unauthorized or MachineOutcome.Forbidden
            ? new("Credentials", false, _settings.Redact(e.Message))
            {
                Action = $"Store the endpoint's secret in {WebhookProviderFactory.Secret} of the Secret, and compare the clocks.",
            }
        : ProviderHttp.IsCertificateRefused(e)
            ? new("Certificate", false, _settings.Redact(e.Message))
            {
                Action = ProviderHttp.CertificateAdvice(e, "Put the endpoint's certificate authority into spec.webhook.caBundle."),
            }
        : new("Reachable", false, _settings.Redact(e.Message))
        {
            Action = "Check spec.webhook.endpoint, and that it is reached from here.",
        };

    /// <summary>Changes the machine if it is the one that the identity names.</summary>
    private Task<MachineResult> ChangeAsync(
        string call,
        MachineIdentity identity,
        Func<WebhookMachine, Task<Machine?>> change,
        CancellationToken cancellationToken
    ) =>
        ProviderCall.RunAsync(
            _settings,
            call,
            async () =>
            {
                using IDisposable turn = await _turns.EnterAsync(identity.ClaimUid, cancellationToken);
                if (await _api.FindAsync(identity.ClaimUid, cancellationToken) is not { } machine)
                    return NotFound(identity);
                var mark = new MachineMark(machine.Owner, machine.Claim, machine.ProviderId, machine.Name, IsComplete: true);
                if (
                    MachineOwnership.Check(
                        // Without a provider ID the caller does not know the name that the endpoint chose.
                        identity.ProviderId
                            is null
                            ? identity with
                            {
                                Name = machine.Name,
                            }
                            : identity,
                        identity.ProviderId,
                        _settings.Owner,
                        new(machine.ProviderId, machine.Name, HasTag: true, mark)
                    ) is
                    { } differs
                )
                    return MachineResult.Ended(MachineOutcome.Refused, $"Machine {machine.Name} was not touched: {differs}.", Map(machine));
                try
                {
                    return MachineResult.Success(await change(machine));
                }
                catch (ProviderException e) when (e.Code == System.Net.HttpStatusCode.NotFound)
                {
                    return NotFound(identity);
                }
            }
        );

    private bool IsOf(WebhookMachine machine, string claim) => machine.Claim == claim && machine.Owner == _settings.Owner;

    private MachineResult NotFound(MachineIdentity identity) =>
        MachineResult.Ended(MachineOutcome.NotFound, $"{_api.Endpoint.Authority} has no machine of claim {identity.ClaimUid}.");

    private Machine Map(WebhookMachine machine) =>
        new()
        {
            Name = machine.Name,
            Provider = _settings.Name,
            ProviderId = machine.ProviderId,
            ClaimUid = machine.Owner == _settings.Owner ? machine.Claim : "",
            Status = machine.Status is MachineStatus.Creating or MachineStatus.Running or MachineStatus.Stopped or MachineStatus.Changing
                ? machine.Status
                : MachineStatus.Unknown,
            IsManaged = machine.Owner == _settings.Owner,
            Zone = machine.Zone ?? "",
            CpuCores = machine.CpuCores,
            Memory = machine.MemoryMiB << 20,
            CreatedAt = machine.CreatedAt,
        };
}
