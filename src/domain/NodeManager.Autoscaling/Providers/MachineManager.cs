using System.Runtime.CompilerServices;
using NodeManager.Core.Machines;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Kubernetes.Timing;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Autoscaling.Providers;

/// <summary>Lists, creates and removes machines by hand, through the autoscaler's providers.</summary>
public static class MachineManager
{
    // Of a transient outcome.
    private static readonly RetryPolicy Policy = RetryPolicy.Requests with { FirstPause = TimeSpan.FromSeconds(2) };

    /// <param name="providers">Names and wildcards; none: all.</param>
    /// <param name="ns">The namespace of the providers; null: all namespaces.</param>
    /// <param name="names">Of machines, with wildcards; none: all. A plain name without a machine is an error.</param>
    /// <param name="failed">Receives the error of each provider that fails, and of each name without a machine; the others follow.</param>
    public static IAsyncEnumerable<Machine> ReadAsync(
        NodeManagerSession session,
        IReadOnlyList<string> providers,
        string? ns,
        IReadOnlyList<string> names,
        Action<NodeManagerException> failed,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.StreamAsync(
            session,
            null,
            (connection, token) => ReadAsync(session, connection, providers, ns, names, failed, token),
            cancellationToken
        );

    /// <summary>Creates a machine, or returns the one that an equal request has created.</summary>
    /// <param name="request">An empty claim UID is replaced by the machine's name.</param>
    /// <param name="cancellationToken">Stops waiting; a repeated command finds the operation in progress.</param>
    /// <exception cref="NodeManagerException">
    /// NodeProviderNotFound, NodeProviderUnusable, MachineCapacityMissing, MachineRefused, MachineOperationFailed, …
    /// </exception>
    public static Task<Machine> CreateAsync(
        NodeManagerSession session,
        string ns,
        string provider,
        MachineRequest request,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            request.Name,
            async (connection, token) =>
            {
                IMachineProvider machines = await OpenAsync(connection, ns, provider, token);
                if (request.ClaimUid.Length == 0)
                    request = request with
                    {
                        ClaimUid = ManualClaims.Of(await connection.MachineProviders().GetOwnerAsync(ns, provider, token), request.Name),
                    };
                MachineResult result = await RepeatAsync(
                    connection,
                    machine => machine.ProvisionAsync(request, token),
                    ns,
                    provider,
                    machines,
                    token
                );
                return result is { Outcome: MachineOutcome.Succeeded, Machine: { } created }
                    ? Map(session, created, ns)
                    : throw Failure(result, request.Name, provider, "create");
            },
            cancellationToken
        );

    /// <summary>Deletes a machine if its current id, name, tag and claim all match. A missing machine is not an error.</summary>
    /// <param name="machine">As listed.</param>
    /// <exception cref="NodeManagerException">MachineHasClaim, MachineRefused, MachineOperationFailed, NodeProviderUnusable, …</exception>
    public static Task RemoveAsync(NodeManagerSession session, Machine machine, CancellationToken cancellationToken) =>
        CallAsync(
            session,
            machine,
            OpenRemovableAsync,
            (one, token) => one.DeprovisionAsync(IdentityOf(machine), token),
            result =>
                result.Outcome is MachineOutcome.Succeeded or MachineOutcome.NotFound ? true : throw Failure(result, machine, "remove"),
            cancellationToken
        );

    /// <summary>Runs all checks of a deletion. False if the machine is already gone.</summary>
    /// <exception cref="NodeManagerException">As <see cref="RemoveAsync"/>.</exception>
    public static Task<bool> CheckRemovalAsync(NodeManagerSession session, Machine machine, CancellationToken cancellationToken) =>
        CallAsync(
            session,
            machine,
            OpenRemovableAsync,
            (one, token) => one.GetAsync(IdentityOf(machine), token),
            result =>
                result.Outcome switch
                {
                    MachineOutcome.NotFound => false,
                    MachineOutcome.Succeeded when result.Machine is { IsManaged: false } other => throw Refused(
                        machine,
                        other.Reason,
                        "remove"
                    ),
                    MachineOutcome.Succeeded => true,
                    _ => throw Failure(result, machine, "remove"),
                },
            cancellationToken
        );

    /// <summary>Restarts a machine if its current id, name, tag and claim all match.</summary>
    /// <param name="machine">As listed.</param>
    /// <exception cref="NodeManagerException">MachineRefused, MachineNotFound, MachineOperationFailed, NodeProviderUnusable, …</exception>
    public static Task RestartAsync(NodeManagerSession session, Machine machine, CancellationToken cancellationToken) =>
        CallAsync(
            session,
            machine,
            (connection, one, token) => OpenManagedAsync(connection, one, "restart", token),
            (one, token) => one.RestartAsync(IdentityOf(machine), token),
            result => result.Outcome == MachineOutcome.Succeeded ? true : throw Failure(result, machine, "restart"),
            cancellationToken
        );

    internal static Machine Map(NodeManagerSession session, Machine machine, string ns) =>
        new()
        {
            Cluster = session.Cluster,
            Session = session,
            Name = machine.Name,
            Provider = machine.Provider,
            ProviderNamespace = ns,
            ProviderId = machine.ProviderId,
            Status = machine.Status,
            ClaimUid = machine.ClaimUid,
            IsManaged = machine.IsManaged,
            Reason = machine.Reason,
            Host = machine.Host,
            Zone = machine.Zone,
            CpuCores = machine.CpuCores,
            Memory = machine.Memory,
            MacAddresses = machine.MacAddresses,
            CreatedAt = machine.CreatedAt,
            RepairedBy = machine.RepairedBy,
        };

    private static async IAsyncEnumerable<Machine> ReadAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        IReadOnlyList<string> providers,
        string? ns,
        IReadOnlyList<string> names,
        Action<NodeManagerException> failed,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        IReadOnlyList<NodeSmithProvider> all = await NodeProviderReader.ListAsync(session, connection, ns, cancellationToken);
        Predicate<string> isMeant = providers.Count == 0 ? static _ => true : NamePattern.Any(providers);
        foreach (string name in providers.Where(name => !NamePattern.IsWildcard(name) && !all.Any(one => one.Metadata.Name == name)))
            failed(NodeSmithErrors.ProviderNotFound(ns ?? "*", name, session.Cluster));
        Predicate<string> isWanted = names.Count == 0 ? static _ => true : NamePattern.Any(names);
        HashSet<string> unseen = [.. names.Where(static name => !NamePattern.IsWildcard(name))];
        NodeSmithProvider[] asked = [.. all.Where(one => isMeant(one.Metadata.Name))];
        bool isWhole = asked.Length > 0;
        // Read concurrently, and emitted in order.
        Task<(IReadOnlyList<Machine> Machines, NodeManagerException? Error)>[] lists =
        [
            .. asked.Select(one => ListAsync(session, connection, one, cancellationToken)),
        ];
        foreach (
            (NodeSmithProvider provider, Task<(IReadOnlyList<Machine> Machines, NodeManagerException? Error)> list) in asked.Zip(lists)
        )
        {
            (IReadOnlyList<Machine> machines, NodeManagerException? error) = await list;
            // A provider of existing servers names a machine after its server; it is also found by its requested name.
            Dictionary<string, string> requested =
                machines.Any(static one => ManualClaims.IsManual(one.ClaimUid)) && unseen.Count > 0
                    ? await RequestedAsync(connection, provider, [.. unseen], cancellationToken)
                    : [];
            foreach (Machine machine in machines.OrderBy(static one => one.Name, StringComparer.Ordinal))
            {
                string? name = requested.GetValueOrDefault(machine.ClaimUid);
                if (name is null && !isWanted(machine.Name))
                    continue;
                unseen.Remove(name ?? machine.Name);
                yield return machine;
            }

            if (error is null)
                continue;
            isWhole = false;
            failed(error);
        }

        foreach (string name in isWhole ? unseen : [])
            failed(MachineNotFound(name, session.Cluster));
    }

    private static NodeManagerException MachineNotFound(string name, string cluster) =>
        new(
            ErrorIds.MachineNotFound,
            ErrorKind.ObjectNotFound,
            $"No provider of cluster '{cluster}' that was asked has a machine '{name}'.",
            name,
            "Get-Machine lists the machines of all providers."
        );

    private static async Task<Dictionary<string, string>> RequestedAsync(
        ClusterConnection connection,
        NodeSmithProvider provider,
        IReadOnlyList<string> names,
        CancellationToken cancellationToken
    )
    {
        string owner = await connection
            .MachineProviders()
            .GetOwnerAsync(provider.Metadata.Namespace ?? "", provider.Metadata.Name, cancellationToken);
        return names.ToDictionary(name => ManualClaims.Of(owner, name), StringComparer.Ordinal);
    }

    private static async Task<(IReadOnlyList<Machine> Machines, NodeManagerException? Error)> ListAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        NodeSmithProvider provider,
        CancellationToken cancellationToken
    )
    {
        (string ns, string name) = (provider.Metadata.Namespace ?? "", provider.Metadata.Name);
        MachineProviderAccess access = await connection.MachineProviders().OpenAsync(provider, cancellationToken);
        if (access.Provider is null)
            return ([], NodeSmithErrors.Unusable(access, name));
        MachineListResult list = await access.Provider.ListAsync(cancellationToken);
        return (
            [.. list.Machines.Select(one => Map(session, one, ns))],
            list.Outcome == MachineOutcome.Succeeded
                ? null
                : Failure(MachineResult.Ended(list.Outcome, list.Reason), name, name, "list all machines")
        );
    }

    private static async Task<IMachineProvider> OpenRemovableAsync(
        ClusterConnection connection,
        Machine machine,
        CancellationToken cancellationToken
    )
    {
        IMachineProvider machines = await OpenManagedAsync(connection, machine, "remove", cancellationToken);
        if (await FindClaimAsync(connection, machine, cancellationToken) is not { } claim)
            return machines;
        throw new NodeManagerException(
            ErrorIds.MachineHasClaim,
            ErrorKind.ResourceBusy,
            $"Cannot remove machine {machine.Name} of provider {machine.Provider}: NodeSmithClaim {claim} owns it, and its node may run pods.",
            machine.Name,
            $"Remove the claim, which drains the node first: Remove-NodeClaim {claim.Split('/')[^1]}."
        );
    }

    private static async Task<IMachineProvider> OpenManagedAsync(
        ClusterConnection connection,
        Machine machine,
        string verb,
        CancellationToken cancellationToken
    )
    {
        IMachineProvider machines = await OpenAsync(connection, machine.ProviderNamespace, machine.Provider, cancellationToken);
        return machine.IsManaged && machine.ClaimUid.Length > 0
            ? machines
            : throw Refused(machine, machine.Reason.Length > 0 ? machine.Reason : "it does not carry a claim of this provider", verb);
    }

    private static async Task<IMachineProvider> OpenAsync(
        ClusterConnection connection,
        string ns,
        string name,
        CancellationToken cancellationToken
    )
    {
        MachineProviderAccess access = await NodeSmithErrors.InstalledAsync(
            connection.Cluster,
            connection.MachineProviders().OpenAsync(ns, name, cancellationToken)
        );
        return access.Provider ?? throw NodeSmithErrors.Unusable(access, name);
    }

    private static MachineIdentity IdentityOf(Machine machine) => new(machine.ProviderId, machine.Name, machine.ClaimUid);

    private static Task<bool> CallAsync(
        NodeManagerSession session,
        Machine machine,
        Func<ClusterConnection, Machine, CancellationToken, Task<IMachineProvider>> open,
        Func<IMachineProvider, CancellationToken, Task<MachineResult>> call,
        Func<MachineResult, bool> judge,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            machine.Name,
            async (connection, token) =>
            {
                IMachineProvider machines = await open(connection, machine, token);
                (string ns, string provider) = (machine.ProviderNamespace, machine.Provider);
                return judge(await RepeatAsync(connection, one => call(one, token), ns, provider, machines, token));
            },
            cancellationToken
        );

    private static async Task<MachineResult> RepeatAsync(
        ClusterConnection connection,
        Func<IMachineProvider, Task<MachineResult>> call,
        string ns,
        string name,
        IMachineProvider provider,
        CancellationToken cancellationToken
    )
    {
        for (int attempt = 1; ; attempt++)
        {
            MachineResult result = await call(provider);
            if (attempt == Policy.MaximumAttempts || result.Outcome is not (MachineOutcome.Pending or MachineOutcome.Unavailable))
                return result;
            await connection.Time.DelayAsync(result.RetryAfter ?? Policy.PauseAfter(attempt), cancellationToken);
            provider = await OpenAsync(connection, ns, name, cancellationToken);
        }
    }

    private static async Task<string?> FindClaimAsync(ClusterConnection connection, Machine machine, CancellationToken cancellationToken)
    {
        if (ManualClaims.IsManual(machine.ClaimUid))
            return null;
        KubernetesList<NodeSmithClaim> claims = await NodeSmithErrors.InstalledAsync(
            connection.Cluster,
            connection.Client.ListAsync(NodeSmithResources.Claims, new(), cancellationToken)
        );
        return claims.Items.Find(one => one.Metadata.Uid == machine.ClaimUid) is { } claim
            ? $"{claim.Metadata.Namespace}/{claim.Metadata.Name}"
            : null;
    }

    private static NodeManagerException Refused(Machine machine, string why, string verb) =>
        new(
            ErrorIds.MachineRefused,
            ErrorKind.SecurityError,
            $"Cannot {verb} machine {machine.Name} of provider {machine.Provider}: {why}. It was not touched.",
            machine.Name,
            "Check the machine in the provider's own interface. NodeManager never touches a machine whose id, name, tag and claim do not all match."
        );

    private static NodeManagerException Failure(MachineResult result, Machine machine, string verb) =>
        Failure(result, machine.Name, machine.Provider, verb);

    private static NodeManagerException Failure(MachineResult result, string name, string provider, string verb)
    {
        string message =
            $"Cannot {verb} {(name == provider ? $"of provider {provider}" : $"{name} with provider {provider}")}: {result.Reason}";
        return result.Outcome switch
        {
            MachineOutcome.Refused => new(
                ErrorIds.MachineRefused,
                ErrorKind.SecurityError,
                message,
                name,
                "Check the machine in the provider's own interface; nothing was changed."
            ),
            MachineOutcome.NotFound => new(
                ErrorIds.MachineNotFound,
                ErrorKind.ObjectNotFound,
                message,
                name,
                "Get-Machine lists the machines."
            ),
            MachineOutcome.NoCapacity => new(
                ErrorIds.MachineCapacityMissing,
                ErrorKind.LimitsExceeded,
                message,
                name,
                $"Free capacity, or request less. Test-NodeProvider {provider} shows the free capacity."
            ),
            MachineOutcome.Invalid => new(ErrorIds.Invalid, ErrorKind.InvalidData, message, name, "Correct what the message names."),
            MachineOutcome.Unauthorized => new(
                ErrorIds.MachineOperationFailed,
                ErrorKind.AuthenticationError,
                message,
                name,
                $"Renew the credentials: Set-NodeProvider {provider} -Credential."
            ),
            MachineOutcome.Forbidden => new(
                ErrorIds.MachineOperationFailed,
                ErrorKind.PermissionDenied,
                message,
                name,
                $"Test-NodeProvider {provider} lists the permissions that are missing."
            ),
            _ => new(
                ErrorIds.MachineOperationFailed,
                ErrorKind.ResourceUnavailable,
                message,
                name,
                $"Run the command again: it continues where this one stopped. Test-NodeProvider {provider} checks the provider."
            ),
        };
    }
}
