using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Machines;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using ApiResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Providers;

/// <summary>Stores a credential in the Secret of a provider, which the garbage collector removes with it.</summary>
internal sealed class ProviderSecretWriter(ClusterConnection connection, MachineProviderRegistry registry)
{
    /// <summary>The provider that a Secret was made for.</summary>
    public const string Label = NodeSmithNames.Group + "/provider";

    /// <summary>The Secret that a credential goes into, and its data. The spec is made to refer to it where it names none.</summary>
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

    /// <summary>Writes the Secret.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="data">What it gets; other keys stay.</param>
    /// <param name="provider">The name of the provider.</param>
    /// <param name="onlyOwn">Leave alone a Secret that was not made for this provider.</param>
    /// <param name="dryRun">Have the server judge it only.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The UID of a Secret that did not exist before; null where one was changed.</returns>
    /// <exception cref="NodeManagerException">AlreadyExists: it was made by others.</exception>
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
        try
        {
            Secret made = await connection.Client.CreateAsync(
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
            return made.Metadata.Uid;
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.Conflict)
        {
            // Metadata alone: values that are there need not travel.
            PartialObjectMetadata there = await connection.Client.GetAsync(
                ApiResources.Secrets.MetadataOnly(),
                name.Name,
                name.Namespace,
                cancellationToken
            );
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

            var values = new JsonObject(
                data.Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)Convert.ToBase64String(one.Value!)))
            );
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
            return null;
        }
    }

    /// <summary>Has the Secret go with its provider. Owners are of the same namespace.</summary>
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
            null,
            RequestOptions.Default,
            cancellationToken
        );
    }

    /// <summary>Removes a Secret that was made a moment ago.</summary>
    public async Task UndoAsync(SecretName name, string uid, CancellationToken cancellationToken)
    {
        try
        {
            await connection.Client.DeleteAsync(
                ApiResources.Secrets,
                name.Name,
                name.Namespace,
                new() { Preconditions = new() { Uid = uid } },
                cancellationToken
            );
        }
        catch (KubernetesException)
        {
            // It is labelled with its provider's name, so the next attempt finds it.
        }
    }
}

/// <summary>How parts of a provider are written.</summary>
[System.Text.Json.Serialization.JsonSerializable(typeof(JsonObject))]
internal sealed partial class ProviderJson : System.Text.Json.Serialization.JsonSerializerContext;
