using System.Text.Json;
using NodeManager.Core.Errors;

namespace NodeManager.Core.Machines;

/// <summary>A type of provider: creates instances and validates their settings.</summary>
public interface IMachineProviderFactory
{
    /// <summary>The value of <c>spec.type</c>: a qualified name such as <c>example.com/hcloud</c> for third parties.</summary>
    string Type { get; }

    /// <summary>
    /// The Secrets that a spec refers to, and their required keys; they are read before <see cref="Validate"/>. Default: the Secret of
    /// <c>credentialsSecretRef</c>, if any.
    /// </summary>
    IReadOnlyList<MachineSecret> GetSecrets(JsonElement spec) => MachineSecret.Find(spec) is { } secret ? [secret] : [];

    /// <summary>
    /// The violated rules of the fields that this type reads, also in a spec of another type, as a schema does. Default: none.
    /// </summary>
    /// <exception cref="JsonException">A value has the wrong type; its path is within the spec.</exception>
    IReadOnlyList<FieldProblem> Check(JsonElement spec) => [];

    /// <summary>What a spec of this type states about its machines. Default: <see cref="MachineSupply.Unknown"/>.</summary>
    /// <exception cref="JsonException">A value has the wrong type.</exception>
    MachineSupply Describe(JsonElement spec) => MachineSupply.Unknown;

    /// <summary>Validates the settings without a connection. Each problem is a sentence that begins with the field.</summary>
    IReadOnlyList<string> Validate(MachineProviderSettings settings);

    /// <summary>Creates a provider. It connects with its first call.</summary>
    /// <exception cref="NodeManagerException">Invalid: the findings of <see cref="Validate"/>.</exception>
    IMachineProvider Create(MachineProviderSettings settings);
}

/// <summary>A Secret that a provider needs.</summary>
/// <param name="Field">The field that refers to it: <c>spec.credentialsSecretRef</c>.</param>
/// <param name="Namespace">Null: the namespace of the provider.</param>
/// <param name="Name">Empty: the field is missing.</param>
/// <param name="Keys">The required keys.</param>
public sealed record MachineSecret(string Field, string? Namespace, string Name, params IReadOnlyList<string> Keys)
{
    /// <summary>The field of the provider's own Secret.</summary>
    public const string OwnField = "spec.credentialsSecretRef";

    /// <summary>The Secret of <c>credentialsSecretRef</c>; null where the spec names none.</summary>
    public static MachineSecret? Find(JsonElement spec, params IReadOnlyList<string> keys) =>
        spec.ValueKind == JsonValueKind.Object
        && spec.TryGetProperty("credentialsSecretRef", out JsonElement reference)
        && reference.ValueKind == JsonValueKind.Object
        && Text(reference, "name") is { Length: > 0 } name
            ? new(OwnField, Text(reference, "namespace") is { Length: > 0 } ns ? ns : null, name, keys)
            : null;

    /// <summary>The Secret of <c>credentialsSecretRef</c>, which is required.</summary>
    public static MachineSecret Require(JsonElement spec, params IReadOnlyList<string> keys) =>
        Find(spec, keys) ?? new(OwnField, null, "", keys);

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>A provider that can test its own use.</summary>
public interface ITestableMachineProvider
{
    /// <summary>Checks reachability, credentials, permissions and capacity, in this order. Changes nothing.</summary>
    Task<IReadOnlyList<MachineProviderFinding>> TestAsync(CancellationToken cancellationToken);
}

/// <summary>The result of one check.</summary>
/// <param name="Check"><c>Reachable</c>, <c>Credentials</c>, <c>Permissions</c>, <c>Capacity</c>, or a provider's own.</param>
/// <param name="Passed">False: <paramref name="Message"/> is a problem; <see cref="Weight"/> states its severity.</param>
public sealed record MachineProviderFinding(string Check, bool Passed, string Message)
{
    /// <summary>The remedy; empty if the check passed.</summary>
    public string Action { get; init; } = "";

    /// <summary>The severity of a failed check.</summary>
    public MachineFindingWeight Weight { get; init; }
}

/// <summary>The severity of a failed check.</summary>
public enum MachineFindingWeight
{
    /// <summary>The provider cannot be used.</summary>
    Blocking,

    /// <summary>The provider answers but cannot create every machine: no capacity, or a part of it fails.</summary>
    Limited,

    /// <summary>The provider works, but its setup is a risk.</summary>
    Risk,
}
