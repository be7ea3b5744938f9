using System.Text.Json;
using Microsoft.Extensions.Logging;
using NodeManager.Kubernetes;

namespace NodeManager.Core.Machines;

/// <summary>What a provider is made of.</summary>
/// <param name="Name">Of the NodeSmithProvider.</param>
/// <param name="Namespace">That it is in.</param>
/// <param name="Spec">Its whole <c>spec</c>: <c>type</c>, <c>additionalSettings</c> and the section of its type.</param>
/// <param name="Credentials">The values of the Secret that it refers to.</param>
public sealed record MachineProviderSettings(string Name, string Namespace, JsonElement Spec, MachineCredentials Credentials)
{
    /// <summary>
    /// Whose machines these are, without a space: the cluster's identity (the UID of the namespace kube-system) and the provider's name.
    /// Machines that carry another owner are not listed and never changed.
    /// </summary>
    public string Owner { get; init; } = "-";

    /// <summary>Values of further Secrets that the spec refers to, by <c>namespace/name</c>.</summary>
    public IReadOnlyDictionary<string, MachineCredentials> FurtherCredentials { get; init; } = new Dictionary<string, MachineCredentials>();

    /// <summary>A text without any credential.</summary>
    public string Redact(string text) =>
        FurtherCredentials.Values.Aggregate(Credentials.Redact(text), static (rest, further) => further.Redact(rest));

    /// <summary>The clock of all waiting.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILogger Logger { get; init; } = Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    /// <summary>The cluster that the machines are for, for providers whose machines live in it. Not disposed by the provider.</summary>
    public KubernetesClient? Cluster { get; init; }

    /// <summary>Stands between the provider and its network, for tests; null: nothing.</summary>
    public Func<HttpMessageHandler, HttpMessageHandler>? WrapTransport { get; init; }
}

/// <summary>The values of a Secret. Prints as the names of its keys, and serializes as nothing.</summary>
public sealed class MachineCredentials(IReadOnlyDictionary<string, string> values)
{
    public static MachineCredentials None { get; } = new(new Dictionary<string, string>());

    /// <summary>The value of a key, without the line break that <c>--from-file</c> leaves at its end; null where there is none.</summary>
    public string? Find(string key) =>
        values.TryGetValue(key, out string? value) && value.TrimEnd('\r', '\n') is { Length: > 0 } found ? found : null;

    /// <summary>The text without any of the values.</summary>
    public string Redact(string text) =>
        values
            .Values.Select(static value => value.TrimEnd('\r', '\n'))
            .Where(static value => value.Length >= 4)
            .Aggregate(text, static (rest, value) => rest.Replace(value, "***", StringComparison.Ordinal));

    public override string ToString() => $"credentials ({string.Join(", ", values.Keys.Order(StringComparer.Ordinal))})";
}
