using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Core.Machines;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using ApiResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Providers;

/// <summary>Stores a credential in the Secret of a provider, which the garbage collector deletes with it.</summary>
internal sealed class ProviderSecretWriter(ClusterConnection connection, MachineProviderRegistry registry)
{
    /// <summary>The provider that a Secret was created for.</summary>
    public const string Label = NodeSmithNames.Group + "/provider";

    private const int MaxWriteAttempts = 5;

    /// <summary>The Secret of a credential, and its data. Adds a reference to the spec if it has none.</summary>
    /// <exception cref="NodeManagerException">Invalid: the type needs no credential, or more than a name and a secret.</exception>
    public (SecretName Name, Dictionary<string, byte[]?> Data) Plan(NodeProviderRequest request, JsonObject spec)
    {
        if (spec["credentialsSecretRef"]?["name"] is not JsonValue)
            spec["credentialsSecretRef"] = new JsonObject { ["name"] = request.Name + "-credentials", ["namespace"] = request.Namespace };
        string type = (string?)spec["type"] ?? "";
        JsonElement element = JsonSerializer.SerializeToElement(spec, ProviderJson.Default.JsonObject);
        IReadOnlyList<string> keys =
            registry.Find(type)?.GetSecrets(element).FirstOrDefault(static one => one.Field == MachineSecret.OwnField)?.Keys ?? [];
        MachineSecret own = MachineSecret.Require(element);
        return (
            new(own.Namespace ?? request.Namespace, own.Name),
            keys.Count switch
            {
                1 => new() { [keys[0]] = Encoding.UTF8.GetBytes(request.Credential!.Secret) },
                2 => new()
                {
                    [keys[0]] = Encoding.UTF8.GetBytes(request.Credential!.User),
                    [keys[1]] = Encoding.UTF8.GetBytes(request.Credential.Secret),
                },
                _ => throw new NodeManagerException(
                    ErrorIds.Invalid,
                    ErrorKind.InvalidArgument,
                    $"Providers of type '{type}' take no credential of a user name and a password.",
                    request.Name,
                    "Create the Secret yourself and refer to it by name."
                ),
            }
        );
    }

    /// <param name="data">Its new data; other keys stay.</param>
    /// <param name="onlyOwn">Refuses a Secret that was not created for this provider.</param>
    /// <param name="dryRun">The server validates only.</param>
    /// <returns>The UID of a new Secret; null for a changed one.</returns>
    /// <exception cref="NodeManagerException">AlreadyExists: others created it.</exception>
    public async Task<string?> WriteAsync(
        SecretName name,
        Dictionary<string, byte[]?> data,
        string provider,
        bool onlyOwn,
        bool dryRun,
        CancellationToken cancellationToken
    )
    {
        var options = new RequestOptions { DryRun = dryRun };
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return (await CreateAsync(name, data, provider, options, cancellationToken)).Metadata.Uid;
            }
            catch (KubernetesException exists) when (exists.Code == HttpStatusCode.Conflict)
            {
                try
                {
                    if (await ReuseAsync(exists))
                        return null;
                }
                catch (KubernetesException e)
                    when (e.Code is HttpStatusCode.NotFound or HttpStatusCode.Conflict && attempt < MaxWriteAttempts)
                {
                    // It was deleted or replaced in the meantime.
                }
            }
        }

        // False: a Secret that the new provider cannot keep was deleted.
        async Task<bool> ReuseAsync(KubernetesException exists)
        {
            // Metadata only: the existing values need not be transferred.
            PartialObjectMetadata there = await connection.Client.GetAsync(
                ApiResources.Secrets.MetadataOnly(),
                name.Name,
                name.Namespace,
                cancellationToken
            );
            if (!dryRun && await IsOfRemovedAsync(there, provider, cancellationToken))
            {
                // The garbage collector has not deleted it yet, and would delete the new credential with it.
                await DeleteAsync(name, there.Metadata.Uid!, cancellationToken);
                return false;
            }

            await UpdateAsync(name, data, provider, onlyOwn, there, options, exists, cancellationToken);
            return true;
        }
    }

    private Task<Secret> CreateAsync(
        SecretName name,
        Dictionary<string, byte[]?> data,
        string provider,
        RequestOptions options,
        CancellationToken cancellationToken
    ) =>
        connection.Client.CreateAsync(
            ApiResources.Secrets,
            new()
            {
                ApiVersion = "v1",
                Kind = "Secret",
                Type = "Opaque",
                Metadata = new()
                {
                    Name = name.Name,
                    Labels = new() { [Label] = provider },
                },
                Data = data,
            },
            name.Namespace,
            options,
            cancellationToken
        );

    // True for the Secret of a removed provider of the same name.
    private async Task<bool> IsOfRemovedAsync(PartialObjectMetadata secret, string provider, CancellationToken cancellationToken)
    {
        if (
            secret.Metadata.Labels?.GetValueOrDefault(Label) != provider
            || secret.Metadata.OwnerReferences is not [{ Kind: nameof(NodeSmithProvider) } owner]
        )
            return false;
        NodeSmithProvider? now = await connection.Client.FindAsync(
            NodeSmithResources.Providers,
            owner.Name,
            secret.Metadata.Namespace,
            cancellationToken
        );
        return now is null || now.Metadata.Uid != owner.Uid;
    }

    private async Task UpdateAsync(
        SecretName name,
        Dictionary<string, byte[]?> data,
        string provider,
        bool onlyOwn,
        PartialObjectMetadata there,
        RequestOptions options,
        KubernetesException e,
        CancellationToken cancellationToken
    )
    {
        if (onlyOwn && there.Metadata.Labels?.GetValueOrDefault(Label) != provider)
        {
            throw new NodeManagerException(
                ErrorIds.AlreadyExists,
                ErrorKind.ResourceExists,
                $"Secret {name} exists and was not created for provider '{provider}'. It was not changed.",
                name.ToString(),
                "To use it unchanged, refer to it with -SecretName and omit -Credential. Otherwise choose another -SecretName.",
                e
            );
        }

        var values = new JsonObject(data.Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)Convert.ToBase64String(one.Value!))));
        await connection.Client.PatchAsync(
            ApiResources.Secrets,
            name.Name,
            name.Namespace,
            Patch.Merge(
                new()
                {
                    ["metadata"] = new JsonObject { ["uid"] = there.Metadata.Uid },
                    ["data"] = values,
                }
            ),
            null,
            options,
            cancellationToken
        );
    }

    /// <summary>Makes the provider the Secret's owner, in the same namespace.</summary>
    public async Task OwnAsync(SecretName name, NodeSmithProvider provider, CancellationToken cancellationToken)
    {
        if (name.Namespace != provider.Metadata.Namespace)
            return;
        var owner = new JsonObject
        {
            ["apiVersion"] = NodeSmithNames.ApiVersion,
            ["kind"] = nameof(NodeSmithProvider),
            ["name"] = provider.Metadata.Name,
            ["uid"] = provider.Metadata.Uid,
        };
        await connection.Client.PatchAsync(
            ApiResources.Secrets,
            name.Name,
            name.Namespace,
            Patch.Merge(new() { ["metadata"] = new JsonObject { ["ownerReferences"] = new JsonArray(owner) } }),
            cancellationToken
        );
    }

    /// <summary>Deletes a Secret that was just created.</summary>
    public async Task UndoAsync(SecretName name, string uid, CancellationToken cancellationToken)
    {
        try
        {
            await DeleteAsync(name, uid, cancellationToken);
        }
        catch (KubernetesException)
        {
            // It is labeled with its provider's name, so the next attempt finds it.
        }
    }

    private Task<bool> DeleteAsync(SecretName name, string uid, CancellationToken cancellationToken) =>
        connection.Client.RemoveAsync(
            ApiResources.Secrets,
            name.Name,
            name.Namespace,
            new() { Preconditions = new() { Uid = uid } },
            cancellationToken
        );
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonObject))]
internal sealed partial class ProviderJson : System.Text.Json.Serialization.JsonSerializerContext;
