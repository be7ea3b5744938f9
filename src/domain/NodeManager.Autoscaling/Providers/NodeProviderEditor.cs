using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Core.Errors;
using NodeManager.Core.Machines;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.NodePools.Documents;

namespace NodeManager.Autoscaling.Providers;

/// <param name="Differences">Each different field; none for a new one.</param>
public sealed record NodeProviderChange(NodeProvider Provider, IReadOnlyList<NodeFieldChange> Differences);

/// <summary>Creates, changes and deletes NodeSmithProviders. Validates the rules first, because not every server evaluates them.</summary>
public static class NodeProviderEditor
{
    /// <summary>Creates a provider, and the Secret of its credential. Returns an existing one with the same fields.</summary>
    /// <exception cref="NodeManagerException">Invalid, AlreadyExists, AutoscalerNotInstalled, or the server's refusal.</exception>
    public static Task<NodeProvider> CreateAsync(
        NodeManagerSession session,
        NodeProviderRequest request,
        bool dryRun,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            request.Name,
            async (connection, token) =>
            {
                var secrets = new ProviderSecretWriter(connection, MachineProviderRegistry.Shared);
                var spec = (JsonObject)request.Spec.DeepClone();
                RemoveNulls(spec);
                (SecretName Name, Dictionary<string, byte[]?> Data)? secret = request.Credential is null
                    ? null
                    : secrets.Plan(request, spec);
                NodeSmithProvider wanted = Read(request, spec);
                string? madeSecret = secret is { } planned
                    ? await WriteSecretAsync(session, secrets, planned, request, true, dryRun, token)
                    : null;
                NodeSmithProvider stored;
                try
                {
                    stored = await CreateAsync(session, connection, request, wanted, spec, dryRun, token);
                }
                catch (NodeManagerException) when (madeSecret is not null && !dryRun)
                {
                    await secrets.UndoAsync(secret!.Value.Name, madeSecret, token);
                    throw;
                }

                if (secret is not null && !dryRun)
                    await secrets.OwnAsync(secret.Value.Name, stored, token);
                return NodeProviderMapper.Map(session, stored, connection.Time.GetUtcNow());
            },
            cancellationToken
        );

    /// <summary>Changes a provider by a merge patch, and its credential.</summary>
    /// <exception cref="NodeManagerException">Invalid, NodeProviderNotFound, Conflict, or the server's refusal.</exception>
    public static Task<NodeProviderChange> ChangeAsync(
        NodeManagerSession session,
        NodeProviderRequest request,
        bool dryRun,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            request.Name,
            (connection, token) => ChangeAsync(session, connection, request, dryRun, token),
            cancellationToken
        );

    private static async Task<NodeProviderChange> ChangeAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        NodeProviderRequest request,
        bool dryRun,
        CancellationToken cancellationToken
    )
    {
        NodeSmithProvider before = await NodeProviderReader.GetAsync(
            session,
            connection,
            request.Namespace,
            request.Name,
            cancellationToken
        );
        var secrets = new ProviderSecretWriter(connection, MachineProviderRegistry.Shared);
        JsonObject old = NodeProviderMapper.Spec(before),
            spec = PoolMerge.Apply(old, request.Spec);
        RequireUid(before, request);
        (SecretName Name, Dictionary<string, byte[]?> Data)? secret = request.Credential is null ? null : secrets.Plan(request, spec);
        RequireType(before, request, spec);
        Read(request, spec);
        IReadOnlyList<NodeFieldChange> differences = PoolMerge.Differences(old, spec);
        if (secret is { } planned)
        {
            bool isNew = await WriteSecretAsync(session, secrets, planned, request, false, dryRun, cancellationToken) is not null;
            if (isNew && !dryRun)
                await secrets.OwnAsync(planned.Name, before, cancellationToken);
            differences = [.. differences, new() { Field = $"Secret {planned.Name}", After = string.Join(" and ", planned.Data.Keys) }];
        }

        NodeSmithProvider after = JsonNode.DeepEquals(old, spec)
            ? before
            : await connection.Client.PatchAsync(
                NodeSmithResources.Providers,
                request.Name,
                request.Namespace,
                PatchOf(before, request, spec, secret is not null),
                null,
                new() { DryRun = dryRun },
                cancellationToken
            );
        return new(NodeProviderMapper.Map(session, after, connection.Time.GetUtcNow()), differences);
    }

    private static void RequireUid(NodeSmithProvider before, NodeProviderRequest request)
    {
        if (request.Uid.Length == 0 || before.Metadata.Uid == request.Uid)
            return;
        throw new NodeManagerException(
            ErrorIds.Conflict,
            ErrorKind.ResourceBusy,
            $"NodeSmithProvider {request.Namespace}/{request.Name} was deleted and created again since it was read. It was not changed.",
            request.Name,
            $"Read it again with Get-NodeProvider {request.Name}."
        );
    }

    private static void RequireType(NodeSmithProvider before, NodeProviderRequest request, JsonObject spec)
    {
        if ((string?)spec["type"] == before.Spec.Type)
            return;
        throw new NodeManagerException(
            ErrorIds.Invalid,
            ErrorKind.InvalidArgument,
            $"NodeSmithProvider {request.Namespace}/{request.Name} is of type '{before.Spec.Type}', which cannot be changed to '{spec["type"]}'.",
            request.Name,
            "Create another provider, and have pools refer to it."
        );
    }

    private static Patch PatchOf(NodeSmithProvider before, NodeProviderRequest request, JsonObject spec, bool hasSecret)
    {
        JsonObject patch = hasSecret
            ? PoolMerge.Apply(request.Spec, new JsonObject { ["credentialsSecretRef"] = spec["credentialsSecretRef"]!.DeepClone() })
            : (JsonObject)request.Spec.DeepClone();
        // Apply would drop what the patch removes.
        foreach ((string name, JsonNode? value) in request.Spec)
        {
            if (value is null)
                patch[name] = null;
        }

        return Patch.Merge(
            new()
            {
                ["metadata"] = new JsonObject { ["uid"] = before.Metadata.Uid },
                ["spec"] = patch,
            }
        );
    }

    /// <summary>Deletes a provider without pools and claims, and its Secret if NodeManager created it.</summary>
    /// <exception cref="NodeManagerException">NodeProviderInUse, NodeProviderNotFound, or the server's refusal.</exception>
    public static Task RemoveAsync(
        NodeManagerSession session,
        string ns,
        string name,
        string uid,
        bool dryRun,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            name,
            async (connection, token) =>
            {
                NodeSmithProvider provider = await NodeProviderReader.GetAsync(session, connection, ns, name, token);
                if (await UsersOfAsync(connection, ns, name, token) is { Count: > 0 } users)
                {
                    throw new NodeManagerException(
                        ErrorIds.NodeProviderInUse,
                        ErrorKind.ResourceBusy,
                        $"Cannot delete NodeSmithProvider {ns}/{name}: {string.Join(", ", users.Take(5))}{(users.Count > 5 ? ", …" : "")} {(users.Count == 1 ? "refers" : "refer")} to it.",
                        name,
                        "Remove the pools and their claims first, or have the pools refer to another provider."
                    );
                }

                var options = new DeleteOptions
                {
                    Preconditions = new() { Uid = uid.Length > 0 ? uid : provider.Metadata.Uid },
                    DryRun = dryRun ? ["All"] : null,
                };
                await connection.Client.DeleteAsync(NodeSmithResources.Providers, name, ns, options, token);
                if (!dryRun)
                {
                    await NodeSmithFinalizer.ReleaseAsync(
                        connection.Client,
                        NodeSmithResources.Providers,
                        ns,
                        name,
                        provider.Metadata.Uid,
                        async () => await UsersOfAsync(connection, ns, name, token) is { Count: > 0 },
                        token
                    );
                }

                return true;
            },
            cancellationToken
        );

    private static async Task<List<string>> UsersOfAsync(
        ClusterConnection connection,
        string ns,
        string name,
        CancellationToken cancellationToken
    )
    {
        KubernetesList<NodeSmithPool> pools = await connection.Client.ListAsync(
            NodeSmithResources.Pools,
            new() { Namespace = ns },
            cancellationToken
        );
        KubernetesList<NodeSmithClaim> claims = await connection.Client.ListAsync(
            NodeSmithResources.Claims,
            new() { Namespace = ns },
            cancellationToken
        );
        return
        [
            .. pools.Items.Where(one => one.Spec.ProviderRef == name).Select(static one => $"NodeSmithPool {one.Metadata.Name}"),
            .. claims.Items.Where(one => one.Status?.ProviderRef == name).Select(static one => $"NodeSmithClaim {one.Metadata.Name}"),
        ];
    }

    private static async Task<NodeSmithProvider> CreateAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        NodeProviderRequest request,
        NodeSmithProvider wanted,
        JsonObject spec,
        bool dryRun,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await NodeSmithErrors.InstalledAsync(
                session.Cluster,
                connection.Client.CreateAsync(
                    NodeSmithResources.Providers,
                    wanted,
                    request.Namespace,
                    new() { DryRun = dryRun },
                    cancellationToken
                )
            );
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound)
        {
            throw NodeSmithErrors.NamespaceNotFound(request.Namespace, session.Cluster, e);
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.Conflict)
        {
            // The answer to an earlier request may have been lost, or the command is repeated.
            NodeSmithProvider there = await NodeProviderReader.GetAsync(
                session,
                connection,
                request.Namespace,
                request.Name,
                cancellationToken
            );
            if (there.Metadata.DeletionTimestamp is not null)
                throw Exists(
                    "is being deleted, and is gone after its last claim.",
                    "Run the command again when Get-NodeProvider no longer lists it, or choose another name."
                );
            if (!PoolMerge.Contains(NodeProviderMapper.Spec(there), spec))
                throw Exists(
                    "exists with other settings. It was not changed.",
                    $"Change it with Set-NodeProvider {request.Name}, or choose another name."
                );
            return there;

            NodeManagerException Exists(string what, string action) =>
                new(
                    ErrorIds.AlreadyExists,
                    ErrorKind.ResourceExists,
                    $"NodeSmithProvider {request.Namespace}/{request.Name} {what}",
                    request.Name,
                    action,
                    e
                );
        }
    }

    private static async Task<string?> WriteSecretAsync(
        NodeManagerSession session,
        ProviderSecretWriter secrets,
        (SecretName Name, Dictionary<string, byte[]?> Data) secret,
        NodeProviderRequest request,
        bool onlyOwn,
        bool dryRun,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await secrets.WriteAsync(secret.Name, secret.Data, request.Name, onlyOwn, dryRun, cancellationToken);
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound)
        {
            throw NodeSmithErrors.NamespaceNotFound(secret.Name.Namespace, session.Cluster, e);
        }
    }

    // A schema refuses null in most fields, and an absent field means the same.
    private static void RemoveNulls(JsonNode? node)
    {
        if (node is JsonArray items)
        {
            foreach (JsonNode? item in items)
                RemoveNulls(item);
        }

        foreach ((string name, JsonNode? value) in (node as JsonObject ?? []).ToArray())
        {
            if (value is null)
                ((JsonObject)node!).Remove(name);
            else if (name != "additionalSettings")
                RemoveNulls(value);
        }
    }

    /// <exception cref="NodeManagerException">Invalid: the message has all violated rules, or the value of a wrong type.</exception>
    private static NodeSmithProvider Read(NodeProviderRequest request, JsonObject spec)
    {
        string? problem;
        Exception? cause = null;
        try
        {
            NodeSmithProvider provider = new()
            {
                ApiVersion = NodeSmithNames.ApiVersion,
                Kind = nameof(NodeSmithProvider),
                Metadata = new()
                {
                    Name = request.Name,
                    Namespace = request.Namespace,
                    Labels = request.Labels.Count > 0 ? new(request.Labels) : null,
                },
                Spec = spec.Deserialize(NodeSmithJson.Default.NodeSmithProviderSpec)!,
            };
            IReadOnlyList<FieldProblem> problems = NodeSmithRules.Check(provider);
            if (problems.Count == 0)
                return provider;
            problem = $" would break its rules: {string.Join("; ", problems)}.";
        }
        catch (JsonException e)
        {
            (problem, cause) = ($": the value at spec{e.Path?.TrimStart('$')} has the wrong type.", e);
        }

        throw new NodeManagerException(
            ErrorIds.Invalid,
            ErrorKind.InvalidData,
            $"NodeSmithProvider {request.Namespace}/{request.Name}{problem}",
            request.Name,
            $"Correct the {(cause is null ? "fields" : "field")} that the message names.",
            cause
        );
    }
}
