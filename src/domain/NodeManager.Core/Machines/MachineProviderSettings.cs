using System.Text.Json;
using Microsoft.Extensions.Logging;
using NodeManager.Kubernetes;

namespace NodeManager.Core.Machines;

/// <summary>The settings of a provider.</summary>
/// <param name="Name">The name of the NodeSmithProvider.</param>
/// <param name="Namespace">The namespace of the NodeSmithProvider.</param>
/// <param name="Spec">The whole <c>spec</c>: <c>type</c>, <c>additionalSettings</c> and the section of its type.</param>
/// <param name="Credentials">The values of its Secret.</param>
public sealed record MachineProviderSettings(string Name, string Namespace, JsonElement Spec, MachineCredentials Credentials)
{
    /// <summary>
    /// The owner of the machines, without a space: the cluster's identity (the UID of the namespace kube-system) and the provider's name.
    /// Machines of another owner are not listed and never changed.
    /// </summary>
    public string Owner { get; init; } = "-";

    /// <summary>The values of further Secrets of the spec, by <c>namespace/name</c>.</summary>
    public IReadOnlyDictionary<string, MachineCredentials> FurtherCredentials { get; init; } = new Dictionary<string, MachineCredentials>();

    /// <summary>Removes all credentials from a text.</summary>
    public string Redact(string text) =>
        FurtherCredentials.Values.Aggregate(Credentials.Redact(text), static (rest, further) => further.Redact(rest));

    /// <summary>The clock of all waits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILogger Logger { get; init; } = Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    /// <summary>The cluster of the machines, for providers whose machines live in it. Not disposed by the provider.</summary>
    public KubernetesClient? Cluster { get; init; }

    /// <summary>Wraps the provider's HTTP transport, for tests; null for none.</summary>
    public Func<HttpMessageHandler, HttpMessageHandler>? WrapTransport { get; init; }
}

/// <summary>The values of a Secret. Prints as the names of its keys, and serializes as nothing.</summary>
public sealed class MachineCredentials(IReadOnlyDictionary<string, string> values)
{
    public static MachineCredentials None { get; } = new(new Dictionary<string, string>());

    /// <summary>The value of a key, without the trailing line break of <c>--from-file</c>; null if it is missing.</summary>
    public string? Find(string key) =>
        values.TryGetValue(key, out string? value) && value.TrimEnd('\r', '\n') is { Length: > 0 } found ? found : null;

    /// <summary>Removes all values from a text.</summary>
    public string Redact(string text) =>
        values
            .Values.Select(static value => value.TrimEnd('\r', '\n'))
            .Where(static value => value.Length >= 4)
            .Aggregate(text, static (rest, value) => rest.Replace(value, "***", StringComparison.Ordinal));

    public override string ToString() => $"credentials ({string.Join(", ", values.Keys.Order(StringComparer.Ordinal))})";
}
